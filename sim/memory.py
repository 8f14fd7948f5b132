"""The ports in memory: fakes for tests, and the world of the simulator."""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from shared.core.days import aware
from shared.core.errors import BadInput
from shared.core.ports import Creation, Stored
from shared.errors import MissingSecret, NotFound
from shared.objects import METADATA_BYTES
from shared.schema import once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from shared.core.ports import Clock, FileKey, LoadRequest, Message, Row
    from shared.schema import Schemas

T = TypeVar("T")
R = TypeVar("R")


class ManualClock:
    """A clock that stands still until it is moved; `sleep` moves it. For one delivery at a time."""

    def __init__(self, now: datetime) -> None:
        self._now = aware(now, "clock")
        #: Every sleep, in seconds.
        self.slept: list[float] = []

    def now(self) -> datetime:
        """The instant, in UTC."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move on by `seconds`."""
        self.slept.append(seconds)
        self.advance(max(0.0, seconds))

    @contextmanager
    def at(self, instant: datetime) -> Iterator[None]:
        """Be at `instant` for a while; afterwards the time is again what it was before."""
        before = self._now
        self.set(instant)
        try:
            yield
        finally:
            self._now = before

    @property
    def simulated(self) -> bool:
        """Always: no real second ever passes here."""
        return True

    def advance(self, seconds: float) -> None:
        """Move on by `seconds` that nobody has slept."""
        self._now += timedelta(seconds=seconds)

    def set(self, now: datetime) -> None:
        """Move to an instant, also back."""
        self._now = aware(now, "clock")


class FixedClock(ManualClock):
    """A clock that `sleep` does not move."""

    def sleep(self, seconds: float) -> None:
        """Only remember it."""
        self.slept.append(seconds)


