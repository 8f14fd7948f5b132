"""`tipoff day` as a person runs it: two real small days through the real functions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from local.delivery import Delivery
from local.query import Sql
from local.store import Store
from shared.core.errors import BadInput
from shared.schema import Schemas
from tipoff.commands.day import day
from tipoff.day import Day
from tipoff.progress import happened, shown

CONFIG = Path(__file__).resolve().parents[2] / "config"

app = typer.Typer()
app.command()(day)


def tipoff_day(*args: str) -> Result:
    return CliRunner().invoke(app, list(args))


@pytest.fixture(scope="module")
def one_game(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """2025-11-06: LAC at PHX alone, 21:00 ET."""
    folder = tmp_path_factory.mktemp("day") / "one game"
    result = tipoff_day("2025-11-06", "--data", str(folder), "--json")
    assert result.exit_code == 0, result.output
    return folder, json.loads(result.stdout)


def test_a_day_with_one_game_meets_every_obligation(one_game: tuple[Path, Any]) -> None:
    _, found = one_game
    assert (len(found["games"]), found["met"], found["unmet"]) == (1, True, [])
    by_game = {d["dataset"]: d["obtained"] for d in found["datasets"] if d["owed"]}
    assert by_game == dict.fromkeys(
        ("box_scores", "play_by_play", "player_boxscores", "team_boxscore"), 1
    )
    assert {each["healed"] for each in found["healed"]} == {True}


def test_json_has_its_keys_sorted(one_game: tuple[Path, Any]) -> None:
    _, found = one_game
    assert list(found) == sorted(found)
    assert list(found["counts"]) == sorted(found["counts"])


def test_the_picture_lies_in_the_folder(one_game: tuple[Path, Any]) -> None:
    folder, found = one_game
    assert found["report"] == str(folder / "report.html")
    assert "LAC@PHX" in (folder / "report.html").read_text(encoding="utf-8")


def test_verdicts_are_those_of_the_view(one_game: tuple[Path, Any]) -> None:
    folder, found = one_game
    sql = Sql(Store(folder, Schemas(CONFIG / "tables")), config=CONFIG)
    # 05:05 ET of the next date.
    answer = sql.query(
        "SELECT slot_id, verdict FROM v_expected_vs_actual WHERE date = '2025-11-06'",
        now=datetime(2025, 11, 7, 10, 5, tzinfo=UTC),
    )
    assert dict(answer.rows) == {s["slot_id"]: s["verdict"] for s in found["slots"]}


def test_a_day_that_ended_is_told_again_word_for_word(one_game: tuple[Path, Any]) -> None:
    folder, found = one_game
    page = (folder / "report.html").read_bytes()
    again = tipoff_day("2025-11-06", "--data", str(folder), "--json")
    assert json.loads(again.stdout) == found
    assert (folder / "report.html").read_bytes() == page


def test_a_folder_of_another_seed_is_refused(one_game: tuple[Path, Any]) -> None:
    folder, _ = one_game
    result = tipoff_day("2025-11-06", "--data", str(folder), "--seed", "2")
    assert isinstance(result.exception, BadInput)
    assert "seed" in str(result.exception)


def test_without_a_terminal_there_is_no_bar_and_plain_text(one_game: tuple[Path, Any]) -> None:
    folder, _ = one_game
    result = tipoff_day("2025-11-06", "--data", str(folder))
    assert result.exit_code == 0
    assert "\x1b" not in result.output
    assert result.stderr.splitlines() == [
        "Playing 2025-11-06, seed 1 ...",
        "0 deliveries: it was played before, nothing was left to do",
    ]
    for part in ("Timeline", "ON TIME", "Completeness", "report.html", "tipoff sql"):
        assert part in result.stdout


def test_a_day_without_games_runs_what_needs_none_and_a_dead_letter_is_told(tmp_path: Path) -> None:
    """2025-11-27, Thanksgiving: the base data of the morning and the schedule's refreshes."""
    args = ("2025-11-27", "--data", str(tmp_path), "--no-troubles")
    result = tipoff_day(*args, "--quiet")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.strip() == "✓ Every obligation of 2025-11-27 was met or explained."
    found = json.loads(tipoff_day(*args, "--json").stdout)
    assert found["games"] == found["healed"] == []
    # One morning, and refreshes at 05:00, 11:00, 17:00 and 23:00.
    assert [slot["workflow"] for slot in found["slots"]] == [
        "schedule_refresh",
        "morning_operations",
        *["schedule_refresh"] * 3,
    ]
    # Four slots' schedule, and 34 runs of the morning: schedule, players, standings, active
    # players and 30 rosters.
    assert found["counts"]["runs"] == {"success": 4 + 34}
    # The same day with a message that was given up.
    with Store(tmp_path, Schemas(CONFIG / "tables")).write() as db:
        db.execute("UPDATE messages SET state = 'dead', last_error = 'gone' WHERE id = 1")
    bad = tipoff_day(*args, "--quiet")
    assert bad.exit_code == 1
    assert "1 obligation is not met:" in bad.stdout
    assert bad.stdout.rstrip().endswith("gone")


@pytest.mark.parametrize(
    ("args", "place"),
    [
        (["2025-11-31"], "DATE"),
        (["20251112"], "DATE"),
        (["--calendar", "no such file.csv"], "--calendar"),
    ],
)
def test_bad_input_is_named_before_anything_is_made(
    args: list[str], place: str, tmp_path: Path
) -> None:
    result = tipoff_day(*args, "--data", str(tmp_path / "made"))
    assert isinstance(result.exception, BadInput)
    assert result.exception.place == place
    assert not (tmp_path / "made").exists()


def delivery(body: str, subscription: str = "cleanup-tick-executor") -> Delivery:
    now = datetime(2025, 11, 12, 18, tzinfo=UTC)
    return Delivery(
        id=1,
        message_id="1",
        subscription=subscription,
        topic="t",
        function="f",
        body=body,
        attributes={},
        published_at=now,
        deliver_at=now,
        attempt=1,
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"kind": "run-order", "workflow": "betting_lines"}', "executor starts betting_lines"),
        ('{"kind": "chunk", "scraper": "a", "targets": [1, 2]}', "scraper a, 2 targets"),
        ('{"kind": "file", "path": "a/b.json"}', "loader a/b.json"),
        ('{"kind": "advance", "execution_id": "x.1"}', "executor goes on with x.1"),
        ('{"kind": "tick"}', "cleanup tick executor"),
        ("[]", "cleanup tick executor"),
        ("not JSON", "cleanup tick executor"),
    ],
)
def test_the_bar_says_what_happened_last(body: str, words: str) -> None:
    assert happened(delivery(body)) == words


def test_on_a_terminal_the_bar_shows_simulated_time(tmp_path: Path) -> None:
    from datetime import date

    from shared.core.calendar import Calendar

    played = Day(date=date(2025, 11, 12), calendar=Calendar.of(()))
    with (tmp_path / "screen").open("w", encoding="utf-8") as file:
        screen = Console(file=file, force_terminal=True, width=120, _environ={})
        with shown(played, screen) as on_progress:
            assert on_progress is not None
            on_progress(datetime(2025, 11, 12, 18, tzinfo=UTC), [delivery('{"kind": "tick"}')])
    text = (tmp_path / "screen").read_text(encoding="utf-8")
    assert "13:00" in text
    assert "1 deliveries" in text
