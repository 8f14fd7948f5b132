"""`tipoff chaos` on the command line."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.made import ROOT
from tests.mutants.guards import all_guards
from tests.mutants.runner import broken, copied
from tests.tipoff.cli_run import CONFIG, tipoff
from tipoff.commands.crash_points import lines_of

HEAD = "game_id,tipoff_utc,away,home\n"
#: Seconds until a process, and all that it began, must have ended.
PATIENCE = 60.0


def test_one_line_of_json_says_what_was_played(tmp_path: Path) -> None:
    record = tmp_path / "result.json"
    said = tipoff("chaos", "--seed", 7, "--days", 1, "--json", "--record", record)
    assert said.code == 0
    assert said.out.count("\n") == 1
    assert set(said.json) == {
        "days",
        "first_seed",
        "last_seed",
        "faults",
        "violations",
        "days_per_second",
        "faults_by_kind",
        "failing_seeds",
        "violations_by_rule",
    }
    assert (said.json["first_seed"], said.json["failing_seeds"]) == (7, [])
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
        f"{HEAD}0022500213,2025-11-13T00:00:00Z,BOS,MIA\n0022500214,2025-11-20T00:00:00Z,MIA,BOS\n"
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
        (("--crash-points", "2025-11-12", "--every", 99_999), "--every: found [99999]"),
        (("--crash-points", "2025-11-12", "--record", "x.json"), "--record: found [x.json]"),
        (("--crash-points", "2025-11-12", "--from", "2025-11-12"), "--from: found [2025-11-12]"),
        (("--crash-points", "2025-11-12", "--seed", 5), "--seed: found [5]"),
        (("--record", "/"), "--record: found [/]"),
        (("--record", "."), "--record: found [.]"),
        (("--record", "/no/such/folder/x.json"), "--record: found [/no/such/folder/x.json]"),
        (("--crash-points", "2025-07-12"), "crash points: found [2025-07-12]"),
    ],
)
def test_what_cannot_be_played_is_refused(arguments: tuple[object, ...], told: str) -> None:
    said = tipoff("chaos", *arguments)
    assert said.code == 2
    assert told in said.err


@pytest.mark.parametrize(
    ("games", "dates"),
    [
        ("", ()),
        ("0012500213,2025-10-08T00:00:00Z,BOS,MIA\n", ()),  # 001: preseason
        ("0022500213,2025-11-13T00:00:00Z,BOS,MIA\n", ("--from", "2026-01-01")),
    ],
)
def test_a_calendar_without_games_proves_nothing(
    tmp_path: Path, games: str, dates: tuple[str, ...]
) -> None:
    file = tmp_path / "games.csv"
    file.write_text(HEAD + games)
    said = tipoff("chaos", "--calendar", file, "--to", "2026-01-03", *dates)
    assert said.code == 2
    assert "one with games from " in said.err


def test_a_record_is_written_where_its_link_leads(tmp_path: Path) -> None:
    link, file = tmp_path / "link.json", tmp_path / "file.json"
    link.symlink_to(file)
    assert tipoff("chaos", "--seed", 7, "--days", 1, "--record", link).code == 0
    assert link.is_symlink()
    assert json.loads(file.read_text())["last_seed"] == 7


def test_a_failing_seed_is_told_with_a_command_that_replays_it(tmp_path: Path) -> None:
    copy = copied(tmp_path / "a copy")
    calendar = tmp_path / "the games.csv"
    calendar.write_text(f"{HEAD}0022500213,2025-11-13T00:00:00Z,BOS,MIA\n")
    given = ["--from", "2025-11-12", "--calendar", str(calendar), "--config", str(CONFIG)]

    def chaos(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tipoff", "chaos", *args]
        return subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)

    (guard,) = (each for each in all_guards() if each.name == "the first to decide decides")
    with broken(copy, guard):
        said = chaos("--seed", "1", "--days", "1", "--json", *given)
        assert said.returncode == 1, said.stderr
        told = json.loads(said.stdout)
        assert told["failing_seeds"] == [1]
        assert sum(told["violations_by_rule"].values()) == told["violations"] > 0
        rule = min(told["violations_by_rule"])
        assert f"seed 1 breaks a promise: {rule}" in said.stderr
        assert "replays; " in said.stderr
        (line,) = (x for x in said.stderr.splitlines() if x.startswith("  replay: "))
        words = shlex.split(line.removeprefix("  replay: "))
        assert words == ["tipoff", "chaos", "--seed", "1", "--days", "1", *given]
        again = chaos(*words[2:], "--json")
    del told["days_per_second"]
    assert json.loads(again.stdout).items() >= told.items()


@pytest.mark.parametrize(
    ("arguments", "first", "told"),
    [
        (("--days", "4000", "--jobs", "2"), " of 4000 days, ", " violations\n"),
        (
            ("--crash-points", "2025-11-12", "--jobs", "2"),
            " end equal",
            " crash points end equal, ",
        ),
    ],
)
def test_a_termination_ends_all_processes(
    arguments: tuple[str, ...], first: str, told: str
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tipoff", "chaos", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as it:
        try:
            assert it.stderr is not None
            while first not in (line := it.stderr.readline()):
                assert line, "it ended before it told how far it is"
            it.send_signal(signal.SIGTERM)
            # The pipes end when nobody has them open: neither it nor a process that it began.
            out, err = it.communicate(timeout=PATIENCE)
        finally:
            it.kill()
    assert it.returncode == 143, err
    assert told in out


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            'rows a: - {"have": [1, 2], "n": {"x": 1, "y": 2}} + {"have": [2, 3], "n": {"x": 1}}',
            ["rows a have: - [1] + [3]", "rows a n.y: - 2 + null"],
        ),
        ("t a: - [1, 2] + [2, 1]", ["t a: - [1, 2] + [2, 1]"]),
        ('t a: + {"x": 1}', ['t a: + {"x": 1}']),
        ('t a: - {"x": null} + {}', ['t a: - {"x": null} + {}']),
        ('t a: - {"x": 1}', ['t a: - {"x": 1}']),
        ("dead letter of executor", ["dead letter of executor"]),
    ],
)
def test_of_two_worlds_only_the_difference_is_told(text: str, lines: list[str]) -> None:
    assert lines_of(text) == lines


def test_a_record_is_kept_when_nobody_reads_what_is_told(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    command = [sys.executable, "-m", "tipoff", "chaos", "--days", "1", "--record", str(file)]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writing)
    assert json.loads(file.read_text())["days"] >= 1


@pytest.mark.parametrize(
    ("number", "ignored", "code"),
    [
        (signal.SIGTERM, False, 143),
        (signal.SIGTERM, True, 143),
        (signal.SIGINT, False, 130),
        (signal.SIGINT, True, 0),  # as in the background of a script
    ],
)
def test_a_signal_ends_a_long_command_unless_it_is_ignored(
    number: int, code: int, *, ignored: bool
) -> None:
    text = (
        "import os, signal\n"
        "from tipoff.commands.signals import ending\n"
        f"signal.signal(signal.SIGINT, signal.{'SIG_IGN' if ignored else 'default_int_handler'})\n"
        "with ending():\n"
        f"    os.kill(os.getpid(), {number:d})\n"
    )
    assert subprocess.run([sys.executable, "-c", text], cwd=ROOT, check=False).returncode == code
