"""API credits across instances: told through the state bucket, refused before they are spent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.core.messages import ScrapeRequest
from shared.credits import newest_balance, note_balance
from tests.core.made import NOV_12
from tests.functions.worlds import Here
from tests.scrapers.shapes import CASES, EVENT

LINES = ScrapeRequest(scraper="oddsa_game_lines", params={"event": EVENT})
HISTORY = ScrapeRequest(scraper="oddsa_game_lines_his", params={"event": EVENT})


def answering(here: Here, left: int, cost: int, scraper: str = "oddsa_game_lines") -> None:
    body = CASES[scraper].whole[0].content
    headers = {"x-requests-remaining": str(left), "x-requests-last": str(cost)}
    here.answer = lambda _: httpx.Response(200, headers=headers, content=body)


@contextmanager
def another(here: Here) -> Iterator[Here]:
    """Another instance: the same buckets and tables, and a memory of its own."""
    there = Here(clock=here.clock, config=here.config)
    there.state, there.raw, there.journal, there.bus = here.state, here.raw, here.journal, here.bus
    there.world = replace(
        there.world, state=here.state, raw=here.raw, journal=here.journal, bus=here.bus
    )
    yield there
    there.world.close()


def row(here: Here, message_id: str) -> dict[str, Any]:
    (found,) = (
        row
        for row in here.rows("scraper_execution_log")
        if row["workflow_execution_id"] == f"manual.{message_id}"
    )
    return dict(found)


def test_a_run_records_its_requests_and_credits(here: Here) -> None:
    here.at("13:00")
    answering(here, 9_998, 2)
    here.deliver("scraper", LINES, message_id="1")
    found = row(here, "1")
    assert (found["status"], found["requests"], found["retry_count"]) == ("success", 1, 0)
    assert (found["credits"], found["credits_left"]) == (2, 9_998)


def test_a_failed_run_records_them_too(here: Here) -> None:
    here.at("13:00")
    headers = {"x-requests-remaining": "9999", "x-requests-last": "0"}
    here.answer = lambda _: httpx.Response(500, headers=headers)
    here.deliver("scraper", LINES, message_id="1")
    found = row(here, "1")
    assert (found["status"], found["requests"], found["retry_count"]) == ("failed", 3, 2)
    assert (found["credits"], found["credits_left"]) == (0, 9_999)


def test_a_source_without_credits_records_none(here: Here) -> None:
    here.deliver("scraper", ScrapeRequest(scraper="bdl_standings"), message_id="1")
    found = row(here, "1")
    assert (found["requests"], found["credits"], found["credits_left"]) == (1, None, None)
    assert here.names("credits/") == []


def test_what_one_instance_learns_another_keeps_to(here: Here) -> None:
    """515 left: a call of 20 would spend the reserve of 500."""
    here.at("13:00")
    answering(here, 515, 2)
    here.deliver("scraper", LINES, message_id="1")
    assert here.names("credits/") == [
        "credits/odds_api/2025-11-12/20251112T180000Z.manual.1.s1.oddsa_game_lines.1.json"
    ]
    with another(here) as there:
        there.deliver("scraper", HISTORY, message_id="2")
        assert there.asked == []
        found = row(there, "2")
        assert (found["status"], found["error_type"]) == ("failed", "out_of_credits")
        assert found["error_message"].endswith(
            ": credits: 515 left, this call costs 20, reserve 500"
        )
        assert (found["requests"], found["credits"], found["credits_left"]) == (0, None, None)
        # What is cheap enough is asked for all the same: 515 - 2 leaves 513.
        answering(there, 513, 2)
        there.deliver("scraper", LINES, message_id="3")
        assert row(there, "3")["status"] == "success"


def test_one_execution_of_many_events_stops_at_the_reserve(here: Here) -> None:
    """Each answer tells what is left: 506, 504, 502, 500, and no further."""
    here.at("13:00")
    left = iter(range(506, 0, -2))
    events = [f"{n:032x}" for n in range(1, 8)]

    def answer(request: httpx.Request) -> httpx.Response:
        number = request.url.path.split("/")[-2]
        body = {**CASES["oddsa_game_lines"].whole[0].json(), "id": number}
        headers = {"x-requests-remaining": str(next(left)), "x-requests-last": "2"}
        return httpx.Response(200, headers=headers, json=body)

    here.answer = answer
    for n, event in enumerate(events):
        here.clock.advance(1)
        request = replace(LINES, params={"event": event})
        here.deliver("scraper", request, message_id=f"e{n}")
    states = [row(here, f"e{n}")["status"] for n in range(len(events))]
    assert states == ["success"] * 4 + ["failed"] * 3
    assert len(here.asked) == 4


def test_a_redelivery_asks_nobody_and_tells_nothing_twice(here: Here) -> None:
    here.at("13:00")
    answering(here, 900, 2)
    for _ in range(3):
        here.deliver("scraper", LINES, message_id="1")
    assert (len(here.asked), len(here.names("credits/"))) == (1, 1)


def test_free_calls_tell_of_a_new_month(here: Here) -> None:
    here.at("13:00")
    note_balance(here.state, "odds_api", "c0", here.clock.now() - timedelta(hours=1), 3)
    here.deliver("scraper", LINES, message_id="1")
    assert row(here, "1")["error_type"] == "out_of_credits"
    answering(here, 100_000, 0, "oddsa_events")
    here.deliver("scraper", ScrapeRequest(scraper="oddsa_events"), message_id="2")
    answering(here, 99_998, 2)
    here.deliver("scraper", LINES, message_id="3")
    assert row(here, "3")["status"] == "success"


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ((), None),
        # The newest, whatever the order of writing.
        (((-60, 5), (-30, 4), (-90, 9)), 4),
        # Yesterday's counts where today has none; the day before yesterday's is forgotten.
        (((-26 * 3600, 7),), 7),
        (((-49 * 3600, 7),), None),
    ],
)
def test_the_newest_balance_of_today_and_yesterday_counts(
    here: Here, told: tuple[tuple[int, int], ...], found: int | None
) -> None:
    now = here.at("13:00", NOV_12)
    for n, (seconds, left) in enumerate(told):
        note_balance(here.state, "odds_api", f"c{n}", now + timedelta(seconds=seconds), left)
    note_balance(here.state, "odds_api_two", "c", now, 1)
    newest = newest_balance(here.state, "odds_api", now)
    assert (newest and newest[1]) == found
