"""What the core's tests are made of: the real configuration and calendar, games, instants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from shared.config import load_config
from shared.core.calendar import Calendar
from shared.core.days import wall
from shared.core.games import Game, GameStatus, GameType
from shared.core.plan import Plan, make_plan
from shared.core.schedule_csv import parse_schedule_csv
from shared.core.slots import Slot, et
from shared.core.workflows import Config, Priority, Step, Trigger, Workflow

CONFIG = Path(__file__).parents[2] / "config"
NOV_12 = date(2025, 11, 12)


@cache
def config() -> Config:
    """The configuration that ships."""
    return load_config(CONFIG)


@cache
def season() -> Calendar:
    """The season that ships."""
    path = CONFIG / "calendar" / "2025-26.csv"
    return Calendar.of(parse_schedule_csv(path.read_text(encoding="utf-8"), place=path.name))


def at(text: str, day: date = NOV_12) -> datetime:
    """The instant at which ET clocks show HH:MM on `day`; +HH:MM is the date after."""
    shown = day + timedelta(days=1) if text.startswith("+") else day
    return wall(shown, time.fromisoformat(text.removeprefix("+")))


def game(
    number: int,
    tip: str = "19:00",
    *,
    day: date = NOV_12,
    tip_known: bool = True,
    status: GameStatus = GameStatus.SCHEDULED,
) -> Game:
    """Regular-season game `number` of `day`, by ET wall time."""
    return Game(
        game_id=f"00225{number:05d}",
        tip=at(tip, day),
        tip_known=tip_known,
        away="BOS",
        home="NYK",
        type=GameType.REGULAR,
        status=status,
    )


def workflow(name: str, trigger: Trigger, **changes: object) -> Workflow:
    """A workflow of one step that fetches the schedule."""
    facts: dict[str, object] = {
        "name": name,
        "description": "made for a test",
        "priority": Priority.MEDIUM,
        "trigger": trigger,
        "steps": (Step(scrapers=("nbac_schedule_api",)),),
    }
    return Workflow(**(facts | changes))  # type: ignore[arg-type]


def config_of(*workflows: Workflow, version: str = "v1") -> Config:
    """The real registry with these workflows alone."""
    real = config()
    return Config(
        version=version,
        workflows={each.name: each for each in workflows},
        scrapers=real.scrapers,
        sources=real.sources,
        jobs=real.jobs,
    )


def planned(day: date, games: Sequence[Game], using: Config | None = None) -> Plan:
    """Revision 1, locked at 05:00 ET."""
    return make_plan(
        day,
        games,
        using or config(),
        schedule="schedules/a.json",
        now=at("05:00", day),
        by="schedule_locker",
    )


def times(slots: Sequence[Slot], name: str) -> list[str]:
    """The ET wall times at which a workflow's slots are expected, in order."""
    return [et(s.expected_run_time).removesuffix(" ET") for s in slots if s.workflow == name]
