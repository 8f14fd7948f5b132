"""The shape of a review: what a day came to, for the terminal, the picture and programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from shared.core.report.day import plain
from shared.core.report.lines import (
    DatasetLine,
    GameLine,
    Healed,
    SlotLine,
    SourceLine,
    Verdict,
)

__all__ = ["DatasetLine", "GameLine", "Healed", "Review", "SlotLine", "Unmet", "Verdict"]


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
    sources: tuple[SourceLine, ...]
    row_counts: Mapping[str, int]
    unmet: tuple[Unmet, ...]

    @property
    def met(self) -> bool:
        """Whether every obligation was met or explained."""
        return not self.unmet

    def as_json(self) -> dict[str, Any]:
        """The review as JSON values, instants as ISO 8601 in UTC."""
        found: dict[str, Any] = plain(asdict(self))
        return {**found, "met": self.met}
