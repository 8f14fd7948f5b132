"""What is known of a world at an instant, for the alerts: read from the state bucket alone.

BigQuery is not asked: an alarm about what does not arrive must not wait for it. Bodies never
change, so each is read once in an instance's life.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shared import records
from shared.core.alerts import Facts
from shared.core.ports import Files
from shared.core.workflows import Config
from shared.watching import data, work
from shared.watching.bucket import LOOK_BACK, AsOf, Look, Memory

__all__ = ["AsOf", "Memory", "facts_at"]

DAY = timedelta(hours=24)
#: Days before today and after it in which a game keeps the season alive.
BEFORE, AHEAD = 2, 10
#: An empty calendar is believed while it is fresh; an old one only in these days of the year.
FRESH = DAY
SUMMER = ((6, 25), (9, 30))


def facts_at(
    state: Files,
    config: Config,
    now: datetime,
    *,
    memory: Memory | None = None,
    dead_letters: int | None = None,
) -> Facts:
    """Everything the alerts ask for, at `now`; PortUnavailable when the bucket is."""
    return _facts(Look(state, config, now, memory or Memory()), dead_letters)


def _facts(look: Look, dead_letters: int | None) -> Facts:
    """What is known."""
    plans = {day: plan for day in look.days if (plan := records.newest_plan(look.state, day))}
    said = {each.slot_id: each for tick in look.ticks for each in work.said(look, tick)}
    asked = data.asked(look)
    slots = {day: work.slots(look, day, plan, said) for day, plan in plans.items()}
    datasets = {
        day: list(data.datasets(look, day, slots[day], asked))
        for day in plans
        if data.games(look, day)
    }
    cleanups = [data.cleanup_of(look.state.read(each.name)) for each in look.cleanups[-2:]]
    began = _began(look)
    return Facts(
        now=look.now,
        today=look.today,
        planned=look.today in plans,
        began=began,
        last_tick=look.ticks[-1].created_at if look.ticks else None,
        last_cleanup=look.cleanups[-1].created_at if look.cleanups else None,
        first_cleanup=look.first("cleanups/") if began is None else None,
        schedule_at=look.schedule_at,
        off_season=_off_season(look),
        slots=[
            work.made_up(look, fact, slots[day], datasets.get(day, ()))
            for day in plans
            if day in look.days[:2]
            for fact in slots[day]
        ],
        runs=work.runs(look),
        unfinished=list(work.unfinished(look)),
        asked=[each for each in asked if look.now - each.at <= DAY],
        datasets=[each for found in datasets.values() for each in found],
        missing=cleanups[-1].missing if cleanups else (),
        blind_since=(
            look.cleanups[-2].created_at
            if len(cleanups) > 1 and all(each.blind for each in cleanups)
            else None
        ),
        dead_letters=dead_letters,
    )


def _began(look: Look) -> datetime | None:
    """The first scheduled work. A tick older than the slots that are judged is as good."""
    if look.memory.began is None:
        oldest = look.ticks[0].created_at if look.ticks else None
        if oldest is None or look.now - oldest < timedelta(days=LOOK_BACK - 1):
            firsts = [look.first("ticks/"), look.first("plans/")]
            oldest = min(filter(None, firsts), default=None)
        look.memory.began = oldest
    return look.memory.began


def _off_season(look: Look) -> bool:
    """Whether no game is near, as far as the calendar can be believed."""
    if look.calendar is None or look.schedule_at is None:
        return False
    first, last = look.today - timedelta(days=BEFORE), look.today + timedelta(days=AHEAD)
    if any(first <= day <= last for day in look.calendar.days()):
        return False
    shown = (look.today.month, look.today.day)
    return look.now - look.schedule_at <= FRESH or SUMMER[0] <= shown <= SUMMER[1]
