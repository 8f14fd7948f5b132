"""Rows as files that outlive them: NDJSON by the standard library, Parquet by DuckDB."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from local.dialect import Catalog
from local.dialect_formats import quoted
from local.fill import Filler

#: A name that nobody else has: the one table that is filled to be written.
NAME = "archive.rows"


class _Rows:
    """The one table's rows, as a source for the filler."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._rows = rows

    def rows(self, dataset: str, table: str) -> Iterable[Mapping[str, Any]]:  # noqa: ARG002 the only one
        """All of them."""
        return self._rows

    def raw_tables(self) -> Sequence[str]:
        """None: the one table is no raw one."""
        return ()


def write_ndjson(rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    """One row a line, in UTF-8, keys sorted."""
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")


def write_parquet(
    rows: Sequence[Mapping[str, Any]], fields: Sequence[Mapping[str, Any]], path: Path
) -> None:
    """The rows with the types of their schema; instants are UTC, JSON columns are text."""
    from datetime import UTC, datetime

    catalog = Catalog(tables={NAME: fields}, views={})
    with duckdb.connect(":memory:") as db:
        db.execute("SET TimeZone = 'UTC'")
        db.execute('CREATE SCHEMA "archive"')
        filler = Filler(
            db=db,
            source=_Rows(rows),
            partitions={},
            catalog=catalog,
            now=datetime.min.replace(tzinfo=UTC),
        )
        filler.need(NAME)
        db.execute(f'COPY "archive"."rows" TO {quoted(str(path))} (FORMAT parquet)')
