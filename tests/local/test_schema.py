"""Row checks name table, column, what was found and what is allowed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shared.core.errors import BadInput
from shared.schema import Schemas, TableSchema

FIELDS: list[dict[str, Any]] = [
    {"name": "id", "type": "STRING", "mode": "REQUIRED"},
    {"name": "n", "type": "INTEGER"},
    {"name": "x", "type": "FLOAT"},
    {"name": "ok", "type": "BOOLEAN", "mode": "NULLABLE"},
    {"name": "at", "type": "TIMESTAMP"},
    {"name": "day", "type": "DATE"},
    {"name": "doc", "type": "JSON"},
    {"name": "names", "type": "STRING", "mode": "REPEATED"},
    {
        "name": "files",
        "type": "RECORD",
        "mode": "REPEATED",
        "fields": [
            {"name": "path", "type": "STRING", "mode": "REQUIRED"},
            {"name": "age", "type": "INT64"},
        ],
    },
]
TABLE = TableSchema("d", "t", FIELDS)


@pytest.mark.parametrize(
    "row",
    [
        {"id": ""},
        {"id": "a", "n": -(2**63), "x": 1, "ok": False},
        {"id": "a", "n": None, "x": None, "at": None, "doc": None},
        {"id": "a", "at": "2025-11-12T18:00:00+00:00", "day": "2025-11-12"},
        {"id": "a", "at": "2025-11-12T18:00:00.123456Z"},
        {"id": "a", "doc": "[]", "names": [], "files": []},
        {"id": "a", "names": ["x"], "files": [{"path": "p", "age": None}, {"path": "q"}]},
    ],
)
def test_a_good_row_passes(row: dict[str, Any]) -> None:
    TABLE.check(row)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({}, r"d\.t\.id: found \[nothing\], allowed: .*REQUIRED"),
        ({"id": None}, r"d\.t\.id: found \[null\]"),
        ({"id": 1}, r"d\.t\.id: found \[int 1\], allowed: STRING"),
        ({"id": "a", "what": 1}, r"d\.t\.what: found \[an unknown column\], allowed: one of id, n"),
        ({"id": "a", "n": True}, r"d\.t\.n: found \[bool True\], allowed: INT64"),
        ({"id": "a", "n": 2**63}, r"d\.t\.n"),
        ({"id": "a", "n": 1.0}, r"d\.t\.n"),
        ({"id": "a", "n": "1"}, r"d\.t\.n"),
        ({"id": "a", "x": float("nan")}, r"d\.t\.x"),
        ({"id": "a", "x": "1"}, r"d\.t\.x"),
        ({"id": "a", "ok": 0}, r"d\.t\.ok"),
        ({"id": "a", "at": "2025-11-12T18:00:00"}, r"d\.t\.at: .*with its offset"),
        ({"id": "a", "at": "yesterday"}, r"d\.t\.at"),
        ({"id": "a", "at": 1731434400}, r"d\.t\.at"),
        ({"id": "a", "day": "TODAY"}, r"d\.t\.day"),
        ({"id": "a", "day": "2025-W46-3"}, r"d\.t\.day"),
        ({"id": "a", "day": "2025-02-29"}, r"d\.t\.day"),
        ({"id": "a", "doc": {"a": 1}}, r"d\.t\.doc: found \[dict"),
        ({"id": "a", "doc": "{'a': 1}"}, r"d\.t\.doc"),
        ({"id": "a", "names": None}, r"d\.t\.names: .*\[\] when empty"),
        ({"id": "a", "names": "x"}, r"d\.t\.names"),
        ({"id": "a", "names": ["x", None]}, r"d\.t\.names\[1\]"),
        ({"id": "a", "files": [{"path": "p"}, {"age": 1}]}, r"d\.t\.files\[1\]\.path"),
        ({"id": "a", "files": ["p"]}, r"d\.t\.files\[0\]"),
    ],
)
def test_a_bad_row_says_where(row: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        TABLE.check(row)


def test_arrays_that_are_left_out_are_stored_empty() -> None:
    assert TABLE.complete({"id": "a", "names": ["x"]}) == {"id": "a", "names": ["x"], "files": []}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("[", "a.json"),
        ("[]", "no dataset, fields, table"),
        ('{"table": "a", "dataset": "d"}', "no fields"),
        (
            '{"table": "a", "dataset": "d", "fields": [{"name": "x", "type": "TEXT"}]}',
            r"d\.a\.x: type: found \[TEXT\]",
        ),
        (
            '{"table": "a", "dataset": "d", "fields": [{"name": "x", "type": "DATE", "mode": ""}]}',
            r"d\.a\.x: mode: found \[\]",
        ),
    ],
)
def test_a_bad_schema_file_is_refused(tmp_path: Path, body: str, message: str) -> None:
    (tmp_path / "a.json").write_text(body)
    with pytest.raises(BadInput, match=message):
        Schemas(tmp_path)


def test_the_raw_schema_comes_from_the_folder_or_is_built_in(tmp_path: Path) -> None:
    assert Schemas(tmp_path).raw.fields[0]["name"] == "game_date"
    fields = [{"name": "only", "type": "STRING"}]
    body = {"table": "raw", "dataset": "nba_raw", "fields": fields}
    (tmp_path / "raw.json").write_text(json.dumps(body))
    schemas = Schemas(tmp_path)
    assert schemas.raw.fields == fields
    assert schemas.tables == []
