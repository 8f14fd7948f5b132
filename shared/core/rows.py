"""Rows of the audit tables, as (row id, row): what config/tables/*.json describe.

A row's id is derived from what it tells, so that a repeated append is the same row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.core.books import Book, Books
from shared.core.days import iso
from shared.core.decision import Decision
from shared.core.execution import Manifest, Outcome, Summary
from shared.core.plan import Change, Plan
from shared.core.runs import RunResult
from shared.core.slots import Slot
from shared.core.targets import TargetKind

#: JSON whose keys are sorted: equal values are equal texts.
_sorted_json = json.JSONEncoder(sort_keys=True).encode

#: (row id, row) as Journal.append takes it.
KeyedRow = tuple[str, dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """What every row carries of where and when it was written."""

    environment: str
    created_at: datetime


def lock_rows(plan: Plan, stamp: Stamp) -> list[KeyedRow]:
    """daily_expected_schedule: the locked promise, one row a slot of revision 1."""
    return [
        (
            slot.slot_id,
            {
                "date": slot.game_day.isoformat(),
                "locked_at": iso(plan.made_at),
                "revision": plan.revision,
                **_slot(slot, plan),
                "reason": slot.reason,
                "generated_by": plan.made_by,
                "environment": stamp.environment,
                "created_at": iso(stamp.created_at),
            },
        )
        for slot in plan.slots
    ]


def change_rows(plan: Plan, stamp: Stamp) -> list[KeyedRow]:
    """plan_changes: what revision `plan` changed, one row a change."""
    return [(_change_id(plan, change), _change(plan, change, stamp)) for change in plan.changes]


def _change_id(plan: Plan, change: Change) -> str:
    return f"{change.slot.slot_id}.r{plan.revision:04d}.{change.change}"


def _change(plan: Plan, change: Change, stamp: Stamp) -> dict[str, Any]:
    return {
        "date": plan.game_day.isoformat(),
        "revision": plan.revision,
        "changed_at": iso(plan.made_at),
        "change": change.change,
        "reason": change.reason,
        "changed_by": plan.made_by,
        **_slot(change.slot, plan),
        "generated_by": plan.made_by,
        "environment": stamp.environment,
        "created_at": iso(stamp.created_at),
    }


def _slot(slot: Slot, plan: Plan) -> dict[str, Any]:
    return {
        "slot_id": slot.slot_id,
        "workflow_name": slot.workflow,
        "expected_run_time": iso(slot.expected_run_time),
        "opens_at": iso(slot.opens_at),
        "closes_at": iso(slot.closes_at),
        "target_date": slot.target_date.isoformat(),
        "scrapers": list(slot.scrapers),
        "games_today": len(plan.games),
        "priority": slot.priority.value,
        "config_version": plan.config_version,
    }


def decision_row(
    decision: Decision,
    stamp: Stamp,
    *,
    at: datetime,
    tick: str,
    revision: int | None,
    config_version: str,
    controller_version: str,
    triggered_by: str,
) -> KeyedRow:
    """workflow_decisions: one decision, with its reason."""
    row = {
        "decision_id": decision.decision_id,
        "decision_time": iso(at),
        "workflow_name": decision.workflow,
        "slot_id": decision.slot.slot_id if decision.slot else None,
        "action": decision.action.value,
        "reason": decision.reason,
        "reason_code": decision.reason_code,
        "context": _sorted_json(dict(decision.context)),
        "scrapers": list(decision.scrapers),
        "target_date": decision.target_date.isoformat(),
        "target_games": list(decision.target_games),
        "next_check": iso(decision.next_check) if decision.next_check else None,
        "priority": decision.priority.value,
        "alert_level": decision.alert_level.value,
        "attempt": decision.attempt,
        "tick": tick,
        "plan_revision": revision,
        "config_version": config_version,
        "controller_version": controller_version,
        "environment": stamp.environment,
        "triggered_by": triggered_by,
        "created_at": iso(stamp.created_at),
    }
    return decision.decision_id, row


def execution_row(
    manifest: Manifest, summary: Summary, stamp: Stamp, *, ended_at: datetime
) -> KeyedRow:
    """workflow_executions: what a RUN came to; error_message is never NULL on failure."""
    row = {
        "execution_id": manifest.execution_id,
        "execution_time": iso(manifest.created_at),
        "workflow_name": manifest.workflow,
        "decision_id": manifest.decision_id,
        "slot_id": manifest.slot_id,
        "target_date": manifest.target_date.isoformat(),
        "scrapers_requested": list(
            dict.fromkeys(name for step in manifest.steps for name in step.scrapers)
        ),
        "scrapers_triggered": summary.triggered,
        "scrapers_succeeded": summary.succeeded,
        "scrapers_no_data": summary.no_data,
        "scrapers_failed": summary.failed,
        "scraper_execution_ids": list(summary.run_ids),
        "status": summary.status,
        "duration_seconds": (ended_at - manifest.created_at).total_seconds(),
        "error_message": summary.error_message,
        "environment": stamp.environment,
        "created_at": iso(stamp.created_at),
    }
    return manifest.execution_id, row


def run_rows(outcome: Outcome, stamp: Stamp, *, trace_id: str | None) -> list[KeyedRow]:
    """scraper_execution_log: one row a run of the chunk."""
    return [(result.run_id, _run(outcome, result, stamp, trace_id)) for result in outcome.results]


def _run(outcome: Outcome, result: RunResult, stamp: Stamp, trace_id: str | None) -> dict[str, Any]:
    order, target = outcome.order, result.target
    summary = {
        "record_count": result.record_count,
        "covers": list(result.covers),
        "scraper_stats": dict(result.stats),
    }
    return {
        "execution_id": result.run_id,
        "run_id": result.run_id,
        "workflow_execution_id": order.execution_id,
        "decision_id": order.decision_id or None,
        "scraper_name": order.scraper,
        "workflow": order.workflow,
        "target_date": order.target_date.isoformat(),
        "game_id": _game_of(target.kind, target.id, target.params),
        "target": target.id,
        "status": result.status,
        "complete": result.complete,
        "triggered_at": iso(result.triggered_at),
        "completed_at": iso(result.completed_at),
        "duration_seconds": result.duration_seconds,
        "record_count": result.record_count,
        "records_processed": result.record_count,
        "data_summary": _sorted_json(summary),
        "gcs_path": result.path,
        "gcs_generation": result.generation,
        "error_type": result.error_type,
        "error_message": result.error_message,
        "retry_count": result.retry_count,
        "requests": result.requests,
        "credits": result.credits,
        "credits_left": result.credits_left,
        "recovery": order.source == "RECOVERY",
        "source": order.source,
        "environment": stamp.environment,
        "triggered_by": order.triggered_by,
        "opts": _sorted_json(dict(target.params) | dict(order.options)),
        "trace_id": trace_id,
        "created_at": iso(stamp.created_at),
    }


def _game_of(kind: TargetKind, target_id: str, params: Mapping[str, str]) -> str | None:
    return target_id if kind is TargetKind.GAME else params.get("game")


def load_row(
    *,
    load_id: str,
    path: str,
    generation: int,
    scraper: str,
    target_date: str,
    table: str,
    rows_loaded: int,
    status: str,
    error: str | None,
    at: datetime,
    created_at: datetime,
) -> KeyedRow:
    """file_processing_log: a file's arrival (or final refusal) in the raw dataset."""
    row = {
        "processing_id": load_id,
        "gcs_path": path,
        "gcs_generation": generation,
        "scraper_name": scraper,
        "target_date": target_date,
        "table_name": table,
        "rows_loaded": rows_loaded,
        "status": status,
        "error_message": error,
        "processed_at": iso(at),
        "created_at": iso(created_at),
    }
    return load_id, row


