"""Runs by hand, delivered in this process against simulated sources."""

from __future__ import annotations

import re
import shlex
from datetime import datetime
from pathlib import Path

import pytest

from local.store import to_micros
from tests.tipoff.cli_run import decision, put, store_in, tipoff
from tipoff.commands.folder_lock import holder, holding
from tipoff.folder import SEED_FACT, SIMULATED_NOW

ONE_PM = "2025-11-27T13:00:00-05:00"
HEADER = "game_id,tipoff_utc,away,home\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with a season of one game: 26 November 2025, 19:00 ET."""
    file, folder = tmp_path / "season.csv", tmp_path / "data"
    file.write_text(HEADER + "0022500061,2025-11-27T00:00:00Z,BOS,NYK\n")
    at = tmp_path / "at"
    at.mkdir()
    store_in(folder).set_fact(SIMULATED_NOW, "2025-11-27T17:00:00+00:00")
    assert tipoff("calendar", "import", file, "--data", folder).code == 0
    return folder


def test_a_tick_in_simulated_time_decides_and_runs_what_is_due(data: Path) -> None:
    said = tipoff("tick", "evaluate", "--at", ONE_PM, "--data", data)
    assert said.code == 0, said.err
    assert "RUN schedule_refresh: due at 11:00 ET" in said.out
    assert "2025-11-27.schedule_refresh.20251127T160000Z.1 completed: 1 of 1" in said.out
    rows = tipoff("sql", "SELECT DISTINCT triggered_by FROM v_decisions", "--data", data, "--json")
    assert rows.json == [{"triggered_by": "manual"}]


def test_a_second_tick_of_the_same_minute_adds_nothing(data: Path) -> None:
    tipoff("tick", "lock", "--at", ONE_PM, "--data", data)
    again = tipoff("tick", "lock", "--at", ONE_PM, "--data", data)
    assert again.code == 0
    assert "nothing new" in again.out


def test_a_workflow_by_hand_is_a_decision_an_execution_and_its_runs(data: Path) -> None:
    said = tipoff("trigger", "schedule-refresh", "--date", "2025-11-26", "--data", data, "--json")
    assert said.code == 0, said.err
    found = said.json
    rows, mine = found["rows"], f"manual.{found['message_id']}"
    assert found["ended"] is True
    assert [row["execution_id"] for row in rows["workflow_executions"]] == [mine]
    assert [row["reason_code"] for row in rows["workflow_decisions"]] == ["manual"]
    run = rows["scraper_execution_log"][0]
    assert (run["source"], run["target_date"]) == ("MANUAL", "2025-11-26")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("evaluate", "--at", "2025-11-27T11:59:59-05:00"), 2),
        # The folder is at 12:00 ET; a tick is named by its minute.
        (("evaluate", "--at", "2025-11-27T12:00:00-05:00"), 0),
    ],
)
def test_a_folder_never_goes_back_in_time(args: tuple[str, ...], code: int, data: Path) -> None:
    said = tipoff("tick", *args, "--data", data)
    assert said.code == code, said.err
    if code:
        assert said.err == (
            "--at: found [2025-11-27T16:59:59+00:00], allowed: from 2025-11-27T17:00:00+00:00 on,"
            " where the folder is now\n"
        )


@pytest.mark.parametrize(
    "args",
    [("tick", "evaluate"), ("trigger", "schedule_refresh"), ("scrape", "bdl_standings")],
)
def test_nothing_by_hand_happens_before_what_has_happened(
    args: tuple[str, ...], data: Path
) -> None:
    """The noon tick of a folder that was ticked at 13:00 would not see what the other wrote."""
    assert tipoff("tick", "evaluate", "--at", ONE_PM, "--data", data).code == 0
    said = tipoff(*args, "--at", "2025-11-27T12:30:00-05:00", "--data", data)
    assert said.code == 2
    assert said.err.startswith("--at: found [2025-11-27T17:30:00+00:00], allowed: from 2025-11-27")


@pytest.mark.parametrize("name", ["nbac-play-by-play", "nbac_play_by_play"])
def test_a_scraper_by_hand_may_be_named_with_hyphens_or_underscores(name: str, data: Path) -> None:
    ask = ("scrape", name, "--date", "2025-11-26", "--game", "0022500061", "--data", data)
    said = tipoff(*ask, "--json")
    assert said.code == 0, said.err
    run = said.json["rows"]["scraper_execution_log"][0]
    assert (run["workflow"], run["target"], run["status"]) == ("MANUAL", "0022500061", "success")


