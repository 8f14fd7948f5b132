"""`tipoff compare`: equal rows by id, and what may differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.tipoff.cli_run import decision, put, tipoff

AT = "2025-11-12T18:00:00+00:00"


def run_row(**changes: Any) -> dict[str, Any]:
    return {
        "run_id": "r1",
        "execution_id": "r1",
        "status": "success",
        "record_count": 3,
        "data_summary": '{"record_count": 3}',
        "duration_seconds": 1.5,
        "gcs_path": "espn/x.json",
        "gcs_generation": 7,
        "trace_id": None,
        "triggered_at": AT,
        "created_at": AT,
        **changes,
    }


def load_row(**changes: Any) -> dict[str, Any]:
    return {
        "processing_id": "p1",
        "gcs_path": "espn/x.json",
        "gcs_generation": 7,
        "status": "loaded",
        "rows_loaded": 3,
        "processed_at": AT,
        "created_at": AT,
        **changes,
    }


RUNS, LOADS, DECISIONS = "scraper_execution_log", "file_processing_log", "workflow_decisions"


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "a", tmp_path / "b"


@pytest.mark.parametrize(
    ("table", "row", "changes"),
    [
        (RUNS, run_row, {"created_at": "2026-01-01T00:00:00+00:00"}),
        (RUNS, run_row, {"duration_seconds": 99.0}),
        (RUNS, run_row, {"gcs_generation": 8}),
        (RUNS, run_row, {"trace_id": "abc"}),
        (LOADS, load_row, {"processing_id": "p2", "gcs_generation": 8}),
        (DECISIONS, decision, {"context": '{ "generation": 4 }'}),
    ],
)
def test_what_may_differ_leaves_folders_equal(
    table: str, row: Any, changes: dict[str, Any], two: tuple[Path, Path]
) -> None:
    put(two[0], table, row())
    put(two[1], table, row(**changes))
    said = tipoff("compare", *two)
    assert said.code == 0, said.out
    assert said.out.startswith("equal: 1 rows in ")


@pytest.mark.parametrize(
    ("table", "row", "changes", "told"),
    [
        (RUNS, run_row, {"status": "failed"}, "r1: status [success] against [failed]"),
        (RUNS, run_row, {"data_summary": '{"record_count": 4}'}, "r1: data_summary "),
        (LOADS, load_row, {"rows_loaded": 2}, "rows_loaded [3] against [2]"),
        (DECISIONS, decision, {"reason": "late"}, "reason [due] against [late]"),
        (RUNS, run_row, {"run_id": "r2"}, "r2: only in the second folder"),
    ],
)
def test_what_differs_is_told_by_table_id_and_column(
    table: str, row: Any, changes: dict[str, Any], told: str, two: tuple[Path, Path]
) -> None:
    put(two[0], table, row())
    put(two[1], table, row(**changes))
    said = tipoff("compare", *two)
    assert said.code == 1
    assert f"nba_orchestration.{table}" in said.out
    assert told in said.out


def test_raw_rows_are_compared_by_file_and_index(two: tuple[Path, Path]) -> None:
    raw = {"gcs_path": "f", "gcs_generation": 1, "record_index": 0, "record": '{"a":1}'}
    put(two[0], "espn_rosters", raw, dataset="nba_raw")
    put(two[1], "espn_rosters", {**raw, "gcs_generation": 2}, dataset="nba_raw")
    assert tipoff("compare", *two).code == 0
    put(two[1], "espn_rosters", {**raw, "record_index": 1}, dataset="nba_raw")
    said = tipoff("compare", *two, "--json")
    assert said.code == 1
    assert said.json["first"] == [
        {"table": "nba_raw.espn_rosters", "id": ["f", "1"], "what": "only in the second folder"}
    ]


def test_twenty_differences_are_printed_and_the_rest_counted(two: tuple[Path, Path]) -> None:
    put(two[0], RUNS, *(run_row(run_id=f"r{n}") for n in range(25)))
    put(two[1], RUNS)
    lines = tipoff("compare", *two).out.splitlines()
    assert len(lines) == 22
    assert lines[-2] == "... and 5 more"
    assert lines[-1].startswith("25 differences in ")
