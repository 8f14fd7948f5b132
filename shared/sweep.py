"""The sweep: every hour, and with every cleanup tick, what stopped moving is picked up.

It decides nothing anew: it repeats the effects of records that were never confirmed, sends
chunks without an outcome again (twice at most, claimed), gives lost RUNs their manifest and
ends executions whose time is up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from shared import executing, records
from shared.core.books import Books
from shared.core.chunks import Progress
from shared.core.days import day_of_instant
from shared.core.errors import BadInput
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
from shared.errors import PortUnavailable
from shared.listings import ExecutionFacts, Kept, sort_out, undone
from shared.world import World

T = TypeVar("T")

#: A record this old without `.done` is taken up: its handler is not at work any more.
STALE = timedelta(minutes=10)

#: A chunk without an outcome is sent again after these waits, each claimed once.
RESEND = (timedelta(minutes=15), timedelta(minutes=30))

#: Game days that are looked at; hourly a fortnight, so that what a long outage left behind ends.
LOOK_BACK = 3
FAR_BACK = 14

#: After so many failures a sweep comes again: each may have waited for a minute.
FAILURES = 5


def sweep(world: World, *, look_back: int = LOOK_BACK) -> None:
    """One pass over the last game days: first what must move, then what must be told.

    What cannot be finished keeps nothing else from it. PortUnavailable at the end for what a port
    failed at, so that the sweep comes again; what can never be right is logged.
    """
    now = world.clock.now()
    today = day_of_instant(now)
    kept: Kept = world.once("sweep", Kept)
    apart = _Apart(world)
    game_days = [today - timedelta(days=back) for back in range(look_back)]
    days = [_listed(world, kept, records.executions_prefix(day), _day) for day in game_days]
    # The first hours of a UTC date belong to the game day before it, which must be known too.
    ticks = [
        _listed(world, kept, f"ticks/{now - timedelta(days=back):%Y%m%d}", _decided)
        for back in range(min(look_back - 1, LOOK_BACK))
    ]
    known = frozenset().union(*(day.ids for day in days))
    for facts in (facts for day in days for facts in day.unfinished):
        with apart.of(facts.execution_id):
            _unfinished(world, facts, now)
    for stored, ids in (run for each in ticks for run in each.runs):
        if not ids <= known and now - stored.created_at >= STALE:
            with apart.of(stored.name):
                _lost(world, stored, known)
    for stored in _untold(world, kept, game_days, days, ticks, now):
        with apart.of(stored.name):
            _repeat(world, stored.name)
    apart.end()


def _listed(world: World, kept: Kept, prefix: str, sort: Callable[[Sequence[Stored]], T]) -> T:
    return kept.of(prefix, world.state.list(prefix), sort)


class _Apart:
    """Keeps the trouble of one record from the others."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._failed: list[PortUnavailable] = []

    @contextmanager
    def of(self, what: str) -> Iterator[None]:
        """Go on behind what fails in here, unless too much has failed: a port is away."""
        try:
            yield
        except BadInput as e:
            self._world.log.error(f"{what} cannot be finished: {e}", action="refuse", place=e.place)
        except PortUnavailable as e:
            self._failed.append(e)
            if len(self._failed) == FAILURES:
                self.end()

    def end(self) -> None:
        """Raise what failed, if anything did."""
        if self._failed:
            raise PortUnavailable(f"{len(self._failed)} not finished: {self._failed[0]}")


def _untold(
    world: World,
    kept: Kept,
    game_days: Sequence[date],
    days: Sequence[_Day],
    ticks: Sequence[_Ticks],
    now: datetime,
) -> Iterator[Stored]:
    """Records whose effects were never confirmed, and not in time."""
    cleanups = [now.date() - timedelta(days=back) for back in range(2)]
    prefixes = [f"plans/{day.isoformat()}/" for day in game_days]
    prefixes += [records.books_prefix(day) for day in game_days]
    prefixes += [f"cleanups/{day:%Y%m%d}" for day in cleanups]
    found = [day.undone for day in days] + [each.undone for each in ticks]
    found += [_listed(world, kept, prefix, undone) for prefix in prefixes]
    return (each for of in found for each in of if now - each.created_at >= STALE)


def _repeat(world: World, name: str) -> None:
    """Perform the effects of a record again."""

    def read(model: type[T]) -> T:
        return records.read(world.state, name, model)

    match name.split("/"):
        case ["plans", *_]:
            perform_plan(world, read(Plan))
        case ["ticks", *_]:
            perform_tick(world, read(TickRecord))
        case ["cleanups", *_]:
            perform_cleanup(world, read(CleanupRecord), name)
        case ["books", *_]:
            perform_books(world, read(Books))
        case [*_, "chunks", _]:
            perform_outcome(world, read(Outcome), repeated=True)
        case [*_, "finished.json"]:
            perform_finished(world, read(FinishedRecord))
        case _:
            """A manifest: it has no effects of its own."""


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


def _unfinished(world: World, facts: ExecutionFacts, now: datetime) -> None:
    if facts.manifest is None:
        return
    manifest = records.read(world.state, facts.manifest.name, Manifest)
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


def _lost(world: World, stored: Stored, known: AbstractSet[str]) -> None:
    """Give the RUNs of a tick that have no manifest one."""
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
