"""One simulated game day, run once a test process, and SQL over what it left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from local.query import Sql
from local.store import Store
from shared.core.calendar import Calendar
from shared.core.schedule_json import load_games
from shared.schema import Schemas
from shared.settings import Settings
from tipoff.day import Day, opened, run

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config"

#: Twelve real games, 19:00 to 22:30 ET.
WEDNESDAY = date(2025, 11, 12)

Ask = Callable[[str], list[tuple[Any, ...]]]


def sample_season() -> Calendar:
    """The 2025-26 calendar that ships with the project."""
    text = (CONFIG / "calendar" / "2025-26.csv").read_text(encoding="utf-8")
    return Calendar.of(load_games(text, place="2025-26.csv"))


def play(folder: Path, day: Day) -> int:
    """Run `day` in `folder`; the number of deliveries."""
    with opened(day, Settings(data=folder)) as world:
        return run(day, world)


def store_in(folder: Path) -> Store:
    """The store of a data folder."""
    return Store(folder, Schemas(CONFIG / "tables"))


def asker(folder: Path, day: Day) -> Ask:
    """SQL over the folder, as of the end of `day`."""
    sql = Sql(store_in(folder), config=CONFIG)
    return lambda query: sql.query(query, now=day.end).rows


@pytest.fixture(scope="session")
def season() -> Calendar:
    return sample_season()


@pytest.fixture(scope="session")
def wednesday(season: Calendar) -> Day:
    return Day(date=WEDNESDAY, calendar=season)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, wednesday: Day) -> Path:
    """The data folder of the finished Wednesday; nobody writes to it afterwards."""
    made = tmp_path_factory.mktemp("wednesday")
    play(made, wednesday)
    return made


@pytest.fixture(scope="session")
def ask(folder: Path, wednesday: Day) -> Ask:
    return asker(folder, wednesday)