def test_a_game_gets_the_zeros_back_that_a_spreadsheet_dropped(data: Path) -> None:
    ask = ("scrape", "nbac-play-by-play", "--date", "2025-11-26", "--game", "22500061")
    said = tipoff(*ask, "--data", data, "--json")
    assert said.code == 0, said.err
    assert said.json["rows"]["scraper_execution_log"][0]["target"] == "0022500061"


def test_a_team_may_be_named_in_small_letters(data: Path) -> None:
    said = tipoff("scrape", "espn-roster", "--param", "team=bos", "--data", data, "--json")
    assert said.code == 0, said.err
    assert said.json["rows"]["scraper_execution_log"][0]["target"] == "BOS"


def test_a_request_that_can_never_be_right_is_told_and_exits_1(data: Path) -> None:
    said = tipoff("scrape", "nbac_play_by_play", "--date", "2025-11-25", "--data", data)
    assert said.code == 1
    assert "found [none], allowed: a day with games" in said.err


def test_a_folder_of_simulated_days_moves_on_in_its_own_time(data: Path) -> None:
    tipoff("scrape", "bdl_standings", "--data", data)
    fact = store_in(data).fact(SIMULATED_NOW)
    assert fact is not None
    # Seconds after the folder's 17:00 UTC: real time never shows.
    assert fact.startswith("2025-11-27T17:0")


@pytest.mark.parametrize("now", [None, "2025-11-27T17:00:00+00:00"])
@pytest.mark.parametrize("state", ["pending", "running"])
def test_an_interrupted_simulated_day_is_left_alone(
    now: str | None, state: str, tmp_path: Path
) -> None:
    with holding(tmp_path, {"command": "tipoff up", "live": False}):
        tipoff("tick", "lock", "--data", tmp_path)
    store = store_in(tmp_path)
    with store.write() as db:
        db.execute("UPDATE messages SET state = ?", (state,))
        # A tick of the day, in the folder's future.
        db.execute("UPDATE messages SET dedup = 'lock', published_at = published_at + 1")
    store.set_fact(SEED_FACT, "1")
    if now is not None:
        store.set_fact(SIMULATED_NOW, now)
    said = tipoff("trigger", "schedule_refresh", "--data", tmp_path)
    assert said.code == 2
    assert "found [an unfinished simulated day]" in said.err


def test_what_an_interrupted_run_by_hand_left_over_is_delivered_by_the_next(data: Path) -> None:
    store = store_in(data)
    store.set_fact(SEED_FACT, "1 without troubles")
    with holding(data, {"command": "tipoff up", "live": False}):
        tipoff("trigger", "schedule_refresh", "--date", "2025-11-26", "--data", data)
    now = to_micros(datetime.fromisoformat("2025-11-27T17:00:04+00:00"))
    with store.write() as db:
        db.execute("UPDATE messages SET published_at = ?, deliver_at = ?", (now, now))
    said = tipoff("tick", "cleanup", "--data", data)
    assert said.code == 0, said.err
    assert "manual.1 completed" in said.out


@pytest.mark.parametrize("at", ["2025-11-12T13:00:00-05:00", "2099-01-01T06:00:00-05:00"])
@pytest.mark.parametrize("args", [("tick", "evaluate"), ("trigger", "schedule_refresh")])
def test_a_folder_that_lives_in_real_time_is_given_no_instant_of_ones_own(
    args: tuple[str, ...], at: str, tmp_path: Path
) -> None:
    """Its plans of a time to come would be decided before it, once and for all."""
    put(tmp_path, "workflow_decisions", decision())
    said = tipoff(*args, "--at", at, "--data", tmp_path)
    assert said.code == 2
    assert "allowed: nothing: this folder lives in real time (another --data DIR)" in said.err
    assert store_in(tmp_path).fact(SIMULATED_NOW) is None


def test_no_day_is_simulated_in_a_folder_that_lives_in_real_time(tmp_path: Path) -> None:
    put(tmp_path, "workflow_decisions", decision())
    said = tipoff("day", "2025-11-27", "--data", tmp_path, "--quiet")
    assert said.code == 2
    assert "found [real time in it], allowed: another folder: --data DIR" in said.err
    assert store_in(tmp_path).fact(SEED_FACT) is None


