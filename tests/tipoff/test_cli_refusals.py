"""Malformed flags and arguments: the message each gets, one line on stderr, exit code 2."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.tipoff.cli_run import CONFIG, store_in, tipoff

DATE = "allowed: a date as YYYY-MM-DD, 1946 to 2100"
INSTANT = "allowed: an ISO 8601 instant with its offset"
HERE = ("--data", "DATA")

REFUSALS = [
    (("plan", "12.11.2025"), f"DATE: found [12.11.2025], {DATE}"),
    (("plan", "2025-11-31"), f"DATE: found [2025-11-31], {DATE}"),
    (("plan", "20251112"), f"DATE: found [20251112], {DATE}"),
    (("plan", "2025-W46-3"), f"DATE: found [2025-W46-3], {DATE}"),
    (("plan", "9999-12-31"), f"DATE: found [9999-12-31], {DATE}"),
    (("plan", "0001-01-01"), f"DATE: found [0001-01-01], {DATE}"),
    (("plan", "2101-01-01"), f"DATE: found [2101-01-01], {DATE}"),
    (("day", "9999-12-31", *HERE), f"DATE: found [9999-12-31], {DATE}"),
    (
        ("scrape", "espn-roster", "--date", "9999-12-31", *HERE),
        f"--date: found [9999-12-31], {DATE}",
    ),
    (
        ("tick", "lock", "--at", "9999-12-31T23:00:00-05:00", *HERE),
        "--at: found [9999-12-31T23:00:00-05:00], allowed: an instant of the years 1946 to 2100",
    ),
    (("tick", "lock", "--at", "9999-12-31T10:00:00Z", *HERE), "--at: found [9999-12-31T10:00:00Z]"),
    (
        ("plan", "2025-11-12", "--calendar", "none.csv"),
        "--calendar: found [none.csv], allowed: a file that can be read",
    ),
    (
        ("plan", "2025-11-12", "--config", "none"),
        "configuration folder: found [none], allowed: a folder that exists",
    ),
    (("tick", "lok", *HERE), "tick: found [lok], allowed: lock (the nearest) or another of: "),
    (("tick", "everything", *HERE), "tick: found [everything], allowed: "),
    (("tick", "lock", "--at", "noon", *HERE), f"--at: found [noon], {INSTANT}"),
    (
        ("tick", "lock", "--at", "2025-11-12T13:00", *HERE),
        "--at: found [2025-11-12T13:00",
    ),
    (
        ("tick", "lock", "--at", "2025-11-12T13:00:00Z", "--live", *HERE),
        "--live: found [simulated time 2025-11-12T13:00:00+00:00], allowed: real time with real",
    ),
    (
        ("trigger", "bettinglines", *HERE),
        "workflow: found [bettinglines], allowed: betting_lines (the nearest) or another of: ",
    ),
    (("trigger", "x", *HERE), "workflow: found [x], allowed: betting_lines, "),
    (("trigger", "betting_lines", "--date", "today", *HERE), f"--date: found [today], {DATE}"),
    (
        ("scrape", "espn-rooster", *HERE),
        "scraper: found [espn_rooster], allowed: espn_roster (the nearest) or another of: ",
    ),
    (
        ("scrape", "bp-events", "--param", "market=points", *HERE),
        "--param: found [market], allowed: none",
    ),
    (
        ("scrape", "bp-player-props", "--param", "market=a/b", *HERE),
        "--param market: found [a/b], allowed: letters, digits and - _ : +",
    ),
    (("scrape", "espn-roster", "--param", "team", *HERE), "--param: found [team], allowed: K=V"),
    (("scrape", "espn-roster", "--param", "=x", *HERE), "--param: found [=x], allowed: K=V"),
    (
        ("scrape", "espn-roster", "--param", "club=BOS", *HERE),
        "--param: found [club], allowed: team",
    ),
    (
        ("scrape", "espn-roster", "--param", "date=2025-11-12", *HERE),
        "--param: found [date], allowed: the option --date",
    ),
    (
        ("scrape", "espn-roster", "--param", "team=BOS", "--param", "team=NYK", *HERE),
        "--param: found [team twice], allowed: each key once",
    ),
    (
        ("scrape", "bdl-standings", "--param", "season=../../../x", *HERE),
        "--param season: found [../../../x], allowed: a season as 2025-26",
    ),
    (
        ("scrape", "bdl-standings", "--param", "season=2025-27", *HERE),
        "--param season: found [2025-27], allowed: a season as 2025-26",
    ),
    (
        ("scrape", "espn-roster", "--param", "team=../BOS", *HERE),
        "--param team: found [../BOS], allowed: BOS (the nearest) or another of: ATL, ",
    ),
    (
        ("scrape", "oddsa-player-props", "--param", "event=../x", *HERE),
        "--param event: found [../x], allowed: letters, digits and - _ : +",
    ),
    (
        ("scrape", "nbac-play-by-play", "--game", "../../0022500213", *HERE),
        "--game: found [../../0022500213], allowed: a game id of letters, digits and - _ : +",
    ),
    (
        ("scrape", "bdl-standings", "--game", "0022500213", *HERE),
        "--game: found [0022500213], allowed: nothing: bdl_standings is asked per date",
    ),
    (("sql", *HERE), "QUERY and --file: found [neither], allowed: one of them"),
    (("sql", "SELECT 1", "--file", "q.sql", *HERE), "QUERY and --file: found [both]"),
    (("sql", "--file", "q.sql", *HERE), "--file: found [q.sql], allowed: a file that can be read"),
    (("sql", "SELECT 1", "--json", "--csv", *HERE), "--json and --csv: found [both]"),
    (("sql", "SELECT 1", "--now", "now", *HERE), f"--now: found [now], {INSTANT}"),
    (("sql", "SELECT 1", "--data", "none"), "data folder: found [none], allowed: a folder that"),
    (("status", "--at", "2025-11-12", *HERE), "--at: found [2025-11-12"),
    (("compare", "none", "none"), "data folder: found [none], allowed: a folder that tipoff"),
    (("dead", "list", "--data", "none"), "data folder: found [none], allowed: a folder that"),
    (("dead", "replay", "7", *HERE), "dead letter: found [7], allowed: there are none"),
    (("calendar", "import", "none.csv", *HERE), "FILE: found [none.csv], allowed: a file that"),
    (
        ("trigger", "betting_lines", "--project", "p", "--at", "2025-11-12T13:00:00-05:00"),
        "--at: found [2025-11-12T18:00:00+00:00], allowed: nothing: the cloud runs in real time",
    ),
    (
        ("calendar", "show", "--from", "2025-11-12", "--to", "2025-11-11"),
        "--from: found [2025-11-12], allowed: a day not after --to (2025-11-11)",
    ),
    (("up", "--calendar", "none.csv", *HERE), "--calendar: found [none.csv], allowed: a file"),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which nothing ever ran."""
    folder = tmp_path_factory.mktemp("refusals") / "data"
    store_in(folder).close()
    return folder


