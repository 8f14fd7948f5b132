"""Functions: what no other test looked at, because another guard would have healed it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from shared import records
from shared.core.errors import BadInput
from shared.core.messages import ChunkOrder, RunOrder, ScrapeRequest, Tick
from shared.core.workflows import Step
from shared.effects import CleanupRecord, perform_cleanup
from shared.errors import PortUnavailable
from shared.messages import EXECUTE_SWEEP, Event
from shared.planning import ensure_plan, revise_plan
from sim.clock import ManualClock
from tests.core.made import NOV_12, at, game
from tests.functions.test_loader_cleanup import cleaned, lose, ready
from tests.functions.worlds import Here, function, order

STANDINGS = Step(scrapers=("bdl_standings",))
BOTH = Step(scrapers=("bdl_standings", "bdl_active_players"))


@pytest.fixture
def here() -> Here:
    """05:00 ET of 12 November 2025, with two games in the schedule."""
    made = Here(ManualClock(at("04:00")))
    made.import_schedule(game(1, "19:00"), game(2, "22:30"))
    made.at("05:00")
    return made


def begun(here: Here, *steps: Step) -> tuple[RunOrder, list[ChunkOrder]]:
    """An execution of 09:00 and its first chunks."""
    run = order("referee_discovery", here.at("09:00"), steps=steps)
    here.deliver("executor", run)
    return run, here.pulled()


def statuses(here: Here) -> dict[str, str]:
    return {row["execution_id"]: row["status"] for row in here.rows("workflow_executions")}


def test_a_failed_outcome_is_reported_again_and_not_asked_again(here: Here) -> None:
    """A failed run leaves no file: its outcome alone says that the source was asked."""
    _, (chunk,) = begun(here, STANDINGS)
    here.answer = lambda _: httpx.Response(404)
    here.shut.add("run-advance")
    with pytest.raises(PortUnavailable):
        here.deliver("scraper", chunk)
    here.shut.clear()
    here.deliver("scraper", chunk)
    assert len(here.asked) == 1
    assert len(here.pulled("run-advance")) == 1


def test_five_minutes_after_its_time_an_order_and_a_chunk_still_run(here: Here) -> None:
    run = order("referee_discovery", here.at("09:00"), steps=(STANDINGS,), not_after=at("10:00"))
    here.at("10:05")
    here.deliver("executor", run)
    (chunk,) = here.pulled()
    here.clock.set(chunk.not_after + timedelta(minutes=5))
    here.deliver("scraper", chunk)
    assert [row["status"] for row in here.rows("scraper_execution_log")] == ["success"]


def test_a_report_does_not_send_the_rest_of_its_group_again(here: Here) -> None:
    _, (first, second) = begun(here, BOTH)
    here.deliver("scraper", first)
    (report,) = here.pulled("run-advance")
    here.deliver("executor", report)
    assert here.pulled("scrape-balldontlie") == []
    here.deliver("scraper", second)
    here.rest()
    assert set(statuses(here).values()) == {"completed"}


def test_a_lost_chunk_that_is_sent_again_ends_its_execution_well(here: Here) -> None:
    """Giving up would end it too, as failed: the data would be missing."""
    run, _ = begun(here, STANDINGS)
    here.at("09:15")
    here.deliver("executor", Tick())
    here.rest()
    assert statuses(here) == {run.execution_id: "completed"}
    assert [row["status"] for row in here.rows("scraper_execution_log")] == ["success"]


def test_an_execution_whose_last_report_was_lost_is_ended_by_the_sweep(here: Here) -> None:
    run, (chunk,) = begun(here, STANDINGS)
    here.deliver("scraper", chunk)
    here.pulled("run-advance")
    here.at("09:10")
    here.deliver("executor", Tick())
    assert statuses(here) == {run.execution_id: "completed"}


def test_the_rows_of_a_tick_that_were_never_confirmed_are_appended_by_the_sweep(
    here: Here,
) -> None:
    here.deliver("schedule_locker", Tick())
    here.at("06:00")
    here.journal.down = True
    with pytest.raises(PortUnavailable):
        here.deliver("controller", Tick())
    here.journal.down = False
    here.at("06:10")
    here.deliver("executor", Tick())
    assert len(here.rows("workflow_decisions")) == 8


def test_a_lost_run_of_before_midnight_utc_gets_its_manifest_after_it(here: Here) -> None:
    """19:00 EST is midnight UTC; the lines of 17:00 are due until the tip at 19:00."""
    here.at("18:50")
    here.deliver("controller", Tick())
    lost = {each.execution_id for each in here.pulled("run-decisions")}
    assert lost
    here.at("19:05")
    here.deliver("executor", Tick())
    assert lost <= {name.split("/")[2] for name in here.names("executions/")}


def test_what_a_long_outage_left_behind_is_ended_by_the_hourly_sweep(here: Here) -> None:
    run, _ = begun(here, STANDINGS)
    here.clock.advance(timedelta(days=9).total_seconds())
    here.deliver("executor", Tick())
    assert statuses(here) == {}  # a sweep with every cleanup looks at three days
    event = Event(content=Tick(), message_id="m", published_at=None, topic=EXECUTE_SWEEP)
    function("executor").handle(event, here.world)
    assert statuses(here) == {run.execution_id: "failed"}


def test_two_cleanups_that_decide_one_announcement_make_it_once(here: Here) -> None:
    """Two instances read the loads at once: the claim says whose announcement it is."""
    file = ready(here)
    record = CleanupRecord(rows=[], announce=((1, file),))
    for name in ("cleanups/a.json", "cleanups/b.json"):
        perform_cleanup(here.world, record, name)
    assert here.pulled("files-ready") == [file]


def test_a_file_of_last_night_is_announced_again_after_0500(here: Here) -> None:
    lose(here)
    (again,) = cleaned(here, "+05:15")
    assert again.republished == 1


def test_a_file_without_a_table_is_never_missing(here: Here) -> None:
    """The events of a day lead to odds and are not loaded."""
    tip = "2025-11-13T00:00:00Z"
    event = {"id": "e1", "commence_time": tip, "home_team": "New York Knicks",
             "away_team": "Boston Celtics"}  # fmt: skip
    here.answer = lambda _: httpx.Response(200, json=[event])
    _, (chunk,) = begun(here, Step(scrapers=("oddsa_events",)))
    here.deliver("scraper", chunk)
    (row,) = here.rows("scraper_execution_log")
    assert row["gcs_path"]
    here.pulled()
    assert cleaned(here, "09:45") == []
    assert here.rows("cleanup_operations")[-1]["files_checked"] == 0


def test_without_a_schedule_no_plan_is_revised(here: Here) -> None:
    schedule = records.newest_schedule(here.state, here.config)
    plan = ensure_plan(here.world, NOV_12, by="test", schedule=schedule)
    assert revise_plan(here.world, plan, ran=frozenset(), by="test", schedule=None) is plan


def test_a_window_of_last_night_is_closed_the_next_morning(here: Here) -> None:
    """Of games that nobody obtained; a tick an hour, so that no silence is looked into."""
    here.at("21:00")
    here.deliver("controller", Tick())
    for hour in range(5, 16):
        here.at(f"+{hour:02d}:00")
        here.deliver("controller", Tick())
    aborted = {
        row["workflow_name"]
        for row in here.rows("workflow_decisions")
        if row["action"] == "ABORT" and row["slot_id"].startswith("2025-11-12.post_game")
    }
    assert aborted == {f"post_game_window_{n}" for n in (1, 2, 3)}


@pytest.mark.parametrize("value", ["", "../x", "a b", "a&apiKey=1", "é", "a/b"])
def test_a_value_by_hand_that_could_change_the_address_is_refused(here: Here, value: str) -> None:
    request = ScrapeRequest(scraper="bdl_standings", params={"markets": value})
    with pytest.raises(BadInput, match="scrape-request params markets"):
        here.deliver("scraper", replace(request))
    assert here.asked == []


def test_an_outcome_whose_scraper_may_be_at_work_is_left_to_it(here: Here) -> None:
    _, (chunk,) = begun(here, STANDINGS)
    here.shut.add("run-advance")
    with pytest.raises(PortUnavailable):
        here.deliver("scraper", chunk)
    here.shut.clear()
    here.pulled()
    here.at("09:09")
    here.deliver("executor", Tick())
    assert here.pulled("run-advance") == []
    here.at("09:10")
    here.deliver("executor", Tick())
    assert len(here.pulled("run-advance")) == 1


def closing(here: Here) -> RunOrder:
    """The RUN of the morning, ordered at 06:00 and not taken up before its window closes."""
    here.at("06:00")
    here.deliver("controller", Tick())
    (found,) = (o for o in here.pulled("run-decisions") if o.workflow == "morning_operations")
    assert isinstance(found, RunOrder)
    return found


def words(here: Here, slot_id: str | None) -> list[tuple[str, str]]:
    rows = here.rows("workflow_decisions")
    return [(r["action"], r["reason_code"]) for r in rows if r["slot_id"] == slot_id]


def test_an_order_of_a_slot_that_was_aborted_asks_nothing(here: Here) -> None:
    """Within the five minutes that clocks may differ by it would still be in time."""
    late = closing(here)
    here.clock.set(late.not_after)
    here.deliver("controller", Tick())
    here.pulled()
    here.clock.advance(120)
    here.deliver("executor", late)
    assert here.pulled() == []
    assert statuses(here) == {late.execution_id: "failed"}
    assert words(here, late.slot_id)[-1] == ("ABORT", "missed")


def test_a_slot_whose_run_was_taken_up_as_it_closed_is_not_aborted(here: Here) -> None:
    """An executor has claimed the slot and is about to write the manifest."""
    late = closing(here)
    assert records.claim(here.state, late.game_day, str(late.slot_id), "run")
    here.clock.set(late.not_after)
    here.deliver("controller", Tick())
    assert words(here, late.slot_id)[-1] == ("SKIP", "in_flight")
    here.pulled()
    here.clock.advance(120)
    here.deliver("executor", late)
    assert here.pulled() != []
