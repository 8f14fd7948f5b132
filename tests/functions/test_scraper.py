"""scraper: one chunk, one outcome, whatever is delivered how often."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.core.errors import BadInput
from shared.core.messages import ChunkOrder, ScrapeRequest
from shared.core.workflows import Step
from shared.errors import PortUnavailable
from tests.core.made import NOV_12, at
from tests.functions.worlds import Here, order


def chunk(here: Here, scraper: str = "bdl_standings", **changes: Any) -> ChunkOrder:
    """The one chunk of an execution of this scraper, at 09:00."""
    run = order("referee_discovery", here.at("09:00"), steps=(Step(scrapers=(scraper,)),))
    here.deliver("executor", run)
    (found,) = here.pulled()
    assert isinstance(found, ChunkOrder)
    return replace(found, **changes)


def row(here: Here) -> dict[str, Any]:
    (found,) = here.rows("scraper_execution_log")
    return dict(found)


def test_a_success_writes_a_file_announces_it_reports_and_logs(here: Here) -> None:
    here.deliver("scraper", chunk(here))
    (ready,), (report,) = here.pulled("files-ready"), here.pulled("run-advance")
    assert ready.path == "balldontlie/standings/2025-11-12/2025-11-12/20251112T140000Z.json"
    assert (ready.table, ready.record_count) == ("bdl_standings", 1)
    assert report.execution_id == "2025-11-12.referee_discovery.20251112T140000Z.1"
    found = row(here)
    assert (found["status"], found["record_count"], found["complete"]) == ("success", 1, True)
    assert found["run_id"] == f"{report.execution_id}.bdl_standings.2025-11-12"
    assert found["gcs_path"] == ready.path
    assert (found["workflow"], found["source"]) == ("referee_discovery", "CONTROLLER")


def test_no_data_is_not_a_failure_and_writes_no_file(here: Here) -> None:
    here.answer = lambda _: httpx.Response(200, json={"data": []})
    here.deliver("scraper", chunk(here))
    found = row(here)
    assert (found["status"], found["record_count"], found["complete"]) == ("no_data", 0, False)
    assert (found["gcs_path"], found["error_type"]) == (None, None)
    assert here.pulled("files-ready") == []
    assert len(here.pulled("run-advance")) == 1


@pytest.mark.parametrize(
    ("answer", "error", "calls"),
    [
        (httpx.Response(404), "http_4xx", 1),
        (httpx.Response(500), "http_5xx", 3),  # tries: 3
        (httpx.Response(200, content=b"<!DOCTYPE html><html>"), "error_page", 1),
        (httpx.Response(200, content=b"{"), "malformed", 1),
    ],
)
def test_a_failing_source_is_an_outcome_and_acked(
    here: Here, answer: httpx.Response, error: str, calls: int
) -> None:
    here.answer = lambda _: httpx.Response(answer.status_code, content=answer.content)
    here.deliver("scraper", chunk(here))
    found = row(here)
    assert (found["status"], found["error_type"]) == ("failed", error)
    assert found["error_message"]
    assert len(here.asked) == calls
    assert len(here.pulled("run-advance")) == 1


def test_a_missing_secret_fails_the_run_and_not_the_function(here: Here) -> None:
    from sim.memory import MemorySecrets

    object.__setattr__(here.world, "secrets", MemorySecrets())
    here.deliver("scraper", chunk(here))
    assert row(here)["error_type"] == "missing_secret"
    assert here.asked == []


def test_an_expired_chunk_asks_nobody_and_is_reported_like_any_other(here: Here) -> None:
    late = chunk(here)
    here.clock.set(late.not_after + timedelta(minutes=5, seconds=1))
    here.deliver("scraper", late)
    assert here.asked == []
    assert row(here)["error_type"] == "expired"
    assert len(here.pulled("run-advance")) == 1


def test_an_unknown_scraper_is_refused_and_one_of_a_newer_configuration_waits(here: Here) -> None:
    unknown = replace(chunk(here), scraper="nbac_new")
    with pytest.raises(BadInput, match=r"scraper: found \[nbac_new\], allowed: bdl_"):
        here.deliver("scraper", unknown)
    with pytest.raises(PortUnavailable, match="config newer knows it"):
        here.deliver("scraper", replace(unknown, config_version="newer"))


def test_a_scraper_that_is_not_available_is_refused_by_name(here: Here) -> None:
    known = here.config.scrapers
    off = replace(known["bdl_games"], available=False)
    config = replace(here.config, scrapers={**known, "bdl_games": off})
    there = Here(clock=here.clock, config=config)
    with pytest.raises(BadInput, match=r"scraper: found \[bdl_games\], allowed: bdl_active"):
        there.deliver("scraper", ScrapeRequest(scraper="bdl_games"))


@pytest.mark.parametrize("topic", ["files-ready", "run-advance"])
def test_a_port_that_fails_raises_and_the_redelivery_does_not_ask_again(
    here: Here, topic: str
) -> None:
    found = chunk(here)
    here.shut.add(topic)
    with pytest.raises(PortUnavailable):
        here.deliver("scraper", found)
    here.shut.clear()
    here.deliver("scraper", found)
    assert len(here.asked) == 1
    assert {type(m).__name__ for m in here.pulled()} == {"FileReady", "Advance"}
    assert row(here)["status"] == "success"


def test_while_the_tables_are_away_a_file_is_announced_once(here: Here) -> None:
    order = chunk(here)
    for _ in range(5):
        here.deliver_without_tables("scraper", order)
    assert len(here.pulled("files-ready")) == 1
    here.deliver("scraper", order)
    assert row(here)["status"] == "success"
    # Once more: whoever was told first may have been told by a delivery that then died.
    assert len(here.pulled("files-ready")) == 1
    assert len(here.pulled("run-advance")) == 2
    here.deliver("scraper", order)
    assert here.pulled() == []


def test_a_file_from_before_a_crash_is_used_and_not_fetched_again(here: Here) -> None:
    """The crash comes after the file and before the outcome: the state bucket fails once."""
    found = chunk(here)
    state = here.state

    class Down:
        def __getattr__(self, name: str) -> Any:
            return getattr(state, name)

        def create_once(self, *_: object) -> Any:
            raise PortUnavailable("the state bucket is down")

    object.__setattr__(here.world, "state", Down())
    with pytest.raises(PortUnavailable):
        here.deliver("scraper", found)
    object.__setattr__(here.world, "state", state)
    here.clock.advance(300)
    here.deliver("scraper", found)
    assert len(here.asked) == 1
    assert row(here)["status"] == "success"
    assert row(here)["record_count"] == 1
    assert row(here)["triggered_at"] == at("09:00").isoformat()


def test_a_redelivery_after_the_end_does_nothing(here: Here) -> None:
    found = chunk(here)
    here.deliver("scraper", found)
    here.pulled()
    sent = here.journal.sent
    here.deliver("scraper", found)
    assert here.journal.sent == sent
    assert here.pulled() == []
    assert len(here.asked) == 1


def test_two_deliveries_at_once_ask_the_source_once(here: Here) -> None:
    """The second waits for the first one's outcome; the source answers when both are there."""
    found = chunk(here)
    asked = threading.Event()
    go_on = threading.Event()

    def slow(_: httpx.Request) -> httpx.Response:
        asked.set()
        assert go_on.wait(10)
        return httpx.Response(200, json={"data": [{"team": "BOS"}]})

    here.answer = slow
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(here.deliver, "scraper", found)
        assert asked.wait(10)
        second = pool.submit(here.deliver, "scraper", found)
        go_on.set()
        first.result(10)
        second.result(10)
    assert len(here.asked) == 1
    assert len(here.rows("scraper_execution_log")) == 1


