"""BigQuery SQL answered on one machine: DuckDB in memory, filled with what the query names."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import duckdb

from local.dialect import Catalog, translate
from local.dialect_formats import quoted
from local.dialect_macros import MACROS
from local.dialect_sources import Field
from shared.core.errors import BadInput

ORCHESTRATION = "nba_orchestration"
RAW = "nba_raw"

#: Rows that are handed to DuckDB at once, as one JSON text.
_CHUNK = 5000

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Column names and rows; instants are aware and in UTC, JSON is text."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Sql:
    """Answers queries over `source`; schemas and views come from the folder `config`."""

    def __init__(self, source: RowSource, *, config: Path) -> None:
        self._source = source
        files = sorted((config / "tables").glob("*.json"))
        documents = [json.loads(f.read_text(encoding="utf-8")) for f in files]
        self._raw = next((d for d in documents if d["dataset"] == RAW), None)
        self._tables = {d["table"]: d for d in documents if d["dataset"] == ORCHESTRATION}
        views = config / "views"
        self._views = {f.stem: f.read_text(encoding="utf-8") for f in sorted(views.glob("v_*.sql"))}
        latest = views / "raw_latest.sql"
        self._latest = latest.read_text(encoding="utf-8") if latest.exists() else ""

    def catalog(self) -> Catalog:
        """What can be asked now."""
        tables = {f"{ORCHESTRATION}.{t}": d["fields"] for t, d in self._tables.items()}
        views = {f"{ORCHESTRATION}.{v}": sql for v, sql in self._views.items()}
        if self._raw is not None:
            for table in self._source.raw_tables():
                tables[f"{RAW}.{table}"] = self._raw["fields"]
                if self._latest:
                    views[f"{RAW}.v_{table}"] = self._latest.replace("{table}", table)
        return Catalog(tables=tables, views=views)

    def query(
        self, sql: str, *, now: datetime, params: Mapping[str, Any] | None = None
    ) -> Answer:
        """The answer of `sql` in BigQuery's SQL; CURRENT_TIMESTAMP() is `now`.

        Raises BadInput (`local.dialect.Refused` among them) for what cannot be answered: the
        message names the construct, the table or the column.
        """
        catalog = self.catalog()
        translated = translate(sql, now=now, tables=catalog, params=params)
        with duckdb.connect(":memory:") as db:
            db.execute("SET TimeZone = 'UTC'")
            db.execute("SET default_null_order = 'NULLS_FIRST_ON_ASC_LAST_ON_DESC'")
            db.execute(MACROS)
            for dataset in (ORCHESTRATION, RAW):
                db.execute(f'CREATE SCHEMA "{dataset}"')
            filler = _Filler(db=db, source=self._source, sql=self, catalog=catalog, now=now)
            for name in translated.sources:
                filler.need(name)
            db.execute("SET enable_external_access = false")
            try:
                cursor = db.execute(translated.sql)
                rows = cursor.fetchall()
            except duckdb.Error as e:
                raise BadInput("sql", _reason(e), "a query that BigQuery would answer") from e
            columns = tuple(d[0] for d in cursor.description or ())
        return Answer(columns=columns, rows=[tuple(map(_utc, row)) for row in rows])

    def partition_of(self, dataset: str, table: str) -> str:
        """The column by whose day a table is partitioned."""
        document = self._tables.get(table) if dataset == ORCHESTRATION else self._raw
        return str(document["partition"]["field"]) if document else ""


def _reason(error: duckdb.Error) -> str:
    """DuckDB's message without its picture of the translated query."""
    return str(error).split("\n\nLINE ")[0].strip()


def _utc(value: object) -> object:
    """Instants with Python's own UTC, also inside arrays and structs."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value
    if isinstance(value, list):
        return [_utc(v) for v in value]
    if isinstance(value, dict):
        return {k: _utc(v) for k, v in value.items()}
    return value


@dataclass(frozen=True, kw_only=True, slots=True)
class _Filler:
    """Makes what a query reads, once each: tables with their rows, views over them."""

    db: duckdb.DuckDBPyConnection
    source: RowSource
    sql: Sql
    catalog: Catalog
    now: datetime

    def need(self, name: str) -> None:
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
                raise BadInput(f"{dataset}.{table}", _reason(e), "rows of its schema") from e

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
                by = self.sql.partition_of(*n.split(".", 1))
                for f in self.catalog.tables[n]:
                    nullable = "NO" if f.get("mode") == "REQUIRED" else "YES"
                    rows.append((*_id(n), f["name"], nullable, _standard(f), _yes(f["name"] == by)))
        else:
            names = (*base, "partition_id", "total_rows")
            for n in tables:
                by = self.sql.partition_of(*n.split(".", 1))
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


def _shape(field: Field) -> Any:  # noqa: ANN401 - JSON
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
