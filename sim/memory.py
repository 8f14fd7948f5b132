"""Tables, secrets and the pool in memory: fakes for tests, and the world of the simulator."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from shared.core.errors import BadInput
from shared.errors import MissingSecret
from shared.schema import once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from shared.core.ports import FileKey, LoadRequest, Row
    from shared.schema import Schemas

T = TypeVar("T")
R = TypeVar("R")


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
