"""Closing the books: after the lock, what came of the days before is written down.

One create-once record a day and lock, then its rows, then `.done`. A delivery that finds the
record repeats its rows and counts nothing anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from shared import listings, records
from shared.core.books import Arrivals, Books, Promised, take
from shared.core.plan import Plan
from shared.core.ports import Stored
from shared.effects import perform_books
from shared.records import Schedule
from shared.world import World

#: Game days before the lock's that are looked at, and whose executions are: what was asked in
#: them may be of any day.
LOOK_BACK = 14


def close_books(world: World, lock: date, schedule: Schedule | None) -> tuple[Books, ...]:
    """Write the books of every day before `lock` that is not closed, or to which data came late.

    Books of earlier locks that were never confirmed are appended again. Without any schedule
    nobody knows what was to be expected: the books stay open for the next lock.
    """
    listing = world.state.list(records.books_prefix())
    for stored in listings.undone(listing):
        perform_books(world, records.read(world.state, stored.name, Books))
    if schedule is None:
        return ()
    newest, names = _newest(listing), {stored.name for stored in listing}
    arrived = _arrived(world, lock)
    days = {lock - timedelta(days=back) for back in range(1, LOOK_BACK + 1)}
    days |= {date.fromisoformat(each) for each in arrived}
    made = []
    for day in sorted(each for each in days if each < lock):
        name = records.books_name(lock, day)
        if name in names:
            continue
        before = records.read(world.state, newest[day].name, Books) if day in newest else None
        books = _books(world, day, schedule, arrived.get(day.isoformat(), {}), before, lock)
        if books is not None:
            first = records.decide_once(world.state, name, books)
            perform_books(world, first)
            made.append(first)
    return tuple(made)


def _newest(listing: Iterable[Stored]) -> dict[date, Stored]:
    """The newest record of each day. A lock may be repeated for a past date, so its name does
    not tell."""
    found: dict[date, Stored] = {}
    for stored in listing:
        if not stored.name.endswith(records.DONE):
            day = date.fromisoformat(stored.name.rpartition("/")[2].removesuffix(".json"))
            if day not in found or found[day].created_at <= stored.created_at:
                found[day] = stored
    return found


def _arrived(world: World, lock: date) -> dict[str, dict[str, dict[str, datetime]]]:
    """By target date and dataset what was found whole by whatever was asked lately."""
    asked = (
        world.state.list(records.executions_prefix(lock - timedelta(days=back)))
        for back in range(LOOK_BACK + 1)
    )
    return listings.arrivals(stored for listing in asked for stored in listing)


def _books(
    world: World,
    day: date,
    schedule: Schedule,
    arrivals: Arrivals,
    before: Books | None,
    lock: date,
) -> Books | None:
    promised = None
    if before is None or not before.closed:
        names = [
            stored.name
            for stored in world.state.list(f"plans/{day.isoformat()}/")
            if not stored.name.endswith(records.DONE)
        ]
        if not names:
            # It was never promised anything.
            return None
        promised = Promised(
            locked=records.read(world.state, names[0], Plan),
            in_force=records.read(world.state, names[-1], Plan),
            games=schedule.calendar.owed_on(day),
        )
    now = world.clock.now()
    return take(day, promised, world.config, arrivals, before, lock=lock, now=now)
