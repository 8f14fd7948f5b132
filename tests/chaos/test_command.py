"""`tipoff chaos` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tipoff.cli_run import tipoff


def test_one_line_of_json_says_what_was_played(tmp_path: Path) -> None:
    record = tmp_path / "result.json"
    said = tipoff("chaos", "--seed", 7, "--days", 1, "--json", "--record", record)
    assert said.code == 0
    assert said.out.count("\n") == 1
    assert set(said.json) == {"days", "faults", "violations", "days_per_second", "faults_by_kind"}
    assert sum(said.json["faults_by_kind"].values()) == said.json["faults"]
    assert said.json["violations"] == 0
    kept = json.loads(record.read_text())
    assert kept["first_seed"] == kept["last_seed"] == 7
    assert kept["faults"] == sum(kept["faults_by_kind"].values()) == said.json["faults"]


def test_people_are_told_faults_effects_and_violations() -> None:
    said = tipoff("chaos", "--seed", 7, "--days", 1, "--from", "2025-11-12", "--to", "2025-11-12")
    assert said.code == 0
    assert "1 days of seeds 7 to 7" in said.out
    assert "duplicate" in said.out
    assert "executions" in said.out
    assert said.out.endswith("0 violations\n")


def test_a_calendar_gives_the_games(tmp_path: Path) -> None:
    file = tmp_path / "games.csv"
    file.write_text(
        "game_id,tipoff_utc,away,home\n"
        "0022500213,2025-11-13T00:00:00Z,BOS,MIA\n"
        "0022500214,2025-11-20T00:00:00Z,MIA,BOS\n"
    )
    said = tipoff(
        "chaos", "--seed", 2, "--days", 1, "--json", "--calendar", file, "--to", "2025-11-12"
    )
    assert (said.code, said.json["violations"]) == (0, 0)


def test_crash_points_are_listed_by_port_call() -> None:
    arguments = ("chaos", "--crash-points", "2025-11-12", "--every", 1500)
    said = tipoff(*arguments)
    assert said.code == 0
    rows = [line.split() for line in said.out.splitlines()[1:-1]]
    points = sum(int(row[3]) for row in rows)
    assert points > 0
    assert [row[3] for row in rows] == [row[4] for row in rows]
    assert f"{points} of {points} crash points of one external call in 1500" in said.out
    assert "one external call in 1500, in 1 process." in said.err
    found = tipoff(*arguments, "--json").json
    assert (found["crash_points"], found["equal"]) == (points, points)
    assert [list(map(str, call.values())) for call in found["by_call"]] == rows


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--days", 0), "--days: found [0]"),
        (("--jobs", 0), "--jobs: found [0]"),
        (("--from", "2026-01-02", "--to", "2026-01-01"), "--to: found [2026-01-01]"),
        (("--from", "tomorrow"), "--from: found [tomorrow]"),
        (("--every", 2), "--every: found [2]"),
        (("--crash-points", "2025-11-12", "--every", 0), "--every: found [0]"),
        (("--crash-points", "2025-07-12"), "crash points: found [2025-07-12]"),
    ],
)
def test_what_cannot_be_played_is_refused(arguments: tuple[object, ...], told: str) -> None:
    said = tipoff("chaos", *arguments)
    assert said.code == 2
    assert told in said.err
