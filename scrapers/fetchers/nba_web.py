"""www.nba.com: one team's roster, from the data inside the team's page."""

from __future__ import annotations

from scrapers.base import Ask, Fetched, Http, Record
from scrapers.fetchers.nba_cdn import refuse_region_block
from scrapers.pages import data_of, page_of
from scrapers.params import need, season
from scrapers.payload import each_once, records_at
from shared.core.teams import TEAMS
from shared.errors import SourceFailure

_TWO_WORDS = "Trail Blazers"


def fetch_roster(ask: Ask, http: Http) -> Fetched:
    """One record per player of the team, each once; covers its tricode.

    The page knows today only: rows of another season than the one asked for are refused.
    """
    code = need(ask, "team")
    asked = season(ask)
    team = TEAMS.get(code)
    if team is None:
        raise SourceFailure(
            "missing_parameter", f"{ask.scraper}: [{code}] is no tricode of the 30 teams"
        )
    response = http.get(f"/team/{team.nba_id}/{slug(team.name)}/roster")
    refuse_region_block(response, ask.scraper)
    data = data_of(page_of(response, ask.scraper), ask.scraper)
    rows = records_at(data, "props.pageProps.team.roster[]", ask.scraper)
    for row in rows:
        _check(ask.scraper, row, team.nba_id, asked)
    records = each_once(rows, "PLAYER_ID")
    return Fetched(
        records=records,
        covers=(code,) if records else (),
        stats={"repeated_rows": len(rows) - len(records)},
    )


def slug(name: str) -> str:
    """A team's nickname as addresses write it: trail-blazers."""
    nick = _TWO_WORDS if name.endswith(_TWO_WORDS) else name.rpartition(" ")[2]
    return nick.lower().replace(" ", "-")


def _check(place: str, row: Record, team_id: int, asked: str) -> None:
    found = row.get("TeamID", team_id)
    if str(found) != str(team_id):
        raise SourceFailure("malformed", f"{place}: asked for team {team_id}, got [{found}]")
    year = str(row.get("SEASON", asked))[:4]
    if year != asked[:4]:
        raise SourceFailure("malformed", f"{place}: asked for season {asked}, got [{year}]")
