"""`tipoff day` as a person runs it: two real small days through the real functions."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from local.delivery import Delivery
from local.query import Sql
from local.store import Store
from shared.core.calendar import Calendar
from shared.core.errors import BadInput
from shared.core.schedule_json import load_games
from shared.schema import Schemas
from shared.settings import Settings
from tipoff.commands.day import day
from tipoff.commands.options import folder_now
from tipoff.day import (
    Day,
    LastInstant,
    _claim_folder,
    default_folder,
    digest_of,
    opened,
    run,
)
from tipoff.folder import SIMULATED_NOW, remembered_config
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
    there = ("box_scores", "gamebooks", "play_by_play", "player_boxscores", "team_boxscore")
    # A tip at 21:00 ends after 23:05: BigDataBall, six hours later, comes after the day's end.
    assert by_game == {**dict.fromkeys(there, 1), "lineup_play_by_play": 0}
    late = {d["dataset"]: len(d["not_due"]) for d in found["datasets"] if d["not_due"]}
    assert late == {"lineup_play_by_play": 1}
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


SEASON = "game_id,tipoff_utc,away,home\n0022500061,2025-11-07T00:30:00Z,BOS,NYK\n"


def test_a_folder_of_another_calendar_is_refused(
    one_game: tuple[Path, Any], tmp_path: Path
) -> None:
    folder, _ = one_game
    mine = tmp_path / "mine.csv"
    mine.write_text(SEASON)
    result = tipoff_day("2025-11-06", "--data", str(folder), "--calendar", str(mine))
    assert isinstance(result.exception, BadInput)
    assert result.exception.place == f"data folder {folder}"
    assert str(result.exception.found).startswith("a day of calendar ")
    assert result.exception.allowed.endswith("or another folder (--data), or none: remove it")


def test_a_day_that_another_configuration_played_is_refused(
    one_game: tuple[Path, Any], tmp_path: Path
) -> None:
    """It would be judged by obligations that it never had."""
    folder, _ = one_game
    mine = tmp_path / "config"
    shutil.copytree(CONFIG, mine)
    text = (mine / "scrapers.yaml").read_text("utf-8")
    (mine / "scrapers.yaml").write_text(text.replace("due_hours: 16", "due_hours: 17"), "utf-8")
    result = tipoff_day("2025-11-06", "--data", str(folder), "--config", str(mine))
    assert isinstance(result.exception, BadInput)
    assert str(result.exception.found).startswith("a day of configuration of 2025-11-06 ")
    # What was refused changes nothing of how the folder is read.
    assert remembered_config(folder) is None


def test_an_alert_of_the_day_is_not_printed_into_its_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    played = Day(date=date(2025, 11, 12), calendar=Calendar.of(()))
    with opened(played, Settings(data=tmp_path)) as world:
        world.log.critical("schedule_stale: the newest schedule is of yesterday", action="alert")
    assert capsys.readouterr().out == ""


def test_a_day_that_is_interrupted_says_that_it_can_go_on(tmp_path: Path) -> None:
    args = [sys.executable, "-m", "tipoff", "day", "2025-11-27", "--data", str(tmp_path)]
    # A shell's background job would leave Ctrl-C ignored here.
    with subprocess.Popen(
        args,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 no threads here
    ) as it:
        assert it.stderr is not None
        assert it.stderr.readline().startswith("Playing 2025-11-27")
        it.send_signal(signal.SIGINT)
        said = it.stderr.read()
        assert it.wait(30) == 130
    assert said.endswith("stopped; the same command goes on from here\n")


def test_two_days_of_one_calendar_may_share_a_folder(tmp_path: Path) -> None:
    calendar = Calendar.of(load_games(SEASON, place="mine"))
    for when in (date(2026, 7, 2), date(2026, 7, 1)):
        played = Day(date=when, calendar=calendar, troubles=False)
        with opened(played, Settings(data=tmp_path)) as world:
            _claim_folder(played, world)


def test_the_time_of_a_folder_only_grows(tmp_path: Path) -> None:
    """A day, then the day before it: the folder's time stays at the later one's end."""
    store = Store(tmp_path, Schemas(CONFIG / "tables"))
    for reached, now in ((2, 2), (3, 3), (2, 3)):
        LastInstant(store).reach(datetime(2026, 7, reached, 9, 5, tzinfo=UTC))
        assert store.fact(SIMULATED_NOW) == f"2026-07-0{now}T09:05:00+00:00"


class Killed(BaseException):
    """What ends a day in the midst."""


def test_now_of_a_day_that_was_killed_is_its_own(tmp_path: Path) -> None:
    calendar = Calendar.of(load_games(SEASON, place="mine"))
    played = Day(date=date(2026, 7, 1), calendar=calendar, troubles=False)

    def kill_at_nine(at: datetime, _: object) -> None:
        # 09:00 ET.
        if at >= datetime(2026, 7, 1, 13, tzinfo=UTC):
            raise Killed

    with opened(played, Settings(data=tmp_path)) as world, pytest.raises(Killed):
        run(played, world, on_progress=kill_at_nine)
    store = Store(tmp_path, Schemas(CONFIG / "tables"))
    assert folder_now(store).replace(second=0, microsecond=0) == datetime(
        2026, 7, 1, 13, tzinfo=UTC
    )


def test_only_a_calendar_of_ones_own_shows_in_the_folders_name(tmp_path: Path) -> None:
    sample, own = Calendar.of(()), Calendar.of(load_games(SEASON, place="mine"))
    plain = Day(date=date(2025, 11, 6), calendar=sample)
    assert default_folder(plain, tmp_path, sample=sample).name == "day-2025-11-06-seed1"
    mine = default_folder(replace(plain, calendar=own), tmp_path, sample=sample).name
    assert mine == f"day-2025-11-06-seed1-{digest_of(own)[:8]}"


def test_a_calendar_is_known_by_what_it_says_and_not_by_its_order() -> None:
    games = load_games(SEASON + "0022500062,2025-11-08T00:30:00Z,LAL,PHX\n", place="mine")
    assert digest_of(Calendar.of(games)) == digest_of(Calendar.of(reversed(games)))
    later = replace(games[0], tip=games[0].tip + timedelta(hours=1))
    assert digest_of(Calendar.of(games)) != digest_of(Calendar.of([later, *games[1:]]))


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
    # Four slots' schedule, and 94 runs of the morning: schedule, players, standings, active
    # players and 30 rosters of three sources.
    assert found["counts"]["runs"] == {"success": 4 + 94}
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
    played = Day(date=date(2025, 11, 12), calendar=Calendar.of(()))
    with (tmp_path / "screen").open("w", encoding="utf-8") as file:
        screen = Console(file=file, force_terminal=True, width=120, _environ={})
        with shown(played, screen) as on_progress:
            assert on_progress is not None
            on_progress(datetime(2025, 11, 12, 18, tzinfo=UTC), [delivery('{"kind": "tick"}')])
    text = (tmp_path / "screen").read_text(encoding="utf-8")
    assert "13:00" in text
    assert "1 deliveries" in text
