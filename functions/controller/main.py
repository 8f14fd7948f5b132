"""controller: at every tick each workflow gets RUN, SKIP or ABORT, with a reason.

Acked: a tick that was decided, now or before, and one that can never be right (logged).
Retried: everything that a port fails at. The decision is one create-once record named by the
tick's UTC minute; a redelivery repeats its effects and decides nothing anew. A tick makes no
query: the day is known from listings of the state bucket.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import functions_framework
from cloudevents.http import CloudEvent

from shared import listings, records
from shared.core.days import day_of_instant, iso, parse_stamp, stamp
from shared.core.decide import decide
from shared.core.decision import Action, Decision, taken_up
from shared.core.history import DayHistory
from shared.core.ids import tick_of
from shared.core.messages import RunOrder, Tick
from shared.core.moment import Moment
from shared.core.rows import decision_row
from shared.core.slots import Slot
from shared.effects import TickRecord, perform_tick
from shared.messages import Event
from shared.planning import ensure_plan, games_on, revise_plan
from shared.records import Schedule
from shared.wiring import serve
from shared.world import World

NAME = "controller"

#: Game days back to which a tick after a long silence explains what was missed.
LOOK_BACK = 14

#: Days of ticks that are listed; only when they hold none are all of them.
RECENT = 3

#: Hours between two ticks above which the silence itself is told.
SILENCE = timedelta(hours=2)


@functions_framework.cloud_event
def controller(event: CloudEvent) -> None:
    """Entry point; see the module."""
    serve(event, handle, (Tick,))


def handle(event: Event, world: World) -> None:
    """Decide the tick, or repeat what was decided."""
    wake = event.expect(Tick)
    tick = tick_of(event.named_tick(wake), event.published_at, None, world.clock.now())
    name = records.tick_name(tick)
    if records.is_done(world.state, name):
        world.log.info(f"tick {stamp(tick)} was decided before", action="repeat")
        return
    if world.state.stat(name) is not None:
        record = records.read(world.state, name, TickRecord)
    else:
        fresh = _decide(world, tick, wake.triggered_by)
        runs = ",".join(order.execution_id for order in fresh.orders)
        record = records.decide_once(world.state, name, fresh, {"runs": runs})
    perform_tick(world, record)


def _decide(world: World, tick: datetime, triggered_by: str) -> TickRecord:
    """Plans, histories, decisions: everything that a tick's record holds."""
    schedule = records.newest_schedule(world.state, world.config)
    if schedule is None:
        world.log.error("no schedule is known", action="decide", tick=stamp(tick))
    previous = _previous_tick(world, tick)
    if previous is not None and tick - previous > SILENCE:
        world.log.error(
            f"no tick from {iso(previous)} to {iso(tick)}: what was missed is explained now",
            action="silence",
            tick=stamp(tick),
        )
    days = [_day(world, day, schedule) for day in _open_days(world, tick, previous)]
    # After the looks, which may take long: what is decided then is not dated before it was known.
    now = world.clock.now()
    decisions = decide(
        Moment(tick=tick, now=now, previous=previous),
        days,
        {day.day: games_on(schedule, day.day) for day in days},
        world.config,
    )
    decisions = tuple(_upheld(world, decision, tick) for decision in decisions)
    revisions = {day.day: day.plan.revision for day in days}
    for decision in decisions:
        _log(world, decision)
    return TickRecord(
        tick=tick,
        at=now,
        rows=[
            decision_row(
                decision,
                world.stamp(),
                at=now,
                tick=stamp(tick),
                revision=revisions.get(decision.game_day),
                config_version=world.config.version,
                controller_version=world.settings.version,
                triggered_by=triggered_by,
            )
            for decision in decisions
        ],
        orders=tuple(
            _order(world, decision, decision.slot, tick, triggered_by)
            for decision in decisions
            if decision.action is Action.RUN and decision.slot is not None
        ),
    )


def _upheld(world: World, decision: Decision, tick: datetime) -> Decision:
    """An ABORT stands unless an executor has taken the slot's RUN up meanwhile."""
    slot = decision.slot
    if decision.action is not Action.ABORT or slot is None:
        return decision
    stands = records.claim(world.state, slot.game_day, slot.slot_id, "abort")
    return decision if stands else taken_up(decision, tick)


def _previous_tick(world: World, tick: datetime) -> datetime | None:
    """The newest decided tick before this one, however long ago."""
    recent = (f"{tick - timedelta(days=back):%Y%m%d}" for back in range(RECENT))
    this = records.tick_name(tick)
    for day in (*recent, ""):
        # Names of ticks sort as their instants do.
        for stored in reversed(world.state.list(f"ticks/{day}")):
            if stored.name < this and not stored.name.endswith(records.DONE):
                return parse_stamp(stored.name[len("ticks/") : -len(".json")])
    return None


def _open_days(world: World, tick: datetime, previous: datetime | None) -> Sequence[date]:
    """Today and yesterday; after a silence also the days in it. Days before the very first
    plan were never promised anything."""
    today = day_of_instant(tick)
    since = day_of_instant(previous) if previous else today
    first = max(min(since, today) - timedelta(days=1), today - timedelta(days=LOOK_BACK))
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    return [
        day
        for day in days
        if day == today or (previous and day >= since) or world.state.list(f"plans/{day}/")
    ]


def _day(world: World, day: date, schedule: Schedule | None) -> DayHistory:
    plan = ensure_plan(world, day, by=NAME, schedule=schedule)
    facts = listings.facts_now(world.state, day, world.once("days", listings.Kept))
    revised = revise_plan(world, plan, ran=facts.ran, by=NAME, schedule=schedule)
    return listings.history_of(revised, facts)


def _order(
    world: World, decision: Decision, slot: Slot, tick: datetime, triggered_by: str
) -> RunOrder:
    return RunOrder(
        decision_id=decision.decision_id,
        execution_id=f"{slot.slot_id}.{decision.attempt}",
        workflow=decision.workflow,
        slot_id=slot.slot_id,
        game_day=slot.game_day,
        target_date=decision.target_date,
        steps=world.config.workflows[decision.workflow].steps,
        games=decision.target_games,
        attempt=decision.attempt,
        decided_at=tick,
        not_after=slot.closes_at,
        config_version=world.config.version,
        triggered_by=triggered_by,
    )


def _log(world: World, decision: Decision) -> None:
    severity = {"WARNING": "WARNING", "ERROR": "ERROR"}.get(decision.alert_level.value, "INFO")
    world.log.write(
        severity,
        f"{decision.action} {decision.workflow}: {decision.reason}",
        {
            "action": "decide",
            "decision_id": decision.decision_id,
            "reason_code": decision.reason_code,
        },
    )
