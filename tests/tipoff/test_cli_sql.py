"""`tipoff sql`: the three ways to answer, and what `now` means."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.tipoff.cli_run import decision, put, store_in, tipoff
from tipoff.folder import SIMULATED_NOW

QUERY = "SELECT workflow_name, action FROM workflow_decisions ORDER BY 1"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    other = decision(decision_id="d2", workflow_name="schedule_refresh", action="SKIP")
    put(tmp_path / "data", "workflow_decisions", decision(), other)
    return tmp_path / "data"


def test_text_is_aligned_json_is_a_list_and_csv_has_a_header(data: Path) -> None:
    assert tipoff("sql", QUERY, "--data", data).out.splitlines() == [
        "workflow_name     action",
        "betting_lines     RUN",
        "schedule_refresh  SKIP",
    ]
    assert tipoff("sql", QUERY, "--data", data, "--json").json == [
        {"workflow_name": "betting_lines", "action": "RUN"},
        {"workflow_name": "schedule_refresh", "action": "SKIP"},
    ]
    assert tipoff("sql", QUERY, "--data", data, "--csv").out.splitlines() == [
        "workflow_name,action",
        "betting_lines,RUN",
        "schedule_refresh,SKIP",
    ]


def test_csv_writes_what_no_cell_holds_as_json_and_null_as_nothing(data: Path) -> None:
    query = (
        "SELECT [STRUCT(1 AS a, DATE '2025-11-12' AS b)] AS x, TRUE AS y, NULL AS z, 'a\\nb' AS w"
    )
    out = tipoff("sql", query, "--data", data, "--csv").out
    header, row = csv.reader(io.StringIO(out))
    assert header == ["x", "y", "z", "w"]
    assert json.loads(row[0]) == [{"a": 1, "b": "2025-11-12"}]
    assert row[1:] == ["true", "", "a\nb"]


def test_two_columns_of_one_name_are_refused_as_bigquery_does(data: Path) -> None:
    said = tipoff("sql", "SELECT 1 AS a, 2 AS b, 3 AS A", "--data", data, "--json")
    assert said.code == 2
    assert said.err == "sql: found [columns a twice], allowed: each name once: AS\n"


def test_a_query_may_come_from_a_file(data: Path) -> None:
    file = data / "q.sql"
    file.write_text("SELECT COUNT(*) AS n FROM `my-project.nba_orchestration.workflow_decisions`")
    assert tipoff("sql", "--file", file, "--data", data, "--json").json == [{"n": 2}]


def test_now_is_the_last_simulated_instant_of_the_folder_unless_given(data: Path) -> None:
    store_in(data).set_fact(SIMULATED_NOW, "2025-11-13T10:05:00+00:00")
    ask = ("sql", "SELECT CURRENT_TIMESTAMP() AS t", "--data", data, "--json")
    assert tipoff(*ask).json == [{"t": "2025-11-13T10:05:00+00:00"}]
    given = tipoff(*ask, "--now", "2025-11-12T13:00:00-05:00")
    assert given.json == [{"t": "2025-11-12T18:00:00+00:00"}]


def test_tables_and_views_are_listed(data: Path) -> None:
    listed = tipoff("sql", "--tables", "--data", data, "--json").json
    kinds = {each["name"]: each["kind"] for each in listed}
    assert kinds["nba_orchestration.workflow_decisions"] == "table"
    assert kinds["nba_orchestration.v_alerts"] == "view"


def test_a_folder_of_day_folders_is_refused_with_the_one_to_name(data: Path) -> None:
    said = tipoff("sql", "SELECT 1", "--data", data.parent)
    assert said.code == 2
    assert f"a folder that tipoff has worked in, such as --data {data}" in said.err
    assert f"there is data in: {data}" in tipoff("status", "--data", data.parent).out


def test_a_query_that_is_refused_is_one_line_and_exit_code_2(data: Path) -> None:
    said = tipoff("sql", "SELECT * FROM nothing_here", "--data", data)
    assert said.code == 2
    assert "nothing_here" in said.err
    assert said.err.count("\n") == 1