@pytest.mark.parametrize(("args", "told"), REFUSALS, ids=[" ".join(args) for args, _ in REFUSALS])
def test_bad_input_is_one_line_on_stderr_that_says_where_what_and_what_is_allowed(
    args: tuple[str, ...], told: str, data: Path
) -> None:
    said = tipoff(*(str(data) if arg == "DATA" else arg for arg in args))
    assert said.code == 2
    assert said.err.startswith(told)
    assert said.err.count("\n") == 1
    assert said.out == ""


@pytest.mark.parametrize(
    "args",
    [
        ("nonsense",),
        ("plan",),
        ("plan", "2025-11-12", "--nonsense"),
        ("up", "--port", "many"),
        ("dead", "replay", "one"),
        ("calendar", "nonsense"),
    ],
)
def test_unknown_commands_and_flags_are_refused_with_the_usage(args: tuple[str, ...]) -> None:
    said = tipoff(*args)
    assert said.code == 2
    assert "Usage:" in said.err


def test_every_problem_of_a_bad_configuration_is_a_line_of_its_own(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "workflows.yaml").write_text("workflows: 3\nextra: 1\n")
    (config / "scrapers.yaml").write_text("scrapers: 3\n")
    (config / "sources.yaml").write_text("sources: 3\n")
    (config / "schedules.yaml").write_text("jobs: 3\n")
    said = tipoff("plan", "2025-11-12", "--config", config)
    assert said.code == 2
    lines = said.err.splitlines()
    assert len(lines) >= 5
    assert all(": found [" in line and ", allowed: " in line for line in lines)
    checked = tipoff("check", "--config", config)
    assert checked.code == 1
    assert checked.err.splitlines()[:-1] == lines
    problems = tipoff("check", "--config", config, "--json").json["problems"]
    assert [set(each) for each in problems] == [{"place", "found", "allowed"}] * len(lines)


@pytest.mark.parametrize("folder", ["tables", "views"])
def test_a_configuration_without_tables_or_views_is_refused_before_anything_runs(
    folder: str, tmp_path: Path
) -> None:
    config = shutil.copytree(CONFIG, tmp_path / "config")
    shutil.rmtree(config / folder)
    said = tipoff("tick", "lock", "--data", tmp_path / "data", "--config", config)
    assert said.code == 2
    assert f"allowed: one with {folder}/: take a copy" in said.err
    assert not (tmp_path / "data").exists()
    checked = tipoff("check", "--config", config)
    assert (checked.code, checked.err.splitlines()[-1]) == (1, f"1 problem in {config}")
    assert checked.err.startswith(f"{folder}/ of the configuration: found [no files]")


def test_a_scraper_that_is_not_available_is_refused_with_those_that_are(tmp_path: Path) -> None:
    config = shutil.copytree(CONFIG, tmp_path / "config")
    text = (config / "scrapers.yaml").read_text()
    (config / "scrapers.yaml").write_text(
        text.replace("  bdl_games:\n", "  bdl_games:\n    available: false\n", 1)
    )
    said = tipoff("scrape", "bdl-games", "--data", tmp_path / "data", "--config", config)
    assert said.code == 2
    assert said.err.startswith(
        "scraper bdl_games: found [nothing fetches it yet], allowed: bdl_active_players, "
    )
    listed = {e["name"]: e for e in tipoff("scrapers", "--json", "--config", config).json}
    assert (listed["bdl_games"]["available"], listed["bp_events"]["available"]) == (False, True)


def test_a_view_with_an_unknown_column_is_a_problem_of_the_configuration(tmp_path: Path) -> None:
    config = shutil.copytree(CONFIG, tmp_path / "config")
    (config / "views" / "v_runs.sql").write_text("SELECT * FROM `nba_orchestration.runs`")
    said = tipoff("check", "--config", config)
    assert said.code == 1
    assert said.err.startswith("views/v_runs.sql ")


def test_a_store_of_another_layout_is_exit_code_3(tmp_path: Path) -> None:
    with store_in(tmp_path).write() as db:
        db.execute("PRAGMA user_version = 99")
    said = tipoff("sql", "SELECT 1", "--data", tmp_path)
    assert said.code == 3
    assert said.err.startswith("the store [")
    assert said.err.count("\n") == 1
