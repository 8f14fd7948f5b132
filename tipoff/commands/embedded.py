"""The embedded world as the commands open it: real or simulated time, real or simulated sources.

A folder in which a simulated day ran stays in its own time: what is asked for by hand there
happens after its last instant. Every other folder lives in real time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime

from local.bus import LocalBus
from local.store import Store, to_micros
from local.world import build_world
from shared.clock import DeliveryClock
from shared.core.calendar import Calendar
from shared.core.days import iso, minute
from shared.core.errors import BadInput
from shared.core.workflows import Config
from shared.log import Log
from shared.planning import adopt_schedule
from shared.records import newest_schedule
from shared.settings import Settings
from shared.typed import parse
from shared.world import World
from sim.memory import MemorySecrets
from sim.sources.server import SourceServer
from sim.sources.world import SourceWorld
from tipoff.commands.options import instant_of
from tipoff.commands.seasons import sample_season
from tipoff.folder import SEED_FACT, SIMULATED_NOW, lives_in_real_time


@contextmanager
def real_time(
    settings: Settings,
    config: Config,
    calendar: Calendar,
    *,
    live: bool,
    seed: int,
    log: Log,
) -> Iterator[World]:
    """The world in real time, against simulated sources unless `live`."""
    if live:
        with closing(
            build_world(replace(settings, sources_url=None), config=config, log=log)
        ) as it:
            yield it
        return
    league = SourceWorld(calendar, seed=seed, troubles=False)
    with SourceServer(league, clock=DeliveryClock().now) as sources:
        world = build_world(
            replace(settings, sources_url=sources.url),
            config=config,
            secrets=MemorySecrets(
                {s.secret: "simulated" for s in config.sources.values() if s.secret}
            ),
            log=log,
        )
        with closing(world):
            yield world


def seed_of(store: Store, default: int) -> int:
    """The seed of the simulated day in this folder, else `default`."""
    fact = store.fact(SEED_FACT)
    return int(fact.split()[0]) if fact else default


def refuse_simulated(store: Store, folder: object) -> None:
    """BadInput for a folder of simulated days: real time would tear it apart."""
    fact = store.fact(SIMULATED_NOW) or store.fact(SEED_FACT)
    if fact is not None:
        allowed = "a folder of its own for real time: --data DIR"
        raise BadInput(f"data folder {folder}", "a simulated day in it", allowed)


def busy(bus: LocalBus) -> bool:
    """Whether anything waits for its delivery, or is being delivered (or was, at a kill)."""
    return any(
        states.get("pending", 0) or states.get("running", 0) for states in bus.counts().values()
    )


def refuse_past(store: Store, at: datetime) -> datetime:
    """`at`, or the folder's last simulated instant where both lie in one minute.

    BadInput before that minute: what was written since would be hidden from the functions, and
    they would trip over it.
    """
    fact = store.fact(SIMULATED_NOW)
    last = instant_of(fact, SIMULATED_NOW) if fact else at
    if minute(at) < minute(last):
        raise BadInput("--at", iso(at), f"from {iso(minute(last))} on, where the folder is now")
    return max(at, last)


def begin_simulated(store: Store, world: World, at: datetime) -> None:
    """Make a folder one of simulated time, from `at` on; a schedule that is there counts from then.

    BadInput for one that lives in real time: what is decided there for a time to come would keep
    the real work of that time from running.
    """
    if lives_in_real_time(store):
        allowed = "nothing: this folder lives in real time (another --data DIR)"
        raise BadInput("--at", iso(at), allowed)
    # It was brought in at the machine's time: a delivery before that would not see it.
    schedule = newest_schedule(world.state, world.config)
    with world.clock.at(at):
        if schedule is not None and newest_schedule(world.state, world.config) is None:
            adopt_schedule(world, schedule.calendar, origin="import")


def refuse_unfinished(store: Store, folder: object) -> None:
    """BadInput for a simulated day that was interrupted: ticks of it wait for their own time.

    What a run by hand left over, or a dead letter that has another chance, waits for nothing:
    the next run by hand delivers it.
    """
    if store.fact(SEED_FACT) is None:
        return
    now = store.fact(SIMULATED_NOW)
    ahead = now is None or store.read(
        "SELECT 1 FROM messages WHERE state IN ('pending', 'running') AND dedup IS NOT NULL"
        " AND published_at > ? LIMIT 1",
        (to_micros(instant_of(now, SIMULATED_NOW)),),
    )
    if ahead:
        allowed = "a finished one (run the same tipoff day again), or another --data DIR"
        raise BadInput(f"data folder {folder}", "an unfinished simulated day", allowed)


def first_calendar(world: World, settings: Settings) -> Calendar:
    """The schedule that the folder began with (what its simulated league plays), else the
    sample season."""
    listing = world.state.list("schedules/")
    if not listing:
        return sample_season(settings, world.config)
    first = listing[0].name
    found = parse(list, world.state.read(first), first)
    return Calendar.from_records(found, preseason=world.config.preseason, place=first)
