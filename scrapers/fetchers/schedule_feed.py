"""scheduleLeagueV2: the league's schedule of a season, which several addresses give alike."""

from __future__ import annotations

from typing import Any

from scrapers.base import Ask, Fetched, Record
from scrapers.params import need_date, season
from scrapers.payload import each_once, object_at, records_at
from shared.errors import SourceFailure


def schedule_of(ask: Ask, payload: Any) -> Fetched:
    """Every game of the season, each with `seasonYear` and its `gameDate`; covers the date.

    A game that is listed twice on one day is one record. `malformed` for another season's feed.
    """
    day, asked = need_date(ask), season(ask)
    league = object_at(payload, "leagueSchedule", ask.scraper)
    year = league.get("seasonYear")
    if year is not None and year != asked:
        raise SourceFailure("malformed", f"{ask.scraper}: asked for season {asked}, got [{year}]")
    rows: list[Record] = [
        {**game, "gameDate": of_day.get("gameDate"), "seasonYear": year}
        for of_day in records_at(league, "gameDates[]", f"{ask.scraper}.leagueSchedule")
        for game in records_at(of_day, "games[]", f"{ask.scraper}.gameDates[]")
    ]
    # A game that moved may stand on both dates: those are two records, as the feed has it.
    records = each_once(rows, "gameId", "gameDate")
    return Fetched(
        records=records,
        covers=(day.isoformat(),) if records else (),
        stats={"repeated_rows": len(rows) - len(records)},
    )
