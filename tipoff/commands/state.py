"""What `tipoff status` tells: read from the state bucket and the rows, as of one instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from local.bus import LocalBus
from shared.clock import DeliveryClock
from local.files import LocalFiles
from local.world import subscriptions
from shared import records
from shared.core.alerts import (
    Alert,
    Facts,
    RunFact,
    SlotFact,
    SlotState,
    Unfinished,
    alerts,
    slot_state,
)
from shared.core.days import day_of_instant, iso, parse_stamp
from shared.core.execution import Manifest
from shared.core.plan import Plan
from shared.core.reconcile import completeness
from tipoff.commands.folder_lock import holder
from tipoff.commands.options import existing_store, folder_now, has_store, real_now

if TYPE_CHECKING:
    from local.store import Store
    from shared.core.history import DayHistory
    from shared.core.ports import Stored
    from shared.core.workflows import Config
    from shared.settings import Settings

DAY = timedelta(hours=24)
#: Failed runs that are listed.
LISTED = 10
SETTLED = ("satisfied", "nothing_to_do")


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """The folder as it was at `now`: nothing later is looked at."""

    now: datetime
    config: Config
    state: LocalFiles
    store: Store
    decisions: Sequence[Mapping[str, Any]] = ()

    def listing(self, prefix: str) -> list[Stored]:
        return [s for s in self.state.list(prefix) if s.created_at <= self.now]

    def records(self, prefix: str) -> list[Stored]:
        return [s for s in self.listing(prefix) if not s.name.endswith(records.DONE)]

    def rows(self, table: str, column: str) -> list[dict[str, Any]]:
        return [
            row
            for row in self.store.rows("nba_orchestration", table)
            if row[column] and datetime.fromisoformat(row[column]) <= self.now
        ]


def look(
    settings: Settings, config: Config, at: datetime | None
) -> tuple[dict[str, Any], tuple[Alert, ...]]:
    """What is known at `at` (default: the folder's own time) as JSON, and its alerts."""
    if not has_store(settings.data):
        now = at or real_now()
        return _nothing(now, settings)
    store = existing_store(settings)
    now = at or folder_now(store)
    state = LocalFiles(store, "state", DeliveryClock())
    seen = _Seen(now=now, config=config, state=state, store=store)
    decided = seen.rows("workflow_decisions", "decision_time")
    decided.sort(key=lambda row: str(row["decision_time"]))
    return _tell(replace(seen, decisions=decided), settings)


def _nothing(now: datetime, settings: Settings) -> tuple[dict[str, Any], tuple[Alert, ...]]:
    fired = alerts(Facts(now=now, today=day_of_instant(now), planned=False, began=None))
    empty: dict[str, Any] = {"by_status": {}, "unfinished": []}
    return {
        "at": iso(now),
        "running": _is_up(settings),
        "days": [],
        "last_tick": None,
        "last_cleanup": None,
        "schedule_at": None,
        "last_decisions": [],
        "executions": empty,
        "runs": {"ended": 0, "failed": 0, "failures": []},
        "missing_files": 0,
        "dead_letters": 0,
        "alerts": [_alert(each) for each in fired],
    }, fired


def _tell(seen: _Seen, settings: Settings) -> tuple[dict[str, Any], tuple[Alert, ...]]:
    now, today = seen.now, day_of_instant(seen.now)
    ticks, cleanups = seen.records("ticks/"), seen.records("cleanups/")
    schedules = seen.listing("schedules/")
    schedule_at = parse_stamp(schedules[-1].name[10:-5]) if schedules else None
    days = [
        told for day in (today - timedelta(days=1), today) if (told := _day(seen, day)) is not None
    ]
    unfinished = [each for day in _near(today) for each in _unfinished(seen, day)]
    runs = [r for r in seen.rows("scraper_execution_log", "triggered_at") if _recent(seen, r)]
    failures = [run for run in runs if run["status"] == "failed"]
    operations = seen.rows("cleanup_operations", "cleanup_time")
    newest = max(operations, key=lambda row: str(row["cleanup_time"]), default=None)
    missing = newest["missing_files_found"] if newest else 0
    dead = len(LocalBus(seen.store, DeliveryClock(), subscriptions(seen.config)).dead())
    fired = alerts(
        Facts(
            now=now,
            today=today,
            planned=any(told["date"] == today.isoformat() for told, _ in days),
            began=_began(seen, ticks),
            last_tick=_newest(ticks),
            last_cleanup=_newest(cleanups),
            schedule_at=schedule_at,
            slots=[fact for _, facts in days for fact in facts],
            runs=_runs(seen, ticks),
            unfinished=[
                Unfinished(execution_id=m.execution_id, finish_by=m.finish_by) for m in unfinished
            ],
            aborts=[
                row["slot_id"]
                for row in seen.decisions
                if row["action"] == "ABORT"
                and row["alert_level"] in ("WARNING", "ERROR")
                and now - datetime.fromisoformat(row["decision_time"]) <= DAY
            ],
            missing_files=missing,
            runs_ended=len(runs),
            runs_failed=len(failures),
            dead_letters=dead,
        )
    )
    executions = [
        row
        for row in seen.rows("workflow_executions", "execution_time")
        if now - datetime.fromisoformat(row["execution_time"]) <= DAY
    ]
    last = max((row["tick"] for row in seen.decisions if row["tick"]), default=None)
    return {
        "at": iso(now),
        "running": _is_up(settings),
        "days": [told for told, _ in days],
        "last_tick": _text(_newest(ticks)),
        "last_cleanup": _text(_newest(cleanups)),
        "schedule_at": _text(schedule_at),
        "last_decisions": [
            {key: row[key] for key in ("action", "workflow_name", "slot_id", "reason")}
            for row in seen.decisions
            if row["tick"] == last
        ],
        "executions": {
            "by_status": dict(sorted(Counter(row["status"] for row in executions).items())),
            "unfinished": [
                {"execution_id": m.execution_id, "finish_by": iso(m.finish_by)} for m in unfinished
            ],
        },
        "runs": {
            "ended": len(runs),
            "failed": len(failures),
            "failures": [
                {key: run[key] for key in ("run_id", "error_type", "error_message")}
                for run in failures[-LISTED:]
            ],
        },
        "missing_files": missing,
        "dead_letters": dead,
        "alerts": [_alert(each) for each in fired],
    }, fired


def _is_up(settings: Settings) -> bool:
    return (holder(settings.data) or {}).get("command") == "tipoff up"


def _recent(seen: _Seen, run: Mapping[str, Any]) -> bool:
    return seen.now - datetime.fromisoformat(run["triggered_at"]) <= DAY


def _near(today: date) -> list[date]:
    """The game days whose executions may be unfinished."""
    return [today - timedelta(days=back) for back in range(3)]


def _began(seen: _Seen, ticks: Sequence[Stored]) -> datetime | None:
    """The first scheduled work: a tick, or a plan that was locked (not one made by hand)."""
    instants = [tick.created_at for tick in ticks[:1]]
    for row in seen.store.rows("nba_orchestration", "daily_expected_schedule"):
        at = datetime.fromisoformat(row["locked_at"])
        if row["generated_by"] in ("schedule_locker", "controller") and at <= seen.now:
            instants.append(at)
            break
    return min(instants, default=None)


def _newest(listing: Sequence[Stored]) -> datetime | None:
    return max((stored.created_at for stored in listing), default=None)


def _plan(seen: _Seen, day: date) -> tuple[Plan, datetime] | None:
    """The plan in force, and when the day was locked."""
    names = [stored.name for stored in seen.records(f"plans/{day.isoformat()}/")]
    if not names:
        return None
    first = records.read(seen.state, names[0], Plan)
    return records.read(seen.state, names[-1], Plan), first.made_at


def _day(seen: _Seen, day: date) -> tuple[dict[str, Any], list[SlotFact]] | None:
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


def _state(seen: _Seen, known: DayHistory, slot: Any) -> SlotState:
    mine = [row for row in seen.decisions if row["slot_id"] == slot.slot_id]
    return slot_state(
        slot,
        seen.now,
        statuses=[attempt.status for attempt in known.of_slot(slot.slot_id)],
        satisfied=any(row["reason_code"] in SETTLED for row in mine),
        aborted=any(row["action"] == "ABORT" for row in mine),
    )


def _completeness(seen: _Seen, plan: Plan, known: DayHistory) -> list[dict[str, Any]]:
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


def _unfinished(seen: _Seen, day: date) -> Iterable[Manifest]:
    """The manifests of the day's executions that have no end yet."""
    for facts in records.sort_out(seen.listing(records.executions_prefix(day))).values():
        if facts.manifest is not None and facts.finished is None:
            yield records.read(seen.state, facts.manifest.name, Manifest)


def _runs(seen: _Seen, ticks: Sequence[Stored]) -> list[RunFact]:
    """Every RUN of the last days' ticks, and whether its execution has a manifest."""
    started = {
        facts.execution_id
        for day in (*_near(day_of_instant(seen.now)), day_of_instant(seen.now - 3 * DAY))
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


def _text(instant: datetime | None) -> str | None:
    return iso(instant) if instant else None


def _alert(alert: Alert) -> dict[str, str]:
    return {
        "severity": alert.severity.value,
        "code": alert.code,
        "message": alert.message,
    }
