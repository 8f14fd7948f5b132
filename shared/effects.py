"""From a record to its effects: what it publishes, what it appends, and then `.done`.

Every function here may be called again by a redelivery or by the sweep: ids are derived, so a
repeat is the same rows and the same orders. Order of effects: publish, append, mark done; a chunk's
repeat appends before it publishes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared import records
from shared.core import rows
from shared.core.books import Books
from shared.core.decision import Action, AlertLevel, Decision
from shared.core.execution import Manifest, Outcome, Summary
from shared.core.ids import load_id
from shared.core.messages import Advance, FileReady, RunOrder
from shared.core.plan import Plan
from shared.core.ports import Message
from shared.core.reconcile import Written
from shared.core.workflows import Config, Priority
from shared.log import trace_id
from shared.messages import FILES_READY, RUN_ADVANCE, RUN_DECISIONS, message
from shared.world import World


@dataclass(frozen=True, kw_only=True, slots=True)
class TickRecord:
    """What the controller decided at a tick: the rows it appends, the orders it publishes."""

    tick: datetime
    at: datetime
    rows: Sequence[tuple[str, Mapping[str, Any]]]
    orders: tuple[RunOrder, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FinishedRecord:
    """What an execution came to."""

    manifest: Manifest
    summary: Summary
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CleanupRecord:
    """What a cleanup found, and the files it announces again."""

    rows: Sequence[tuple[str, Mapping[str, Any]]]
    #: (number of the announcement, the file), the claim being made before publishing.
    announce: tuple[tuple[int, FileReady], ...]


def perform_plan(world: World, plan: Plan) -> None:
    """Append the lock's rows (revision 1) or the revision's deltas."""
    name = records.plan_name(plan.game_day, plan.revision)
    if plan.revision == 1:
        world.journal.append("daily_expected_schedule", rows.lock_rows(plan, world.stamp()))
    else:
        world.journal.append("plan_changes", rows.change_rows(plan, world.stamp()))
    records.mark_done(world.state, name)


def perform_tick(world: World, record: TickRecord) -> None:
    """Publish the RUNs, then append every decision."""
    world.publish([message(RUN_DECISIONS, order) for order in record.orders])
    world.journal.append("workflow_decisions", list(record.rows))
    records.mark_done(world.state, records.tick_name(record.tick))


def perform_outcome(world: World, outcome: Outcome, *, repeated: bool = False) -> None:
    """Announce the files, report the chunk, append one row a run.

    A repeat appends first: 30 deliveries while the tables are away would announce each file 30
    times, and each announcement is delivered 30 times.
    """
    if repeated:
        _append_runs(world, outcome)
    world.publish(_reported(world, outcome))
    if not repeated:
        _append_runs(world, outcome)
    records.mark_done(world.state, outcome_name(outcome))


def _reported(world: World, outcome: Outcome) -> list[Message]:
    """The messages of an outcome: its files, and that the chunk is done."""
    order = outcome.order
    ready = [message(FILES_READY, event) for event in files_of(outcome, world.config)]
    if order.advance:
        done = Advance(
            execution_id=order.execution_id, game_day=order.game_day, chunk_id=order.chunk_id
        )
        ready.append(message(RUN_ADVANCE, done))
    return ready


def _append_runs(world: World, outcome: Outcome) -> None:
    run_rows = rows.run_rows(outcome, world.stamp(), trace_id=trace_id())
    world.journal.append("scraper_execution_log", run_rows)


def perform_finished(world: World, record: FinishedRecord) -> None:
    """Append the execution's row, behind the decision's where that was asked for by hand: the
    order's delivery may have ended for good between its manifest and that row."""
    append_hand_decision(world, record.manifest)
    row = rows.execution_row(record.manifest, record.summary, world.stamp(), ended_at=record.at)
    world.journal.append("workflow_executions", [row])
    manifest = record.manifest
    name = records.finished_name(manifest.game_day, manifest.execution_id)
    records.mark_done(world.state, name)


def append_hand_decision(world: World, manifest: Manifest) -> None:
    """A run by hand is a decision too: the operator's."""
    if manifest.slot_id is not None:
        return
    # A workflow that left the configuration under way has no priority any more.
    workflow = world.config.workflows.get(manifest.workflow)
    decision = Decision(
        decision_id=manifest.decision_id,
        workflow=manifest.workflow,
        slot=None,
        game_day=manifest.game_day,
        action=Action.RUN,
        reason="asked for by hand",
        reason_code="manual",
        priority=workflow.priority if workflow else Priority.MEDIUM,
        alert_level=AlertLevel.INFO,
        attempt=manifest.attempt,
        scrapers=tuple(dict.fromkeys(name for step in manifest.steps for name in step.scrapers)),
        target_date=manifest.target_date,
    )
    row = rows.decision_row(
        decision,
        world.stamp(),
        at=manifest.decided_at,
        tick="",
        revision=None,
        config_version=manifest.config_version,
        controller_version=world.settings.version,
        triggered_by=manifest.triggered_by,
    )
    world.journal.append("workflow_decisions", [row])


def perform_cleanup(world: World, record: CleanupRecord, name: str) -> None:
    """Claim each announcement, make it, append the operation."""
    claimed = []
    for n, event in record.announce:
        claim = world.state.create_once(f"republished/{event.load_id}/{n}", b"{}", {"by": name})
        # Two cleanups at once may both have decided it; the claim says whose it is.
        if claim.stored.metadata.get("by") == name:
            claimed.append(message(FILES_READY, event))
    world.publish(claimed)
    world.journal.append("cleanup_operations", list(record.rows))
    records.mark_done(world.state, name)


def perform_books(world: World, books: Books) -> None:
    """Append what one lock has to say of one day's datasets."""
    world.journal.append("daily_completeness", rows.book_rows(books))
    records.mark_done(world.state, records.books_name(books.lock, books.day))


def outcome_name(outcome: Outcome) -> str:
    """The record name of a chunk's outcome."""
    order = outcome.order
    return records.outcome_name(
        order.game_day, order.execution_id, order.step, order.scraper, order.n
    )


def files_of(outcome: Outcome, config: Config) -> list[FileReady]:
    """The files that a chunk wrote, as loader and cleanup want them.

    None for a scraper that has left the configuration: nobody knows their table any more.
    """
    scraper = config.scrapers.get(outcome.order.scraper)
    if scraper is None:
        return []
    return [
        FileReady(
            load_id=load_id(result.path, result.generation),
            path=result.path,
            generation=result.generation,
            scraper=scraper.name,
            dataset=scraper.dataset,
            table=scraper.table,
            target_date=outcome.order.target_date,
            run_id=result.run_id,
            record_count=result.record_count,
        )
        for result in outcome.results
        if result.path is not None and result.generation is not None
    ]


def written_by(outcome: Outcome, config: Config) -> list[Written]:
    """The files of an outcome that have a table to go to: cleanup's candidates."""
    return [
        Written(
            path=event.path,
            generation=event.generation,
            load_id=event.load_id,
            scraper=event.scraper,
            dataset=event.dataset,
            table=event.table,
            target_date=event.target_date,
            run_id=event.run_id,
            record_count=event.record_count,
            written_at=outcome.at,
        )
        for event in files_of(outcome, config)
        if event.table is not None
    ]
