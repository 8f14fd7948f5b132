"""What is known at an instant, as the alerts ask for it. Built by shared.alarms, or by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from shared.core.slots import Slot


class SlotState(StrEnum):
    """How a slot stands."""

    NOT_DUE = "not_due"
    OPEN = "open"
    RUNNING = "running"
    RAN = "ran"
    FAILED = "failed"
    SATISFIED = "satisfied"
    ABORTED = "aborted"
    MISSED = "missed"


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotFact:
    """A slot in force and what became of it."""

    slot: Slot
    state: SlotState
    #: What the ABORT said.
    reason: str = ""
    #: Every game that it was to bring is there: another slot brought it.
    made_up: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFact:
    """A RUN that was decided, and whether its execution began."""

    execution_id: str
    decided_at: datetime
    started: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Unfinished:
    """An execution without an end."""

    execution_id: str
    finish_by: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One chunk's answers: what a scraper got in an execution, in numbers of runs."""

    scraper: str
    source: str
    dataset: str
    target_date: date
    execution_id: str
    at: datetime
    succeeded: int = 0
    no_data: int = 0
    failed: int = 0
    #: The error types of the failed runs, each once.
    errors: tuple[str, ...] = ()
    #: What the source said of its credits, if it did.
    credits_left: int | None = None
    credits_used: int | None = None
    #: What must be left of them.
    reserve: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetFact:
    """A dataset of a day with games, by which instant it should be whole, and what is not there."""

    day: date
    dataset: str
    #: The workflow whose slot is the last that asks for it.
    workflow: str
    #: The end of that slot, or when the source has it at the latest.
    deadline: datetime
    #: What `missing` is counted against; 1 for what is whole or not there at all.
    expected: int
    #: Ids of games or teams; the date for what is asked by date.
    missing: tuple[str, ...] = ()
    #: An execution that may still bring it has not ended.
    running: bool = False
    #: It was asked for, and every answer was that there is nothing.
    empty: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingFile:
    """A file that the newest cleanup found without a load."""

    path: str
    scraper: str
    age: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known at `now`. Instants are None for what never happened."""

    now: datetime
    #: The game day at `now`, and whether it has a plan.
    today: date
    planned: bool
    #: When scheduled work was first done here: the first tick or locked plan.
    began: datetime | None
    last_tick: datetime | None = None
    last_cleanup: datetime | None = None
    #: The very first cleanup, if nothing else ran yet.
    first_cleanup: datetime | None = None
    schedule_at: datetime | None = None
    #: No game counts for a long while, and the calendar that says so can be believed.
    off_season: bool = False
    slots: Sequence[SlotFact] = ()
    runs: Sequence[RunFact] = ()
    unfinished: Sequence[Unfinished] = ()
    #: Everything asked in the last 24 hours, in order.
    asked: Sequence[Asked] = ()
    datasets: Sequence[DatasetFact] = ()
    missing: Sequence[MissingFile] = ()
    #: Since when no cleanup could read the loads (two in a row at least).
    blind_since: datetime | None = None
    #: Messages that were given up; None where nobody can tell.
    dead_letters: int | None = None

    @property
    def runs_ended(self) -> int:
        """Runs of scrapers in the last 24 hours."""
        return self.runs_failed + sum(each.succeeded + each.no_data for each in self.asked)

    @property
    def runs_failed(self) -> int:
        """Those that failed."""
        return sum(each.failed for each in self.asked)


def slot_state(
    slot: Slot,
    now: datetime,
    *,
    statuses: Sequence[str | None],
    satisfied: bool,
    aborted: bool,
) -> SlotState:
    """How `slot` stands; `statuses` are of its executions, None while one is unfinished."""
    if None in statuses:
        return SlotState.RUNNING
    if any(status in ("completed", "partial") for status in statuses):
        return SlotState.RAN
    if statuses:
        return SlotState.FAILED
    if satisfied:
        return SlotState.SATISFIED
    if aborted:
        return SlotState.ABORTED
    if now < slot.opens_at:
        return SlotState.NOT_DUE
    return SlotState.OPEN if now < slot.closes_at else SlotState.MISSED
