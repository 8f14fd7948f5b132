"""`tipoff day`: one game day from 04:55 ET to 05:05 ET of the next date, in simulated time.

The real functions run behind functions-framework on one machine, against simulated sources. All
of the day's scheduler ticks are put on the bus first, as messages that repeat nothing when they
are put there again: so a day that was killed simply goes on, and a finished one adds nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import httpx

from local.delivery import Delivery
from local.dispatch import Dispatcher
from local.host import Host
from local.post import Session, post_cloud_event
from local.store import Store
from local.world import build_world, bus_of, store_of
from shared import records
from shared.config import load_config, ticks_of
from shared.core.calendar import Calendar
from shared.core.days import iso, wall
from shared.core.errors import BadInput
from shared.core.messages import Tick
from shared.core.workflows import Config
from shared.log import Log
from shared.messages import message, parse_instant, scrape_topic
from shared.planning import adopt_schedule
from shared.settings import Settings
from shared.wiring import installed
from shared.world import World
from sim.delays import FIRST, SimulatedDelivery, share
from sim.memory import MemorySecrets
from sim.sources.server import SourceServer
from sim.sources.transport import SimulatedTransport
from sim.sources.world import SourceWorld
from tipoff.folder import (
    CALENDAR_FACT,
    PLAYED_WITH,
    SEED_FACT,
    SIMULATED_NOW,
    lives_in_real_time,
    remember_config,
)

#: Deliveries at once.
WORKERS = 8


class Silent(Log):
    """Prints nothing: standard output is the answer's, and what happened is in the rows."""

    def write(self, severity: str, message: str, fields: dict[str, Any]) -> None:
        """Drop the line."""


Progress = Callable[[datetime, Sequence[Delivery]], None]


@dataclass(frozen=True, kw_only=True)
class Day:
    """What is simulated: the date, the schedule it starts with, and the luck of the seed."""

    date: date
    calendar: Calendar
    seed: int = 1
    troubles: bool = True
    #: (instant, game id, new tip or "postponed"): the schedule changing under way.
    changes: tuple[tuple[datetime, str, datetime | Literal["postponed"]], ...] = ()

    @property
    def start(self) -> datetime:
        """04:55 ET."""
        return wall(self.date, (datetime.min + timedelta(hours=4, minutes=55)).time())

    @property
    def end(self) -> datetime:
        """05:05 ET of the next date."""
        at = (datetime.min + timedelta(hours=5, minutes=5)).time()
        return wall(self.date + timedelta(days=1), at)


@contextmanager
def opened(day: Day, settings: Settings, *, log: Log | None = None) -> Iterator[World]:
    """The world of a simulated day over `settings.data`, with its sources answering."""
    config = load_config(settings.config)
    with ExitStack() as stack:
        sources = stack.enter_context(
            SourceServer(
                SourceWorld(day.calendar, seed=day.seed, troubles=day.troubles, changes=day.changes)
            )
        )
        world = build_world(
            replace(settings, sources_url=sources.url, simulated_time=True),
            config=config,
            policy=SimulatedDelivery(day.seed, topics_of(config), troubles=day.troubles),
            secrets=MemorySecrets(dict.fromkeys(_secrets(config), "simulated")),
            log=log or Silent(),
        )
        stack.callback(world.close)
        inner = stack.enter_context(httpx.HTTPTransport(trust_env=False))
        yield replace(world, transport=SimulatedTransport(inner, world.clock))


def run(day: Day, world: World, *, on_progress: Progress | None = None) -> int:
    """Run the day to its end, or what is left of it; the number of deliveries made."""
    _claim_folder(day, world)
    with world.clock.at(day.start):
        _first_schedule(day, world)
        put_ticks(day, world)
    with installed(world), Host() as host, closing(Session()) as session:
        dispatcher = Dispatcher(
            bus_of(world),
            lambda delivery: post_cloud_event(session, host.url, delivery),
            workers=WORKERS,
        )
        instants = LastInstant(store_of(world))

        def progress(at: datetime, deliveries: Sequence[Delivery]) -> None:
            instants.reach(at)
            if on_progress is not None:
                on_progress(at, deliveries)

        delivered = dispatcher.drain(day.end, progress)
        instants.reach(day.end)
    return delivered


class LastInstant:
    """The last simulated instant of a folder, kept as a fact; it never goes backwards.

    A killed day leaves it at its last whole batch, so that "now" is the day's there too.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        found = store.fact(SIMULATED_NOW)
        self._last = parse_instant(found, SIMULATED_NOW) if found else None

    def reach(self, instant: datetime) -> None:
        """Keep `instant`, unless the folder was there already."""
        if self._last is None or instant > self._last:
            self._store.set_fact(SIMULATED_NOW, iso(instant))
            self._last = instant


def _claim_folder(day: Day, world: World) -> None:
    """Refuse a folder of another seed or calendar, and a day that another configuration played:
    nothing of it would repeat.

    Several days of one calendar may share a folder.
    """
    store = store_of(world)
    place = f"data folder {world.settings.data}"
    if lives_in_real_time(store):
        raise BadInput(place, "real time in it", "another folder: --data DIR")
    marks = {
        SEED_FACT: f"{day.seed}{'' if day.troubles else ' without troubles'}",
        CALENDAR_FACT: digest_of(day.calendar),
        f"{PLAYED_WITH} {day.date.isoformat()}": world.config.version,
    }
    for name, mark in marks.items():
        found = store.fact(name)
        if found not in (None, mark):
            allowed = f"{name} {mark}, or another folder (--data), or none: remove it"
            raise BadInput(place, f"a day of {name} {found}", allowed)
    for name, mark in marks.items():
        store.set_fact(name, mark)
    remember_config(store, world.settings.config)


def digest_of(calendar: Calendar) -> str:
    """A short name of what a calendar says, the same for every file that says it."""
    text = json.dumps(calendar.to_records(), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _first_schedule(day: Day, world: World) -> None:
    """The calendar, brought in before the first 05:00 as a user does it."""
    if world.state.stat(records.schedule_name(day.start)) is None:
        adopt_schedule(world, day.calendar, origin="import")


def put_ticks(day: Day, world: World) -> None:
    """Every scheduler tick of the day, each once; with troubles some twice."""
    bus = bus_of(world)
    for name, job in sorted(world.config.jobs.items()):
        for at in ticks_of(job, day.start, day.end):
            twice = day.troubles and share(day.seed, "twice", name, iso(at)) < 1 / 12
            for copy in range(2 if twice else 1):
                with world.clock.at(at):
                    tick = message(job.topic, Tick(job=name), {"dedup": f"{name} {iso(at)} {copy}"})
                    _published(bus.publish([tick]))


def _published(results: Sequence[str | Exception]) -> None:
    for result in results:
        if isinstance(result, Exception):
            raise result


def topics_of(config: Config) -> list[str]:
    """Every topic of the configuration."""
    return [*FIRST, *(scrape_topic(source) for source in config.sources)]


def _secrets(config: Config) -> list[str]:
    return [source.secret for source in config.sources.values() if source.secret]


def default_folder(day: Day, base: Path, *, sample: Calendar | None = None) -> Path:
    """Where a day is kept when nobody says: one folder a date, seed and calendar.

    Only a calendar that says other than `sample` shows in the name.
    """
    luck = f"seed{day.seed}" + ("" if day.troubles else "-calm")
    digest = digest_of(day.calendar)
    own = "" if sample is None or digest == digest_of(sample) else f"-{digest[:8]}"
    return base / f"day-{day.date.isoformat()}-{luck}{own}"
