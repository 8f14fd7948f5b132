"""Tables in DuckDB's memory: made and filled from rows, and the metadata views over them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol

import duckdb

from local.dialect import Catalog, translate
from local.dialect_formats import quoted
from local.dialect_sources import Field
from shared.core.errors import BadInput

#: Rows that are handed to DuckDB at once, as one JSON text.
_CHUNK = 5000

#: What a macro says about the query, inside DuckDB's message about the cast.
_SAID = re.compile(r"Could not convert string '(division by zero: .*|TO_JSON_STRING .*)' to ")

_TYPES = {
    "STRING": "VARCHAR",
    "INT64": "BIGINT",
    "FLOAT64": "DOUBLE",
    "BOOL": "BOOLEAN",
    "TIMESTAMP": "TIMESTAMPTZ",
    "DATE": "DATE",
    "DATETIME": "TIMESTAMP",
    "TIME": "TIME",
    "JSON": "JSON",
}


class RowSource(Protocol):
    """Where the rows are; `local.store.Store` is one."""

    def rows(self, dataset: str, table: str) -> Iterable[Mapping[str, Any]]:
        """The rows of a table: JSON types only, instants and dates as ISO text, JSON as text."""
        ...

    def raw_tables(self) -> Sequence[str]:
        """The tables of nba_raw that exist."""
        ...


def reason(error: duckdb.Error) -> str:
    """DuckDB's message without its picture of the translated query.

    The macros raise by a cast of the message: that is taken out, as BigQuery words it.
    """
    text = str(error).split("\n\nLINE ")[0].strip()
    said = _SAID.search(text)
    return said.group(1) if said else text


@dataclass(frozen=True, kw_only=True, slots=True)
class Filler:
    """Makes what a query reads, once each: tables with their rows, views over them."""

    db: duckdb.DuckDBPyConnection
    source: RowSource
    #: dataset.table to the column by whose day it is partitioned.
    partitions: Mapping[str, str]
    catalog: Catalog
    now: datetime

    def need(self, name: str) -> None:
        """Make dataset.name, if it is not there yet."""
        dataset, _, table = name.partition(".")
        if self._exists(dataset, table):
            return
        if table.startswith("INFORMATION_SCHEMA."):
            self._metadata(dataset, table)
        elif name in self.catalog.views:
            view = translate(self.catalog.views[name], now=self.now, tables=self.catalog)
            for inner in view.sources:
                self.need(inner)
            self.db.execute(f'CREATE VIEW "{dataset}"."{table}" AS {view.sql}')
        else:
            fields = self.catalog.tables[name]
            self._fill(dataset, table, fields, self.source.rows(dataset, table))

    def _exists(self, dataset: str, table: str) -> bool:
        found = self.db.execute(
            "SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = ?",
            [dataset, table],
        )
        return found.fetchone() is not None

    def _fill(
        self, dataset: str, table: str, fields: Sequence[Field], rows: Iterable[Mapping[str, Any]]
    ) -> None:
        columns = ", ".join(f'"{f["name"]}" {_type(f)}' for f in fields)
        self.db.execute(f'CREATE TABLE "{dataset}"."{table}" ({columns})')
        cells = ", ".join(_cell(f) for f in fields)
        # Numbers and arrays are read as what they are, all else as text that is then cast: only
        # a cast reads an instant's offset, and a JSON value comes as text.
        shape = json.dumps([{f["name"]: _shape(f) for f in fields}])
        insert = (
            f'INSERT INTO "{dataset}"."{table}" SELECT {cells} '
            f"FROM (SELECT unnest(from_json(CAST(? AS JSON), {quoted(shape)})) AS r)"
        )
        for chunk in _chunks(rows):
            try:
                self.db.execute(insert, [json.dumps(chunk)])
            except duckdb.Error as e:
                raise BadInput(f"{dataset}.{table}", reason(e), "rows of its schema") from e

    def _metadata(self, dataset: str, table: str) -> None:
        """INFORMATION_SCHEMA of a dataset, as far as it makes sense here."""
        mine = [n for n in self.catalog.names() if n.startswith(f"{dataset}.")]
        tables = [n for n in mine if n in self.catalog.tables]
        view = table.rpartition(".")[2]
        base = ("table_catalog", "table_schema", "table_name")
        rows: list[tuple[Any, ...]] = []
        if view == "TABLES":
            names: tuple[str, ...] = (*base, "table_type")
            rows = [(*_id(n), "BASE TABLE" if n in tables else "VIEW") for n in mine]
        elif view == "VIEWS":
            names = (*base, "view_definition", "use_standard_sql")
            rows = [(*_id(n), self.catalog.views[n], "YES") for n in mine if n not in tables]
        elif view == "COLUMNS":
            names = (*base, "column_name", "is_nullable", "data_type", "is_partitioning_column")
            for n in tables:
                by = self.partitions[n]
                for f in self.catalog.tables[n]:
                    nullable = "NO" if f.get("mode") == "REQUIRED" else "YES"
                    rows.append((*_id(n), f["name"], nullable, _standard(f), _yes(f["name"] == by)))
        else:
            names = (*base, "partition_id", "total_rows")
            for n in tables:
                by = self.partitions[n]
                days = Counter(
                    _partition(row.get(by)) for row in self.source.rows(dataset, n.split(".", 1)[1])
                )
                rows += [(*_id(n), day, count) for day, count in sorted(days.items())]
        whole = "total_rows"
        fields = [{"name": c, "type": "INT64" if c == whole else "STRING"} for c in names]
        if view == "COLUMNS":
            fields.append({"name": "ordinal_position", "type": "INT64"})
            names = (*names, "ordinal_position")
            places: Counter[str] = Counter()
            for i, row in enumerate(rows):
                places[row[2]] += 1
                rows[i] = (*row, places[row[2]])
        self._fill(dataset, table, fields, [dict(zip(names, r, strict=True)) for r in rows])


def _id(name: str) -> tuple[str, str, str]:
    dataset, _, table = name.partition(".")
    return ("local", dataset, table)


def _yes(value: bool) -> str:  # noqa: FBT001 - SQL's word for a bool
    return "YES" if value else "NO"


def _partition(value: object) -> str:
    """A partition's id: the UTC day of the partitioning column."""
    if value is None:
        return "__NULL__"
    text = str(value)
    if len(text) > len("2025-11-12"):
        text = datetime.fromisoformat(text).astimezone(UTC).date().isoformat()
    return text.replace("-", "")


