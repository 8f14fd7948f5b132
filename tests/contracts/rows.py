"""Rows as the contract suite appends and loads them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

LOG = "file_processing_log"
NOW = datetime.now(UTC)


def log(path: str, generation: int, status: str) -> tuple[str, dict[str, Any]]:
    row_id = f"{path}.{generation}.{status}"
    return row_id, {
        "processing_id": row_id,
        "gcs_path": path,
        "gcs_generation": generation,
        "status": status,
        # loads() looks five days back.
        "processed_at": NOW.isoformat(),
        "created_at": NOW.isoformat(),
    }


def raw(index: int) -> dict[str, Any]:
    return {
        "game_date": "2025-11-12",
        "scraper_name": "odds",
        "gcs_path": "odds/a.json",
        "gcs_generation": 7,
        "record_index": index,
        "record": '{"a": 1}',
        "loaded_at": "2025-11-12T18:00:00+00:00",
    }
