"""Plans at the edge: the locker and the controller call the same `ensure_plan`.

Whoever is first creates r0001; only the controller revises.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date

from shared import listings, records
from shared.core.calendar import Calendar
from shared.core.errors import BadInput
from shared.core.games import Game
from shared.core.plan import Plan, make_plan, revise
from shared.core.ports import Creation
from shared.core.schedule_guard import refuse_reason
from shared.core.workflows import Scraper
from shared.effects import perform_plan
from shared.errors import PortUnavailable
from shared.records import Schedule
from shared.world import World


def games_on(schedule: Schedule | None, day: date) -> tuple[Game, ...]:
    """The day's games that count; none when no schedule is known."""
    return schedule.calendar.on(day) if schedule else ()


def ensure_plan(world: World, day: date, *, by: str, schedule: Schedule | None) -> Plan:
    """The newest revision of the day's plan; revision 1 is made if there is none.

    Rows of revisions whose append was never confirmed are appended again; where they cannot be,
    the plan stands without them, and whoever comes next appends them.
    """
    listing = world.state.list(f"plans/{day.isoformat()}/")
    plans = [s for s in listing if not s.name.endswith(records.DONE)]
    if not plans:
        plan = make_plan(
            day,
            games_on(schedule, day),
            world.config,
            schedule=schedule.name if schedule else "",
            now=world.clock.now(),
            by=by,
        )
        return _decided(world, plan)
    for stored in listings.undone(listing):
        _append(world, records.read(world.state, stored.name, Plan))
    return records.read(world.state, plans[-1].name, Plan)


def revise_plan(
    world: World, plan: Plan, *, ran: AbstractSet[str], by: str, schedule: Schedule | None
) -> Plan:
    """The next revision when games or config differ from the plan's, else `plan`.

    Without any schedule the plan stays: no schedule is not a day without games.
    """
    if schedule is None:
        return plan
    fresh = revise(
        plan,
        games_on(schedule, plan.game_day),
        world.config,
        schedule=schedule.name,
        now=world.clock.now(),
        ran=ran,
        by=by,
    )
    return _decided(world, fresh) if fresh else plan


def _decided(world: World, plan: Plan) -> Plan:
    name = records.plan_name(plan.game_day, plan.revision)
    first = records.decide_once(world.state, name, plan)
    _append(world, first)
    world.log.info(
        f"plan of {first.game_day} revision {first.revision}: {len(first.slots)} slots, "
        f"{first.reason}",
        action="plan",
        game_day=first.game_day.isoformat(),
        revision=first.revision,
    )
    return first


def _append(world: World, plan: Plan) -> None:
    """Append a revision's rows. The record is the plan: decisions wait for no row."""
    try:
        perform_plan(world, plan)
    except PortUnavailable as e:
        world.log.warning(
            f"rows of plan {plan.game_day} revision {plan.revision} are not appended yet: {e}",
            action="plan",
        )


def adopt_schedule(world: World, calendar: Calendar, *, origin: str) -> Creation:
    """Make `calendar` the newest schedule; by hand it is never refused, else BadInput says why."""
    if origin != "import":
        newest = records.newest_schedule(world.state, world.config)
        now = world.clock.now()
        reason = refuse_reason(calendar, newest.calendar if newest else None, now)
        if reason:
            raise BadInput("schedule", reason, "a schedule that can replace the newest one")
    name = records.schedule_name(world.clock.now())
    metadata = {"origin": origin, "games": str(len(calendar.games))}
    return records.create(world.state, name, calendar.to_records(), metadata)


def scraper_named(world: World, name: str, config_version: str) -> Scraper:
    """The registry's entry of `name`, which a message of `config_version` names.

    A name that only another configuration knows raises PortUnavailable: a newer function will
    take the message. One that is unknown or has no fetcher here is BadInput.
    """
    entry = world.config.scrapers.get(name)
    if entry is None and config_version != world.config.version:
        raise PortUnavailable(f"[{name}] is unknown here; config {config_version} knows it")
    if entry is None or not entry.available:
        known = sorted(key for key, each in world.config.scrapers.items() if each.available)
        raise BadInput("scraper", name, ", ".join(known))
    return entry
