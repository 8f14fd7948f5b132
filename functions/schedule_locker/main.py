"""schedule_locker: at 05:00 ET the day's plan is locked, then the books of days before are closed.

Acked: a lock that is made or was made before, and ticks that can never be right (logged).
Retried: everything that a port fails at. A redelivered lock decides nothing anew: the plan is
one create-once record, as are each day's books, and rows are appended until that is confirmed.
"""

from __future__ import annotations

import functions_framework
from cloudevents.http import CloudEvent

from shared import records
from shared.closing import close_books
from shared.core.days import day_of_instant, iso
from shared.core.ids import tick_of
from shared.core.messages import Tick
from shared.errors import PortUnavailable
from shared.messages import Event
from shared.planning import ensure_plan
from shared.wiring import serve
from shared.world import World

NAME = "schedule_locker"


@functions_framework.cloud_event
def schedule_locker(event: CloudEvent) -> None:
    """Entry point; see the module."""
    serve(event, handle, (Tick,))


def handle(event: Event, world: World) -> None:
    """Lock the plan of the game day in which the tick lies."""
    wake = event.expect(Tick)
    tick = tick_of(event.named_tick(wake), event.published_at, None, world.clock.now())
    day = day_of_instant(tick)
    schedule = records.newest_schedule(world.state, world.config)
    plan = ensure_plan(world, day, by=NAME, schedule=schedule)
    log = world.log.info if schedule else world.log.error
    log(
        f"{day}: {len(plan.slots)} slots are locked; {plan.reason}",
        action="lock",
        date=day.isoformat(),
        games_scheduled=len(plan.games),
        workflows_evaluated=len(world.config.enabled),
        expected_runs=len(plan.slots),
        locked_at=iso(plan.made_at),
        schedule=plan.schedule,
    )
    for books in close_books(world, day, schedule):
        open_ones = [book.dataset for book in books.books if book.closed_at is None]
        missing = [book.dataset for book in books.books if book.missing and book.closed_at]
        world.log.info(
            f"{books.day}: the books of {len(books.told)} datasets are written; "
            f"still open: {', '.join(open_ones) or 'none'}; "
            f"closed with something missing: {', '.join(missing) or 'none'}",
            action="books",
            date=books.day.isoformat(),
            datasets=len(books.told),
            open=open_ones,
            missing=missing,
        )
    if not records.is_done(world.state, records.plan_name(day, plan.revision)):
        raise PortUnavailable(f"rows of the plan of {day} are not appended yet")
