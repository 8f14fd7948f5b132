"""The lines of a day's report: what is told of a game, a slot, a dataset, a source, a repair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
    #: Not there and not due yet either: no fault of anybody's.
    not_due: tuple[str, ...] = ()
    #: When its book was closed: nothing was missing any more, or its deadline had passed.
    closed_at: datetime | None = None


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
class SourceLine:
    """What a source answered on that day."""

    source: str
    provider: str
    runs: int
    success: int
    no_data: int
    failed: int
    #: HTTP requests of the runs, further pages and retries too.
    requests: int
    #: Those that were made again.
    retries: int
    #: Of its runs those that did not fail, in per cent, one decimal.
    success_percent: float
    last_success_at: datetime | None
    #: What its answers said of credits: spent by the day's runs, and left after the last of them.
    credits_spent: int | None
    credits_left: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Healed:
    """One trouble and its end."""

    kind: str
    what: str
    began_at: datetime
    #: How it was healed, or what is still wrong.
    how: str
    #: None: it did no harm, or is not healed.
    healed_at: datetime | None
    #: Whole minutes from the harm to its end.
    minutes: int | None
    healed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something of the day that warned: a decision, an execution, a load or a cleanup."""

    at: datetime
    #: WARNING or ERROR.
    severity: str
    #: decision, execution, load or cleanup.
    kind: str
    subject: str
    message: str
