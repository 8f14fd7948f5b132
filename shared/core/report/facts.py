"""What is known of a game day: its rows, its games and its plan.

`shared.page.read` collects these from a world, `tipoff.observe` from a simulated day; everything
else in this package judges them and reads nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from shared.core.days import ET, wall
from shared.core.games import Game
from shared.core.workflows import Config

#: A row of an audit table: JSON values, instants as ISO 8601 with offset.
Row = Mapping[str, Any]

#: The tables that a day is told from.
TABLES = (
    "daily_expected_schedule",
    "plan_changes",
    "workflow_decisions",
    "workflow_executions",
    "scraper_execution_log",
    "cleanup_operations",
    "file_processing_log",
    "daily_completeness",
)

#: Tables that name the day they are about `date`, not `target_date`.
DATED = frozenset({"daily_expected_schedule", "plan_changes", "daily_completeness"})

#: A day is drawn from here to `ENDS` of the next date: from just before the lock of its plan to
#: just after the next one's.
STARTS, ENDS = time(4, 55), time(5, 5)


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenGame:
    """A game of the day as the newest schedule has it."""

    game: Game
    #: Whether data is expected of it.
    counts: bool
    #: When it was really played; None where nobody knows.
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """Everything that a day's report is made of."""

    date: date
    #: The span that is drawn.
    start: datetime
    end: datetime
    config: Config
    #: Why the plan looks as it does, and its newest revision (0: none was made).
    plan_reason: str
    revision: int
    locked_at: datetime | None = None
    #: When this was looked at; None: at `end`.
    seen_at: datetime | None = None
    games: Sequence[SeenGame] = ()
    #: The rows of the audit tables, of this day at least, in the order in which they came.
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The instant as of which everything is told."""
        return self.seen_at or self.end

    def rows(self, table: str) -> list[Row]:
        """The rows of `table` that are about this game day."""
        key = "date" if table in DATED else "target_date"
        day = self.date.isoformat()
        return [row for row in self.tables.get(table, ()) if row[key] == day]

    def cleanups(self) -> list[Row]:
        """The cleanups made in the day's span."""
        found = self.tables.get("cleanup_operations", ())
        return [row for row in found if self.start <= at(row["cleanup_time"]) <= self.end]


def span_of(day: date) -> tuple[datetime, datetime]:
    """The span that is drawn for a game day."""
    return wall(day, STARTS), wall(day + timedelta(days=1), ENDS)


def at(text: str) -> datetime:
    """The instant of a row."""
    return datetime.fromisoformat(text)


def clock(instant: datetime | None, day: date) -> str:
    """ET wall time for people; `+1` marks the date after `day`, and so on."""
    if instant is None:
        return "-"
    local = instant.astimezone(ET)
    later = (local.date() - day).days
    return f"{local:%H:%M}" + (f"{later:+d}" if later else "")
