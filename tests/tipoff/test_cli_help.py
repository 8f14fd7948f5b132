"""Help: every command says what it does, shows examples and tells its exit codes."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.tipoff.cli_run import tipoff

COMMANDS = [
    ("plan",),
    ("up",),
    ("status",),
    ("sql",),
    ("tick",),
    ("trigger",),
    ("scrape",),
    ("compare",),
    ("check",),
    ("scrapers",),
    ("package",),
    ("smoke",),
    ("chaos",),
    ("day",),
    ("runs",),
    ("missing",),
    ("query",),
    ("export",),
    ("new", "scraper"),
    ("calendar", "import"),
    ("calendar", "show"),
    ("dead", "list"),
    ("dead", "replay"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_shows_examples_and_exit_codes(command: tuple[str, ...]) -> None:
    said = tipoff(*command, "--help")
    assert said.code == 0
    assert "Examples:" in said.out
    assert f"\n    tipoff {' '.join(command)}" in said.out
    assert "Exit codes: 0 " in said.out.replace("Exit\n", "Exit ")


def test_the_root_lists_every_command() -> None:
    said = tipoff("--help")
    for command in COMMANDS:
        assert f"\n  {command[0]} " in said.out


@pytest.mark.parametrize("listing", [(), ("calendar",), ("dead",), ("new",)], ids=" ".join)
def test_a_list_of_commands_says_in_a_whole_sentence_what_each_does(
    listing: tuple[str, ...],
) -> None:
    said = tipoff(*listing, "--help")
    cut = {line.split()[0] for line in said.out.splitlines()[1:] if line.endswith("...")}
    assert cut == set()


def test_the_game_of_an_example_is_played_on_the_date_of_the_example() -> None:
    (example,) = re.findall(r"--date (\S+) --game (\d+)", tipoff("scrape", "--help").out)
    date, game_id = example
    games = tipoff("plan", date, "--json").json["games"]
    assert game_id in {game["game_id"] for game in games}


def test_help_imports_none_of_the_heavy_libraries() -> None:
    """What keeps `tipoff --help` quick: these are imported inside commands."""
    heavy = "{'duckdb', 'sqlglot', 'pydantic', 'flask', 'httpx', 'yaml', 'jinja2', 'sqlite3'}"
    code = (
        "import sys\nfrom tipoff.cli import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        f"sys.exit(', '.join(sorted({heavy} & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_python_m_tipoff_is_the_same_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tipoff", "plan", "yesterday"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "DATE: found [yesterday], allowed: a date as YYYY-MM-DD, 1946 to 2100\n"
