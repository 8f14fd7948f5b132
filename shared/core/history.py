"""What is known of a game day from its executions: attempts, and what was obtained.

Built from one listing of object metadata (names, statuses, obtained targets), never from rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from shared.core.execution import ExecutionStatus
from shared.core.plan import Plan

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One execution of a slot (or by hand, when slot_id is None)."""

    execution_id: str
    workflow: str
    slot_id: str | None
    attempt: int
    created_at: datetime
    #: The games it asked for.
    games: tuple[str, ...]
    #: None while it is unfinished.
    status: ExecutionStatus | None = None
    #: Per scraper the target ids that ended complete in this execution.
    obtained: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether it ended with something: what `needs` asks for."""
        return self.status in ("completed", "partial")


@dataclass(frozen=True, kw_only=True, slots=True)
class DayFacts:
    """What the executions of one game day tell."""

    attempts: tuple[Attempt, ...] = ()
    #: Per dataset the ids found whole (games, teams, or the date) for this game day.
    covered: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: Datasets with a complete answer for this game day.
    complete: frozenset[str] = NOTHING

    def of_slot(self, slot_id: str) -> tuple[Attempt, ...]:
        """The slot's attempts, first to last."""
        mine = [attempt for attempt in self.attempts if attempt.slot_id == slot_id]
        return tuple(sorted(mine, key=lambda attempt: attempt.attempt))

    def of_workflow(self, workflow: str) -> tuple[Attempt, ...]:
        """Every attempt of the workflow on this day, by hand included."""
        return tuple(attempt for attempt in self.attempts if attempt.workflow == workflow)

    @property
    def ran(self) -> frozenset[str]:
        """The slots that have an execution."""
        return frozenset(a.slot_id for a in self.attempts if a.slot_id is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class DayHistory(DayFacts):
    """One open game day: its plan, and what its executions tell."""

    plan: Plan

    def covering(self, datasets: Iterable[str], ids: Iterable[str]) -> DayHistory:
        """The same day with `ids` found in `datasets` too."""
        more = frozenset(ids)
        found = {name: self.covered.get(name, NOTHING) | more for name in datasets}
        return replace(self, covered={**self.covered, **found}) if more and found else self

    @property
    def day(self) -> date:
        """The game day."""
        return self.plan.game_day
