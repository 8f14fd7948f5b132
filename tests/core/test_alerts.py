"""What operators are told, and when nothing is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.core.alerts import (
    Asked,
    DatasetFact,
    Facts,
    MissingFile,
    RunFact,
    Severity,
    SlotFact,
    SlotState,
    Unfinished,
    alerts,
    slot_state,
)
from shared.core.alerts.kinds import CODES, RUNBOOK
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
ABORTED = SlotFact(slot=slot(), state=SlotState.ABORTED, reason="missed")
FAILED = SlotFact(slot=slot(), state=SlotState.FAILED)
NOV_11 = NOV_12 - timedelta(days=1)
LOW = SlotFact(slot=slot(priority=Priority.LOW), state=SlotState.MISSED)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def unstarted(minutes: int) -> list[RunFact]:
    at_ = NOON - minutes * MINUTE
    return [RunFact(execution_id="e", decided_at=at_, started=False)]


def overdue(minutes: int) -> list[Unfinished]:
    return [Unfinished(execution_id="e", finish_by=NOON - minutes * MINUTE)]


def files(count: int, minutes: int = 45) -> list[MissingFile]:
    age = minutes * MINUTE
    return [MissingFile(path=f"a/{n}.json", scraper="s", age=age) for n in range(count)]


def asked(n: int = 1, **changes: Any) -> Asked:
    """One chunk's answers, at 10:00 plus n minutes."""
    one = Asked(
        scraper="s",
        source="src",
        dataset="d",
        target_date=NOV_12,
        execution_id=f"e{n}",
        at=NOON - 2 * HOUR + n * MINUTE,
        errors=("blocked",) if changes.get("failed") else (),
    )
    return replace(one, **changes)


def streak(count: int, apart: int, error: str = "blocked") -> list[Asked]:
    """So many failed executions, so many minutes apart."""
    start = NOON - 5 * HOUR
    return [
        asked(n, failed=1, errors=(error,), at=start + n * apart * MINUTE) for n in range(count)
    ]


def well() -> Asked:
    return asked(8, scraper="other", succeeded=1)


