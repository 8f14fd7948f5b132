"""What is known of a simulated day when it has ended: rows, games and what was done to it.

`tipoff.observe` reads these from a world; `tipoff.review` judges them and reads nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.core.report import facts as report
from shared.core.report.facts import Row, SeenGame, at, clock
from sim.sources.troubles import Trouble

__all__ = ["Dead", "Facts", "LostEvent", "RepeatedTick", "Row", "SeenGame", "at", "clock"]


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
class Facts(report.Facts):
    """Everything that a review is made of; its tables hold all days of the folder."""

    seed: int
    troubled: bool
    folder: str
    #: Per `dataset.table` its number of rows.
    row_counts: Mapping[str, int] = field(default_factory=dict)
    troubles: Sequence[Trouble] = ()
    lost: Sequence[LostEvent] = ()
    repeated: Sequence[RepeatedTick] = ()
    dead: Sequence[Dead] = ()
    #: Deliveries of the whole folder that were acked.
    delivered: int = 0
