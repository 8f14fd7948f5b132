"""The sweep: every hour, and with every cleanup tick, what stopped moving is picked up.

It decides nothing anew: it repeats the effects of records that were never confirmed, sends
chunks without an outcome again (twice at most, claimed), gives lost RUNs their manifest and
ends executions whose time is up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared import executing, records
from shared.core.days import day_of_instant
from shared.core.execution import Manifest, Outcome, Progress, failed_outcome
from shared.core.messages import ChunkOrder, RunOrder
from shared.core.plan import Plan
from shared.core.ports import Stored
from shared.effects import (
    CleanupRecord,
    FinishedRecord,
    TickRecord,
    outcome_name,
    perform_cleanup,
    perform_finished,
    perform_outcome,
    perform_plan,
    perform_tick,
)
from shared.records import ExecutionFacts
from shared.world import World

#: A record this old without `.done` is taken up: its handler is not at work any more.
STALE = timedelta(minutes=10)

#: A chunk without an outcome is sent again after these waits, each claimed once.
RESEND = (timedelta(minutes=15), timedelta(minutes=30))

#: Game days that are looked at; hourly a fortnight, so that what a long outage left behind ends.
LOOK_BACK = 3
FAR_BACK = 14


def sweep(world: World, *, look_back: int = LOOK_BACK) -> None:
    """One pass over the last game days."""
    now = world.clock.now()
    today = day_of_instant(now)
    known: set[str] = set()
    for back in range(look_back):
        day = today - timedelta(days=back)
        for stored in _stale(world.state.list(f"plans/{day.isoformat()}/"), now):
            perform_plan(world, records.read(world.state, stored.name, Plan))
        listing = world.state.list(records.executions_prefix(day))
        known |= _executions(world, listing, now)
    _ticks(world, known, now)
    _cleanups(world, now)


def _stale(listing: Sequence[Stored], now: datetime) -> list[Stored]:
    return [stored for stored in records.undone(listing) if now - stored.created_at >= STALE]


def _executions(world: World, listing: Sequence[Stored], now: datetime) -> set[str]:
    """Take up the executions of one day; returns their ids."""
    for stored in _stale(listing, now):
        if "/chunks/" in stored.name:
            perform_outcome(world, records.read(world.state, stored.name, Outcome))
        elif stored.name.endswith("/finished.json"):
            perform_finished(world, records.read(world.state, stored.name, FinishedRecord))
    sorted_out = records.sort_out(listing)
    for facts in sorted_out.values():
        if facts.manifest is not None and facts.finished is None:
            manifest = records.read(world.state, facts.manifest.name, Manifest)
            _unfinished(world, manifest, facts, now)
    return {key for key, facts in sorted_out.items() if facts.manifest is not None}


def _unfinished(world: World, manifest: Manifest, facts: ExecutionFacts, now: datetime) -> None:
    where = executing.where_it_stands(world, manifest, facts.outcomes)
    if where.ended:
        executing.finish(world, manifest, list(facts.outcomes.values()))
    elif now >= manifest.finish_by:
        _give_up(world, manifest, where)
    else:
        _resend(world, where, now)


def _resend(world: World, where: Progress, now: datetime) -> None:
    """Send again what is overdue, each time claimed so that two sweeps send it once."""
    waited = now - where.since
    due = sum(waited >= wait for wait in RESEND)
    chunks: list[ChunkOrder] = []
    for chunk in where.waiting if due else ():
        name = f"resent/{chunk.chunk_id}.{due}"
        if world.state.create_once(name, b"{}").created:
            chunks.append(chunk)
            world.log.warning(
                f"no outcome after {waited}: sent again",
                action="resend",
                chunk_id=chunk.chunk_id,
                execution_id=chunk.execution_id,
                decision_id=chunk.decision_id,
            )
    executing.send(world, chunks)


def _give_up(world: World, manifest: Manifest, where: Progress) -> None:
    """The execution's time is up: what has no outcome is lost, and it ends."""
    prefix = records.execution_prefix(manifest.game_day, manifest.execution_id)
    facts = records.sort_out(world.state.list(prefix))[manifest.execution_id]
    while not where.ended:
        for chunk in where.waiting:
            lost = failed_outcome(
                chunk, "lost", f"no outcome by {manifest.finish_by.isoformat()}", world.clock.now()
            )
            name = outcome_name(lost)
            tags = records.outcome_metadata(lost, world.config)
            perform_outcome(world, records.decide_once(world.state, name, lost, tags))
        facts = records.sort_out(world.state.list(prefix))[manifest.execution_id]
        where = executing.where_it_stands(world, manifest, facts.outcomes)
    executing.finish(world, manifest, list(facts.outcomes.values()))


def _ticks(world: World, known: set[str], now: datetime) -> None:
    """Confirm decisions that were not, and give RUNs without a manifest one."""
    for back in range(LOOK_BACK):
        day = (now - timedelta(days=back)).strftime("%Y%m%d")
        listing = world.state.list(f"ticks/{day}")
        for stored in _stale(listing, now):
            perform_tick(world, records.read(world.state, stored.name, TickRecord))
        for stored in listing:
            runs = stored.metadata.get("runs")
            if not runs or known.issuperset(runs.split(",")):
                continue
            if now - stored.created_at >= STALE:
                record = records.read(world.state, stored.name, TickRecord)
                for order in record.orders:
                    if order.execution_id not in known:
                        _start(world, order)


def _start(world: World, order: RunOrder) -> None:
    """Give a lost RUN its manifest; one that this configuration cannot run stops no sweep."""
    names = {name for step in order.steps for name in step.scrapers}
    known = {name for name, entry in world.config.scrapers.items() if entry.available}
    if unknown := sorted(names - known):
        world.log.error(
            f"cannot be run, [{', '.join(unknown)}] is unknown here",
            action="refuse",
            execution_id=order.execution_id,
            decision_id=order.decision_id,
        )
        return
    executing.start(world, order)


def _cleanups(world: World, now: datetime) -> None:
    for back in range(2):
        day = (now - timedelta(days=back)).strftime("%Y%m%d")
        for stored in _stale(world.state.list(f"cleanups/{day}"), now):
            record = records.read(world.state, stored.name, CleanupRecord)
            perform_cleanup(world, record, stored.name)
