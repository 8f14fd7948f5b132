"""`tipoff plan`: the plan of a day as programs read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tipoff.cli_run import tipoff

HEADER = "game_id,tipoff_utc,away,home\n"


def plan(day: str, tmp_path: Path, *more: object) -> dict[str, object]:
    said = tipoff("plan", day, "--data", tmp_path / "none", *more)
    assert said.code == 0, said.err
    found = said.json
    assert isinstance(found, dict)
    return found


def test_into_a_pipe_the_plan_is_json_with_every_key_and_eastern_offsets(tmp_path: Path) -> None:
    found = plan("2025-11-12", tmp_path)
    assert list(found) == ["date", "games", "revision", "reason", "slots"]
    assert found["revision"] == 1
    games, slots = found["games"], found["slots"]
    assert isinstance(games, list)
    assert isinstance(slots, list)
    assert len(games) == 12
    assert set(games[0]) == {"game_id", "tip", "away", "home"}
    assert set(slots[0]) == {
        "slot_id",
        "workflow",
        "expected_run_time",
        "opens_at",
        "closes_at",
        "target_date",
        "scrapers",
        "reason",
        "priority",
    }
    lines = [s["expected_run_time"] for s in slots if s["workflow"] == "betting_lines"]
    # First tip 19:00 ET: 6 hours before, and every 2 hours until it.
    assert lines == [f"2025-11-12T{hour}:00:00-05:00" for hour in (13, 15, 17)]


@pytest.mark.parametrize(
    ("day", "games"),
    [
        ("2025-11-27", 0),  # Thanksgiving
        ("2025-12-25", 5),
        ("2026-07-01", 0),  # the off-season
    ],
)
def test_a_day_has_its_games_or_a_reason_and_never_an_error(
    day: str, games: int, tmp_path: Path
) -> None:
    found = plan(day, tmp_path)
    listed = found["games"]
    assert isinstance(listed, list)
    assert len(listed) == games
    assert found["reason"]
    assert found["slots"]


def test_a_calendar_file_is_used_instead_of_the_sample_season(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(HEADER + "0022500001,2026-07-02T00:00:00Z,BOS,NYK\n")
    found = plan("2026-07-01", tmp_path, "--calendar", file)
    assert found["games"] == [
        {
            "game_id": "0022500001",
            "tip": "2026-07-01T20:00:00-04:00",
            "away": "BOS",
            "home": "NYK",
        }
    ]


def test_the_newest_schedule_of_the_data_folder_comes_before_the_sample_season(
    tmp_path: Path,
) -> None:
    file, folder = tmp_path / "mine.csv", tmp_path / "data"
    file.write_text(HEADER + "0022500001,2025-11-28T00:00:00Z,BOS,NYK\n")
    assert tipoff("calendar", "import", file, "--data", folder).code == 0
    found = tipoff("plan", "2025-11-27", "--data", folder).json
    assert [game["game_id"] for game in found["games"]] == ["0022500001"]


def test_planning_writes_nothing(tmp_path: Path) -> None:
    plan("2025-11-12", tmp_path)
    assert list(tmp_path.iterdir()) == []
