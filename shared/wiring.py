"""The composition root: which world a function runs in, and how a delivery is served.

`TIPOFF_WORLD` names a function that takes Settings and gives a World, loaded the way a WSGI
server loads an app. Nothing is built at import; a process builds its world once.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cloudevents.http import CloudEvent

from shared.core.errors import BadInput
from shared.core.messages import Content
from shared.core.ports import Bus, Clock, Files, Journal, Pool, Secrets, Warehouse
from shared.core.rows import Stamp
from shared.core.workflows import Config
from shared.errors import PortUnavailable
from shared.log import Log, trace
from shared.messages import NOW, Event, open_event, parse_instant
from shared.settings import Settings, read_settings


T = TypeVar("T")

# Re-entrant: opening a world may build parts of it.
_lock = threading.RLock()

@dataclass(frozen=True, kw_only=True)
class World:
    """Everything a handler may touch."""

    settings: Settings
    config: Config
    clock: Clock
    #: The state bucket: the memory.
    state: Files
    #: The raw bucket: what was scraped.
    raw: Files
    journal: Journal
    warehouse: Warehouse
    bus: Bus
    secrets: Secrets
    #: One pool for each source's calls, by its concurrency.
    pool: Callable[[str, int], Pool]
    log: Log = field(default_factory=Log)
    #: An httpx transport to use in place of the network's (simulation).
    transport: Any = None
    #: What was built once for this world: clients, locks, caches of records.
    built: dict[str, Any] = field(default_factory=dict)

    def stamp(self) -> Stamp:
        """What every row carries of where and when."""
        return Stamp(environment=self.settings.environment, created_at=self.clock.now())

    def once(self, key: str, build: Callable[[], T]) -> T:
        """What `build` makes, made once for this world."""
        with _lock:
            if key not in self.built:
                self.built[key] = build()
            found: T = self.built[key]
            return found

    def publish(self, messages: list[Any]) -> None:
        """Publish each and wait for each; PortUnavailable when one did not go through."""
        failed = [
            result for result in self.bus.publish(messages) if isinstance(result, Exception)
        ]
        if failed:
            raise PortUnavailable(f"{len(failed)} of {len(messages)} messages not published: "
                                  f"{failed[0]}") from failed[0]


_world: World | None = None


def world() -> World:
    """This process's world, built on first use."""
    global _world  # noqa: PLW0603 one world a process, as one app a WSGI server
    with _lock:
        if _world is None:
            settings = read_settings()
            _world = load(settings.world)(settings)
        return _world


def install(built: World | None) -> None:
    """Make `built` this process's world: for a host that runs several functions in one."""
    global _world  # noqa: PLW0603 see world()
    with _lock:
        _world = built


def load(spec: str) -> Callable[[Settings], World]:
    """The function that `module:function` names; BadInput when there is none."""
    module, _, name = spec.partition(":")
    try:
        found: Callable[[Settings], World] = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as e:
        raise BadInput("TIPOFF_WORLD", spec, "module:function of a world") from e
    return found


Handler = Callable[[Event, World], None]


def serve(event: CloudEvent, handle: Handler, allowed: tuple[type[Content], ...]) -> None:
    """Open a delivery and hand it over.

    Returns (ack) for input that can never be right, logged once; raises (retry) for everything
    else that goes wrong, so that nothing reports success after a failure.
    """
    here = world()
    with ExitStack() as stack:
        try:
            opened = open_event(event, allowed)
            _enter(stack, here, opened.attributes)
            token = trace.set(opened.trace_id)
            stack.callback(trace.reset, token)
            handle(opened, here)
        except BadInput as e:
            here.log.error(
                f"refused and acked: {e}",
                action="refuse",
                place=e.place,
                message_id=str(event.get("id")),
            )


def _enter(stack: ExitStack, here: World, attributes: Mapping[str, str]) -> None:
    """Simulated time for this delivery, where the settings allow it."""
    if here.settings.simulated_time and NOW in attributes:
        instant = parse_instant(attributes[NOW], f"attribute {NOW}")
        stack.enter_context(here.clock.at(instant))
