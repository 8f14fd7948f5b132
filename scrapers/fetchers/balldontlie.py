"""balldontlie.io: box scores by date, standings, active players; lists come in cursor pages."""

from __future__ import annotations

from collections.abc import Iterable

from scrapers.base import Ask, Fetched, Http, Record
from scrapers.params import by_teams, day_games, need_date, season, tricode
from scrapers.payload import list_of, map_of, records_at
from shared.errors import SourceFailure

#: The largest page the source gives.
PER_PAGE = "100"
#: Far above any list that is asked for here (about 600 players): an endless list is an error.
MAX_PAGES = 50
#: Periods of a game without overtime.
REGULATION = 4
#: Five start: a team with fewer players is not whole.
STARTERS = 5


def fetch_box_scores(ask: Ask, http: Http) -> Fetched:
    """One record per game of the date that has players; covers the NBA ids of those ended.

    A game that has not begun is listed with period 0 and no players: it is not a record.
    The source has no NBA ids: games are matched by their teams.
    """
    day = need_date(ask)
    games, pages = read_pages(ask, http, "/v1/box_scores", {"date": day.isoformat()})
    for game in games:
        found = str(game.get("date", day.isoformat()))[:10]
        if found != day.isoformat():
            raise SourceFailure(
                "malformed", f"{ask.scraper}: asked for {day.isoformat()}, got [{found}]"
            )
    records = [game for game in games if any(_players(game, side) for side in _SIDES)]
    return Fetched(
        records=records,
        covers=covered(ask, (game for game in records if is_whole(game))),
        stats={"pages": pages, "games_without_players": len(games) - len(records)},
    )


def fetch_standings(ask: Ask, http: Http) -> Fetched:
    """One record per team; covers the date. The source names a season by its first year."""
    day, start = need_date(ask), season(ask)[:4]
    records, pages = read_pages(ask, http, "/v1/standings", {"season": start})
    for record in records:
        if str(found := record.get("season", start)) != start:
            raise SourceFailure(
                "malformed", f"{ask.scraper}: asked for season {start}, got [{found}]"
            )
    covers = (day.isoformat(),) if records else ()
    return Fetched(records=records, covers=covers, stats={"pages": pages})


def fetch_active_players(ask: Ask, http: Http) -> Fetched:
    """One record per active player, all pages; covers the date."""
    day = need_date(ask)
    records, pages = read_pages(ask, http, "/v1/players/active", {"per_page": PER_PAGE})
    covers = (day.isoformat(),) if records else ()
    return Fetched(records=records, covers=covers, stats={"pages": pages})


def is_whole(game: Record) -> bool:
    """Whether the game has ended and both teams have their players."""
    return has_ended(game) and all(_players(game, side) >= STARTERS for side in _SIDES)


def has_ended(game: Record) -> bool:
    """Whether the source says that the game is over, and after as many periods as it takes."""
    period = game.get("period")
    return str(game.get("status", "")).startswith("Final") and (
        not isinstance(period, int) or period >= REGULATION
    )


def covered(ask: Ask, games: Iterable[Record]) -> tuple[str, ...]:
    """The NBA ids of `games` by their teams: those that are games of the day."""
    matched = by_teams(day_games(ask))
    found = {matched[teams].game_id for game in games if (teams := _teams(game)) in matched}
    return tuple(sorted(found))


_SIDES = ("visitor_team", "home_team")


def _players(game: Record, side: str) -> int:
    return len(list_of(map_of(game, side), "players"))


def _teams(game: Record) -> tuple[str, str]:
    away, home = (tricode(map_of(game, side).get("abbreviation")) or "" for side in _SIDES)
    return away, home


def read_pages(ask: Ask, http: Http, path: str, params: dict[str, str]) -> tuple[list[Record], int]:
    """Every page of a list, and how many there were: one that fails fails the whole."""
    records: list[Record] = []
    seen: set[str] = set()
    query = dict(params)
    for page in range(1, MAX_PAGES + 1):
        payload = http.get(path, query).json()
        records.extend(records_at(payload, "data[]", ask.scraper))
        cursor = map_of(payload, "meta").get("next_cursor")
        if cursor in (None, ""):
            return records, page
        if str(cursor) in seen:
            raise SourceFailure("malformed", f"{ask.scraper}: cursor [{cursor}] came twice")
        seen.add(str(cursor))
        query["cursor"] = str(cursor)
    raise SourceFailure("malformed", f"{ask.scraper}: more than {MAX_PAGES} pages")
