"""schedule_locker: the day is locked once."""

from __future__ import annotations

import pytest

from shared.core.errors import BadInput
from shared.core.messages import Tick
from sim.clock import ManualClock
from tests.core.made import at
from tests.functions.worlds import Here


def test_the_day_is_locked_once_and_a_redelivery_appends_nothing_twice(here: Here) -> None:
    here.deliver("schedule_locker", Tick())
    rows = here.rows("daily_expected_schedule")
    # 4 refreshes, 1 morning, 6 referees, 6 injuries, 3 lines, 3 windows.
    assert len(rows) == here.journal.sent == 23
    assert {row["locked_at"] for row in rows} == {"2025-11-12T10:00:00+00:00"}
    here.clock.advance(60)
    here.deliver("schedule_locker", Tick())
    assert here.journal.sent == 23
    assert here.names("plans/") == ["plans/2025-11-12/r0001.json"]


def test_a_lock_whose_append_failed_is_appended_by_the_redelivery(here: Here) -> None:
    here.deliver_without_tables("schedule_locker", Tick())
    here.clock.advance(60)
    here.deliver("schedule_locker", Tick())
    rows = here.rows("daily_expected_schedule")
    assert len(rows) == 23
    # What was decided at 05:00 is what is promised, whenever it is written down.
    assert {row["locked_at"] for row in rows} == {"2025-11-12T10:00:00+00:00"}


def test_without_any_schedule_what_fetches_it_is_locked_and_that_is_an_error() -> None:
    here = Here(ManualClock(at("05:00")))
    here.deliver("schedule_locker", Tick())
    names = {row["workflow_name"] for row in here.rows("daily_expected_schedule")}
    assert names == {"schedule_refresh", "morning_operations"}
    assert here.log.of("ERROR")


def test_a_lock_by_hand_before_0500_is_for_the_day_that_is_ending(here: Here) -> None:
    here.deliver("schedule_locker", Tick(at=at("04:59")))
    assert here.names("plans/") == ["plans/2025-11-11/r0001.json"]


def test_a_lock_of_last_month_is_refused(here: Here) -> None:
    with pytest.raises(BadInput, match="tick: found"):
        here.deliver("schedule_locker", Tick(at=at("05:00", at("05:00").date().replace(month=10))))


def test_the_lock_tells_what_the_originals_answer_told(here: Here) -> None:
    here.deliver("schedule_locker", Tick())
    told = next(fields for _, _, fields in here.log.lines if fields.get("action") == "lock")
    assert told["date"] == "2025-11-12"
    assert told["games_scheduled"] == 2
    assert told["workflows_evaluated"] == 8
    assert told["expected_runs"] == 23
    assert told["locked_at"] == "2025-11-12T10:00:00+00:00"
