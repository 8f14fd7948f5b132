"""One SQLite file that several threads and several processes use at once."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections import deque
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

from local.group import GroupCommit
from shared.errors import PortUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from shared.core.ports import Row
    from shared.schema import Schemas

ORCHESTRATION = "nba_orchestration"
RAW = "nba_raw"

#: Seconds that a writer waits for another process's (short) transaction.
BUSY_SECONDS = 10.0

#: The layout below, as `PRAGMA user_version`.
_VERSION = 2

# Instants are microseconds since 1970 in UTC, so that they compare as numbers.
# AUTOINCREMENT: a generation or message id is never given twice, also after a row is gone.
_LAYOUT = (
    """CREATE TABLE objects (
        generation INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT NOT NULL, name TEXT NOT NULL,
        metadata TEXT NOT NULL, created_at INTEGER NOT NULL, UNIQUE (bucket, name))""",
    """CREATE TABLE rows (
        seq INTEGER PRIMARY KEY, dataset TEXT NOT NULL, table_name TEXT NOT NULL,
        row_id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (dataset, table_name, row_id))""",
    """CREATE INDEX rows_of_loads ON rows (json_extract(body, '$.gcs_path'))
        WHERE table_name = 'file_processing_log'""",
    """CREATE TABLE loads (
        load_id TEXT PRIMARY KEY, table_name TEXT NOT NULL, row_count INTEGER NOT NULL)""",
    """CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL)""",
    """CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL,
        subscription TEXT NOT NULL, topic TEXT NOT NULL, function TEXT NOT NULL,
        body TEXT NOT NULL, attributes TEXT NOT NULL, dedup TEXT,
        published_at INTEGER NOT NULL, deliver_at INTEGER NOT NULL, attempt INTEGER NOT NULL,
        state TEXT NOT NULL, claimed_at INTEGER, claimed_by TEXT, last_error TEXT)""",
    """CREATE INDEX messages_pending ON messages (deliver_at, topic, id)
        WHERE state = 'pending'""",
    """CREATE INDEX messages_running ON messages (id) WHERE state = 'running'""",
    """CREATE INDEX messages_dedup ON messages (topic, dedup) WHERE dedup IS NOT NULL""",
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(instant: datetime) -> int:
    """An aware instant as the store keeps it: microseconds since 1970, UTC."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The instant that `to_micros` wrote."""
    return _EPOCH + timedelta(microseconds=micros)


