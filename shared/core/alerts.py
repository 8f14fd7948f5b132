"""What operators are told: one pure function from what is known at an instant to alerts.

Nothing fires because data is not due yet, and nothing fires where nothing ever ran, except
that: silence that follows work is an alarm, silence before any work is a new installation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from shared.core.days import ET, wall
from shared.core.slots import Slot
from shared.core.workflows import Priority

LOCKED_BY = time(5, 30)
DECISIONS = timedelta(hours=2)
CLEANUP = timedelta(minutes=30)
UNSTARTED = timedelta(minutes=30)
OVERDUE = timedelta(minutes=15)
SCHEDULE_OLD = timedelta(hours=12)
SCHEDULE_TOO_OLD = timedelta(days=1)
MISSING_WARNING, MISSING_CRITICAL = 5, 10
#: Failed runs of all runs of the last 24 hours, from this many runs on.
FAILURE_RATE, FAILURE_RUNS = 0.2, 10
#: A slot that closed is explained by the tick after it; ticks come hourly.
EXPLAINED = timedelta(minutes=70)


class Severity(StrEnum):
    """How soon somebody should look: CRITICAL now, WARNING this week."""

    WARNING = "WARNING"
    CRITICAL = "CRITICAL"


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One thing that an operator is told."""

    severity: Severity
    #: Stable, for machines: plan_not_locked.
    code: str
    message: str


class SlotState(StrEnum):
    """How a slot stands."""

    NOT_DUE = "not_due"
    OPEN = "open"
    RUNNING = "running"
    RAN = "ran"
    FAILED = "failed"
    SATISFIED = "satisfied"
    ABORTED = "aborted"
    MISSED = "missed"


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotFact:
    """A slot in force and what became of it."""

    slot: Slot
    state: SlotState


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFact:
    """A RUN that was decided, and whether its execution began."""

    execution_id: str
    decided_at: datetime
    started: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Unfinished:
    """An execution without an end."""

    execution_id: str
    finish_by: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known at `now`. Instants are None for what never happened."""

    now: datetime
    #: The game day at `now`, and whether it has a plan.
    today: date
    planned: bool
    #: When scheduled work was first done here: the first tick or locked plan.
    began: datetime | None
    last_tick: datetime | None = None
    last_cleanup: datetime | None = None
    schedule_at: datetime | None = None
    slots: Sequence[SlotFact] = ()
    runs: Sequence[RunFact] = ()
    unfinished: Sequence[Unfinished] = ()
    #: ABORTs of the last 24 hours that warn, by slot.
    aborts: Sequence[str] = ()
    missing_files: int = 0
    #: Runs of scrapers in the last 24 hours.
    runs_ended: int = 0
    runs_failed: int = 0
    dead_letters: int = 0


def slot_state(
    slot: Slot,
    now: datetime,
    *,
    statuses: Sequence[str | None],
    satisfied: bool,
    aborted: bool,
) -> SlotState:
    """How `slot` stands; `statuses` are of its executions, None while one is unfinished."""
    if None in statuses:
        return SlotState.RUNNING
    if any(status in ("completed", "partial") for status in statuses):
        return SlotState.RAN
    if statuses:
        return SlotState.FAILED
    if satisfied:
        return SlotState.SATISFIED
    if aborted:
        return SlotState.ABORTED
    if now < slot.opens_at:
        return SlotState.NOT_DUE
    return SlotState.OPEN if now < slot.closes_at else SlotState.MISSED


def alerts(facts: Facts) -> tuple[Alert, ...]:
    """Every alert, CRITICAL ones first, in the order of the operators' table."""
    if facts.began is None:
        nothing = _warning("nothing_ran", "nothing has run here")
        dead = tuple(_dead(facts))
        return (nothing, *dead)
    found = [
        *_silence(facts, facts.began),
        *_work(facts, facts.began),
        *_data(facts),
        *_dead(facts),
    ]
    return tuple(sorted(found, key=lambda alert: alert.severity is not Severity.CRITICAL))


def _silence(facts: Facts, began: datetime) -> Iterator[Alert]:
    lock_due = wall(facts.today, LOCKED_BY)
    if not facts.planned and facts.now >= lock_due:
        text = f"the plan of {facts.today} is not locked (due by 05:30 ET)"
        yield _critical("plan_not_locked", text)
    since = facts.last_tick or began
    if facts.now - since >= DECISIONS:
        yield _critical("no_decisions", f"no decisions since {_et(since)}")
    since = facts.last_cleanup or began
    if facts.now - since >= CLEANUP:
        yield _critical("cleanup_silent", f"cleanup is silent since {_et(since)}")
    if facts.schedule_at is None:
        yield _critical("schedule_stale", "no schedule is known")
        return
    age = facts.now - facts.schedule_at
    text = f"the newest schedule is of {_et(facts.schedule_at)}"
    if age > SCHEDULE_TOO_OLD:
        yield _critical("schedule_stale", text)
    elif age > SCHEDULE_OLD:
        yield _warning("schedule_stale", text)


def _work(facts: Facts, began: datetime) -> Iterator[Alert]:
    for run in facts.runs:
        if not run.started and facts.now - run.decided_at >= UNSTARTED:
            text = f"RUN {run.execution_id} of {_et(run.decided_at)} has no execution"
            yield _critical("run_not_executed", text)
    for each in facts.unfinished:
        if facts.now - each.finish_by >= OVERDUE:
            text = f"execution {each.execution_id} should have ended by {_et(each.finish_by)}"
            yield _critical("execution_overdue", text)
    for fact in facts.slots:
        slot = fact.slot
        late = facts.now - slot.closes_at >= EXPLAINED and slot.closes_at > began
        if fact.state is SlotState.MISSED and late and slot.priority is Priority.CRITICAL:
            text = f"slot {slot.slot_id} closed at {_et(slot.closes_at)}, and nothing explains it"
            yield _critical("slot_missed", text)
    # What closed before anything ran here was never promised by anybody.
    before = {f.slot.slot_id for f in facts.slots if f.slot.closes_at <= began}
    for slot_id in facts.aborts:
        if slot_id in before:
            continue
        yield _warning("slot_aborted", f"slot {slot_id} was aborted")


def _data(facts: Facts) -> Iterator[Alert]:
    if facts.missing_files > MISSING_CRITICAL:
        yield _critical("missing_files", f"{facts.missing_files} files were never loaded")
    elif facts.missing_files > MISSING_WARNING:
        yield _warning("missing_files", f"{facts.missing_files} files were never loaded")
    ended, failed = facts.runs_ended, facts.runs_failed
    if ended >= FAILURE_RUNS and failed > ended * FAILURE_RATE:
        yield _warning("failure_rate", f"{failed} of {ended} runs failed in 24 hours")


def _dead(facts: Facts) -> Iterator[Alert]:
    if facts.dead_letters:
        yield _warning("dead_letters", f"{facts.dead_letters} messages were given up")


def _critical(code: str, message: str) -> Alert:
    return Alert(severity=Severity.CRITICAL, code=code, message=message)


def _warning(code: str, message: str) -> Alert:
    return Alert(severity=Severity.WARNING, code=code, message=message)


def _et(instant: datetime) -> str:
    return instant.astimezone(ET).strftime("%d %b %H:%M ET")
