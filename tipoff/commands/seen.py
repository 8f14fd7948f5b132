"""A data folder as it was at one instant: what the state bucket and the rows tell of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from local.files import LocalFiles
from shared import records
from shared.core.alerts import (
    RunFact,
    SlotFact,
    SlotState,
    slot_state,
)
from shared.core.days import day_of_instant, iso
from shared.core.execution import Manifest
from shared.core.plan import Plan
from shared.core.reconcile import completeness

if TYPE_CHECKING:
    from local.store import Store
    from shared.core.history import DayHistory
    from shared.core.ports import Stored
    from shared.core.workflows import Config

#: Reason codes that end a slot well without a run.
SETTLED = ("satisfied", "nothing_to_do")
DAY = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The folder as it was at `now`: nothing later is looked at."""

    now: datetime
    config: Config
    state: LocalFiles
    store: Store
    decisions: Sequence[Mapping[str, Any]] = ()

    def listing(self, prefix: str) -> list[Stored]:
        """The objects of the state bucket that were there."""
        return [s for s in self.state.list(prefix) if s.created_at <= self.now]

    def records(self, prefix: str) -> list[Stored]:
        """The records among them, without the marks that say done."""
        return [s for s in self.listing(prefix) if not s.name.endswith(records.DONE)]

    def recent(self, table: str, column: str) -> list[dict[str, Any]]:
        """The rows of the last 24 hours."""
        since = self.now - DAY
        found = self.rows(table, column)
        return [row for row in found if datetime.fromisoformat(row[column]) >= since]

    def rows(self, table: str, column: str) -> list[dict[str, Any]]:
        """The rows of an audit table whose instant in `column` had come."""
        return [
            row
            for row in self.store.rows("nba_orchestration", table)
            if row[column] and datetime.fromisoformat(row[column]) <= self.now
        ]


def began(seen: Seen, ticks: Sequence[Stored]) -> datetime | None:
    """The first scheduled work: a tick, or a plan that was locked (not one made by hand)."""
    instants = [tick.created_at for tick in ticks[:1]]
    for row in seen.store.rows("nba_orchestration", "daily_expected_schedule"):
        at = datetime.fromisoformat(row["locked_at"])
        if row["generated_by"] in ("schedule_locker", "controller") and at <= seen.now:
            instants.append(at)
            break
    return min(instants, default=None)


def newest_of(listing: Sequence[Stored]) -> datetime | None:
    """When the newest object of a listing was created."""
    return max((stored.created_at for stored in listing), default=None)


def _plan(seen: Seen, day: date) -> tuple[Plan, datetime] | None:
    """The plan in force, and when the day was locked."""
    names = [stored.name for stored in seen.records(f"plans/{day.isoformat()}/")]
    if not names:
        return None
    first = records.read(seen.state, names[0], Plan)
    return records.read(seen.state, names[-1], Plan), first.made_at


def day_of(seen: Seen, day: date) -> tuple[dict[str, Any], list[SlotFact]] | None:
    """A day's plan, slots and completeness as JSON, and its slots; None for one without plan."""
    found = _plan(seen, day)
    if found is None:
        return None
    plan, locked_at = found
    known = records.history(plan, seen.listing(records.executions_prefix(day)))
    facts = [SlotFact(slot=slot, state=_state(seen, known, slot)) for slot in plan.slots]
    counts = Counter(fact.state for fact in facts)
    told = {
        "date": day.isoformat(),
        "locked_at": iso(locked_at),
        "revision": plan.revision,
        "games": len(plan.games),
        "reason": plan.reason,
        "slots": {state.value: counts[state] for state in SlotState if counts[state]},
        "completeness": _completeness(seen, plan, known),
    }
    return told, facts


def _state(seen: Seen, known: DayHistory, slot: Any) -> SlotState:
    mine = [row for row in seen.decisions if row["slot_id"] == slot.slot_id]
    return slot_state(
        slot,
        seen.now,
        statuses=[attempt.status for attempt in known.of_slot(slot.slot_id)],
        satisfied=any(row["reason_code"] in SETTLED for row in mine),
        aborted=any(row["action"] == "ABORT" for row in mine),
    )


def _completeness(seen: Seen, plan: Plan, known: DayHistory) -> list[dict[str, Any]]:
    """Per dataset that is measured by games: how many of the day's are there."""
    schedule = records.newest_schedule(seen.state, seen.config)
    games = schedule.calendar.on(plan.game_day) if schedule else ()
    names = {name for workflow in seen.config.enabled for name in workflow.scrapers}
    datasets = {
        seen.config.scrapers[name].dataset
        for name in names
        if seen.config.scrapers[name].expects == "games"
    }
    if not games:
        return []
    found = [
        completeness(plan.game_day, dataset, games, known.covered.get(dataset, frozenset()))
        for dataset in sorted(datasets)
    ]
    return [
        {
            "dataset": each.dataset,
            "expected": len(each.expected),
            "obtained": len(each.obtained),
            "waived": len(each.waived),
            "missing": list(each.missing),
        }
        for each in found
    ]


def unfinished(seen: Seen, day: date) -> Iterable[Manifest]:
    """The manifests of the day's executions that have no end yet."""
    for facts in records.sort_out(seen.listing(records.executions_prefix(day))).values():
        if facts.manifest is not None and facts.finished is None:
            yield records.read(seen.state, facts.manifest.name, Manifest)


def runs_of(seen: Seen, ticks: Sequence[Stored]) -> list[RunFact]:
    """Every RUN of the last days' ticks, and whether its execution has a manifest."""
    started = {
        facts.execution_id
        for day in (*near(day_of_instant(seen.now)), day_of_instant(seen.now - 3 * DAY))
        for facts in records.sort_out(seen.listing(records.executions_prefix(day))).values()
        if facts.manifest is not None
    }
    return [
        RunFact(
            execution_id=execution_id,
            decided_at=tick.created_at,
            started=execution_id in started,
        )
        for tick in ticks
        if seen.now - tick.created_at <= 2 * DAY
        for execution_id in filter(None, tick.metadata.get("runs", "").split(","))
    ]


def near(today: date) -> list[date]:
    """The game days whose executions may be unfinished."""
    return [today - timedelta(days=back) for back in range(3)]
