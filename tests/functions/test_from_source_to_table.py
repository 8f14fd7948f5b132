"""Every scraper listed in tests/scrapers/shapes.py, from the source's answer to its raw table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest

from shared.core.games import Game, GameType
from shared.core.messages import FileReady, ScrapeRequest
from shared.core.targets import TargetKind
from sim.memory import MemorySecrets
from tests.core.made import at, config
from tests.functions.worlds import Here
from tests.scrapers.shapes import CASES, DEN_LAC, ORL_NYK

GAMES = (
    Game(game_id=ORL_NYK, tip=at("19:00"), away="ORL", home="NYK", type=GameType.REGULAR),
    Game(game_id=DEN_LAC, tip=at("22:30"), away="DEN", home="LAC", type=GameType.REGULAR),
)


def scraped(here: Here, scraper: str, answers: Sequence[httpx.Response]) -> dict[str, Any]:
    """The row of the scraper's one run by hand, after its file has been loaded."""
    case = CASES[scraper]
    here.import_schedule(*GAMES)
    here.at("13:00")
    here.answer = lambda _: _copy(answers[min(len(here.asked), len(answers)) - 1])
    by = {TargetKind.TEAM: "team", TargetKind.EVENT: "event"}
    params = {by[case.kind]: case.id_} if case.kind in by else {}
    game = case.id_ if case.kind is TargetKind.GAME else None
    here.deliver("scraper", ScrapeRequest(scraper=scraper, game=game, params=params))
    for file in here.pulled("files-ready"):
        assert isinstance(file, FileReady)
        here.deliver("loader", file)
    (row,) = here.rows("scraper_execution_log")
    return dict(row)


def _copy(answer: httpx.Response) -> httpx.Response:
    return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.mark.parametrize("scraper", CASES)
class TestEachScraper:
    def test_success_is_rows_in_its_table(self, here: Here, scraper: str) -> None:
        case, table = CASES[scraper], here.config.scrapers[scraper].table
        found = scraped(here, scraper, case.whole)
        assert (found["status"], found["error_type"]) == ("success", None)
        assert (found["record_count"], found["requests"]) == (case.records, len(case.paths))
        assert sorted(json.loads(found["data_summary"])["covers"]) == sorted(case.covers)
        loads = here.rows("file_processing_log")
        if table is None:
            assert loads == []
            return
        assert [(load["status"], load["rows_loaded"]) for load in loads] == [
            ("loaded", case.records)
        ]
        rows = here.warehouse.rows(table)
        assert {row["scraper_name"] for row in rows} == {scraper}
        stored = json.loads(here.raw.read(found["gcs_path"]))["records"]
        assert [json.loads(row["record"]) for row in rows] == stored

    def test_no_data_writes_nothing_and_is_no_failure(self, here: Here, scraper: str) -> None:
        found = scraped(here, scraper, CASES[scraper].empty[0])
        assert (found["status"], found["record_count"]) == ("no_data", 0)
        assert (found["complete"], found["gcs_path"], found["error_type"]) == (False, None, None)
        assert here.rows("file_processing_log") == []

    def test_failed_writes_nothing_and_says_why(self, here: Here, scraper: str) -> None:
        page = httpx.Response(200, content=b"<!DOCTYPE html><title>We'll be right back</title>")
        found = scraped(here, scraper, [*CASES[scraper].whole[:-1], page])
        assert (found["status"], found["error_type"]) == ("failed", "error_page")
        assert found["error_message"]
        assert (found["record_count"], found["complete"], found["gcs_path"]) == (0, False, None)


KEYED = [name for name in CASES if config().source_of(name).secret]


@pytest.mark.parametrize("scraper", KEYED)
def test_no_key_is_in_anything_that_was_written(here: Here, scraper: str) -> None:
    """Not even where the source itself repeats it."""
    key = "k3y-4711"
    secret = str(here.config.source_of(scraper).secret)
    here.world = replace(here.world, secrets=MemorySecrets({secret: key}))
    refusal = httpx.Response(403, content=f'{{"message": "{key} is not allowed"}}'.encode())
    scraped(here, scraper, [*CASES[scraper].whole[:-1], refusal])
    bodies = [files.read(s.name) for files in (here.raw, here.state) for s in files.list("")]
    told = [json.dumps(row) for row in here.rows("scraper_execution_log")]
    assert not any(key.encode() in body for body in bodies)
    assert not any(key in text for text in (*told, *map(str, here.log.lines)))
    # It was sent, all the same.
    assert key in f"{here.asked[-1].url} {dict(here.asked[-1].headers)}"


def test_what_is_complete_is_measured_by_the_calendar(here: Here) -> None:
    """One of two games is there: whole for the first while only that one is over."""
    here.import_schedule(*GAMES)
    answer = CASES["bdl_games"].whole[1]
    first = CASES["bdl_games"].whole[0].json()
    page = httpx.Response(200, json={"data": first["data"] + answer.json()["data"]})
    here.answer = lambda _: _copy(page)
    for text, complete in (("13:00", True), ("22:01", True), ("+01:31", False)):
        here.at(text)
        here.deliver("scraper", ScrapeRequest(scraper="bdl_games"), message_id=text)
        row = here.rows("scraper_execution_log")[-1]
        assert (text, row["status"], row["complete"]) == (text, "success", complete)


def test_pages_that_take_too_long_end_before_the_push_does(here: Here) -> None:
    """A page a 100 s: those at 0 to 400 s are asked for, the one at 500 s is not (420 s)."""
    here.import_schedule(*GAMES)

    def answer(_: httpx.Request) -> httpx.Response:
        # By the clock of the world: the limiter and the retries use the same.
        here.clock.advance(100)
        number = len(here.asked)
        page = {"data": [{"player": {"id": number}}], "meta": {"next_cursor": number}}
        return httpx.Response(200, json=page)

    here.answer = answer
    source = replace(here.config.sources["balldontlie"], timeout=200)
    sources = {**here.config.sources, "balldontlie": source}
    here.world = replace(here.world, config=replace(here.config, sources=sources))
    here.deliver("scraper", ScrapeRequest(scraper="bdl_injuries"))
    (row,) = here.rows("scraper_execution_log")
    assert (row["status"], row["error_type"]) == ("failed", "out_of_time")
    assert (row["requests"], len(here.asked)) == (5, 5)
    assert "cursor=5" in row["error_message"]
