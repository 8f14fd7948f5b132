"""What `tipoff status` tells: read from the state bucket and the rows, as of one instant."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared import listings, records
from shared.core.alerts import Alert, Facts, SlotState, alerts
from shared.core.days import day_of_instant, iso
from shared.core.history import NOTHING
from shared.core.reconcile import completeness
from shared.page.seen import Seen, look
from tipoff.commands.folder_lock import holder
from tipoff.commands.options import real_now
from tipoff.commands.reading import now_of, read_from
from tipoff.folder import has_store

if TYPE_CHECKING:
    from shared.core.ports import Row
    from shared.settings import Settings

#: Failed runs that are listed.
LISTED = 10


def state_of(
    settings: Settings, project: str | None, at: datetime | None
) -> tuple[dict[str, Any], tuple[Alert, ...]]:
    """What is known at `at` (default: now, or the folder's own time) as JSON, and its alerts."""
    if project is None and not has_store(settings.data):
        return _nothing(at or real_now(), settings)
    with read_from(settings, project) as world:
        now = at or now_of(world, project)
        seen = look(world, day_of_instant(now), now)
        running = None if project else _is_up(settings)
        return _tell(seen, running), seen.alerts


def _nothing(now: datetime, settings: Settings) -> tuple[dict[str, Any], tuple[Alert, ...]]:
    fired = alerts(Facts(now=now, today=day_of_instant(now), planned=False, began=None))
    return {
        "at": iso(now),
        "running": _is_up(settings),
        "days": [],
        "last_tick": None,
        "last_cleanup": None,
        "schedule_at": None,
        "last_decisions": [],
        "executions": {"by_status": {}, "unfinished": []},
        "runs": {"ended": 0, "failed": 0, "failures": []},
        "missing_files": 0,
        "dead_letters": 0,
        "alerts": [alert_json(each) for each in fired],
    }, fired


def _tell(seen: Seen, running: bool | None) -> dict[str, Any]:  # noqa: FBT001 told as it is
    facts = seen.facts
    today = day_of_instant(seen.moment)
    near_days = (today - timedelta(days=1), today)
    runs = seen.recent("scraper_execution_log")
    failures = [run for run in runs if run["status"] == "failed"]
    statuses = [row["status"] for row in seen.recent("workflow_executions")]
    return {
        "at": iso(seen.moment),
        "running": running,
        "days": [told for day in near_days if (told := _day(seen, day)) is not None],
        "last_tick": _text(facts.last_tick),
        "last_cleanup": _text(facts.last_cleanup),
        "schedule_at": _text(facts.schedule_at),
        "last_decisions": _decisions(seen.rows("workflow_decisions")),
        "executions": {
            "by_status": dict(sorted(Counter(statuses).items())),
            "unfinished": [
                {"execution_id": each.execution_id, "finish_by": iso(each.finish_by)}
                for each in facts.unfinished
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
        "missing_files": len(facts.missing),
        "dead_letters": facts.dead_letters,
        "alerts": [alert_json(each) for each in seen.alerts],
    }


def _decisions(rows: list[Row]) -> list[dict[str, Any]]:
    """What the newest tick decided."""
    last = max((row["tick"] for row in rows if row["tick"]), default=None)
    return [
        {key: row[key] for key in ("action", "workflow_name", "slot_id", "reason")}
        for row in rows
        if row["tick"] == last
    ]


def _day(seen: Seen, day: date) -> dict[str, Any] | None:
    """A day's plan, slots and completeness as JSON; None for one without plan."""
    found = seen.plan(day)
    if found is None:
        return None
    plan, locked = found
    states = Counter(fact.state for fact in seen.facts.slots if fact.slot.game_day == day)
    return {
        "date": day.isoformat(),
        "locked_at": iso(locked.made_at),
        "revision": plan.revision,
        "games": len(plan.games),
        "reason": plan.reason,
        "slots": {state.value: states[state] for state in SlotState if states[state]},
        "completeness": _completeness(seen, day),
    }


def _completeness(seen: Seen, day: date) -> list[dict[str, Any]]:
    """Per dataset that is measured by games: how many of the day's are there."""
    games = seen.schedule.calendar.on(day) if seen.schedule else ()
    names = {name for workflow in seen.config.enabled for name in workflow.scrapers}
    entries = [seen.config.scrapers[name] for name in names]
    datasets = {entry.dataset for entry in entries if entry.expects == "games"}
    listing = seen.listing(records.executions_prefix(day))
    covered = listings.day_facts(day, listing).covered
    found = (
        completeness(day, dataset, games, covered.get(dataset, NOTHING))
        for dataset in (sorted(datasets) if games else ())
    )
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


def _is_up(settings: Settings) -> bool:
    return (holder(settings.data) or {}).get("command") == "tipoff up"


def _text(instant: datetime | None) -> str | None:
    return iso(instant) if instant else None


def alert_json(alert: Alert) -> dict[str, Any]:
    """An alert as programs read it."""
    return {
        "severity": alert.severity.value,
        "code": alert.code,
        "message": alert.message,
        "since": iso(alert.since),
        "subject": alert.subject,
        "evidence": list(alert.evidence),
        "runbook": alert.look,
    }
