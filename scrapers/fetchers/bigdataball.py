"""BigDataBall: play-by-play with the players on the floor, CSV files in a shared Drive folder.

They come 6 to 12 hours after a game, named `[2025-11-12]-0022500201-ORL@NYK.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from scrapers.base import Ask, Fetched, Http, Record
from scrapers.csv_rows import rows_of
from scrapers.fetchers.google_drive import download, list_files
from scrapers.params import day_games, need, need_date
from shared.core.games import NBA_ID
from shared.errors import SourceFailure

#: Files of many games, which repeat the rows of the single ones.
COMBINED = "combined-stats"
#: Periods of a game without overtime.
REGULATION = 4
#: No period and no score has as many digits.
MOST_DIGITS = 10

#: Columns without which a row cannot be told from another.
COLUMNS = ("game_id", "period", "play_id", "event_type", "away_score", "home_score")

_ID = re.compile(rf"(?<![0-9])({NBA_ID.pattern})(?![0-9])")


def fetch_listing(ask: Ask, http: Http) -> Fetched:
    """One record per game file of the date; covers the games whose file is there."""
    day = need_date(ask)
    query = f"name contains '{day.isoformat()}' and not name contains '{COMBINED}'"
    files, pages = list_files(http, query, ask.scraper)
    records = [
        {**file, "game_id": found[1]}
        for file in files
        if (found := _ID.search(str(file["name"]))) and _is_of(day, str(file["name"]))
    ]
    listed = {str(record["game_id"]) for record in records}
    games = day_games(ask)
    wanted = listed if games is None else listed & {game.game_id for game in games}
    return Fetched(
        records=records,
        covers=tuple(sorted(wanted)),
        stats={"pages": pages, "other_files": len(files) - len(records)},
    )


def fetch_play_by_play(ask: Ask, http: Http) -> Fetched:
    """One record per CSV row of the game's newest file, each once; the file is attached.

    Covers the game once it has ended in them. No file yet: no records.
    """
    game = need(ask, "game")
    if not NBA_ID.fullmatch(game):
        raise SourceFailure("missing_parameter", f"{ask.scraper}: [{game}] is no game id")
    query = f"name contains '{game}' and not name contains '{COMBINED}'"
    files, pages = list_files(http, query, ask.scraper)
    mine = [file for file in files if _is_game_file(str(file["name"]), game)]
    if not mine:
        return Fetched(records=(), stats={"files": 0, "pages": pages})
    newest = max(mine, key=lambda file: (str(file.get("modifiedTime", "")), str(file["id"])))
    response = download(http, newest, ask.scraper)
    rows = rows_of(response, ask.scraper, COLUMNS)
    for row in rows:
        # Spreadsheets drop the leading zeros.
        found = str(row["game_id"]).strip('="').zfill(len(game))
        if found != game:
            raise SourceFailure("malformed", f"{ask.scraper}: asked for {game}, got [{found}]")
    records = list({tuple(row.items()): {**row, "game_id": game} for row in rows}.values())
    return Fetched(
        records=records,
        covers=(game,) if has_ended(records) else (),
        attachments={"csv": response.body},
        stats={
            "file": newest["name"],
            "modified": newest.get("modifiedTime"),
            "files": len(mine),
            "pages": pages,
            "repeated_rows": len(rows) - len(records),
        },
    )


def has_ended(rows: Sequence[Record]) -> bool:
    """Whether the last period of a whole game has ended and somebody has won."""
    if not rows:
        return False
    ends = {_number(row["period"]) for row in rows if row["event_type"] == "end of period"}
    last = max(_number(row["period"]) for row in rows)
    scores = [(_number(row["away_score"]), _number(row["home_score"])) for row in rows]
    away, home = max(scores, key=sum)
    return last >= REGULATION and last in ends and away != home


def _number(text: object) -> int:
    found = str(text or "").strip()
    return int(found) if found.isdecimal() and len(found) < MOST_DIGITS else 0


def _is_of(day: date, name: str) -> bool:
    return day.isoformat() in name and name.lower().endswith(".csv")


def _is_game_file(name: str, game: str) -> bool:
    found = _ID.search(name)
    return bool(found and found[1] == game) and name.lower().endswith(".csv")