def book(minutes: int, missing: tuple[str, ...] = ("g1",), **changes: Any) -> DatasetFact:
    """A dataset of a day, whose deadline was so many minutes before noon."""
    return DatasetFact(
        day=NOV_12,
        dataset="d",
        workflow="w",
        deadline=NOON - minutes * MINUTE,
        expected=2,
        missing=missing,
        **changes,
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # A day that began in the middle has two hours for its plan and its schedule.
        ({"began": NOON - HOUR, "planned": False}, []),
        ({"began": NOON - 2 * HOUR, "planned": False}, [("CRITICAL", "plan_not_locked")]),
        ({"began": NOON - HOUR, "schedule_at": None}, []),
        ({"now": at("05:29"), "planned": False}, []),
        ({"now": at("05:30"), "planned": False}, [("CRITICAL", "plan_not_locked")]),
        # The second tick that does not come has five minutes.
        ({"last_tick": NOON - 124 * MINUTE}, []),
        ({"last_tick": NOON - 125 * MINUTE}, [("CRITICAL", "no_decisions")]),
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
        # Announced again at 44 minutes for the first time: that mostly helps.
        ({"missing": files(11, minutes=44)}, []),
        ({"missing": files(5)}, []),
        ({"missing": files(6)}, [("WARNING", "missing_files")]),
        ({"missing": files(10)}, [("WARNING", "missing_files")]),
        ({"missing": files(11)}, [("CRITICAL", "missing_files")]),
        ({"missing": files(1, minutes=240)}, []),
        ({"missing": files(1, minutes=241)}, [("WARNING", "file_stuck")]),
        ({"blind_since": NOON}, [("WARNING", "repair_blind")]),
        # 20 % of 10 is 2: more than that is 3; nine runs are too few to tell.
        ({"asked": [asked(succeeded=8, failed=2)]}, []),
        ({"asked": [asked(succeeded=7, failed=3)]}, [("WARNING", "failure_rate")]),
        ({"asked": [asked(failed=9)]}, []),
        # The next tick is an hour away, and may bring what failed.
        ({"asked": [asked(failed=10, at=NOON - 69 * MINUTE)]}, []),
        ({"asked": [asked(failed=10, at=NOON - 70 * MINUTE)]}, [("WARNING", "failure_rate")]),
        # A later attempt that was whole makes the failures good; one for another date does not.
        ({"asked": [asked(succeeded=7, failed=3), asked(n=2, succeeded=3)]}, []),
        (
            {"asked": [asked(failed=9), asked(n=2, succeeded=3, target_date=NOV_11)]},
            [("WARNING", "failure_rate")],
        ),
        # Three executions in a row, over an hour.
        ({"asked": streak(2, 60)}, []),
        ({"asked": streak(3, 29)}, []),
        ({"asked": streak(3, 30)}, [("WARNING", "source_silent")]),
        ({"asked": [*streak(3, 30), asked(n=9, no_data=1)]}, []),
        # What is our own says nothing of the source.
        ({"asked": streak(3, 30, error="expired")}, []),
        # Another scraper of the source is well.
        ({"asked": [*streak(3, 30), well()]}, [("WARNING", "scraper_failing")]),
        ({"asked": streak(1, 0, error="schedule_refused")}, [("CRITICAL", "schedule_refused")]),
        ({"asked": [*streak(1, 0, error="schedule_refused"), asked(n=9, succeeded=1)]}, []),
        ({"asked": [asked(succeeded=1, credits_left=20, credits_used=80)]}, []),
        (
            {"asked": [asked(succeeded=1, credits_left=19, credits_used=81)]},
            [("WARNING", "credits_low")],
        ),
        (
            {"asked": [asked(succeeded=1, credits_left=1, credits_used=99)]},
            [("CRITICAL", "credits_low")],
        ),
        # Where a source does not say how many were used: four times the reserve, and the reserve.
        ({"asked": [asked(succeeded=1, credits_left=400, reserve=100)]}, []),
        (
            {"asked": [asked(succeeded=1, credits_left=399, reserve=100)]},
            [("WARNING", "credits_low")],
        ),
        (
            {"asked": [asked(succeeded=1, credits_left=100, reserve=100)]},
            [("CRITICAL", "credits_low")],
        ),
        # The tick after a deadline, and the work that it may still cause, are waited for.
        ({"datasets": [book(minutes=69)]}, []),
        ({"datasets": [book(minutes=70)]}, [("WARNING", "dataset_incomplete")]),
        ({"datasets": [book(minutes=70, running=True)]}, []),
        ({"datasets": [book(minutes=70, missing=())]}, []),
        ({"datasets": [book(minutes=70, empty=True)]}, [("WARNING", "zero_rows")]),
        ({"datasets": [book(minutes=70)], "began": NOON - HOUR}, []),
        # Closed at 12:00; the tick that explains it has until 13:10.
        ({"now": at("13:09"), "slots": [MISSED]}, []),
        ({"now": at("13:10"), "slots": [MISSED]}, [("CRITICAL", "slot_missed")]),
        ({"now": at("13:10"), "slots": [LOW]}, []),
        ({"now": at("13:10"), "slots": [MISSED], "began": NOON}, []),
        ({"now": at("13:10"), "slots": [ABORTED]}, [("WARNING", "slot_aborted")]),
        ({"now": NOON + 24 * HOUR, "slots": [ABORTED]}, [("WARNING", "slot_aborted")]),
        ({"now": NOON + 25 * HOUR, "slots": [ABORTED]}, []),
        # What closed before anything ran here was promised by nobody.
        ({"now": at("13:10"), "slots": [ABORTED], "began": NOON}, []),
        ({"now": at("11:59"), "slots": [FAILED]}, []),
        ({"slots": [FAILED]}, [("WARNING", "slot_failed")]),
        ({"slots": [replace(FAILED, made_up=True)]}, []),
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
    found = alerts(facts(dead_letters=1, missing=files(11)))
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


def test_in_the_off_season_only_what_was_given_up_is_told() -> None:
    silent = facts(off_season=True, last_tick=None, last_cleanup=None, schedule_at=None)
    assert told(silent) == []
    assert told(replace(silent, dead_letters=1)) == [("WARNING", "dead_letters")]


def test_a_cleanup_before_the_first_tick_tells_nothing_for_two_hours() -> None:
    first = Facts(now=NOON, today=NOV_12, planned=False, began=None, first_cleanup=NOON - HOUR)
    assert told(first) == []
    assert told(replace(first, first_cleanup=NOON - 2 * HOUR)) == [("WARNING", "nothing_ran")]


def test_an_alert_says_since_when_what_of_and_where_to_look() -> None:
    (alert,) = alerts(facts(slots=[FAILED, replace(FAILED, slot=slot(NOON - HOUR))]))
    assert alert.since == NOON - HOUR
    assert alert.subject == "2025-11-12.betting_lines"
    assert alert.evidence == ("s1", "s1")
    assert alert.condition == "slot_failed.warning.2025-11-12.betting_lines"
    assert alert.look == "docs/runbook.md#slot_failed"


def test_every_code_has_its_place_in_the_runbook() -> None:
    text = (Path(__file__).parents[2] / RUNBOOK).read_text(encoding="utf-8")
    assert [code for code in CODES if f"\n### {code}\n" not in text] == []
