"""ESPN: one team's roster. ESPN has team codes of its own (GS, NO, NY, SA, UTAH, WSH)."""

from __future__ import annotations

from scrapers.base import Ask, Fetched, Http
from scrapers.params import need
from scrapers.payload import object_at, records_at
from shared.core.teams import TEAMS
from shared.errors import SourceFailure


def fetch_roster(ask: Ask, http: Http) -> Fetched:
    """One record per player of the team; covers its tricode."""
    code = need(ask, "team")
    team = TEAMS.get(code)
    if team is None:
        raise SourceFailure(
            "missing_parameter", f"{ask.scraper}: [{code}] is no tricode of the 30 teams"
        )
    payload = http.get(
        f"/apis/site/v2/sports/basketball/nba/teams/{team.espn}", {"enable": "roster"}
    ).json()
    found = object_at(payload, "team", ask.scraper).get("abbreviation", team.espn)
    if found != team.espn:
        raise SourceFailure(
            "malformed", f"{ask.scraper}: asked for team {team.espn}, got [{found}]"
        )
    records = records_at(payload, "team.athletes[]", ask.scraper)
    return Fetched(records=records, covers=(code,) if records else ())
