"""Which configuration a command takes: the one that is named, the folder's last, Tipoff's own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.tipoff.cli_run import CONFIG, tipoff
from tipoff.folder import remembered_config

SEASON = "game_id,tipoff_utc,away,home\n0022500213,2025-11-13T00:00:00Z,BOS,NYK\n"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A configuration with a workflow of its own name."""
    config = shutil.copytree(CONFIG, tmp_path / "mine")
    file = config / "workflows.yaml"
    file.write_text(file.read_text("utf-8").replace("referee_discovery:", "officials:"), "utf-8")
    return config


@pytest.fixture
def data(tmp_path: Path, mine: Path) -> Path:
    """A folder that was worked with it."""
    (tmp_path / "season.csv").write_text(SEASON)
    season, data = tmp_path / "season.csv", tmp_path / "data"
    assert tipoff("calendar", "import", season, "--data", data, "--config", mine).code == 0
    return data


def planned(data: Path, *more: object) -> set[str]:
    """The workflows that the folder's plan has, of those that tell the two apart."""
    plan = tipoff("plan", "2025-11-12", "--data", data, "--json", *more).json
    return {slot["workflow"] for slot in plan["slots"]} & {"officials", "referee_discovery"}


def test_a_folder_is_read_with_the_configuration_that_it_was_worked_with(data: Path) -> None:
    assert planned(data) == {"officials"}


def test_the_option_and_the_variable_come_first(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert planned(data, "--config", CONFIG) == {"referee_discovery"}
    monkeypatch.setenv("TIPOFF_CONFIG", str(CONFIG))
    assert planned(data) == {"referee_discovery"}


def test_the_last_work_counts_and_reading_changes_nothing(data: Path, mine: Path) -> None:
    at = ("--at", "2025-11-12T09:00:00-05:00")
    planned(data, "--config", CONFIG)
    assert remembered_config(data) == mine
    assert "delivered" in tipoff("tick", "lock", "--data", data, *at, "--config", CONFIG).out
    # Tipoff's own is kept by no path: it moves with Tipoff.
    assert remembered_config(data) is None
    assert "delivered" in tipoff("tick", "evaluate", "--data", data, *at, "--config", mine).out
    assert remembered_config(data) == mine


def test_a_configuration_that_has_gone_is_named_with_its_folder(data: Path, mine: Path) -> None:
    mine.rename(mine.with_name("moved"))
    said = tipoff("missing", "--data", data)
    assert said.code == 2
    assert f"configuration folder: found [{mine}]" in said.err
    assert f"the one that {data} was last worked with; --config names another" in said.err


def test_a_day_that_is_told_again_is_told_with_the_configuration_that_played_it(
    tmp_path: Path, mine: Path
) -> None:
    played = ("day", "2026-07-04", "--data", tmp_path / "day", "--quiet")
    assert tipoff(*played, "--config", mine).code == 0
    assert tipoff(*played).code == 0
