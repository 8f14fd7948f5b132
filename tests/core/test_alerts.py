"""What operators are told, and when nothing is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.core.alerts import (
    Facts,
    RunFact,
    Severity,
    SlotFact,
    SlotState,
    Unfinished,
    alerts,
    slot_state,
)
from shared.core.slots import Slot
from shared.core.workflows import Priority
from tests.core.made import NOV_12, at

NOON = at("12:00")


def slot(closes: datetime = NOON, priority: Priority = Priority.CRITICAL) -> Slot:
    return Slot(
        slot_id="s1",
        game_day=NOV_12,
        workflow="betting_lines",
        expected_run_time=closes - timedelta(hours=2),
        opens_at=closes - timedelta(hours=2),
        closes_at=closes,
        target_date=NOV_12,
        scrapers=(),
        reason="",
        priority=priority,
    )


def facts(now: datetime = NOON, **changes: Any) -> Facts:
    """A healthy day at `now`: ticked, cleaned and fetched a minute ago."""
    just = now - timedelta(minutes=1)
    healthy = Facts(
        now=now,
        today=NOV_12,
        planned=True,
        began=at("05:00"),
        last_tick=just,
        last_cleanup=just,
        schedule_at=just,
    )
    return replace(healthy, **changes)


def told(found: Facts) -> list[tuple[str, str]]:
    return [(alert.severity.value, alert.code) for alert in alerts(found)]


def test_a_healthy_day_is_quiet() -> None:
    assert told(facts()) == []


def test_where_nothing_ever_ran_only_that_is_told() -> None:
    never = Facts(now=NOON, today=NOV_12, planned=False, began=None)
    assert told(never) == [("WARNING", "nothing_ran")]


MISSED = SlotFact(slot=slot(), state=SlotState.MISSED)
LOW = SlotFact(slot=slot(priority=Priority.LOW), state=SlotState.MISSED)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def unstarted(minutes: int) -> list[RunFact]:
    at_ = NOON - minutes * MINUTE
    return [RunFact(execution_id="e", decided_at=at_, started=False)]


def overdue(minutes: int) -> list[Unfinished]:
    return [Unfinished(execution_id="e", finish_by=NOON - minutes * MINUTE)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"now": at("05:29"), "planned": False}, []),
        ({"now": at("05:30"), "planned": False}, [("CRITICAL", "plan_not_locked")]),
        ({"last_tick": NOON - 119 * MINUTE}, []),
        ({"last_tick": NOON - 2 * HOUR}, [("CRITICAL", "no_decisions")]),
        # Begun at 05:00 and never decided: seven hours of silence at noon.
        ({"last_tick": None}, [("CRITICAL", "no_decisions")]),
        ({"last_tick": None, "began": NOON - HOUR}, []),
        ({"last_cleanup": NOON - 29 * MINUTE}, []),
        ({"last_cleanup": NOON - 30 * MINUTE}, [("CRITICAL", "cleanup_silent")]),
        ({"runs": unstarted(29)}, []),
        ({"runs": unstarted(30)}, [("CRITICAL", "run_not_executed")]),
        ({"runs": [replace(unstarted(90)[0], started=True)]}, []),
        ({"unfinished": overdue(14)}, []),
        ({"unfinished": overdue(15)}, [("CRITICAL", "execution_overdue")]),
        ({"missing_files": 5}, []),
        ({"missing_files": 6}, [("WARNING", "missing_files")]),
        ({"missing_files": 10}, [("WARNING", "missing_files")]),
        ({"missing_files": 11}, [("CRITICAL", "missing_files")]),
        # 20 % of 10 is 2: more than that is 3; nine runs are too few to tell.
        ({"runs_ended": 10, "runs_failed": 2}, []),
        ({"runs_ended": 10, "runs_failed": 3}, [("WARNING", "failure_rate")]),
        ({"runs_ended": 9, "runs_failed": 9}, []),
        # Closed at 12:00; the tick that explains it has until 13:10.
        ({"now": at("13:09"), "slots": [MISSED]}, []),
        ({"now": at("13:10"), "slots": [MISSED]}, [("CRITICAL", "slot_missed")]),
        ({"now": at("13:10"), "slots": [LOW]}, []),
        ({"now": at("13:10"), "slots": [MISSED], "began": NOON}, []),
        ({"aborts": ["s1"]}, [("WARNING", "slot_aborted")]),
        # What closed before anything ran here was promised by nobody.
        ({"aborts": ["s1"], "slots": [MISSED], "began": NOON}, []),
        ({"schedule_at": NOON - 12 * HOUR}, []),
        ({"schedule_at": NOON - 12 * HOUR - MINUTE}, [("WARNING", "schedule_stale")]),
        ({"schedule_at": NOON - 24 * HOUR - MINUTE}, [("CRITICAL", "schedule_stale")]),
        ({"schedule_at": None}, [("CRITICAL", "schedule_stale")]),
        ({"dead_letters": 1}, [("WARNING", "dead_letters")]),
    ],
)
def test_an_alert_fires_at_its_limit_and_not_before(
    changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert told(facts(**changes)) == expected


def test_critical_alerts_come_first() -> None:
    found = alerts(facts(dead_letters=1, missing_files=11))
    assert [alert.severity for alert in found] == [Severity.CRITICAL, Severity.WARNING]


@pytest.mark.parametrize(
    ("now", "statuses", "satisfied", "aborted", "expected"),
    [
        # The slot is open from 10:00 to 12:00.
        (at("09:59"), [], False, False, SlotState.NOT_DUE),
        (at("10:00"), [], False, False, SlotState.OPEN),
        (at("12:00"), [], False, False, SlotState.MISSED),
        (at("12:00"), [], False, True, SlotState.ABORTED),
        (at("12:00"), [], True, False, SlotState.SATISFIED),
        (at("10:30"), [None], False, False, SlotState.RUNNING),
        (at("10:30"), ["failed", None], False, False, SlotState.RUNNING),
        (at("10:30"), ["failed"], False, False, SlotState.FAILED),
        (at("12:00"), ["failed", "partial"], False, True, SlotState.RAN),
        (at("12:00"), ["completed"], True, False, SlotState.RAN),
    ],
)
def test_a_slot_is_what_became_of_it(
    now: datetime,
    statuses: list[str | None],
    satisfied: bool,
    aborted: bool,
    expected: SlotState,
) -> None:
    state = slot_state(slot(), now, statuses=statuses, satisfied=satisfied, aborted=aborted)
    assert state is expected
