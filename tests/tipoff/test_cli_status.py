"""`tipoff status` over a small simulated history, and the little commands beside it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from local.store import from_micros
from tests.tipoff.cli_run import CONFIG, put, store_in, tipoff

SEASON = CONFIG / "calendar" / "2025-26.csv"
LOCKED = "2025-11-27T05:00:00-05:00"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thanksgiving, locked at 05:00, evaluated and cleaned at 11:00, in simulated time."""
    folder = tmp_path_factory.mktemp("status") / "data"
    store_in(folder).set_fact("simulated_now", "2025-11-27T09:55:00+00:00")
    assert tipoff("calendar", "import", SEASON, "--data", folder).code == 0
    for what, at in (("lock", "05:00"), ("evaluate", "06:00"), ("cleanup", "06:00")):
        said = tipoff("tick", what, "--at", f"2025-11-27T{at}:00-05:00", "--data", folder)
        assert said.code == 0, said.err
    return folder


def test_where_nothing_ran_that_is_the_only_warning(tmp_path: Path) -> None:
    said = tipoff("status", "--data", tmp_path / "none")
    assert said.code == 1
    assert "WARNING nothing_ran: nothing has run here" in said.out
    assert not (tmp_path / "none").exists()


def test_a_healthy_folder_exits_0_and_tells_plan_slots_and_decisions(data: Path) -> None:
    said = tipoff("status", "--data", data)
    assert said.code == 0, said.out
    assert "2025-11-27: locked Thu 27 Nov 05:00 ET, revision 1, no games count" in said.out
    assert said.out.endswith("healthy\n")
    found = tipoff("status", "--data", data, "--json").json
    day = found["days"][-1]
    assert (day["date"], day["games"]) == ("2025-11-27", 0)
    # schedule_refresh at 05:00 and morning_operations at 06:00 were due by 06:00.
    assert day["slots"]["ran"] == 2
    assert found["executions"] == {"by_status": {"completed": 2}, "unfinished": []}
    assert found["last_decisions"]
    assert found["alerts"] == []


@pytest.mark.parametrize(
    ("at", "code", "alerts"),
    [
        # Just locked; nothing else is late yet.
        ("2025-11-27T05:10:00-05:00", 0, []),
        # The last cleanup was at 06:00, the last decisions too.
        ("2025-11-27T06:29:00-05:00", 0, []),
        ("2025-11-27T06:31:00-05:00", 2, ["cleanup_silent"]),
        ("2025-11-27T08:06:00-05:00", 2, ["no_decisions", "cleanup_silent"]),
        # Before the lock nothing had run.
        ("2025-11-27T04:59:00-05:00", 1, ["nothing_ran"]),
    ],
)
def test_the_exit_code_tells_how_bad_it_is_at_an_instant(
    at: str, code: int, alerts: list[str], data: Path
) -> None:
    said = tipoff("status", "--data", data, "--at", at, "--json")
    assert [alert["code"] for alert in said.json["alerts"]] == alerts
    assert said.code == code


def test_the_next_day_without_a_lock_is_critical(data: Path) -> None:
    said = tipoff("status", "--data", data, "--at", "2025-11-28T05:30:00-05:00")
    assert said.code == 2
    assert "CRITICAL plan_not_locked: the plan of 2025-11-28 is not locked" in said.out


def test_failed_runs_are_listed(data: Path, tmp_path: Path) -> None:
    at = "2025-11-27T10:00:00+00:00"
    bad = {"status": "failed", "error_type": "http_5xx", "error_message": "503", "run_id": "r1"}
    put(tmp_path, "scraper_execution_log", {**bad, "triggered_at": at, "scraper_name": "x"})
    said = tipoff("status", "--data", tmp_path, "--at", LOCKED)
    assert "failed: r1: http_5xx: 503" in said.out


def test_dead_letters_are_listed_replayed_and_alerted(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    with store.write() as db:
        db.execute(
            "INSERT INTO messages (message_id, subscription, topic, function, body, attributes,"
            " published_at, deliver_at, attempt, state, last_error)"
            " VALUES ('m1', 's', 'files-ready', 'loader', '{}', '{}', 0, 0, 30, 'dead', 'why')"
        )
    listed = tipoff("dead", "list", "--data", tmp_path)
    assert listed.code == 1
    assert "files-ready  loader" in listed.out
    assert tipoff("status", "--data", tmp_path, "--json").json["dead_letters"] == 1
    assert tipoff("dead", "replay", "1", "--data", tmp_path).out.startswith("1 messages are on")
    assert tipoff("dead", "list", "--data", tmp_path).code == 0


def test_a_dead_letter_of_a_simulated_folder_is_due_in_its_own_time(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.set_fact("simulated_now", LOCKED)
    with store.write() as db:
        db.execute(
            "INSERT INTO messages (message_id, subscription, topic, function, body, attributes,"
            " published_at, deliver_at, attempt, state, last_error)"
            " VALUES ('m1', 's', 'files-ready', 'loader', '{}', '{}', 0, 0, 30, 'dead', 'why')"
        )
    assert tipoff("dead", "replay", "--data", tmp_path).code == 0
    due = from_micros(store.read("SELECT deliver_at FROM messages")[0][0])
    assert due == datetime.fromisoformat(LOCKED)


def test_scrapers_lists_the_whole_registry_with_who_uses_it() -> None:
    found = {each["name"]: each for each in tipoff("scrapers", "--json").json}
    assert len(found) == 34
    assert found["oddsa_events"]["workflows"] == ["betting_lines"]
    assert found["bdl_games"]["available"] is True
    assert "espn_roster" in tipoff("scrapers").out


def test_check_counts_what_is_configured() -> None:
    said = tipoff("check", "--json")
    assert said.code == 0
    assert said.json["problems"] == []
    assert said.json["workflows"] == 8


def test_calendar_show_tells_days_tips_and_who_plays(tmp_path: Path) -> None:
    days = ("--from", "2025-11-26", "--to", "2025-11-28", "--data", tmp_path)
    said = tipoff("calendar", "show", *days)
    assert "2 days with games, from the sample season 2025-26" in said.out
    games = tipoff("calendar", "show", *days, "--json").json["games"]
    assert len(games) == 9 + 11


def test_an_empty_schedule_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "empty.csv"
    file.write_text("game_id,tipoff_utc,away,home\n")
    said = tipoff("calendar", "import", file, "--data", tmp_path / "data")
    assert said.code == 2
    assert said.err.count("\n") == 1
