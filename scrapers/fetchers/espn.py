"""ESPN: one team's roster, and the scores of a date.

ESPN has team codes of its own (GS, NO, NY, SA, UTAH, WSH).
"""

from __future__ import annotations

from collections.abc import Mapping

from scrapers.base import Ask, Fetched, Http, Record
from scrapers.params import by_teams, day_games, need, need_date
from scrapers.payload import map_of, maps_of, object_at, records_at
from shared.core.teams import TEAMS
from shared.errors import SourceFailure

#: The league's tricode by ESPN's code.
TRICODES: Mapping[str, str] = {team.espn: code for code, team in TEAMS.items()}


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


def fetch_scoreboard(ask: Ask, http: Http) -> Fetched:
    """One record per event of the date; covers the NBA ids of the games that are over."""
    day = need_date(ask)
    payload = http.get(
        "/apis/site/v2/sports/basketball/nba/scoreboard", {"dates": f"{day:%Y%m%d}"}
    ).json()
    records = records_at(payload, "events[]", ask.scraper)
    found = map_of(payload, "day").get("date", day.isoformat())
    if found != day.isoformat():
        raise SourceFailure(
            "malformed", f"{ask.scraper}: asked for {day.isoformat()}, got [{found}]"
        )
    matched = by_teams(day_games(ask))
    covers = {
        matched[teams].game_id
        for event in records
        if (teams := teams_of(event)) in matched and is_over(event)
    }
    return Fetched(records=records, covers=tuple(sorted(covers)))


def teams_of(event: Record) -> tuple[str, str]:
    """The away and home tricodes of an event; empty for teams that are none of ours."""
    found = {
        str(each.get("homeAway")): TRICODES.get(str(map_of(each, "team").get("abbreviation")), "")
        for contest in maps_of(event, "competitions")[:1]
        for each in maps_of(contest, "competitors")
    }
    return found.get("away", ""), found.get("home", "")


def is_over(event: Record) -> bool:
    """Whether ESPN says that the event has been played to its end."""
    return map_of(map_of(event, "status"), "type").get("completed") is True