def test_a_run_by_hand_waits_for_nobody_who_holds_the_folder(tmp_path: Path) -> None:
    with holding(tmp_path, {"command": "a run by hand"}):
        said = tipoff("tick", "lock", "--data", tmp_path)
    assert said.code == 2
    assert "held by a run by hand (process " in said.err
    assert holder(tmp_path) is None


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("trigger", "betting_lines", "--at", ONE_PM), "--at: found ["),
        (("scrape", "espn_roster", "--live"), "--live: found [a running tipoff up without it]"),
    ],
)
def test_beside_tipoff_up_its_own_time_and_sources_count(
    args: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    with holding(tmp_path, {"command": "tipoff up", "live": False}):
        said = tipoff(*args, "--data", tmp_path)
    assert said.code == 2
    assert said.err.startswith(told)


def test_beside_tipoff_up_a_request_is_only_published(tmp_path: Path) -> None:
    with holding(tmp_path, {"command": "tipoff up", "live": False}):
        said = tipoff("scrape", "espn_roster", "--data", tmp_path, "--json")
    assert said.code == 0
    assert said.json["delivered_by"] == "tipoff up"
    pending = store_in(tmp_path).read("SELECT topic, state FROM messages")
    assert pending == [("scrape-espn", "pending")]


@pytest.mark.parametrize("at", ["2026-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_beside_tipoff_up_a_tick_that_it_would_refuse_is_refused_at_once(
    at: str, tmp_path: Path
) -> None:
    """More than a week back, or more than five minutes ahead of the machine's time."""
    with holding(tmp_path, {"command": "tipoff up", "live": False}):
        said = tipoff("tick", "evaluate", "--at", at, "--data", tmp_path)
    assert said.code == 2
    assert said.err.startswith(f"--at: found [{at.removesuffix('Z')}+00:00], allowed: between ")
    assert list(tmp_path.glob("tipoff.db")) == []


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("evaluate", r"v_decisions WHERE tick = '\d{8}T\d{4}00Z'"),
        ("lock", r"v_plan WHERE date = '\d{4}-\d\d-\d\d'"),
        ("sweep", r"v_executions WHERE execution_time >= '[0-9T:+-]+'"),
        ("cleanup", r"v_cleanups WHERE cleanup_time = '[0-9T:+-]+'"),
    ],
)
def test_beside_tipoff_up_a_tick_says_where_it_will_be_seen(
    what: str, query: str, tmp_path: Path
) -> None:
    with holding(tmp_path, {"command": "tipoff up", "live": False}):
        look = tipoff("tick", what, "--data", tmp_path, "--json").json["look"]
    where = re.escape(f"--data {shlex.quote(str(tmp_path))}")
    shape = rf'tipoff status {where}, or tipoff sql "(SELECT \* FROM {query})" {where}'
    found = re.fullmatch(shape, look)
    assert found is not None, look
    assert tipoff("sql", found[1], "--data", tmp_path).code == 0


def test_a_tick_in_a_folder_without_a_schedule_says_what_brings_one_in(tmp_path: Path) -> None:
    # In simulated time: of a morning, what runs would take a minute and more of the real one.
    at = ("--at", "2025-11-12T16:00:00-05:00")
    said = tipoff("tick", "evaluate", "--data", tmp_path, *at)
    assert said.code == 1
    assert "no schedule is known: tipoff calendar import FILE brings one in" in said.err


def test_games_by_hand_in_a_folder_without_a_schedule_are_no_success(tmp_path: Path) -> None:
    """The steps that need no games run; those that do must not look whole."""
    folder = ("--date", "2025-11-12", "--data", tmp_path / "new")
    said = tipoff("trigger", "post_game_window_1", *folder)
    assert said.code == 1
    assert "no schedule is known: tipoff calendar import FILE brings one in" in said.err
    one = tipoff("scrape", "nbac_play_by_play", *folder[:2], "--data", tmp_path / "other")
    assert one.code == 1
    assert "no schedule is known" in one.err


def test_a_refused_name_leaves_no_folder_behind(tmp_path: Path) -> None:
    assert tipoff("trigger", "typo", "--data", tmp_path / "new").code == 2
    assert list(tmp_path.iterdir()) == []
