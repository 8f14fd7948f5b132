"""One message by hand: published, delivered, and what came of it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from local.dispatch import Dispatcher
from local.host import Host
from local.post import Session, post_cloud_event
from local.store import Store
from local.world import build_world, bus_of, store_of
from shared.core.days import day_of_instant, iso
from shared.core.errors import BadInput
from shared.core.ports import Message
from shared.core.workflows import Config
from shared.log import Log
from shared.settings import Settings
from shared.typed import parse
from shared.wiring import installed
from shared.world import World
from tipoff.commands.embedded import (
    begin_simulated,
    busy,
    first_calendar,
    real_time,
    refuse_past,
    refuse_unfinished,
    seed_of,
)
from tipoff.commands.options import instant_of
from tipoff.day import Day, LastInstant, opened
from tipoff.folder import SIMULATED_NOW, remember_config

#: How long in simulated time the work that one message causes may take.
HORIZON = timedelta(hours=2)

#: Seconds of real time after which a command no longer waits for the work to end.
PATIENCE = 600.0

#: Tables whose new rows tell what a message caused, in the order in which they are told.
TOLD = (
    "daily_expected_schedule",
    "plan_changes",
    "workflow_decisions",
    "workflow_executions",
    "scraper_execution_log",
    "cleanup_operations",
    "file_processing_log",
    "daily_completeness",
)


class Quiet(Log):
    """Keeps what was refused and what is broken, and prints nothing."""

    def __init__(self) -> None:
        super().__init__("ERROR")
        self.errors: list[str] = []

    def write(self, severity: str, message: str, fields: dict[str, Any]) -> None:
        """Keep an ERROR or worse."""
        del fields
        if severity in ("ERROR", "CRITICAL"):
            self.errors.append(message)


@dataclass(frozen=True, kw_only=True)
class Caused:
    """What one message came to: new rows by table, errors, and whether all of it has ended."""

    message_id: str
    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    errors: Sequence[str]
    ended: bool

    @property
    def well(self) -> bool:
        """Whether nothing failed and nothing is left over."""
        failed = [
            row
            for table in ("workflow_executions", "scraper_execution_log", "file_processing_log")
            for row in self.rows.get(table, ())
            if row["status"] in ("failed", "partial")
        ]
        return self.ended and not failed and not self.errors


def deliver_one(
    settings: Settings,
    config: Config,
    message: Message,
    *,
    at: datetime | None,
    live: bool,
) -> Caused:
    """Publish one message and deliver until the work that it caused has ended.

    BadInput for a folder whose simulated day is unfinished, for real sources in one that lives
    in simulated time, and for an instant `at` that such a folder has left behind, or in a folder
    that lives in real time.
    """
    log = Quiet()
    with closing(build_world(settings, config=config, log=log)) as plain:
        store, bus = store_of(plain), bus_of(plain)
        refuse_unfinished(store, settings.data)
        fact = store.fact(SIMULATED_NOW)
        known = instant_of(fact, SIMULATED_NOW) if fact else None
        if at is not None and known is None:
            begin_simulated(store, plain, at)
        instant = known if at is None else refuse_past(store, at)
        if instant is not None and live:
            found = f"simulated time {iso(instant)}"
            raise BadInput("--live", found, "real time with real sources")
        remember_config(store, settings.config)
        league = first_calendar(plain, settings)
        before, dead = _last_row(store), {letter.delivery.id for letter in bus.dead()}
        seed = seed_of(store, 1)
        if instant is None:
            with real_time(settings, config, league, live=live, seed=seed, log=log) as world:
                message_id = _in_real_time(world, message)
        else:
            # Before anything is done: an interrupted folder is one of simulated time, too.
            now = LastInstant(store)
            now.reach(instant)
            day = Day(date=day_of_instant(instant), calendar=league, seed=seed, troubles=False)
            with opened(day, settings, log=log) as world:
                message_id = _in_simulated_time(world, message, instant, now)
        given_up = [letter.error for letter in bus.dead() if letter.delivery.id not in dead]
        return Caused(
            message_id=message_id,
            rows=_rows_after(store, before),
            errors=[*log.errors, *given_up],
            ended=not busy(bus),
        )


def publish_one(settings: Settings, config: Config, message: Message) -> str:
    """Only publish, for the process that holds the folder; the message's id."""
    with closing(build_world(settings, config=config, log=Log("CRITICAL"))) as world:
        return _publish(world, message)


def _publish(world: World, message: Message) -> str:
    result = world.bus.publish([message])[0]
    if isinstance(result, Exception):
        raise result
    return result


def _in_simulated_time(world: World, message: Message, instant: datetime, now: LastInstant) -> str:
    """Publish at `instant` and drain, `now` following; the message's id."""
    with world.clock.at(instant):
        message_id = _publish(world, message)
    with installed(world), Host() as host, closing(Session()) as session:
        dispatcher = Dispatcher(bus_of(world), lambda d: post_cloud_event(session, host.url, d))
        dispatcher.drain(instant + HORIZON, lambda at, _: now.reach(at))
    return message_id


def _in_real_time(world: World, message: Message) -> str:
    """Publish now and deliver until the bus is empty, or patience ends; the message's id."""
    bus, stop = bus_of(world), threading.Event()
    message_id = _publish(world, message)
    until = world.clock.now() + timedelta(seconds=PATIENCE)
    with installed(world), Host() as host:
        session = Session()
        dispatcher = Dispatcher(bus, lambda d: post_cloud_event(session, host.url, d))
        runner = threading.Thread(target=dispatcher.run, args=(stop,), daemon=True)
        runner.start()
        try:
            while busy(bus) and runner.is_alive() and world.clock.now() < until:
                seen = bus.changes
                bus.wait(seen, 0.2)
        finally:
            stop.set()
            bus.wake()
            runner.join(15)
            session.close()
    return message_id


def _last_row(store: Store) -> int:
    return int(store.read("SELECT coalesce(max(seq), 0) FROM rows")[0][0])


def _rows_after(store: Store, seq: int) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for table in TOLD:
        bodies = store.read(
            "SELECT body FROM rows WHERE table_name = ? AND seq > ? ORDER BY seq", (table, seq)
        )
        if bodies:
            found[table] = [parse(dict, body, table) for (body,) in bodies]
    return found