class MemoryFiles:
    """A bucket in memory, for any number of threads."""

    def __init__(self, clock: Clock, *, only_past: bool = False) -> None:
        """`only_past`: a listing shows only what was created before the clock's now."""
        self._clock = clock
        self._only_past = only_past
        self._lock = threading.Lock()
        self._names: list[str] = []
        self._objects: dict[str, tuple[Stored, bytes]] = {}

    def create_once(
        self, name: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> Creation:
        """Create `name` if it does not exist; BadInput for a bad name or too much metadata."""
        _check_object(name, metadata or {})
        created_at = self._clock.now()
        with self._lock:
            taken = self._objects.get(name)
            if taken is not None:
                return Creation(created=False, stored=taken[0])
            stored = Stored(
                name=name,
                generation=len(self._names) + 1,
                created_at=created_at,
                metadata=dict(metadata or {}),
            )
            self._objects[name] = (stored, bytes(body))
            insort(self._names, name)
        return Creation(created=True, stored=stored)

    def stat(self, name: str) -> Stored | None:
        """What a listing would say of `name`, or None."""
        found = self._objects.get(name)
        return None if found is None else found[0]

    def read(self, name: str) -> bytes:
        """The body of `name`; raises NotFound."""
        try:
            return self._objects[name][1]
        except KeyError:
            message = f"no object [{name}]"
            raise NotFound(message) from None

    def list(self, prefix: str) -> Sequence[Stored]:
        """Every object whose name begins with `prefix`, sorted by name."""
        found: list[Stored] = []
        with self._lock:
            for index in range(bisect_left(self._names, prefix), len(self._names)):
                name = self._names[index]
                if not name.startswith(prefix):
                    break
                found.append(self._objects[name][0])
        if self._only_past:
            now = self._clock.now()
            return [stored for stored in found if stored.created_at < now]
        return found


def _check_object(name: str, metadata: Mapping[str, str]) -> None:
    if any(segment in {"", ".", ".."} for segment in name.split("/")) or "\\" in name:
        raise BadInput("object name", name, "relative, segments without . .. or \\")
    if not name.isprintable():
        raise BadInput("object name", name, "no control characters")
    size = 0
    for key, value in metadata.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise BadInput(f"metadata of {name}", f"{key!r}: {value!r}", "text to text")
        size += len(key.encode()) + len(value.encode())
    if size > METADATA_BYTES:
        raise BadInput(f"metadata of {name}", f"{size} bytes", f"{METADATA_BYTES} at most")


class MemoryJournal:
    """The audit tables in memory: row id to row, per table."""

    def __init__(self, check: Callable[[str, Row], None] | None = None) -> None:
        """`check(table, row)` raises BadInput for a row that breaks the table's schema."""
        self._check = check
        self._lock = threading.Lock()
        self._tables: dict[str, dict[str, Row]] = {}
        #: The log's rows by path and generation, so that `loads` reads no whole table.
        self._statuses: dict[FileKey, str] = {}

    def append(self, table: str, rows: Sequence[tuple[str, Row]]) -> None:
        """Append (row id, row) pairs; nothing is written when one breaks the schema."""
        if self._check is not None:
            for _, row in rows:
                self._check(table, row)
        with self._lock:
            kept = self._tables.setdefault(table, {})
            for row_id, row in rows:
                if row_id not in kept:
                    kept[row_id] = dict(row)
                    if table == "file_processing_log":
                        self._log(row)

    def loads(self, files: Iterable[FileKey]) -> Mapping[FileKey, str]:
        """The terminal status of each given file that has one; loaded wins over failed."""
        with self._lock:
            return {key: self._statuses[key] for key in files if key in self._statuses}

    def rows(self, table: str) -> list[Row]:
        """The rows of `table` in the order in which they came."""
        with self._lock:
            return list(self._tables.get(table, {}).values())

    def _log(self, row: Row) -> None:
        key = (row["gcs_path"], int(row["gcs_generation"]))
        status = row["status"]
        if status == "loaded" or (status == "failed" and key not in self._statuses):
            self._statuses[key] = status


class MemoryWarehouse:
    """The raw dataset in memory."""

    def __init__(self, check: Callable[[Row], None] | None = None) -> None:
        """`check(row)` raises BadInput for a row that breaks the raw schema."""
        self._check = check
        self._lock = threading.Lock()
        self._loads: dict[str, int] = {}
        self._tables: dict[str, list[Row]] = {}

    def load(self, request: LoadRequest) -> int:
        """Load the rows once under `load_id`; a repeat answers the first load's number."""
        if not request.table or set(request.table) - set("abcdefghijklmnopqrstuvwxyz0123456789_"):
            raise BadInput("raw table", request.table, "small letters, digits and _")
        if self._check is not None:
            for row in request.rows:
                self._check(row)
        with self._lock:
            if request.load_id not in self._loads:
                self._loads[request.load_id] = len(request.rows)
                self._tables.setdefault(request.table, []).extend(map(dict, request.rows))
            return self._loads[request.load_id]

    def tables(self) -> list[str]:
        """The tables that were loaded into, sorted."""
        with self._lock:
            return sorted(self._tables)

    def rows(self, table: str) -> list[Row]:
        """The rows of a raw table in the order in which they came."""
        with self._lock:
            return list(self._tables.get(table, ()))


class MemoryLedger:
    """What a journal and a warehouse in memory hold."""

    def __init__(
        self, journal: MemoryJournal, warehouse: MemoryWarehouse, schemas: Schemas
    ) -> None:
        self._journal = journal
        self._warehouse = warehouse
        self._schemas = schemas

    def rows(
        self, table: str, first: date, last: date, *, about: date | None = None
    ) -> Sequence[Row]:
        """The rows of an audit table in the UTC days `first` to `last`, one an id."""
        schema = self._schemas.of(table)
        found = schema.about(self._journal.rows(table), about)
        return once(schema, (row for row in found if _within(row[schema.partition], first, last)))

    def raw_tables(self) -> Sequence[str]:
        """The raw tables that were loaded into, sorted."""
        return self._warehouse.tables()

    def raw_rows(self, table: str, day: date) -> Sequence[Row]:
        """The rows of a raw table for one game date."""
        column = self._schemas.raw.partition
        found = [row for row in self._warehouse.rows(table) if _within(row[column], day, day)]
        return sorted(
            found, key=lambda r: (r["gcs_path"], int(r["gcs_generation"]), int(r["record_index"]))
        )

    def dead_letters(self) -> int | None:
        """None: the bus in memory gives nothing up."""
        return None


def _within(text: str, first: date, last: date) -> bool:
    return first.isoformat() <= text[:10] <= last.isoformat()


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """One message that was accepted."""

    id: str
    message: Message
    published_at: datetime


class MemoryBus:
    """Topics in memory: what was published, and what nobody has pulled yet."""

    def __init__(
        self,
        clock: Clock,
        *,
        topics: Iterable[str] | None = None,
        refuse: Callable[[Message], Exception | None] | None = None,
    ) -> None:
        """`topics`: all that exist (None: any). `refuse` says why a message fails, or None."""
        self._clock = clock
        self._topics = None if topics is None else frozenset(topics)
        self._refuse = refuse
        self._lock = threading.Lock()
        #: Everything ever accepted, in order.
        self.published: list[Published] = []
        self._waiting: list[Published] = []
        self._known: dict[tuple[str, str], str] = {}

    def publish(self, messages: Sequence[Message]) -> Sequence[str | Exception]:
        """Publish each; per message its id or why it failed."""
        return [self._publish(message) for message in messages]

    def pull(self, topic: str | None = None) -> list[Published]:
        """Take the messages (of one topic) that nobody has taken yet, in order."""
        with self._lock:
            taken = [p for p in self._waiting if topic is None or p.message.topic == topic]
            if topic is None:
                self._waiting = []
            else:
                self._waiting = [p for p in self._waiting if p.message.topic != topic]
        return taken

    def _publish(self, message: Message) -> str | Exception:
        if self._topics is not None and message.topic not in self._topics:
            return BadInput("topic", message.topic, ", ".join(sorted(self._topics)))
        if not message.body:
            return BadInput(f"message to {message.topic}", "an empty body", "JSON text")
        refusal = None if self._refuse is None else self._refuse(message)
        if refusal is not None:
            return refusal
        dedup = message.attributes.get("dedup")
        with self._lock:
            if dedup is not None and (message.topic, dedup) in self._known:
                return self._known[message.topic, dedup]
            published = Published(
                id=str(len(self.published) + 1), message=message, published_at=self._clock.now()
            )
            self.published.append(published)
            self._waiting.append(published)
            if dedup is not None:
                self._known[message.topic, dedup] = published.id
        return published.id


class MemorySecrets:
    """Secrets from a mapping."""

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._secrets = dict(secrets or {})

    def get(self, name: str) -> str:
        """The value; raises MissingSecret naming it."""
        value = self._secrets.get(name, "")
        if not value:
            message = f"secret [{name}] is not set"
            raise MissingSecret(message)
        return value


class SerialPool:
    """One item after the other, in the caller's thread."""

    def map(self, do: Callable[[T], R], items: Sequence[T]) -> Sequence[R]:
        """`do` of each item, results in order; the first exception is raised after all ended."""
        results: list[R] = []
        first: BaseException | None = None
        for item in items:
            try:
                results.append(do(item))
            except BaseException as e:  # noqa: BLE001 the siblings go on
                first = first or e
        if first is not None:
            raise first
        return results
