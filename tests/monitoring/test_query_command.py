"""`tipoff query`: the queries that ship, by name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.tipoff.cli_run import put, tipoff
from tipoff.queries import named_queries, named_query

NOON = "2025-11-12T12:00:00-05:00"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with one failed run of that morning."""
    row = {"run_id": "r1", "scraper_name": "espn_roster", "status": "failed"}
    error = {"error_type": "timeout", "error_message": "no answer"}
    put(
        tmp_path,
        "scraper_execution_log",
        {**row, **error, "triggered_at": "2025-11-12T11:00:00+00:00"},
    )
    return tmp_path


def test_without_a_name_all_are_listed_with_their_parameters() -> None:
    said = tipoff("query")
    assert said.code == 0
    assert "success_by_scraper" in said.out
    assert "game_date, days" in said.out
    assert {"name", "what", "parameters"} == set(tipoff("query", "--json").json[0])


def test_a_query_is_answered_for_its_day(data: Path) -> None:
    asked = ("query", "recent_errors", "--date", "2025-11-12", "--now", NOON, "--data", data)
    (row,) = tipoff(*asked, "--json").json
    assert (row["scraper_name"], row["error_type"], row["runs"]) == ("espn_roster", "timeout", 1)
    other = ("query", "recent_errors", "--date", "2025-11-30", "--now", NOON, "--data", data)
    assert tipoff(*other, "--json").json == []


def test_the_default_day_is_the_game_day_of_now(data: Path) -> None:
    asked = ("query", "recent_errors", "--now", NOON, "--data", data, "--days", "1", "--csv")
    assert tipoff(*asked).out.splitlines()[1].startswith("espn_roster,timeout,1,")


def test_the_text_is_what_the_file_holds() -> None:
    assert tipoff("query", "flow", "--text").out == named_queries()["flow"].sql


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("query", "no_such"), "no_such"),
        (("query", "flow", "--json", "--csv"), "--json and --csv"),
        (("query", "flow", "--days", "0"), "--days"),
        (("query", "flow", "--date", "yesterday-ish"), "--date"),
    ],
)
def test_bad_input_is_refused_and_named(asked: tuple[str, ...], told: str, data: Path) -> None:
    said = tipoff(*asked, "--data", data)
    assert said.code == 2
    assert told in said.err


def test_literals_take_the_place_of_parameters_for_bigquery() -> None:
    now = datetime(2025, 11, 12, 12, tzinfo=UTC)
    text = named_query("success_by_day").inlined(date(2025, 11, 12), 7, now)
    assert "@" not in text
    assert "DATE '2025-11-12'" in text
    assert "INTERVAL (7 - 1) DAY" in text
    stale = named_query("alerts/no_decisions").inlined(date(2025, 11, 12), 7, now)
    assert f"TIMESTAMP '{now.isoformat()}'" in stale
