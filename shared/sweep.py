"""The sweep: every hour, and with every cleanup tick, what stopped moving is picked up.

It decides nothing anew: it repeats the effects of records that were never confirmed, sends
chunks without an outcome again (twice at most, claimed), gives lost RUNs their manifest and
ends executions whose time is up.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared import executing, records
from shared.core.books import Books
from shared.core.chunks import Progress
from shared.core.days import day_of_instant
from shared.core.execution import Manifest, Outcome, failed_outcome
from shared.core.messages import ChunkOrder, RunOrder
from shared.core.plan import Plan
from shared.core.ports import Stored
from shared.effects import (
    CleanupRecord,
    FinishedRecord,
    TickRecord,
    outcome_name,
    perform_books,
    perform_cleanup,
    perform_finished,
    perform_outcome,
    perform_plan,
    perform_tick,
)
from shared.listings import ExecutionFacts, Kept, sort_out, undone
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
    kept: Kept = world.once("sweep", Kept)
    known: set[str] = set()
    for back in range(look_back):
        day = today - timedelta(days=back)
        for stored in _stale(world, kept, f"plans/{day.isoformat()}/", now):
            perform_plan(world, records.read(world.state, stored.name, Plan))
        known |= _executions(world, kept, records.executions_prefix(day), now)
        for stored in _stale(world, kept, records.books_prefix(day), now):
            perform_books(world, records.read(world.state, stored.name, Books))
    # The first hours of a UTC date belong to the game day before it, which must be known too.
    _ticks(world, kept, known, now, days=min(look_back - 1, LOOK_BACK))
    _cleanups(world, kept, now)


def _stale(world: World, kept: Kept, prefix: str, now: datetime) -> list[Stored]:
    """The records under `prefix` that were not confirmed in time."""
    open_ones = kept.of(prefix, world.state.list(prefix), undone)
    return [stored for stored in open_ones if now - stored.created_at >= STALE]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Day:
    """What one listing of a game day's executions tells a sweep."""

    undone: list[Stored]
    #: Those with a manifest, and of them those without an end.
    ids: frozenset[str]
    unfinished: list[ExecutionFacts]


def _day(listing: Sequence[Stored]) -> _Day:
    # A manifest has no effects to be confirmed: it stays open, and its folder is its execution.
    waiting = undone(listing)
    begun = {s.name.rpartition("/")[0] for s in waiting if s.name.endswith("/manifest.json")}
    ended = {s.name.rpartition("/")[0] for s in listing if s.name.endswith("/finished.json")}
    folders = tuple(f"{folder}/" for folder in begun - ended)
    mine = sort_out(stored for stored in listing if stored.name.startswith(folders))
    return _Day(
        undone=waiting,
        ids=frozenset(folder.rpartition("/")[2] for folder in begun),
        unfinished=list(mine.values()),
    )


def _executions(world: World, kept: Kept, prefix: str, now: datetime) -> frozenset[str]:
    """Take up the executions of one day; returns their ids."""
    day = kept.of(prefix, world.state.list(prefix), _day)
    for stored in day.undone:
        if now - stored.created_at < STALE:
            continue
        if "/chunks/" in stored.name:
            perform_outcome(world, records.read(world.state, stored.name, Outcome))
        elif stored.name.endswith("/finished.json"):
            perform_finished(world, records.read(world.state, stored.name, FinishedRecord))
    for facts in day.unfinished:
        if facts.manifest is not None:
            manifest = records.read(world.state, facts.manifest.name, Manifest)
            _unfinished(world, manifest, facts, now)
    return day.ids


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
    facts = sort_out(world.state.list(prefix))[manifest.execution_id]
    while not where.ended:
        for chunk in where.waiting:
            lost = failed_outcome(
                chunk, "lost", f"no outcome by {manifest.finish_by.isoformat()}", world.clock.now()
            )
            name = outcome_name(lost)
            tags = records.outcome_metadata(lost, world.config)
            perform_outcome(world, records.decide_once(world.state, name, lost, tags))
        facts = sort_out(world.state.list(prefix))[manifest.execution_id]
        where = executing.where_it_stands(world, manifest, facts.outcomes)
    executing.finish(world, manifest, list(facts.outcomes.values()))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ticks:
    """What one listing of a date's ticks tells a sweep."""

    undone: list[Stored]
    #: The ticks that decided RUNs, and their executions.
    runs: list[tuple[Stored, frozenset[str]]]


def _decided(listing: Sequence[Stored]) -> _Ticks:
    runs = ((stored, stored.metadata.get("runs")) for stored in listing)
    return _Ticks(
        undone=undone(listing),
        runs=[(stored, frozenset(ids.split(","))) for stored, ids in runs if ids],
    )


def _ticks(world: World, kept: Kept, known: AbstractSet[str], now: datetime, *, days: int) -> None:
    """Confirm decisions that were not, and give RUNs without a manifest one."""
    for back in range(days):
        day = (now - timedelta(days=back)).strftime("%Y%m%d")
        prefix = f"ticks/{day}"
        decided = kept.of(prefix, world.state.list(prefix), _decided)
        for stored in decided.undone:
            if now - stored.created_at >= STALE:
                perform_tick(world, records.read(world.state, stored.name, TickRecord))
        for stored, ids in decided.runs:
            if ids <= known or now - stored.created_at < STALE:
                continue
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


def _cleanups(world: World, kept: Kept, now: datetime) -> None:
    for back in range(2):
        day = (now - timedelta(days=back)).strftime("%Y%m%d")
        for stored in _stale(world, kept, f"cleanups/{day}", now):
            record = records.read(world.state, stored.name, CleanupRecord)
            perform_cleanup(world, record, stored.name)