def _chunks(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    left = iter(rows)
    while chunk := list(islice(left, _CHUNK)):
        yield chunk


def _is_struct(field: Field) -> bool:
    return field["type"] in {"RECORD", "STRUCT"}


def _type(field: Field) -> str:
    """The column's type in DuckDB."""
    if _is_struct(field):
        inner = ", ".join(f'"{f["name"]}" {_type(f)}' for f in field["fields"])
        one = f"STRUCT({inner})"
    else:
        one = _TYPES[field["type"]]
    return f"{one}[]" if field.get("mode") == "REPEATED" else one


def _standard(field: Field) -> str:
    """The column's type as BigQuery's INFORMATION_SCHEMA writes it."""
    one = str(field["type"])
    if _is_struct(field):
        one = "STRUCT<" + ", ".join(f"{f['name']} {_standard(f)}" for f in field["fields"]) + ">"
    return f"ARRAY<{one}>" if field.get("mode") == "REPEATED" else one


def _shape(field: Field) -> Any:
    """The column as from_json reads it."""
    if _is_struct(field):
        one: Any = {f["name"]: _shape(f) for f in field["fields"]}
    else:
        kind = field["type"]
        one = _TYPES[kind] if kind in {"INT64", "FLOAT64", "BOOL"} else "VARCHAR"
    return [one] if field.get("mode") == "REPEATED" else one


def _cell(field: Field) -> str:
    name = f'r."{field["name"]}"'
    if field.get("mode") == "REPEATED":
        return f"coalesce(CAST({name} AS {_type(field)}), [])"
    return f"CAST({name} AS {_type(field)})"
