"""What is known of a simulated day when it has ended: rows, games and what was done to it.

`tipoff.observe` reads these from a world; `tipoff.review` judges them and reads nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from shared.core.days import ET
from shared.core.games import Game
from shared.core.workflows import Config
from sim.sources.troubles import Trouble

#: A row of an audit table: JSON values, instants as ISO 8601 with offset.
Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenGame:
    """A game of the day as the newest schedule has it."""

    game: Game
    #: Whether data is expected of it.
    counts: bool
    #: When the simulation let it be played; None for one that never is.
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LostEvent:
    """The announcement of a file that was lost on its way."""

    path: str
    lost_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RepeatedTick:
    """A scheduler tick that came twice."""

    job: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Dead:
    """A message that was given up."""

    subscription: str
    attempts: int
    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """Everything that a review is made of."""

    date: date
    #: The simulated span: 04:55 ET to 05:05 ET of the next date.
    start: datetime
    end: datetime
    seed: int
    troubled: bool
    folder: str
    config: Config
    #: Why the plan looks as it does, and its newest revision (0: none was made).
    plan_reason: str
    revision: int
    games: Sequence[SeenGame] = ()
    #: The rows of the audit tables, all days of the folder, in the order in which they came.
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    #: Per `dataset.table` its number of rows.
    row_counts: Mapping[str, int] = field(default_factory=dict)
    troubles: Sequence[Trouble] = ()
    lost: Sequence[LostEvent] = ()
    repeated: Sequence[RepeatedTick] = ()
    dead: Sequence[Dead] = ()
    #: Deliveries of the whole folder that were acked.
    delivered: int = 0

    def rows(self, table: str) -> list[Row]:
        """The rows of `table` that are about this game day."""
        key = "date" if table in ("daily_expected_schedule", "plan_changes") else "target_date"
        day = self.date.isoformat()
        return [row for row in self.tables.get(table, ()) if row[key] == day]

    def cleanups(self) -> list[Row]:
        """The cleanups made in the day's span."""
        found = self.tables.get("cleanup_operations", ())
        return [row for row in found if self.start <= at(row["cleanup_time"]) <= self.end]


def at(text: str) -> datetime:
    """The instant of a row."""
    return datetime.fromisoformat(text)


def clock(instant: datetime | None, day: date) -> str:
    """ET wall time for people; `+1` marks the date after `day`."""
    if instant is None:
        return "-"
    local = instant.astimezone(ET)
    return f"{local:%H:%M}" + ("+1" if local.date() > day else "")
