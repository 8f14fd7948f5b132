"""What `tipoff status` tells: read from the state bucket and the rows, as of one instant."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from local.bus import LocalBus
from local.files import LocalFiles
from local.world import subscriptions
from shared.clock import DeliveryClock
from shared.core.alerts import (
    Alert,
    Facts,
    Unfinished,
    alerts,
)
from shared.core.days import day_of_instant, iso, parse_stamp
from tipoff.commands.folder_lock import holder
from tipoff.commands.options import existing_store, folder_now, has_store, real_now
from tipoff.commands.seen import DAY, Seen, began, day_of, near, newest_of, runs_of, unfinished

if TYPE_CHECKING:
    from shared.core.workflows import Config
    from shared.settings import Settings

#: Failed runs that are listed.
LISTED = 10


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
    seen = Seen(now=now, config=config, state=state, store=store)
    decided = seen.rows("workflow_decisions", "decision_time")
    decided.sort(key=lambda row: str(row["decision_time"]))
    return _tell(replace(seen, decisions=decided), settings)


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
        "alerts": [_alert(each) for each in fired],
    }, fired


def _tell(seen: Seen, settings: Settings) -> tuple[dict[str, Any], tuple[Alert, ...]]:
    today = day_of_instant(seen.now)
    near_days = (today - timedelta(days=1), today)
    days = [told for day in near_days if (told := day_of(seen, day)) is not None]
    runs = seen.recent("scraper_execution_log", "triggered_at")
    failures = [run for run in runs if run["status"] == "failed"]
    facts = replace(
        _facts(seen, today),
        planned=any(told["date"] == today.isoformat() for told, _ in days),
        slots=[fact for _, facts in days for fact in facts],
        runs_ended=len(runs),
        runs_failed=len(failures),
    )
    fired = alerts(facts)
    statuses = [row["status"] for row in seen.recent("workflow_executions", "execution_time")]
    last = max((row["tick"] for row in seen.decisions if row["tick"]), default=None)
    return {
        "at": iso(seen.now),
        "running": _is_up(settings),
        "days": [told for told, _ in days],
        "last_tick": _text(facts.last_tick),
        "last_cleanup": _text(facts.last_cleanup),
        "schedule_at": _text(facts.schedule_at),
        "last_decisions": [
            {key: row[key] for key in ("action", "workflow_name", "slot_id", "reason")}
            for row in seen.decisions
            if row["tick"] == last
        ],
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
        "missing_files": facts.missing_files,
        "dead_letters": facts.dead_letters,
        "alerts": [_alert(each) for each in fired],
    }, fired


def _facts(seen: Seen, today: date) -> Facts:
    """What the alerts ask for, but for the days' slots and runs."""
    ticks, schedules = seen.records("ticks/"), seen.listing("schedules/")
    cleanups = seen.rows("cleanup_operations", "cleanup_time")
    newest = max(cleanups, key=lambda row: str(row["cleanup_time"]), default=None)
    manifests = [each for day in near(today) for each in unfinished(seen, day)]
    return Facts(
        now=seen.now,
        today=today,
        planned=False,
        began=began(seen, ticks),
        last_tick=newest_of(ticks),
        last_cleanup=newest_of(seen.records("cleanups/")),
        schedule_at=parse_stamp(schedules[-1].name[10:-5]) if schedules else None,
        runs=runs_of(seen, ticks),
        unfinished=[
            Unfinished(execution_id=each.execution_id, finish_by=each.finish_by)
            for each in manifests
        ],
        aborts=[
            row["slot_id"]
            for row in seen.decisions
            if row["action"] == "ABORT"
            and row["alert_level"] in ("WARNING", "ERROR")
            and seen.now - datetime.fromisoformat(row["decision_time"]) <= DAY
        ],
        missing_files=newest["missing_files_found"] if newest else 0,
        dead_letters=len(LocalBus(seen.store, DeliveryClock(), subscriptions(seen.config)).dead()),
    )


def _is_up(settings: Settings) -> bool:
    return (holder(settings.data) or {}).get("command") == "tipoff up"


def _text(instant: datetime | None) -> str | None:
    return iso(instant) if instant else None


def _alert(alert: Alert) -> dict[str, str]:
    return {
        "severity": alert.severity.value,
        "code": alert.code,
        "message": alert.message,
    }
