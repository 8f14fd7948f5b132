"""What the checker reads: the final tables with one row an id, the objects, and the truth.

Nothing here asks shared.core how a thing was to be decided: instants are compared as they stand
in the rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from shared.core.ports import Row
from shared.core.workflows import Config
from shared.schema import Schemas
from sim.chaos.scenario import Left

EASTERN = ZoneInfo("America/New_York")

#: What may differ between two appends of one row: when they were made.
STAMPS: Mapping[str, frozenset[str]] = {
    "file_processing_log": frozenset({"created_at", "processed_at"}),
}
_CREATED = frozenset({"created_at"})
#: Two ticks that find a slot due, or ended, decide the same under one id, each in its own words
#: and time.
_OF_ITS_TICK = frozenset(
    {
        "created_at",
        "decision_time",
        "tick",
        "context",
        "plan_revision",
        # A new configuration may have come between the two.
        "config_version",
        "reason",
        "reason_code",
        "target_games",
    }
)

DECISIONS, EXECUTIONS = "workflow_decisions", "workflow_executions"
RUNS, LOADS = "scraper_execution_log", "file_processing_log"
LOCKED, CHANGES = "daily_expected_schedule", "plan_changes"
CLEANUPS = "cleanup_operations"


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise."""

    rule: str
    what: str


Check = Callable[["Tables"], Iterator[Violation]]


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The final tables and files of one simulation, indexed once."""

    config: Config
    end: datetime
    days: Sequence[date]
    sent: Mapping[str, Sequence[tuple[str, Row]]]
    loaded: Mapping[str, Sequence[Row]]
    #: Bodies by object name.
    raw: Mapping[str, bytes]
    generations: Mapping[str, int]
    state: Mapping[str, bytes]
    born: Mapping[str, datetime]
    dead: Sequence[tuple[str, str]]
    surprises: Sequence[tuple[str, str]]
    refused: Sequence[str]
    errors: Sequence[tuple[str, str, str]]
    #: The game days a game has had, by id.
    game_days: Mapping[str, frozenset[date]]
    schemas: Schemas
    #: The hours in which sources gave what they were asked for: by scraper, date and target.
    answered: Mapping[tuple[str, str, str], Collection[int]]
    rows: Mapping[str, Mapping[str, Row]] = field(init=False)

    def __post_init__(self) -> None:
        """One row an id: the first that was sent."""
        rows: dict[str, dict[str, Row]] = {}
        for table, sent in self.sent.items():
            kept = rows.setdefault(table, {})
            for row_id, row in sent:
                kept.setdefault(row_id, row)
        object.__setattr__(self, "rows", rows)

    @cached_property
    def files(self) -> Mapping[str, bytes]:
        """The parsed files, without the documents that lie beside some of them as they came."""
        return {name: body for name, body in self.raw.items() if name.endswith(".json")}

    def of(self, table: str) -> Sequence[Row]:
        """The rows of `table`, one an id."""
        return list(self.rows.get(table, {}).values())

    def old(self, at: datetime, hours: float) -> bool:
        """Whether `at` lies so many hours before the end that all should be settled."""
        return at <= self.end - timedelta(hours=hours)


def tables_of(left: Left) -> Tables:
    """The tables of a simulation that has ended."""
    days: dict[str, set[date]] = {}
    for game in (*left.league.games, *(change.game for change in left.league.changes)):
        days.setdefault(game.game_id, set()).add(game.tip.astimezone(EASTERN).date())
    return Tables(
        config=left.config,
        end=left.end,
        days=left.scenario.days,
        sent=left.rows,
        loaded=left.loaded,
        raw={name: body for name, (_, body) in left.raw.items()},
        generations={name: stored.generation for name, (stored, _) in left.raw.items()},
        state={name: body for name, (_, body) in left.state.items()},
        born={name: stored.created_at for name, (stored, _) in left.state.items()},
        dead=left.dead,
        surprises=left.surprises,
        refused=left.refused,
        errors=left.errors,
        game_days={game_id: frozenset(found) for game_id, found in days.items()},
        schemas=left.schemas,
        answered=left.answered,
    )


def at(text: Any) -> datetime:
    """An instant of a row."""
    return datetime.fromisoformat(text)


def stamped(text: str) -> datetime:
    """An instant of a name: 20251112T180000Z."""
    return datetime.strptime(text, "%Y%m%dT%H%M%S%z")


def game_day(instant: datetime) -> date:
    """The ET date of the instant's wall time minus five hours."""
    return (instant.astimezone(EASTERN).replace(tzinfo=None) - timedelta(hours=5)).date()


@lru_cache(maxsize=8192)
def body(raw: bytes) -> Any:
    """An object's JSON, which nobody may change: several checks read it."""
    return json.loads(raw)


def differs(table: str, one: Row, other: Row) -> list[str]:
    """The columns in which two rows of one id differ and must not."""
    free = STAMPS.get(table, _CREATED)
    if table == DECISIONS and one["action"] != "SKIP" and one["tick"] != other["tick"]:
        free = _OF_ITS_TICK
        if any(one[key] != other[key] for key in ("plan_revision", "config_version")):
            # The end of the slot's window, which a revision may move.
            free |= {"next_check"}
    return [key for key in sorted({*one, *other} - free) if one.get(key) != other.get(key)]
