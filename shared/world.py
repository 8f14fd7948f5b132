"""A World: everything a handler may touch, handed in by whoever runs it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol, TypeVar

from shared.core.ports import (
    Bus,
    Clock,
    Files,
    Journal,
    Ledger,
    Message,
    Pool,
    Row,
    Secrets,
    Warehouse,
)
from shared.core.rows import Stamp
from shared.core.workflows import Config, Source
from shared.errors import PortUnavailable
from shared.log import Log, traceparent
from shared.settings import Settings

T = TypeVar("T")

# Re-entrant: building one part may build another.
_lock = threading.RLock()


class Outside(Protocol):
    """The sources of a world without a network."""

    def fetcher(self, scraper: str) -> Callable[[Any, Any], Any]:
        """What fetches for `scraper`: the contract of scrapers.base.Fetcher."""
        ...

    def client(self, source: Source) -> Any:
        """What is handed to the fetchers of `source`, in place of its SourceClient."""
        ...


class NoLedger:
    """The ledger of a world in which nobody reads the tables: every question is refused."""

    def rows(
        self, table: str, first: date, last: date, *, about: date | None = None
    ) -> Sequence[Row]:
        """PortUnavailable, always."""
        what = f"{first} to {last}" + (f" about {about}" if about else "")
        raise PortUnavailable(f"rows of [{table}], {what}: this world has no ledger")

    def raw_tables(self) -> Sequence[str]:
        """PortUnavailable, always."""
        raise PortUnavailable("raw tables: this world has no ledger")

    def raw_rows(self, table: str, day: date) -> Sequence[Row]:
        """PortUnavailable, always."""
        raise PortUnavailable(f"rows of [{table}], {day}: this world has no ledger")

    def dead_letters(self) -> int | None:
        """PortUnavailable, always."""
        raise PortUnavailable("dead letters: this world has no ledger")


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
    #: What the tables hold, read by status and the command line alone.
    ledger: Ledger = field(default_factory=NoLedger)
    log: Log = field(default_factory=Log)
    #: An httpx transport to use in place of the network's (simulation).
    transport: Any = None
    #: What answers in place of fetchers and their clients (fault simulation); None: the real ones.
    outside: Outside | None = None
    #: Whether the alerts are looked at; a simulation of many days does so in some of them.
    watched: bool = True
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

    def close(self) -> None:
        """Close what was built for this world, last built first."""
        with _lock:
            while self.built:
                _, part = self.built.popitem()
                if callable(end := getattr(part, "close", None)):
                    end()

    def publish(self, messages: Sequence[Message]) -> None:
        """Publish each and wait for each; PortUnavailable when one did not go through.

        The trace of the delivery that is being handled goes on with each.
        """
        traced = [_traced(message) for message in messages]
        failed = [result for result in self.bus.publish(traced) if isinstance(result, Exception)]
        if failed:
            raise PortUnavailable(
                f"{len(failed)} of {len(messages)} messages not published: {failed[0]}"
            ) from failed[0]


def _traced(message: Message) -> Message:
    parent = traceparent(f"{message.topic} {message.body}")
    if parent is None:
        return message
    return replace(message, attributes={"traceparent": parent, **message.attributes})
