"""Reconciling: which files never arrived and what to do about it; how complete a day is.

Repair fails closed and is capped: at most three announcements a file with growing waits, and
only a probe of five when more than half of at least ten look missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.core.games import CALLED_OFF, Game
from shared.core.ports import FileKey

#: A file may take this long to be loaded before it counts as missing.
MIN_AGE = timedelta(minutes=30)

#: How long after the n-th announcement the next may be made, by n = 0, 1, 2.
WAITS = (timedelta(0), timedelta(minutes=30), timedelta(minutes=60))

#: Announcements a file at most; then it stays listed for a person.
CAP = len(WAITS)

#: With at least this many candidates of which over half look missing, something else is wrong.
STORM_SIZE = 10
PROBE = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A file that an outcome names and that has a table to go to."""

    path: str
    generation: int
    load_id: str
    scraper: str
    dataset: str
    table: str
    target_date: date
    run_id: str
    record_count: int
    written_at: datetime

    @property
    def key(self) -> FileKey:
        """Path and generation."""
        return self.path, self.generation


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """A file that is not loaded, and whether it is announced again now."""

    file: Written
    age: timedelta
    #: Announcements made before.
    announced: int
    republish: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Repair:
    """What one cleanup found and will do."""

    checked: int
    missing: tuple[Missing, ...]
    #: Only a few go, because too many look missing at once.
    probing: bool

    @property
    def republish(self) -> tuple[Missing, ...]:
        """Those to be announced again now."""
        return tuple(missing for missing in self.missing if missing.republish)


def repair(
    files: Sequence[Written],
    loads: Mapping[FileKey, str],
    announced: Mapping[str, Sequence[datetime]],
    now: datetime,
    *,
    settled: int = 0,
) -> Repair:
    """What to announce again. `loads` are terminal load states of the candidates; `announced`
    holds per load id the instants of earlier announcements. `settled` is the number of further
    files, whose load was seen before.

    A file whose load was refused is missing too, for a person: to announce it changes nothing.
    """
    candidates = [file for file in files if now - file.written_at >= MIN_AGE]
    missing = sorted(
        (file for file in candidates if loads.get(file.key) != "loaded"),
        key=lambda file: (file.written_at, file.path),
    )
    lost = [file for file in missing if file.key not in loads]
    checked = len(candidates) + settled
    probing = checked >= STORM_SIZE and len(lost) * 2 > checked
    due = [file for file in lost if _due(announced.get(file.load_id, ()), now)]
    going = {file.load_id for file in (due[:PROBE] if probing else due)}
    return Repair(
        checked=checked,
        probing=probing,
        missing=tuple(
            Missing(
                file=file,
                age=now - file.written_at,
                announced=len(announced.get(file.load_id, ())),
                republish=file.load_id in going,
            )
            for file in missing
        ),
    )


def _due(made: Sequence[datetime], now: datetime) -> bool:
    if len(made) >= CAP:
        return False
    return not made or now - max(made) >= WAITS[len(made)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Completeness:
    """For one game day and dataset: what was expected, and what is there."""

    day: date
    dataset: str
    expected: tuple[str, ...]
    obtained: tuple[str, ...]
    #: Called off: nobody will get them.
    waived: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def completeness(
    day: date, dataset: str, games: Sequence[Game], covered: frozenset[str]
) -> Completeness:
    """A dataset of games: those of the day, also the ones called off, which are waived."""
    called_off = {game.game_id for game in games if game.status in CALLED_OFF}
    return tally(day, dataset, {game.game_id for game in games}, called_off, covered)


def tally(
    day: date,
    dataset: str,
    expected: AbstractSet[str],
    waived: AbstractSet[str],
    covered: AbstractSet[str],
) -> Completeness:
    """Missing = expected - obtained - waived. `waived` are those of `expected` that nobody will
    get; one that was obtained all the same is not waived."""
    return Completeness(
        day=day,
        dataset=dataset,
        expected=tuple(sorted(expected)),
        obtained=tuple(sorted(expected & covered)),
        waived=tuple(sorted(waived - covered)),
        missing=tuple(sorted(expected - covered - waived)),
    )
