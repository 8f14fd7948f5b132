"""www.googleapis.com: BigDataBall's shared folder in Google Drive, as lists and downloads."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import Any

from shared.core.days import day_of_instant
from shared.core.games import Game
from sim.sources.answers.bigdataball import play_by_play
from sim.sources.exchange import Reply, Request, json_reply, text_reply, z
from sim.sources.timing import Dataset
from sim.sources.world import SourceWorld

_FILES = "/drive/v3/files"
_CONTAINS = re.compile(r"(not )?name contains '([^']*)'")
#: Drive gives fewer files than asked for when it likes: here, so that pages occur.
MOST = 8
#: The days that the folder shows: what is older has moved to an archive.
SHOWN = timedelta(days=30)


def answer(world: SourceWorld, request: Request) -> Reply:
    """A page of the list, or a file's content; 401 without a bearer token."""
    if not request.headers.get("authorization", "").startswith("Bearer "):
        return _refuse(401, "Request is missing required authentication credential.")
    if request.path == _FILES:
        return _list(world, request)
    game = _game_of(world, request.path.removeprefix(f"{_FILES}/"), request.now)
    if game is None or request.query.get("alt") != "media":
        return _refuse(404, "File not found.")
    return text_reply(_content(world, game.game_id), 200, "text/csv")


def _refuse(status: int, message: str) -> Reply:
    return json_reply({"error": {"code": status, "message": message}}, status)


def _list(world: SourceWorld, request: Request) -> Reply:
    try:
        size = min(int(request.query.get("pageSize") or 100), MOST)
        start = int(request.query.get("pageToken") or 0)
    except ValueError:
        return _refuse(400, "Invalid Value")
    wanted = _CONTAINS.findall(request.query.get("q", ""))
    if not wanted:
        return _refuse(400, "Invalid Value")
    found = [
        file
        for file in _files(world, request.now)
        if all((text in file["name"]) != bool(no) for no, text in wanted)
    ]
    payload: dict[str, Any] = {"incompleteSearch": False, "files": found[start : start + size]}
    if start + size < len(found):
        payload["nextPageToken"] = str(start + size)
    return json_reply(payload)


def _files(world: SourceWorld, now: datetime) -> list[dict[str, Any]]:
    """What the folder shows, by name: a file a game, and one of many games."""
    first, last = day_of_instant(now - SHOWN), day_of_instant(now)
    files = [
        _file(world, game)
        for game in world.seasons.last.games
        if first <= game.day <= last and world.is_out(game.game_id, Dataset.DRIVE, now)
    ]
    combined = {"id": "combined", "name": f"[{first}]-[{last}]-combined-stats.csv", "size": "1"}
    return sorted([*files, combined], key=lambda file: str(file["name"]))


def _file(world: SourceWorld, game: Game) -> dict[str, Any]:
    def make() -> dict[str, Any]:
        content = _content(world, game.game_id).encode()
        at = world.published(game.game_id, Dataset.DRIVE)
        return {
            "id": world.chance.hex32("drive", game.game_id),
            "name": f"[{game.day}]-{game.game_id}-{game.away}@{game.home}.csv",
            "mimeType": "text/csv",
            "size": str(len(content)),
            "modifiedTime": z(at) if at else "",
            "md5Checksum": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        }

    return world.once(("drive", game.game_id), make)


def _game_of(world: SourceWorld, file_id: str, now: datetime) -> Game | None:
    first = day_of_instant(now - SHOWN)
    return next(
        (
            game
            for game in world.seasons.last.games
            if first <= game.day
            and world.is_out(game.game_id, Dataset.DRIVE, now)
            and world.chance.hex32("drive", game.game_id) == file_id
        ),
        None,
    )


def _content(world: SourceWorld, game_id: str) -> str:
    return world.once(("bigdataball", game_id), lambda: play_by_play(world, game_id))
