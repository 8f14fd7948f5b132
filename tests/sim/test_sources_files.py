"""What the simulated sites of files and pages answer when the question is wrong or early."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import pytest

from shared.core.calendar import Calendar
from shared.core.days import wall
from shared.core.games import Game, GameType
from sim.sources.answers import answer
from sim.sources.exchange import Reply, Request
from sim.sources.timing import Dataset
from sim.sources.world import SourceWorld

DAY = date(2025, 11, 12)
GAME = "0022500213"
DMZ, WEB, BR = "statsdmz.nba.com", "www.nba.com", "www.basketball-reference.com"
DRIVE, FILES = "www.googleapis.com", "/drive/v3/files"
MEDIA = {"alt": "media"}
BOOK = "/pdfs/20251112/20251112_MILCHA.pdf"


def a_world() -> SourceWorld:
    tip = wall(DAY, time(19))
    game = Game(game_id=GAME, tip=tip, away="MIL", home="CHA", type=GameType.REGULAR)
    return SourceWorld(Calendar.of([game]), seed=4, troubles=False)


def asked(
    host: str,
    path: str,
    query: Mapping[str, str] | None = None,
    *,
    now: datetime | None = None,
    token: str = "Bearer t",
) -> Reply:
    headers = {"authorization": token} if token else {}
    noon = wall(DAY + timedelta(days=1), time(12))
    request = Request(host=host, path=path, query=query or {}, headers=headers, now=now or noon)
    return answer(a_world(), request)


@pytest.mark.parametrize(
    ("host", "path"),
    [
        (DMZ, "/pdfs/20251112/20251112_CHAMIL.pdf"),
        (DMZ, "/pdfs/20251111/20251112_MILCHA.pdf"),
        (DMZ, "/pdfs/20251112/20251112_UNKUNK.pdf"),
        (DMZ, "/pdfs/20251399/20251399_MILCHA.pdf"),
        # This world has short books alone.
        (DMZ, "/pdfs/20251112/20251112_MILCHA_book.pdf"),
        (WEB, "/team/1610612752/celtics/roster"),
        (WEB, "/team/1610612999/knicks/roster"),
        (WEB, "/team/knicks"),
        (BR, "/teams/BKN/2026.html"),
        (BR, "/teams/NYK/2020.html"),
        (DRIVE, f"{FILES}/nothing"),
    ],
)
def test_what_is_not_there_is_404(host: str, path: str) -> None:
    assert asked(host, path, MEDIA).status == 404


def test_a_gamebook_comes_twenty_minutes_after_the_game_at_the_earliest() -> None:
    world = a_world()
    at, times = world.published(GAME, Dataset.GAMEBOOK), world.times(GAME)
    assert at is not None
    assert times is not None
    assert timedelta(minutes=20) <= at - times.end <= timedelta(minutes=90)
    assert asked(DMZ, BOOK, now=at - timedelta(seconds=1)).status == 404
    book = asked(DMZ, BOOK, now=at)
    assert (book.status, book.body[:4]) == (200, b"%PDF")


@pytest.mark.parametrize("token", ["", "t", "Basic t"])
def test_drive_wants_a_bearer_token(token: str) -> None:
    reply = asked(DRIVE, FILES, {"q": f"name contains '{GAME}'"}, token=token)
    assert reply.status == 401
    assert json.loads(reply.body)["error"]["code"] == 401


@pytest.mark.parametrize(
    "query", [{}, {"q": "everything"}, {"q": f"name contains '{GAME}'", "pageToken": "x"}]
)
def test_drive_refuses_a_question_that_is_none(query: dict[str, str]) -> None:
    assert asked(DRIVE, FILES, query).status == 400


def test_drive_lists_a_file_with_its_size_and_gives_that_many_bytes() -> None:
    query = f"name contains '{GAME}' and not name contains 'combined-stats'"
    reply = asked(DRIVE, FILES, {"q": query})
    (file,) = json.loads(reply.body)["files"]
    assert file["name"] == f"[{DAY}]-{GAME}-MIL@CHA.csv"
    content = asked(DRIVE, f"{FILES}/{file['id']}", MEDIA).body
    assert str(len(content)) == file["size"]
    assert content.decode().splitlines()[1].startswith(f"{GAME.lstrip('0')},")


def test_a_file_of_many_games_lies_in_the_folder_too() -> None:
    reply = asked(DRIVE, FILES, {"q": "name contains 'combined-stats'"})
    assert len(json.loads(reply.body)["files"]) == 1
