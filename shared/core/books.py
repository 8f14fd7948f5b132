"""The books of a game day: per dataset what was expected, obtained, waived and missing. Pure.

The one definition: alerts, page and the rows of daily_completeness count by `reckon`. A closed
book is not reopened; what arrives later is written down beside what it was closed with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from shared.core.games import CALLED_OFF, Game
from shared.core.plan import Plan
from shared.core.reconcile import Completeness, tally
from shared.core.slots import Slot
from shared.core.teams import TEAMS
from shared.core.workflows import Config, Scraper

NOTHING: frozenset[str] = frozenset()

#: Of one target date: per dataset the ids found whole, each with the instant of its first arrival.
Arrivals = Mapping[str, Mapping[str, datetime]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """One dataset of one day; the ids are games, teams or the date."""

    dataset: str
    expected: tuple[str, ...]
    obtained: tuple[str, ...]
    waived: tuple[str, ...]
    missing: tuple[str, ...]
    #: When the first and the last of the obtained arrived.
    first_obtained_at: datetime | None = None
    last_obtained_at: datetime | None = None
    #: When nothing was missing any more, or the deadline had passed.
    closed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Books:
    """All books of one game day as one lock found them."""

    day: date
    #: The game day whose lock looked at them.
    lock: date
    at: datetime
    books: tuple[Book, ...]
    #: The datasets of which this lock writes a row: what was open, and what arrived late.
    told: tuple[str, ...]

    @property
    def closed(self) -> bool:
        """Whether every book is."""
        return all(book.closed_at for book in self.books)


@dataclass(frozen=True, kw_only=True, slots=True)
class Promised:
    """What was promised for a day, and its games as the newest schedule has them."""

    locked: Plan
    in_force: Plan
    #: Of a kind that counts, those called off too.
    games: tuple[Game, ...]

    @property
    def gone(self) -> frozenset[str]:
        """The games that were promised and are played on another day, or not at all."""
        planned = {game.game_id for plan in (self.locked, self.in_force) for game in plan.games}
        return frozenset(planned - {game.game_id for game in self.games})


def reckon(
    day: date,
    entry: Scraper,
    games: Sequence[Game],
    got: AbstractSet[str],
    *,
    gone: AbstractSet[str] = NOTHING,
    moot: bool = False,
) -> Completeness:
    """What `entry`'s dataset should have of `day`, and what of it was `got`.

    `games` are those of a kind that counts, called off too; `gone` were promised and have left
    the day. `moot`: nobody asks for it any more, so that what is not there is waived.
    """
    waived: AbstractSet[str] = NOTHING
    match entry.expects:
        case "games":
            off = {game.game_id for game in games if game.status in CALLED_OFF}
            expected = frozenset(game.game_id for game in games) | gone
            waived = off | gone
        case "teams":
            expected = frozenset(TEAMS)
        case "date":
            expected = frozenset({day.isoformat()})
        case _:
            expected = NOTHING
    there = _there(day, expected, got)
    return tally(day, entry.dataset, expected, expected if moot else waived, there)


def _there(day: date, expected: AbstractSet[str], got: AbstractSet[str]) -> AbstractSet[str]:
    """Which of `expected` are there; a date is with one whole answer, whatever that covers."""
    if day.isoformat() in expected:
        return expected if got else NOTHING
    return expected & got


def deadline(entry: Scraper, closes_at: datetime, games: Iterable[Game]) -> datetime:
    """By when the dataset should be whole: the end of the last slot that asks for it, or when
    its source has it at the latest (`due_hours` after the last tip)."""
    tips = [game.tip for game in games if game.tip_known and game.status not in CALLED_OFF]
    if not entry.due_hours or not tips:
        return closes_at + timedelta(hours=entry.due_hours)
    return max(closes_at, max(tips) + timedelta(hours=entry.due_hours))


def take(
    day: date,
    promised: Promised | None,
    config: Config,
    arrivals: Arrivals,
    before: Books | None,
    *,
    lock: date,
    now: datetime,
) -> Books | None:
    """The books of `day` as they stand at `now`; None when there is nothing to write down.

    `promised` may be None for a day whose books are all closed: nothing more is expected of it.
    """
    old = {book.dataset: book for book in before.books} if before else {}
    found: list[Book] = []
    told: list[str] = []
    fresh = {book.dataset: book for book in _counted(promised, config, arrivals, now)}
    for dataset in sorted(old.keys() | fresh.keys()):
        known = old.get(dataset)
        if known is not None and (known.closed_at or dataset not in fresh):
            book = _late(day, known, arrivals.get(dataset, {}))
            # The configuration knows it no more: nobody will look for it.
            book = book if book.closed_at else replace(book, closed_at=now)
        else:
            book = fresh[dataset]
        found.append(book)
        if book != known or book.closed_at is None:
            told.append(dataset)
    if not told:
        return None
    return Books(day=day, lock=lock, at=now, books=tuple(found), told=tuple(told))


def _counted(
    promised: Promised | None, config: Config, arrivals: Arrivals, now: datetime
) -> Iterator[Book]:
    """Every dataset that a slot of the day asked for and that can be counted."""
    if promised is None:
        return
    day, games = promised.locked.game_day, promised.games
    in_force = _askers(promised.in_force.slots, config)
    playing = any(game.status not in CALLED_OFF for game in games)
    slots = (*promised.locked.slots, *promised.in_force.slots)
    for dataset, (entry, asking) in _askers(slots, config).items():
        _, still = in_force.get(dataset, (entry, ()))
        got = arrivals.get(dataset, {})
        found = reckon(
            day,
            entry,
            games,
            got.keys(),
            gone=promised.gone,
            moot=not any(playing or _without_games(slot, config) for slot in still),
        )
        due = deadline(entry, max(slot.closes_at for slot in asking), games)
        instants = _instants(day, found.obtained, got)
        yield Book(
            dataset=dataset,
            expected=found.expected,
            obtained=found.obtained,
            waived=found.waived,
            missing=found.missing,
            first_obtained_at=min(instants, default=None),
            last_obtained_at=max(instants, default=None),
            closed_at=now if found.complete or due <= now else None,
        )


def _askers(slots: Iterable[Slot], config: Config) -> dict[str, tuple[Scraper, list[Slot]]]:
    """Per dataset that can be counted its registry entry, and the slots that ask for it."""
    found: dict[str, tuple[Scraper, list[Slot]]] = {}
    for slot in slots:
        for name in slot.scrapers:
            entry = config.scrapers.get(name)
            if entry is not None and entry.expects != "none":
                found.setdefault(entry.dataset, (entry, []))[1].append(slot)
    return found


def _without_games(slot: Slot, config: Config) -> bool:
    """Whether the slot asks on days without games too."""
    workflow = config.workflows.get(slot.workflow)
    return workflow is not None and not workflow.needs_games


def _late(day: date, book: Book, got: Mapping[str, datetime]) -> Book:
    """A book, and what has arrived since: what it expects stays as it was."""
    new = _there(day, set(book.expected), got.keys()) - set(book.obtained)
    if not new:
        return book
    instants = _instants(day, new, got)
    return replace(
        book,
        obtained=tuple(sorted({*book.obtained, *new})),
        waived=tuple(each for each in book.waived if each not in new),
        missing=tuple(each for each in book.missing if each not in new),
        first_obtained_at=min(filter(None, (book.first_obtained_at, *instants))),
        last_obtained_at=max(filter(None, (book.last_obtained_at, *instants))),
    )


def _instants(day: date, ids: Iterable[str], got: Mapping[str, datetime]) -> list[datetime]:
    """When each of `ids` arrived first; a date did with the first whole answer."""
    if day.isoformat() in ids:
        return [min(got.values())]
    return [got[each] for each in ids]
