"""Rows of the emulated BigQuery, as they stood in what was appended."""

from __future__ import annotations

import json
from typing import Any

from google.cloud import bigquery

from shared.schema import TableSchema


def rows_of(client: bigquery.Client, place: str, schema: TableSchema) -> list[dict[str, Any]]:
    """Every row of the table `place` (project.dataset.table), without its nulls, in no order."""
    kinds = {field["name"]: field["type"] for field in schema.fields}
    return [
        {name: _told(value, kinds[name]) for name, value in row.items() if value is not None}
        for row in client.query_and_wait(f"SELECT * FROM `{place}`")
    ]


def _told(value: Any, kind: str) -> Any:
    """A value as JSON types: instants and dates as ISO 8601 text, JSON as its text."""
    if kind == "JSON":
        return value if isinstance(value, str) else json.dumps(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
