"""A look at the state bucket: what is listed, once, and what an instance remembers of bodies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from shared import listings, records
from shared.core.alerts import Asked
from shared.core.days import day_of_instant
from shared.core.history import DayFacts
from shared.core.ports import Creation, Files, Stored
from shared.core.workflows import Config

#: Game days whose executions, books and plans are looked at, today included.
LOOK_BACK = 3


@dataclass(frozen=True, slots=True)
class Said:
    """What a tick said of one slot, where that ends it without a run."""

    slot_id: str
    aborted: bool
    reason: str


@dataclass
class Memory:
    """What was read before; one for each instance."""

    ticks: dict[str, tuple[Said, ...]] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    began: datetime | None = None
    #: What the listings of game days come to.
    days: listings.Kept = field(default_factory=listings.Kept)


@dataclass(frozen=True, slots=True)
class Executions:
    """What one listing of a game day's executions tells."""

    sorted: Mapping[str, listings.ExecutionFacts]
    facts: DayFacts
    #: By target date, per dataset the ids found whole.
    obtained: Mapping[str, Mapping[str, Iterable[str]]]


def _sorted(day: date, listing: Sequence[Stored]) -> Executions:
    return Executions(
        sorted=listings.sort_out(listing),
        facts=listings.day_facts(day, listing),
        obtained=listings.arrivals(listing),
    )


class AsOf:
    """A bucket as it was at an instant: nothing later is listed."""

    def __init__(self, files: Files, now: datetime) -> None:
        self._files = files
        self._now = now

    def create_once(
        self, name: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> Creation:
        """See Files."""
        return self._files.create_once(name, body, metadata)

    def stat(self, name: str) -> Stored | None:
        """See Files."""
        found = self._files.stat(name)
        return found if found and found.created_at <= self._now else None

    def read(self, name: str) -> bytes:
        """See Files."""
        return self._files.read(name)

    def list(self, prefix: str) -> Sequence[Stored]:
        """See Files."""
        return [s for s in self._files.list(prefix) if s.created_at <= self._now]


def records_of(listing: Iterable[Stored]) -> Iterator[Stored]:
    """The records of a listing, without the marks that say done."""
    return (stored for stored in listing if not stored.name.endswith(records.DONE))


class Look:
    """One look at a bucket."""

    def __init__(self, state: Files, config: Config, now: datetime, memory: Memory) -> None:
        self.state, self.config, self.now, self.memory = state, config, now, memory
        self.today = day_of_instant(now)
        self.days = [self.today - timedelta(days=back) for back in range(LOOK_BACK)]
        self.executions = {day: self._executions(day) for day in self.days}
        self.ticks = self._recent("ticks/", LOOK_BACK)
        self.cleanups = self._recent("cleanups/", 2)
        schedule = records.newest_schedule(state, config)
        self.calendar = schedule.calendar if schedule else None
        self.schedule_at = schedule.fetched_at if schedule else None

    def _executions(self, day: date) -> Executions:
        prefix = records.executions_prefix(day)
        return self.memory.days.of(prefix, self.state.list(prefix), partial(_sorted, day))

    def _recent(self, prefix: str, days: int) -> list[Stored]:
        """The records of the last UTC dates, oldest first; all there are if those hold none."""
        dates = [f"{self.now - timedelta(days=back):%Y%m%d}" for back in range(days - 1, -1, -1)]
        found = [s for day in dates for s in records_of(self.state.list(prefix + day))]
        return found or list(records_of(self.state.list(prefix)))

    def first(self, prefix: str) -> datetime | None:
        """When the first record under a prefix was created."""
        return min((s.created_at for s in records_of(self.state.list(prefix))), default=None)
