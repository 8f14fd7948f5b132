"""Alerts about our own work: what is silent, what was decided and not done, what went undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from shared.core.alerts.facts import Facts, SlotFact, SlotState
from shared.core.alerts.kinds import Alert, Severity, et, make, plural
from shared.core.days import wall
from shared.core.workflows import Priority

LOCKED_BY = time(5, 30)
#: Two hourly ticks did not come: the second one has five minutes.
DECISIONS = timedelta(hours=2, minutes=5)
CLEANUP = timedelta(minutes=30)
UNSTARTED = timedelta(minutes=30)
OVERDUE = timedelta(minutes=15)
SCHEDULE_OLD = timedelta(hours=12)
SCHEDULE_TOO_OLD = timedelta(days=1)
#: A slot that closed is explained by the tick after it; ticks come hourly.
EXPLAINED = timedelta(minutes=70)
#: What began in the middle of a day has this long for its first plan and schedule.
GRACE = timedelta(hours=2)
#: How long a slot that went wrong is told.
TOLD = timedelta(hours=24)


def silence_alerts(facts: Facts, began: datetime) -> Iterator[Alert]:
    """What should have been heard of by now."""
    lock_due = max(wall(facts.today, LOCKED_BY), began)
    if began > wall(facts.today, LOCKED_BY):
        lock_due = began + GRACE
    if not facts.planned and facts.now >= lock_due:
        text = f"the plan of {facts.today} is not locked (due by 05:30 ET)"
        since = wall(facts.today, time(5))
        yield make("plan_not_locked", text, since, subject=facts.today.isoformat())
    since = facts.last_tick or began
    if facts.now - since >= DECISIONS:
        yield make("no_decisions", f"no decisions since {et(since)}", since)
    since = facts.last_cleanup or began
    if facts.now - since >= CLEANUP:
        yield make("cleanup_silent", f"cleanup is silent since {et(since)}", since)
    yield from _schedule(facts, began)


def _schedule(facts: Facts, began: datetime) -> Iterator[Alert]:
    if facts.schedule_at is None:
        if facts.now - began >= GRACE:
            yield make("schedule_stale", "no schedule is known", began)
        return
    age = facts.now - facts.schedule_at
    text = f"the newest schedule is of {et(facts.schedule_at)}"
    if age > SCHEDULE_TOO_OLD:
        yield make("schedule_stale", text, facts.schedule_at)
    elif age > SCHEDULE_OLD:
        yield make("schedule_stale", text, facts.schedule_at, severity=Severity.WARNING)


def work_alerts(facts: Facts, began: datetime) -> Iterator[Alert]:
    """What was decided and not done, and slots that ended without what they were for."""
    waiting = [
        run for run in facts.runs if not run.started and facts.now - run.decided_at >= UNSTARTED
    ]
    if waiting:
        since = min(run.decided_at for run in waiting)
        ids = [run.execution_id for run in waiting]
        text = f"{plural(len(ids), 'RUN')} since {et(since)} without an execution"
        yield make("run_not_executed", text, since, evidence=ids)
    overdue = [each for each in facts.unfinished if facts.now - each.finish_by >= OVERDUE]
    if overdue:
        since = min(each.finish_by for each in overdue)
        ids = [each.execution_id for each in overdue]
        text = f"{plural(len(ids), 'execution')} should have ended, the first by {et(since)}"
        yield make("execution_overdue", text, since, evidence=ids)
    # What closed before anything ran here was never promised by anybody.
    ended = [fact for fact in facts.slots if began < fact.slot.closes_at <= facts.now]
    yield from _grouped("slot_missed", [f for f in ended if _missed(facts.now, f)])
    yield from _grouped("slot_aborted", [f for f in ended if _aborted(facts.now, f)])
    yield from _grouped("slot_failed", [f for f in ended if _failed(facts.now, f)])


def _missed(now: datetime, fact: SlotFact) -> bool:
    late = now - fact.slot.closes_at >= EXPLAINED
    return late and fact.state is SlotState.MISSED and fact.slot.priority is Priority.CRITICAL


def _aborted(now: datetime, fact: SlotFact) -> bool:
    return fact.state is SlotState.ABORTED and now - fact.slot.closes_at <= TOLD


def _failed(now: datetime, fact: SlotFact) -> bool:
    recent = now - fact.slot.closes_at <= TOLD
    return fact.state is SlotState.FAILED and recent and not fact.made_up


_SAID = {
    "slot_missed": "closed, and nothing explains it",
    "slot_aborted": "aborted",
    "slot_failed": "ended with every attempt failed",
}


def _grouped(code: str, facts: list[SlotFact]) -> Iterator[Alert]:
    """One alert a workflow and game day: a workflow that is broken is broken all day."""
    groups: dict[tuple[str, str], list[SlotFact]] = {}
    for fact in facts:
        day = fact.slot.game_day.isoformat()
        groups.setdefault((day, fact.slot.workflow), []).append(fact)
    for (day, workflow), mine in groups.items():
        why = next((f": {fact.reason}" for fact in mine if fact.reason), "")
        yield make(
            code,
            f"{plural(len(mine), 'slot')} of {workflow} on {day} {_SAID[code]}{why}",
            min(fact.slot.closes_at for fact in mine),
            subject=f"{day}.{workflow}",
            evidence=[fact.slot.slot_id for fact in mine],
        )
