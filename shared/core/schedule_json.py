"""The league's own schedule feed (scheduleLeagueV2 and stats' scheduleleaguev2int).

Traps of the feed: the fields named Est, and the team times, end in Z but are wall clock, so
only gameDateTimeUTC is read; postponedStatus has meant nothing for seasons, so only the
status text says that a game is called off.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.core.errors import BadInput
from shared.core.games import (
    CALLED_OFF,
    Game,
    GameStatus,
    GameType,
    full_id,
    game_from_record,
    one_of_each,
    parse_instant,
    safe_id,
    season_of_id,
    status_of_text,
    tip_is_unset,
    type_of_id,
)
from shared.core.schedule_csv import SEASON, parse_schedule_csv

STATUSES: Mapping[int, GameStatus] = {
    1: GameStatus.SCHEDULED,
    2: GameStatus.LIVE,
    3: GameStatus.FINAL,
}


def load_games(text: str | bytes, *, place: str) -> tuple[Game, ...]:
    """The games of a schedule file: the league's JSON, our normal form, or CSV, by content.

    Raises BadInput, also for a web page and for bytes that are not UTF-8.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as e:
            raise BadInput(place, f"byte {e.start} that is not UTF-8", "UTF-8") from e
    body = text.removeprefix("\ufeff").lstrip()
    if body.startswith("<"):
        raise BadInput(place, body[:40], "JSON or CSV, not a web page")
    if not body.startswith(("{", "[")):
        return parse_schedule_csv(text, place=place)
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as e:
        raise BadInput(place, str(e), "valid JSON") from e
    if isinstance(payload, list):
        records = (game_from_record(each, f"{place}[{n}]") for n, each in enumerate(payload))
        return one_of_each(records)
    return parse_schedule_json(payload, place=place)


def parse_schedule_json(payload: object, *, place: str = "scheduleLeagueV2") -> tuple[Game, ...]:
    """The games of a decoded feed, one per id; () when it holds none (the guard refuses that).

    Ids of another season than leagueSchedule.seasonYear are left out; a feed that does not say
    its season keeps them. Raises BadInput with the JSON path of what is missing or wrong.
    """
    place = f"{place}.leagueSchedule"
    league = _take(payload, "leagueSchedule", dict, place)
    said = SEASON.fullmatch(str(league.get("seasonYear", "")).strip())
    games = []
    for d, day in enumerate(_take(league, "gameDates", list, f"{place}.gameDates")):
        path = f"{place}.gameDates[{d}].games"
        for n, entry in enumerate(_take(day, "games", list, path)):
            game = _game(entry, f"{path}[{n}]")
            named = season_of_id(game.game_id)
            if not (said and named) or said[1] == named[:4]:
                games.append(game)
    return one_of_each(games)


def _take(of: object, key: str, kind: type[Any], place: str) -> Any:
    """`of[key]`, which must be a `kind`; BadInput at `place` otherwise."""
    name = {dict: "an object", list: "a list", str: "a string", int: "a number"}[kind]
    if not isinstance(of, dict):
        holder = place.rpartition(".")[0]
        raise BadInput(holder, f"{type(of).__name__} {of!r:.40}", f"an object with key {key}")
    if key not in of:
        raise BadInput(place, "nothing", name)
    if not isinstance(of[key], kind) or isinstance(of[key], bool):
        raise BadInput(place, of[key], name)
    return of[key]


def _game(entry: object, place: str) -> Game:
    source_id = _take(entry, "gameId", str, f"{place}.gameId").strip()
    if not source_id:
        raise BadInput(f"{place}.gameId", "", "a game id")
    text = _text(entry, "gameStatusText", place)
    tip = _tip(entry, text, place)
    number = _take(entry, "gameStatus", int, f"{place}.gameStatus")
    if number not in STATUSES:
        raise BadInput(f"{place}.gameStatus", number, "1, 2 or 3")
    away, home = _tricode(entry, "awayTeam", place), _tricode(entry, "homeTeam", place)
    game_id = safe_id(full_id(source_id, tip), f"{place}.gameId")
    worded = status_of_text(text)
    return Game(
        game_id=game_id,
        tip=tip,
        tip_known=not tip_is_unset(tip, text, teams_known=bool(away and home)),
        away=away,
        home=home,
        type=type_of_id(game_id) or GameType.REGULAR,
        status=worded if worded in CALLED_OFF else STATUSES[number],
    )


def _text(of: Any, key: str, place: str) -> str:
    """A text that must be there but may be null."""
    if isinstance(of, dict) and key in of and of[key] is None:
        return ""
    return str(_take(of, key, str, f"{place}.{key}")).strip()


def _tricode(entry: Any, side: str, place: str) -> str:
    team = _take(entry, side, dict, f"{place}.{side}")
    code = _text(team, "teamTricode", f"{place}.{side}")
    return "" if code.upper() == "TBD" else code


def _tip(entry: Any, text: str, place: str) -> datetime:
    found = _text(entry, "gameDateTimeUTC", place)
    try:
        return parse_instant(found, f"{place}.gameDateTimeUTC")
    except BadInput:
        if text.upper() != "TBD":
            raise
    # A game whose time is still to be set may have none at all; its day is 00:00 ET in UTC.
    return parse_instant(_text(entry, "gameDateUTC", place), f"{place}.gameDateUTC")
