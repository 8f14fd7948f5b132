"""The shape of a review: what a day came to, for the terminal, the picture and programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from shared.core.days import iso
from tipoff.healing import Healed


class Verdict(StrEnum):
    """What became of a slot, in the words of v_expected_vs_actual."""

    ON_TIME = "ON TIME"
    LATE = "LATE"
    SATISFIED = "SATISFIED"
    WITHDRAWN = "WITHDRAWN"
    ABORTED = "ABORTED"
    NOT_DUE = "NOT DUE"
    MISSING = "MISSING"


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotLine:
    """One planned slot and what happened."""

    slot_id: str
    workflow: str
    expected_run_time: datetime
    opens_at: datetime
    closes_at: datetime
    verdict: Verdict
    #: The decision that explains it; None when there is none.
    action: str | None
    reason_code: str | None
    reason: str
    decided_at: datetime | None
    executed_at: datetime | None
    #: How its last execution ended.
    status: str | None
    attempts: int
    success: int
    no_data: int
    failed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetLine:
    """How much of a dataset is there."""

    dataset: str
    #: games, teams or date.
    unit: str
    #: Whether the day owes it: only what is expected per game.
    owed: bool
    expected: int
    obtained: int
    waived: int
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class GameLine:
    """A game of the day."""

    game_id: str
    name: str
    tip: datetime
    tip_known: bool
    status: str
    counts: bool
    over: bool
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmet:
    """An obligation that was neither met nor explained."""

    #: plan, slot, execution, game, load or message.
    rule: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """What a day came to."""

    date: date
    seed: int
    troubles: bool
    data: str
    plan: str
    revision: int
    games: tuple[GameLine, ...]
    slots: tuple[SlotLine, ...]
    datasets: tuple[DatasetLine, ...]
    healed: tuple[Healed, ...]
    #: Per kind of thing its number, by state.
    counts: Mapping[str, Mapping[str, int]]
    #: Per source: runs, retries, and credits where the source says them.
    sources: Mapping[str, Mapping[str, int]]
    row_counts: Mapping[str, int]
    unmet: tuple[Unmet, ...]

    @property
    def met(self) -> bool:
        """Whether every obligation was met or explained."""
        return not self.unmet

    def as_json(self) -> dict[str, Any]:
        """The review as JSON values, instants as ISO 8601 in UTC."""
        found: dict[str, Any] = _plain(asdict(self))
        return {**found, "met": self.met}


def _plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
