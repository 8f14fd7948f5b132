"""The audit tables and the raw dataset in the store: each row once, each load once."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from local.store import ORCHESTRATION, RAW
from shared.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from local.store import Store
    from shared.core.ports import FileKey, LoadRequest, Row
    from shared.schema import Schemas

_TABLE = re.compile(r"[a-z0-9_]+")

#: Values a query: SQLite takes 999 at least.
_PATHS_A_QUERY = 500


class LocalJournal:
    """Rows of nba_orchestration; a repeated row id changes nothing."""

    def __init__(self, store: Store, schemas: Schemas) -> None:
        self._store = store
        self._schemas = schemas

    def append(self, table: str, rows: Sequence[tuple[str, Row]]) -> None:
        """Append (row id, row) pairs; durable on return.

        BadInput names the column of the first row that breaks the schema; nothing is written.
        """
        schema = self._schemas.of(table)
        for _, row in rows:
            schema.check(row)
        if not rows:
            return
        complete = [(row_id, schema.complete(row)) for row_id, row in rows]
        with self._store.write() as db:
            self._store.insert_rows(db, ORCHESTRATION, table, complete)

    def loads(self, files: Iterable[FileKey]) -> Mapping[FileKey, str]:
        """The terminal status of each given file that has one; loaded wins over failed."""
        asked = set(files)
        paths = sorted({path for path, _ in asked})
        found: dict[FileKey, str] = {}
        for start in range(0, len(paths), _PATHS_A_QUERY):
            for (body,) in self._rows_of(paths[start : start + _PATHS_A_QUERY]):
                row = json.loads(body)
                key = (row["gcs_path"], int(row["gcs_generation"]))
                if key in asked and row["status"] in {"loaded", "failed"}:
                    found[key] = "loaded" if found.get(key) == "loaded" else row["status"]
        return found

    def _rows_of(self, paths: Sequence[str]) -> list[tuple[str]]:
        marks = ", ".join("?" * len(paths))
        rows = self._store.read(
            "SELECT body FROM rows WHERE table_name = 'file_processing_log' AND dataset = ?"
            f" AND json_extract(body, '$.gcs_path') IN ({marks}) ORDER BY seq",
            (ORCHESTRATION, *paths),
        )
        return [(str(body),) for (body,) in rows]


class LocalWarehouse:
    """Rows of nba_raw, loaded file by file."""

    def __init__(self, store: Store, schemas: Schemas) -> None:
        self._store = store
        self._schemas = schemas

    def load(self, request: LoadRequest) -> int:
        """Load the rows once under `load_id`, all or none; the number of rows of that load.

        BadInput for a table name or a row that can never be loaded; nothing is written.
        """
        if not _TABLE.fullmatch(request.table):
            raise BadInput("raw table", request.table, "small letters, digits and _")
        for row in request.rows:
            self._schemas.raw.check(row)
        with self._store.write() as db:
            first = db.execute(
                "INSERT OR IGNORE INTO loads (load_id, table_name, row_count) VALUES (?, ?, ?)",
                (request.load_id, request.table, len(request.rows)),
            )
            if first.rowcount == 1:
                rows = ((f"{request.load_id}.{n}", row) for n, row in enumerate(request.rows))
                self._store.insert_rows(db, RAW, request.table, rows)
                return len(request.rows)
            counted = db.execute(
                "SELECT row_count FROM loads WHERE load_id = ?", (request.load_id,)
            ).fetchone()
            return int(counted[0])
