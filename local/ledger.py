"""What the store's tables hold, for status and the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.store import ORCHESTRATION, RAW
from shared.schema import once

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from local.bus import LocalBus
    from local.store import Store
    from shared.core.ports import Row
    from shared.schema import Schemas

#: Dates and instants begin with their day, and instants are kept in UTC.
_BY_DAY = (
    "SELECT body FROM rows WHERE dataset = ? AND table_name = ?"
    " AND substr(json_extract(body, ?), 1, 10) BETWEEN ? AND ? ORDER BY seq"
)


class LocalLedger:
    """Reads the rows of the store, day by day."""

    def __init__(self, store: Store, schemas: Schemas, bus: LocalBus) -> None:
        self._store = store
        self._schemas = schemas
        self._bus = bus

    def rows(
        self, table: str, first: date, last: date, *, about: date | None = None
    ) -> Sequence[Row]:
        """The rows of an audit table in the UTC days `first` to `last`, one an id."""
        schema = self._schemas.of(table)
        found = self._between(ORCHESTRATION, table, schema.partition, first, last)
        return once(schema, schema.about(found, about))

    def raw_tables(self) -> Sequence[str]:
        """The tables of nba_raw that were loaded into, sorted."""
        return self._store.raw_tables()

    def raw_rows(self, table: str, day: date) -> Iterable[Row]:
        """The rows of a raw table for one game date."""
        found = self._between(RAW, table, self._schemas.raw.partition, day, day)
        return sorted(found, key=_place)

    def dead_letters(self) -> int | None:
        """Messages that were given up and not replayed."""
        return len(self._bus.dead())

    def _between(
        self, dataset: str, table: str, column: str, first: date, last: date
    ) -> list[dict[str, Any]]:
        values = (dataset, table, f"$.{column}", first.isoformat(), last.isoformat())
        return [json.loads(body) for (body,) in self._store.read(_BY_DAY, values)]


def _place(row: Row) -> tuple[str, int, int]:
    return str(row["gcs_path"]), int(row["gcs_generation"]), int(row["record_index"])