def test_a_scrape_by_hand_is_nobodys_execution(here: Here) -> None:
    here.at("14:37")
    here.deliver("scraper", ScrapeRequest(scraper="bdl_standings"), message_id="5")
    found = row(here)
    assert (found["workflow"], found["source"]) == ("MANUAL", "MANUAL")
    assert (found["workflow_execution_id"], found["decision_id"]) == ("manual.5", None)
    assert [type(m).__name__ for m in here.pulled()] == ["FileReady"]


@pytest.mark.parametrize(
    ("request_", "place", "found"),
    [
        (ScrapeRequest(scraper="nbac"), "scraper", "nbac"),
        (ScrapeRequest(scraper="espn_roster", params={"team": "XXX"}), "team", "XXX"),
        (ScrapeRequest(scraper="oddsa_game_lines"), "oddsa_game_lines", "no event"),
        (
            ScrapeRequest(scraper="nbac_team_boxscore", game="0022500009"),
            "game of 2025-11-12",
            "0022500009",
        ),
        (
            ScrapeRequest(scraper="nbac_team_boxscore", target_date=NOV_12.replace(day=27)),
            "games of 2025-11-27",
            "none",
        ),
    ],
)
def test_a_scrape_by_hand_that_cannot_be_says_what_can(
    here: Here, request_: ScrapeRequest, place: str, found: str
) -> None:
    with pytest.raises(BadInput) as bad:
        here.deliver("scraper", request_)
    assert bad.value.place.removeprefix("scrape-request ") == place
    assert bad.value.found == found
    assert bad.value.allowed