def book_rows(books: Books) -> list[KeyedRow]:
    """daily_completeness: one row a dataset that the lock has something to say of."""
    # An id names the lock: each day's books are looked at once by each.
    return [
        (f"{books.day.isoformat()}.{book.dataset}.{books.lock.isoformat()}", _book(book, books))
        for book in books.books
        if book.dataset in books.told
    ]


def _book(book: Book, books: Books) -> dict[str, Any]:
    return {
        "date": books.day.isoformat(),
        "dataset": book.dataset,
        "expected": len(book.expected),
        "obtained": len(book.obtained),
        "waived": len(book.waived),
        "missing": len(book.missing),
        "missing_targets": list(book.missing),
        "first_obtained_at": iso(book.first_obtained_at) if book.first_obtained_at else None,
        "last_obtained_at": iso(book.last_obtained_at) if book.last_obtained_at else None,
        "complete": not book.missing,
        "closed_at": iso(book.closed_at) if book.closed_at else None,
        # Not when it was appended: a repeat is the same row, and the newest books are known.
        "created_at": iso(books.at),
    }


def cleanup_row(
    *,
    cleanup_id: str,
    tick: datetime,
    checked: int,
    missing: Sequence[Mapping[str, Any]],
    republished: int,
    errors: Sequence[str],
    duration: float,
    stamp: Stamp,
) -> KeyedRow:
    """cleanup_operations: what one cleanup looked at, found missing and announced again."""
    row = {
        "cleanup_time": iso(tick),
        "cleanup_id": cleanup_id,
        "files_checked": checked,
        "missing_files_found": len(missing),
        "republished_count": republished,
        "missing_files": [dict(entry) for entry in missing],
        "errors": list(errors),
        "duration_seconds": duration,
        "environment": stamp.environment,
        "created_at": iso(stamp.created_at),
    }
    return cleanup_id, row
