"""BigQuery SQL answered on one machine: DuckDB in memory, filled with what the query names."""

from __future__ import annotations

import base64
import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from local.dialect import Catalog, translate
from local.dialect_macros import MACROS
from local.fill import Filler, RowSource, reason
from shared.core.errors import BadInput

__all__ = ["Answer", "RowSource", "Sql"]

ORCHESTRATION = "nba_orchestration"
RAW = "nba_raw"


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
        self._raw: dict[str, Any] = next((d for d in documents if d["dataset"] == RAW), {})
        self._tables = {d["table"]: d for d in documents if d["dataset"] == ORCHESTRATION}
        views = config / "views"
        self._views = {f.stem: f.read_text(encoding="utf-8") for f in sorted(views.glob("v_*.sql"))}
        latest = views / "raw_latest.sql"
        self._latest = latest.read_text(encoding="utf-8") if latest.exists() else ""

    def catalog(self) -> Catalog:
        """What can be asked now."""
        tables = {f"{ORCHESTRATION}.{t}": d["fields"] for t, d in self._tables.items()}
        views = {f"{ORCHESTRATION}.{v}": sql for v, sql in self._views.items()}
        if self._raw:
            for table in self._source.raw_tables():
                tables[f"{RAW}.{table}"] = self._raw["fields"]
                if self._latest:
                    views[f"{RAW}.v_{table}"] = self._latest.replace("{table}", table)
        return Catalog(tables=tables, views=views)

    def query(self, sql: str, *, now: datetime, params: Mapping[str, Any] | None = None) -> Answer:
        """The answer of `sql` in BigQuery's SQL; CURRENT_TIMESTAMP() is `now`.

        Raises BadInput (`local.dialect.Refused` among them) for what cannot be answered: the
        message names the construct, the table or the column.
        """
        catalog = self.catalog()
        translated = translate(sql, now=now, tables=catalog, params=params)
        with duckdb.connect(":memory:") as db:
            db.execute("SET TimeZone = 'UTC'")
            db.execute(MACROS)
            for dataset in (ORCHESTRATION, RAW):
                db.execute(f'CREATE SCHEMA "{dataset}"')
            filler = Filler(
                db=db,
                source=self._source,
                partitions=self._partitions(catalog),
                catalog=catalog,
                now=now,
            )
            for name in translated.sources:
                filler.need(name)
            db.execute("SET enable_external_access = false")
            try:
                cursor = db.execute(translated.sql)
                rows = cursor.fetchall()
            except duckdb.Error as e:
                raise BadInput("sql", reason(e), "a query that BigQuery would answer") from e
            columns = tuple(d[0] for d in cursor.description or ())
        counted = Counter(name.lower() for name in columns)
        if repeated := sorted(name for name, number in counted.items() if number > 1):
            # BigQuery: "Duplicate column names in the result are not supported", in any case.
            raise BadInput("sql", f"columns {', '.join(repeated)} twice", "each name once: AS")
        return Answer(columns=columns, rows=[tuple(map(_utc, row)) for row in rows])

    def _partitions(self, catalog: Catalog) -> dict[str, str]:
        documents = {f"{ORCHESTRATION}.{t}": d for t, d in self._tables.items()}
        return {t: str(documents.get(t, self._raw)["partition"]["field"]) for t in catalog.tables}


def _utc(value: object) -> object:
    """Instants with Python's own UTC, also inside arrays and structs.

    What JSON has no word for is text as in BigQuery's answers: NaN, and BYTES in base 64.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value
    if isinstance(value, list):
        return [_utc(v) for v in value]
    if isinstance(value, dict):
        return {k: _utc(v) for k, v in value.items()}
    return value