class Store:
    """The SQLite file `folder/tipoff.db`, and the folder beside which bodies are kept.

    Every method raises PortUnavailable when the file cannot be read or written in time.
    """

    def __init__(self, folder: Path, schemas: Schemas | None = None) -> None:
        self.folder = folder
        self._schemas = schemas
        #: Idle connections. A connection is used by one thread at a time; threads come and go.
        self._idle: deque[sqlite3.Connection] = deque()
        #: Queues this process's writers: SQLite's own waiting is a sleep that grows to 100 ms.
        self._writing = Lock()
        #: `write(work)`: a short transaction that may be shared with others who wait.
        self.together = GroupCommit(self._writing, self._transaction)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as e:
            message = f"cannot make the folder [{folder}]: {e}"
            raise PortUnavailable(message) from e
        self._prepare()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: committed and durable when the block ends, else rolled back.

        Keep the block short, and do not open another one inside it.
        """
        with self._writing, self._transaction() as db:
            yield db

    def read(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of one SELECT, as one consistent view of what is committed."""
        with self._connection() as db:
            return db.execute(sql, values).fetchall()

    def insert_rows(
        self, db: sqlite3.Connection, dataset: str, table: str, rows: Iterable[tuple[str, Row]]
    ) -> None:
        """Insert (row id, row) pairs inside a transaction; a repeated row id changes nothing."""
        db.executemany(
            "INSERT OR IGNORE INTO rows (dataset, table_name, row_id, body) VALUES (?, ?, ?, ?)",
            [
                (dataset, table, row_id, json.dumps(row, ensure_ascii=False, allow_nan=False))
                for row_id, row in rows
            ],
        )

    def rows(self, dataset: str, table: str) -> Iterable[dict[str, Any]]:
        """The rows of a table in the order in which they came, as JSON values."""
        found = self.read(
            "SELECT body FROM rows WHERE dataset = ? AND table_name = ? ORDER BY seq",
            (dataset, table),
        )
        return (json.loads(body) for (body,) in found)

    def raw_tables(self) -> list[str]:
        """The tables of the raw dataset that have been loaded into, sorted."""
        found = self.read("SELECT DISTINCT table_name FROM loads ORDER BY table_name")
        return [table for (table,) in found]

    def schema(self, table: str, dataset: str = ORCHESTRATION) -> Sequence[Mapping[str, Any]]:
        """The fields of `table` as its BigQuery JSON schema lists them.

        All raw tables have one schema. BadInput for an unknown table of nba_orchestration.
        """
        if self._schemas is None:
            message = f"the store [{self.folder}] was opened without schemas"
            raise PortUnavailable(message)
        if dataset == RAW:
            return self._schemas.raw.fields
        return self._schemas.of(table).fields

    def fact(self, key: str) -> str | None:
        """A small value kept under `key`, or None."""
        found = self.read("SELECT value FROM facts WHERE key = ?", (key,))
        return str(found[0][0]) if found else None

    def set_fact(self, key: str, value: str) -> None:
        """Keep `value` under `key`, in place of what was there."""
        with self.write() as db:
            db.execute("INSERT OR REPLACE INTO facts (key, value) VALUES (?, ?)", (key, value))

    def close(self) -> None:
        """Close the idle connections; the store opens new ones if it is used again."""
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Borrow a connection; SQLite's errors leave as PortUnavailable."""
        db: sqlite3.Connection | None = None
        try:
            db = self._idle.pop() if self._idle else None
        except IndexError:  # another thread took the last one in between
            db = None
        try:
            db = db or self._connect()
            yield db
        except sqlite3.Error as e:
            message = f"the store [{self.folder / 'tipoff.db'}] failed: {e}"
            raise PortUnavailable(message) from e
        finally:
            if db is not None and db.in_transaction:
                db.close()  # an interrupt came in between: never hand a half transaction on
            elif db is not None:
                self._idle.append(db)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """The transaction of whoever holds `_writing`."""
        with self._connection() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            self.folder / "tipoff.db",
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        db.execute("PRAGMA synchronous = FULL")
        return db

    def _prepare(self) -> None:
        """Create the layout, or check that it is one that this code knows."""
        self._use_wal()
        with self.write() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in _LAYOUT:
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {_VERSION}")
            elif version != _VERSION:
                message = (
                    f"the store [{self.folder / 'tipoff.db'}] has layout [{version}], this "
                    f"version of tipoff knows [{_VERSION}]: use another folder"
                )
                raise PortUnavailable(message)

    def _use_wal(self) -> None:
        """Switch the file to WAL. SQLite does not wait here when two processes start at once."""
        until = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                with self._connection() as db:
                    db.execute("PRAGMA journal_mode = WAL")
            except PortUnavailable as e:
                if "locked" not in str(e) or time.monotonic() > until:
                    raise
                time.sleep(0.02)  # noqa: TID251 another process, in real time
            else:
                return


def process_mark() -> str:
    """Names this process: its id and start, so that a reused id is not taken for it."""
    return f"{os.getpid()}:{_started(os.getpid())}"


def process_alive(mark: str) -> bool:
    """Whether the process that `process_mark` named still runs."""
    pid, _, started = mark.partition(":")
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    """The start of a process in clock ticks since boot; empty where /proc does not tell."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:  # noqa: PTH123
            # The second field, the name in brackets, may hold blanks: count from its end.
            return stat.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
