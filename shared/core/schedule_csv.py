"""Season schedules as CSV: one row per game; game_id, tipoff_utc, away and home are needed.

Only tipoff_utc is an instant: columns such as tipoff_et or game_date_et, whose offsets are
wrong in the files people pass around, are never read. Unknown columns are ignored.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping

from shared.core.errors import BadInput
from shared.core.games import (
    Game,
    GameStatus,
    GameType,
    full_id,
    one_of_each,
    parse_instant,
    safe_id,
    season_of_id,
    status_of_text,
    tip_is_unset,
    type_of_id,
)

NEEDED = ("game_id", "tipoff_utc", "away", "home")
FLAGS: Mapping[str, bool | None] = {
    "": None, "0": False, "false": False, "no": False, "1": True, "true": True, "yes": True,
}  # fmt: skip
#: Types by name without punctuation; only asked when the id is not an NBA id.
HINTS: Mapping[str, GameType] = {
    "": GameType.REGULAR,
    "regular": GameType.REGULAR,
    "regularseason": GameType.REGULAR,
    "preseason": GameType.PRESEASON,
    "allstar": GameType.ALL_STAR,
    "allstargame": GameType.ALL_STAR,
    "playoffs": GameType.PLAYOFFS,
    "playin": GameType.PLAY_IN,
    "cupfinal": GameType.CUP_FINAL,
}
#: A year alone is not read: it is the season's first year in one source, its last in another.
SEASON = re.compile(r"([12][0-9]{3})[-/](?:[0-9]{2}){1,2}")


def parse_schedule_csv(text: str, *, place: str) -> tuple[Game, ...]:
    """The games of a schedule CSV, one per id; `place` is the file's name in errors.

    A row whose id names another season than its season column (as 2024-25) is left out: such
    files carry rows of the next preseason. A second row of an id: see `one_of_each`. Raises
    BadInput naming file, line and column; a header without rows gives ().
    """
    games = []
    for where, row in _rows(text, place):
        game = _game(row, where)
        said, named = SEASON.fullmatch(row.get("season", "")), season_of_id(game.game_id)
        if said and named and said[1] != named[:4]:
            continue
        games.append(game)
    return one_of_each(games)


def _rows(text: str, place: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each row that is not blank, by column name, with its place."""
    # newline="": the csv module itself reads CRLF, and line breaks inside quotes.
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    header: list[str] = []
    try:
        for cells in reader:
            row = [cell.strip() for cell in cells]
            if not any(row):
                continue
            where = f"{place} line {reader.line_num}"
            if not header:
                header = _header(row, where)
                continue
            if len(row) != len(header):
                raise BadInput(where, f"{len(row)} cells", f"{len(header)}, as in the header")
            yield where, dict(zip(header, row, strict=True))
    except csv.Error as e:
        raise BadInput(f"{place} line {reader.line_num}", str(e), "valid CSV") from e
    if not header:
        raise BadInput(f"{place} line 1", "nothing", "a header with " + ", ".join(NEEDED))


def _header(cells: list[str], where: str) -> list[str]:
    for name in NEEDED:
        if cells.count(name) != 1:
            found = f"{cells.count(name)} columns {name} in {','.join(cells)[:200]}"
            raise BadInput(where, found, "a header with one each of " + ", ".join(NEEDED))
    return cells


def _game(row: Mapping[str, str], where: str) -> Game:
    tip = parse_instant(row["tipoff_utc"], f"{where} column tipoff_utc")
    if not row["game_id"]:
        raise BadInput(f"{where} column game_id", "", "a game id")
    game_id = safe_id(full_id(row["game_id"], tip), f"{where} column game_id")
    flag = row.get("tip_tbd", "").lower()
    if flag not in FLAGS:
        raise BadInput(f"{where} column tip_tbd", row["tip_tbd"], "0, 1, true, false or nothing")
    status = row.get("status", "")
    away, home = ("" if row[side].upper() == "TBD" else row[side] for side in ("away", "home"))
    unset = tip_is_unset(tip, status, teams_known=bool(away and home), said=FLAGS[flag])
    return Game(
        game_id=game_id,
        tip=tip,
        tip_known=not unset,
        away=away,
        home=home,
        type=type_of_id(game_id) or _hint(row, where),
        status=status_of_text(status) or GameStatus.SCHEDULED,
    )


def _hint(row: Mapping[str, str], where: str) -> GameType:
    column = "game_type" if row.get("game_type") else "season_type"
    text = row.get(column, "")
    found = HINTS.get(re.sub(r"[^a-z]", "", text.lower()))
    if found is None:
        raise BadInput(f"{where} column {column}", text, "one of " + ", ".join(GameType))
    return found
