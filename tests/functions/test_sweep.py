"""The sweep: what stopped moving is picked up, twice at most, and then given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared import records
from shared.core.messages import RunOrder, Tick
from shared.core.ports import Clock, Stored
from shared.core.workflows import Step
from shared.effects import CleanupRecord
from shared.errors import PortUnavailable
from shared.sweep import FAILURES, sweep
from sim.files import MemoryFiles
from tests.core.made import NOV_12, at, game
from tests.functions.worlds import Here, order

TWO_STEPS = (Step(scrapers=("bdl_standings",)), Step(scrapers=("bdl_active_players",)))


def started(here: Here, *steps: Step) -> RunOrder:
    """An execution that began at 09:00 and whose chunk was lost on its way."""
    run = order("referee_discovery", here.at("09:00"), steps=steps or TWO_STEPS)
    here.deliver("executor", run)
    here.pulled()
    return run


def swept(here: Here, text: str) -> list[str]:
    """The chunks that a sweep at an ET wall time sends."""
    here.at(text)
    here.deliver("executor", Tick(job="execute-workflows"))
    return [c.chunk_id.rsplit(".s", 1)[1] for c in here.pulled("scrape-balldontlie")]


def test_a_chunk_without_outcome_is_sent_again_after_15_and_30_minutes_once_each(
    here: Here,
) -> None:
    started(here)
    sent = {text: swept(here, text) for text in ("09:14", "09:15", "09:20", "09:30", "09:45")}
    assert sent == {
        "09:14": [],
        "09:15": ["1.bdl_standings.1"],
        "09:20": [],
        "09:30": ["1.bdl_standings.1"],
        "09:45": [],
    }
    assert len(here.names("resent/")) == 2


def test_the_wait_begins_anew_with_each_step(here: Here) -> None:
    started(here)
    assert swept(here, "09:30") == ["1.bdl_standings.1"]
    # The chunk sent again runs at 09:31; the report of it leads to step 2, whose chunk is lost.
    here.deliver("executor", Tick())
    run = order("referee_discovery", at("09:00"), steps=TWO_STEPS)
    here.at("09:31")
    here.deliver("executor", run)
    (chunk,) = here.pulled("scrape-balldontlie")
    here.deliver("scraper", chunk)
    (report,) = here.pulled("run-advance")
    here.deliver("executor", report)
    here.pulled()
    assert swept(here, "09:45") == []
    assert swept(here, "09:46") == ["2.bdl_active_players.1"]


def test_at_finish_by_what_has_no_outcome_is_lost_and_the_execution_ends(here: Here) -> None:
    started(here)  # two steps: 90 minutes
    assert swept(here, "10:29") != []
    swept(here, "10:30")
    (row,) = here.rows("workflow_executions")
    assert row["status"] == "failed"
    assert row["scrapers_failed"] == 2
    assert row["error_message"].startswith("lost x2 (2025-11-12: no outcome by 2025-11-12T15:30")
    runs = here.rows("scraper_execution_log")
    assert {r["error_type"] for r in runs} == {"lost"}
    swept(here, "10:45")
    assert len(here.rows("workflow_executions")) == 1


def test_a_run_that_nobody_took_up_gets_its_manifest_after_ten_minutes(here: Here) -> None:
    here.at("09:00")
    here.deliver("controller", Tick())
    lost = {o.execution_id for o in here.pulled("run-decisions")}
    assert lost
    here.at("09:09")
    here.deliver("executor", Tick())
    assert here.names("executions/") == []
    here.at("09:10")
    here.deliver("executor", Tick())
    assert {name.split("/")[2] for name in here.names("executions/")} == lost


def test_a_lost_run_that_is_of_no_use_any_more_ends_expired(here: Here) -> None:
    here.at("09:00")
    here.deliver("controller", Tick())
    here.pulled()
    here.at("15:00")
    here.deliver("executor", Tick())
    ended = {r["workflow_name"]: r["status"] for r in here.rows("workflow_executions")}
    assert ended["morning_operations"] == "failed"  # 10:00 is long past
    assert ended["referee_discovery"] == "failed"


def test_an_outage_of_the_tables_keeps_no_lost_chunk_from_being_sent_again(here: Here) -> None:
    here.at("06:00")
    here.deliver_without_tables("schedule_locker", Tick())
    started(here)
    here.at("09:15")
    here.deliver_without_tables("executor", Tick())
    assert [chunk.scraper for chunk in here.pulled("scrape-balldontlie")] == ["bdl_standings"]
    assert here.names("resent/") != []


def test_a_record_that_cannot_be_read_keeps_no_other_from_its_end(here: Here) -> None:
    here.at("06:00")
    # As a newer version wrote it, before it was rolled back.
    here.state.create_once(records.plan_name(NOV_12, 1), b'{"of": "tomorrow"}')
    started(here)
    here.at("09:15")
    with pytest.raises(PortUnavailable, match=r"1 not finished: plans/2025-11-12/r0001.json"):
        here.deliver("executor", Tick())
    assert [chunk.scraper for chunk in here.pulled("scrape-balldontlie")] == ["bdl_standings"]
    here.at("10:30")
    with pytest.raises(PortUnavailable):
        here.deliver("executor", Tick())
    assert [row["status"] for row in here.rows("workflow_executions")] == ["failed"]


def test_a_row_that_its_table_refuses_is_logged_and_keeps_no_other_from_its_end(
    here: Here,
) -> None:
    here.at("06:00")
    record = CleanupRecord(rows=[("cleanup_operations", {"no_such_column": 1})], announce=())
    records.create(here.state, records.cleanup_name(here.clock.now()), record)
    here.deliver_without_tables("schedule_locker", Tick())
    here.at("06:10")
    here.deliver("executor", Tick())
    assert len(here.rows("daily_expected_schedule")) == 23
    assert [text for text in here.log.of("ERROR") if text.startswith("cleanups/")]


def test_a_sweep_gives_up_for_now_when_too_much_fails(here: Here) -> None:
    for n in range(FAILURES + 3):
        run = order("referee_discovery", here.at(f"09:0{n}"), steps=TWO_STEPS)
        here.deliver("executor", run)
    here.at("11:00")
    here.deliver_without_tables("executor", Tick())
    ends = [name for name in here.names("executions/") if "/chunks/" in name]
    assert len(ends) == FAILURES


@pytest.mark.parametrize("function", ["schedule_locker", "controller"])
def test_rows_that_were_never_confirmed_are_appended_by_the_sweep(
    here: Here, function: str
) -> None:
    here.at("06:00")
    here.deliver_without_tables(function, Tick())
    here.at("06:09")
    here.deliver("executor", Tick())
    assert here.journal.sent == 0
    here.at("06:10")
    here.deliver("executor", Tick())
    assert len(here.rows("daily_expected_schedule")) == 23


def test_an_outcome_that_was_never_reported_is_reported_by_the_sweep(here: Here) -> None:
    run = order("referee_discovery", here.at("09:00"), steps=TWO_STEPS[:1])
    here.deliver("executor", run)
    (chunk,) = here.pulled()
    here.shut.add("run-advance")
    with pytest.raises(PortUnavailable):
        here.deliver("scraper", chunk)
    here.shut.clear()
    asked = len(here.asked)
    here.at("09:11")
    here.deliver("executor", Tick())
    here.rest()
    assert len(here.asked) == asked
    assert here.rows("workflow_executions")[0]["status"] == "completed"
    assert len(here.rows("scraper_execution_log")) == 1


def test_a_finish_that_was_never_appended_is_appended_by_the_sweep(here: Here) -> None:
    started(here, TWO_STEPS[0])
    here.at("09:15")
    here.deliver("executor", Tick())
    (chunk,) = here.pulled()
    here.deliver("scraper", chunk)
    (report,) = here.pulled("run-advance")
    here.deliver_without_tables("executor", report)
    here.at("09:26")
    here.deliver("executor", Tick())
    assert here.rows("workflow_executions")[0]["status"] == "completed"


def test_a_scraper_that_left_the_configuration_does_not_stop_the_sweep(here: Here) -> None:
    """An edit while an execution is under way: it ends lost, and the others go on."""
    run = started(here, TWO_STEPS[0])
    other = replace(run, execution_id="other.1", slot_id="other")
    here.deliver("executor", replace(other, steps=TWO_STEPS[1:]))
    (chunk,) = here.pulled()
    here.deliver("scraper", chunk)
    here.pulled()
    scrapers = {k: v for k, v in here.config.scrapers.items() if k != "bdl_standings"}
    edited = Here(here.clock, replace(here.config, scrapers=scrapers, version="new"))
    object.__setattr__(edited.world, "state", here.state)
    for minutes in (16, 31, 46):
        here.clock.set(at("09:00") + timedelta(minutes=minutes))
        edited.deliver("executor", Tick())
    ended = {r["execution_id"]: r["status"] for r in edited.rows("workflow_executions")}
    assert ended == {run.execution_id: "failed", "other.1": "completed"}
    edited.deliver("cleanup", Tick())
    assert len(edited.rows("cleanup_operations")) == 1


def test_a_lost_run_of_an_unknown_scraper_does_not_stop_the_sweep(here: Here) -> None:
    here.at("09:00")
    here.deliver("controller", Tick())
    here.pulled()
    scrapers = {k: v for k, v in here.config.scrapers.items() if k != "nbac_referee_assignments"}
    edited = Here(here.clock, replace(here.config, scrapers=scrapers, version="new"))
    object.__setattr__(edited.world, "state", here.state)
    here.at("09:10")
    edited.deliver("executor", Tick())
    begun = {name.split("/")[2].split(".")[1] for name in here.names("executions/")}
    assert begun == {"morning_operations", "schedule_refresh"}
    assert "nbac_referee_assignments" in edited.log.of("ERROR")[0]


class Reads(MemoryFiles):
    """Tells which bodies were asked for."""

    def __init__(self, kept: MemoryFiles, clock: Clock) -> None:
        super().__init__(clock)
        self._kept, self.names = kept, list[str]()

    def list(self, prefix: str) -> Sequence[Stored]:
        return self._kept.list(prefix)

    def stat(self, name: str) -> Stored | None:
        return self._kept.stat(name)

    def read(self, name: str) -> bytes:
        self.names.append(name)
        return self._kept.read(name)


def test_three_days_on_a_run_of_the_night_is_not_taken_up_again(here: Here) -> None:
    """Its tick at 22:00 ET is of the 13th in UTC, its execution of game day the 12th."""
    here.at("05:00")
    here.import_schedule(game(1, "19:00"))
    here.at("22:00")
    here.deliver("controller", Tick())
    assert here.rest() > 0
    here.at("12:00", date(2025, 11, 15))
    asked = Reads(here.state, here.clock)
    sweep(replace(here.world, state=asked))
    assert [name for name in asked.names if "manifest" in name] == []
