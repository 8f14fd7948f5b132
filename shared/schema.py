"""Row validation against the tables' BigQuery JSON schemas, compiled once per table."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from shared.core.ports import Row

    Check = Callable[[Any, str], None]

#: The one schema of every raw table, for a configuration that does not bring its own.
RAW_FIELDS: Sequence[Mapping[str, Any]] = (
    {"name": "game_date", "type": "DATE", "mode": "REQUIRED"},
    {"name": "scraper_name", "type": "STRING", "mode": "REQUIRED"},
    {"name": "gcs_path", "type": "STRING", "mode": "REQUIRED"},
    {"name": "gcs_generation", "type": "INT64", "mode": "REQUIRED"},
    {"name": "record_index", "type": "INT64", "mode": "REQUIRED"},
    {"name": "record", "type": "JSON", "mode": "REQUIRED"},
    {"name": "loaded_at", "type": "TIMESTAMP", "mode": "REQUIRED"},
)

#: The column that says which game day a row is about.
TARGET = "target_date"

_DATE_LENGTH = len("2025-11-12")
_INT64 = 1 << 63


def _is_string(value: object) -> bool:
    return isinstance(value, str)


def _is_int(value: object) -> bool:
    return type(value) is int and -_INT64 <= value < _INT64


def _is_float(value: object) -> bool:
    return type(value) is int or (type(value) is float and math.isfinite(value))


def _is_bool(value: object) -> bool:
    return value is True or value is False


def _is_timestamp(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_date(value: object) -> bool:
    if not isinstance(value, str) or len(value) != _DATE_LENGTH:
        return False
    try:
        # fromisoformat also takes week dates of the same length (2025-W46-3).
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_json(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


_SCALARS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "STRING": (_is_string, "STRING: text"),
    "INT64": (_is_int, "INT64: an integer of 64 bits"),
    "FLOAT64": (_is_float, "FLOAT64: a finite number"),
    "BOOL": (_is_bool, "BOOL: true or false"),
    "TIMESTAMP": (_is_timestamp, "TIMESTAMP: ISO 8601 text with its offset"),
    "DATE": (_is_date, "DATE: YYYY-MM-DD text"),
    "JSON": (_is_json, "JSON: JSON text"),
}
_ALIASES = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL", "RECORD": "STRUCT"}
_MODES = ("NULLABLE", "REQUIRED", "REPEATED")


def _shown(value: object) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 80 else text[:77] + '...'}"


def _compile_struct(fields: Sequence[Mapping[str, Any]], place: str) -> Check:
    columns = {str(field["name"]): _compile(field, place) for field in fields}
    required = frozenset(str(f["name"]) for f in fields if f.get("mode") == "REQUIRED")
    names = ", ".join(columns)

    def check(row: Any, where: str) -> None:
        if not hasattr(row, "items"):
            raise BadInput(where, _shown(row), f"an object with {names}")
        for name, value in row.items():
            column = columns.get(name)
            if column is None:
                raise BadInput(f"{where}.{name}", "an unknown column", f"one of {names}")
            column(value, f"{where}.{name}")
        for name in required - row.keys():
            raise BadInput(f"{where}.{name}", "nothing", "a value: the column is REQUIRED")

    return check


def _compile(field: Mapping[str, Any], place: str) -> Check:
    """The check of one column; an unknown type or mode is the schema file's fault."""
    where = f"{place}.{field.get('name')}"
    kind = _ALIASES.get(str(field.get("type")), str(field.get("type")))
    mode = field.get("mode", "NULLABLE")
    if mode not in _MODES:
        raise BadInput(f"{where}: mode", mode, ", ".join(_MODES))
    one: Check
    if kind == "STRUCT":
        one = _compile_struct(field.get("fields", ()), where)
    elif kind in _SCALARS:
        one = _compile_scalar(*_SCALARS[kind])
    else:
        raise BadInput(f"{where}: type", field.get("type"), ", ".join([*_SCALARS, "STRUCT"]))
    if mode == "REPEATED":
        return _compile_repeated(one, kind)
    return _compile_single(one, kind, required=mode == "REQUIRED")


def _compile_scalar(fits: Callable[[object], bool], allowed: str) -> Check:
    def check(value: Any, where: str) -> None:
        if not fits(value):
            raise BadInput(where, _shown(value), allowed)

    return check


def _compile_repeated(one: Check, kind: str) -> Check:
    def check(value: Any, where: str) -> None:
        if not isinstance(value, (list, tuple)):
            raise BadInput(where, _shown(value), f"a list of {kind}, [] when empty")
        for index, item in enumerate(value):
            one(item, f"{where}[{index}]")

    return check


