"""The Odds API: the players of one team, by the source's own number of the team."""

from __future__ import annotations

from typing import Any

from scrapers.base import Ask, Fetched, Http
from scrapers.fetchers.odds_api import SPORT, credits_of
from scrapers.params import given, need, tricode
from scrapers.payload import records_at
from shared.core.teams import TEAMS
from shared.errors import SourceFailure


def fetch_team_players(ask: Ask, http: Http) -> Fetched:
    """One record per player; covers the team's tricode.

    The source knows a team as a participant: its number is the parameter `participant`, or is
    looked up in the list of participants, which is one call and one credit more.
    """
    code = need(ask, "team")
    if code not in TEAMS:
        raise SourceFailure(
            "missing_parameter", f"{ask.scraper}: [{code}] is no tricode of the 30 teams"
        )
    participant = given(ask, "participant") or _participant(ask, http, code)
    response = http.get(f"{SPORT}/participants/{participant}/players", cost=1)
    players = records_at(response.json(), "[]", ask.scraper)
    stats: dict[str, Any] = {**credits_of(response), "participant": participant}
    return Fetched(
        records=[{"team": code, "participant": participant, **player} for player in players],
        covers=(code,) if players else (),
        stats=stats,
    )


def _participant(ask: Ask, http: Http, code: str) -> str:
    listed = records_at(http.get(f"{SPORT}/participants", cost=1).json(), "[]", ask.scraper)
    for each in listed:
        if each.get("id") and tricode(each.get("full_name")) == code:
            return str(each["id"])
    raise SourceFailure(
        "malformed", f"{ask.scraper}: {TEAMS[code].name} is none of {len(listed)} participants"
    )
