"""Ports: what the functions need of the world, as protocols.

Three implementations answer to one contract suite: shared.gcp (Google's clients), local (one
SQLite file and a folder) and sim (in memory: tests and the simulator). Every method may raise
`shared.errors.PortUnavailable`; the entry point lets it out and the message comes again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")

#: A row as the tables' schemas describe it: JSON types only, instants as ISO 8601 with offset.
Row = Mapping[str, Any]


class Clock(Protocol):
    """The only way to learn the time."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass: really, or in simulated time."""
        ...

    def at(self, instant: datetime) -> AbstractContextManager[None]:
        """Simulated time from `instant` on, for this context (one delivery) only."""
        ...

    @property
    def simulated(self) -> bool:
        """Whether this context lives in simulated time."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """What a listing knows of one object."""

    name: str
    #: Distinguishes two objects that bore the same name; a positive integer.
    generation: int
    created_at: datetime
    #: String to string, 8064 bytes at most together: Cloud Storage takes 8 KiB, ours included.
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Creation:
    """The answer of `create_once`."""

    #: False when the name was taken: `stored` is then the object that has it.
    created: bool
    stored: Stored


class Files(Protocol):
    """A bucket of objects that are created once and never changed."""

    def create_once(
        self, name: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> Creation:
        """Create `name` if it does not exist; never overwrites, never half-writes.

        After a crash the object is there whole or not at all; a retried write of one's own may
        answer `created=False` with one's own object.
        """
        ...

    def stat(self, name: str) -> Stored | None:
        """What a listing would say of `name`, or None."""
        ...

    def read(self, name: str) -> bytes:
        """The body of `name`; raises `shared.errors.NotFound`."""
        ...

    def list(self, prefix: str) -> Sequence[Stored]:
        """Every object whose name begins with `prefix`, sorted by name."""
        ...


#: One written file: its path in the raw bucket and its generation.
FileKey = tuple[str, int]


class Journal(Protocol):
    """The audit tables: append only, at least once; an id identifies a repeated row."""

    def append(self, table: str, rows: Sequence[tuple[str, Row]]) -> None:
        """Append (row id, row) pairs to `table` of nba_orchestration; durable on return.

        Rows that break the table's schema raise `BadInput` before anything is written.
        """
        ...

    def loads(self, files: Iterable[FileKey]) -> Mapping[FileKey, str]:
        """The terminal status (loaded, failed) of each given file that has one in
        file_processing_log; raises PortUnavailable rather than answer with half."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadRequest:
    """One file to be loaded into one table of nba_raw."""

    #: processing id: derived from path and generation.
    load_id: str
    table: str
    #: Rows in the raw schema: game_date, scraper_name, gcs_path, gcs_generation,
    #: record_index, record (JSON text), loaded_at.
    rows: Sequence[Row]


class Warehouse(Protocol):
    """The raw dataset (Phase 2)."""

    def load(self, request: LoadRequest) -> int:
        """Load the rows once under `load_id`; a repeat changes nothing. Returns their number.

        Raises `BadInput` when the file's content can never be loaded.
        """
        ...


class Ledger(Protocol):
    """What the tables hold, for reading: status and the command line only, never a decision."""

    def rows(
        self, table: str, first: date, last: date, *, about: date | None = None
    ) -> Sequence[Row]:
        """The rows of an audit table in the partitions `first` to `last` (UTC days), one an id,
        in the order of their partition column; with `about` only those with that target_date
        (tables without that column answer with all). BadInput for an unknown table."""
        ...

    def raw_tables(self) -> Sequence[str]:
        """The tables of nba_raw that exist, sorted."""
        ...

    def raw_rows(self, table: str, day: date) -> Iterable[Row]:
        """The rows of a raw table for one game date, each file's by path, generation and index."""
        ...

    def dead_letters(self) -> int | None:
        """Messages that were given up and not replayed; None where that cannot be counted."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One message to publish; `body` is JSON text and never empty."""

    topic: str
    body: str
    attributes: Mapping[str, str] = field(default_factory=dict)


class Bus(Protocol):
    """Topics. Delivery is at least once, in any order."""

    def publish(self, messages: Sequence[Message]) -> Sequence[str | Exception]:
        """Publish each; per message its id or why it failed. One failure stops no other."""
        ...


class Secrets(Protocol):
    """Keys of sources, read when first used."""

    def get(self, name: str) -> str:
        """The secret's value; raises `shared.errors.MissingSecret` naming it."""
        ...


class Pool(Protocol):
    """Where a chunk's targets run: threads, or one after the other in the simulator."""

    def map(self, do: Callable[[T], R], items: Sequence[T]) -> Sequence[R]:
        """`do` of each item, results in order; `do` does not raise for one bad item."""
        ...