def _compile_single(one: Check, kind: str, *, required: bool) -> Check:
    def check(value: Any, where: str) -> None:
        if value is not None:
            one(value, where)
        elif required:
            raise BadInput(where, "null", f"{kind}: the column is REQUIRED")

    return check


class TableSchema:
    """One table: its fields, and a fast check of its rows."""

    def __init__(
        self,
        dataset: str,
        table: str,
        fields: Sequence[Mapping[str, Any]],
        *,
        key: Sequence[str] = (),
        partition: str = "",
    ) -> None:
        self.dataset = dataset
        self.table = table
        #: The columns that identify a row, and the one by whose day the table is partitioned.
        self.key = tuple(key)
        self.partition = partition
        #: As in the JSON file: name, type, mode, description, and fields of a STRUCT.
        self.fields = fields
        self._place = f"{dataset}.{table}"
        self._check = _compile_struct(fields, self._place)
        self._arrays = [str(f["name"]) for f in fields if f.get("mode") == "REPEATED"]

    def check(self, row: Row) -> None:
        """Raise BadInput naming dataset, table, column, what was found and what is allowed."""
        self._check(row, self._place)

    def complete(self, row: Row) -> Row:
        """`row` with [] for the arrays that it leaves out, as BigQuery stores it."""
        missing: dict[str, list[Any]] = {name: [] for name in self._arrays if name not in row}
        return {**row, **missing} if missing else row

    def about(self, rows: Iterable[Row], day: date | None) -> Iterable[Row]:
        """Those of a target date; all of them without one, or where no column says it."""
        if day is None or not self.has_target:
            return rows
        return (row for row in rows if row.get(TARGET) == day.isoformat())

    @property
    def has_target(self) -> bool:
        """Whether its rows say which game day they are about."""
        return any(field["name"] == TARGET for field in self.fields)

    def whole(self, row: Row) -> Row:
        """`row` with every column of the table, null where it has none: as it is read."""
        return {**dict.fromkeys(str(field["name"]) for field in self.fields), **self.complete(row)}


def once(schema: TableSchema, rows: Iterable[Row]) -> list[Row]:
    """One row an id, as the views have it, in the order of the partition column.

    A repeated append counts once. Of decisions the first row wins: what was promised is when it
    was decided first; of everything else the newest.
    """
    first = schema.table == "workflow_decisions"
    kept: dict[tuple[str, ...], Row] = {}
    for row in sorted(rows, key=lambda row: str(row.get("created_at") or ""), reverse=not first):
        key = tuple(str(row.get(column)) for column in schema.key)
        kept.setdefault(key, schema.whole(row))
    return sorted(
        kept.values(),
        key=lambda row: (str(row[schema.partition]), *(str(row[column]) for column in schema.key)),
    )


class Schemas:
    """The tables of a folder of JSON files: {table, dataset, fields, ...}."""

    def __init__(self, folder: Path) -> None:
        self._tables: dict[str, TableSchema] = {}
        self._raw = TableSchema("nba_raw", "raw", RAW_FIELDS, partition="game_date")
        for path in sorted(folder.glob("*.json")):
            schema = self._load(path)
            if schema.dataset == "nba_raw":
                self._raw = schema
            else:
                self._tables[schema.table] = schema

    @property
    def tables(self) -> Sequence[str]:
        """The names of the orchestration tables, sorted."""
        return sorted(self._tables)

    @property
    def raw(self) -> TableSchema:
        """The one schema of every table of the raw dataset."""
        return self._raw

    def of(self, table: str) -> TableSchema:
        """The schema of an orchestration table; BadInput names the tables that there are."""
        try:
            return self._tables[table]
        except KeyError:
            raise BadInput("table", table, ", ".join(self.tables) or "none is known") from None

    def check(self, table: str, row: Row) -> None:
        """Raise BadInput when `row` does not fit `table`."""
        self.of(table).check(row)

    @staticmethod
    def _load(path: Path) -> TableSchema:
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as e:
            raise BadInput(path.name, str(e), "a JSON object") from e
        missing = {"table", "dataset", "fields"} - set(body if isinstance(body, dict) else ())
        if missing:
            raise BadInput(path.name, f"no {', '.join(sorted(missing))}", "table, dataset, fields")
        return TableSchema(
            body["dataset"],
            body["table"],
            body["fields"],
            key=body.get("id", ()),
            partition=body.get("partition", {}).get("field", ""),
        )
