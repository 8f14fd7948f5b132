"""balldontlie.io: the games of a date and the lines of their players, in cursor pages.

The source has no NBA ids: games are matched by their teams.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from scrapers.base import Ask, Fetched, Http, Record
from scrapers.fetchers.balldontlie import PER_PAGE, STARTERS, covered, has_ended, read_pages
from scrapers.params import need_date, tricode
from scrapers.payload import map_of
from shared.errors import SourceFailure

#: What the source writes for a player who did not play.
NO_MINUTES = frozenset({"", "0", "00", "0:00", "00:00", "None"})


def fetch_games(ask: Ask, http: Http) -> Fetched:
    """One record per game of the date; covers the NBA ids of those that have ended."""
    day = need_date(ask).isoformat()
    query = {"start_date": day, "end_date": day, "per_page": PER_PAGE}
    records, number = read_pages(ask, http, "/v1/games", query)
    _refuse_other_dates(ask, day, records)
    return Fetched(
        records=records,
        covers=covered(ask, (game for game in records if has_ended(game))),
        stats={"pages": number},
    )


def fetch_player_box_scores(ask: Ask, http: Http) -> Fetched:
    """One record per player and game; covers the NBA ids of the games that are there whole."""
    day = need_date(ask).isoformat()
    query = {"dates[]": day, "per_page": PER_PAGE}
    records, number = read_pages(ask, http, "/v1/stats", query)
    _refuse_other_dates(ask, day, (map_of(line, "game") for line in records))
    return Fetched(
        records=records,
        covers=covered(ask, _whole(records)),
        stats={"pages": number},
    )


def fetch_injuries(ask: Ask, http: Http) -> Fetched:
    """One record per player who is hurt now, all pages; covers the date."""
    day = need_date(ask)
    records, number = read_pages(ask, http, "/v1/player_injuries", {"per_page": PER_PAGE})
    covers = (day.isoformat(),) if records else ()
    return Fetched(records=records, covers=covers, stats={"pages": number})


def _refuse_other_dates(ask: Ask, day: str, games: Iterable[Record]) -> None:
    for game in games:
        found = str(game.get("date", day))[:10]
        if found != day:
            raise SourceFailure("malformed", f"{ask.scraper}: asked for {day}, got [{found}]")


def _whole(lines: Iterable[Record]) -> list[Record]:
    """The games that have ended with five players of each team, as away and home codes."""
    games: dict[str, Record] = {}
    codes: dict[str, str] = {}
    played: Counter[tuple[str, str]] = Counter()
    for line in lines:
        game, team = map_of(line, "game"), map_of(line, "team")
        games[str(game.get("id"))] = game
        codes[str(team.get("id"))] = tricode(team.get("abbreviation")) or ""
        if str(line.get("min") or "") not in NO_MINUTES:
            played[str(game.get("id")), str(team.get("id"))] += 1
    found: list[Record] = []
    for number, game in games.items():
        sides = [str(game.get(f"{side}_team_id")) for side in ("visitor", "home")]
        if has_ended(game) and all(played[number, side] >= STARTERS for side in sides):
            away, home = ({"abbreviation": codes[side]} for side in sides)
            found.append({"visitor_team": away, "home_team": home})
    return found
