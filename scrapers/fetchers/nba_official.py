"""official.nba.com: the referees of the day's games."""

from __future__ import annotations

from datetime import date, datetime

from scrapers.base import Ask, Fetched, Http, Record
from scrapers.params import by_teams, day_games, need_date
from scrapers.payload import records_at
from shared.errors import SourceFailure

#: The crew as the source's columns name it; the fourth is the alternate.
CREW = ("official1", "official2", "official3", "official4")


def fetch_referee_assignments(ask: Ask, http: Http) -> Fetched:
    """One record per game of the date that has officials, which it covers.

    The table stands there before anybody is named in it, and a crew may be named later than the
    others: rows without one say nothing yet, and without all games it is a part. The answer holds
    the G League (`gl`), the WNBA (`wnba`) and the replay centre (`Table1`) too: only `nba.Table`
    counts.
    """
    day = need_date(ask)
    payload = http.get("/wp-json/api/v1/get-game-officials", {"date": day.isoformat()}).json()
    rows = records_at(payload, "nba.Table.rows[]", ask.scraper)
    games = day_games(ask)
    matched = by_teams(games)
    covers: set[str] = set()
    for row in rows:
        _check_date(ask, row, day)
    named = [row for row in rows if any(row.get(official) for official in CREW)]
    for row in named:
        teams = (str(row.get("away_team_abbr", "")), str(row.get("home_team_abbr", "")))
        game = matched[teams].game_id if teams in matched else nba_id(row)
        if game:
            covers.add(game)
    whole = {game.game_id for game in games or ()} <= covers
    return Fetched(records=named, covers=tuple(sorted(covers)), whole=whole)


def _check_date(ask: Ask, row: Record, day: date) -> None:
    """Raise `malformed` for a row that says another date (MM/DD/YYYY)."""
    found = str(row.get("game_date") or "").strip()
    try:
        other = bool(found) and datetime.strptime(found, "%m/%d/%Y").date() != day  # noqa: DTZ007
    except ValueError:
        # Another spelling tells nothing.
        other = False
    if other:
        raise SourceFailure("malformed", f"{ask.scraper}: asked for {day}, got rows of [{found}]")


def nba_id(row: Record) -> str:
    """The row's NBA game id, 10 characters (numbers lose the leading zeros), or nothing."""
    found = str(row.get("game_id") or "").strip()
    return found.zfill(10) if found else ""
