"""Windows: from one workflow and one game day's games to its slots. One pure function.

Locker, controller and `tipoff plan` all call `slots_of`; nothing else computes a window.
Instants are compared and steps are elapsed hours, so a DST switch moves no slot twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.core.days import ET, day_starts, night_wall, stamp, wall
from shared.core.games import Game
from shared.core.workflows import (
    AfterEachGame,
    AtClock,
    BeforeEachGame,
    BeforeFirstGame,
    Daily,
    Discovery,
    Every,
    Priority,
    Workflow,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """One planned run of a workflow; a moved slot is a new slot."""

    slot_id: str
    game_day: date
    workflow: str
    expected_run_time: datetime
    #: A RUN needs the tick and the clock inside [opens_at, closes_at).
    opens_at: datetime
    closes_at: datetime
    target_date: date
    scrapers: tuple[str, ...]
    reason: str
    priority: Priority
    #: The game of a per-game slot.
    game_id: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """When a slot is expected, opens and closes, and why."""

    expected: datetime
    opens: datetime
    closes: datetime
    reason: str
    game_id: str | None = None


def slots_of(workflow: Workflow, day: date, games: Sequence[Game]) -> tuple[Slot, ...]:
    """The slots of `workflow` on game day `day`; `games` are the day's that count."""
    return tuple(
        Slot(
            slot_id=slot_id(day, workflow.name, window.expected, window.game_id),
            game_day=day,
            workflow=workflow.name,
            expected_run_time=window.expected,
            opens_at=window.opens,
            closes_at=window.closes,
            target_date=day,
            scrapers=workflow.scrapers,
            reason=window.reason,
            priority=workflow.priority,
            game_id=window.game_id,
        )
        for window in windows_of(workflow, day, games)
        if window.opens < window.closes
    )


def slot_id(day: date, workflow: str, expected: datetime, game_id: str | None = None) -> str:
    """Game day, workflow, planned instant, and the game if the slot has one."""
    base = f"{day.isoformat()}.{workflow}.{stamp(expected)}"
    return f"{base}.{game_id}" if game_id else base


def windows_of(workflow: Workflow, day: date, games: Sequence[Game]) -> Iterator[Window]:
    """The windows of the workflow's trigger, in order."""
    if workflow.needs_games and not games:
        return iter(())
    # A game whose time is still to be set counts for its day and anchors nothing.
    tips = sorted(game.tip for game in games if game.tip_known)
    match workflow.trigger:
        case Daily() as trigger:
            return _daily(trigger, day)
        case Every() as trigger:
            return _every(trigger, day)
        case BeforeFirstGame() as trigger:
            return _before_first(trigger, tips)
        case BeforeEachGame() as trigger:
            return _before_each(trigger, games)
        case AtClock() as trigger:
            return _clock(trigger, day)
        case AfterEachGame() as trigger:
            return _after_each(trigger, games)
        case Discovery() as trigger:
            return _discovery(trigger, day, tips)


def _daily(trigger: Daily, day: date) -> Iterator[Window]:
    start, end = wall(day, trigger.start), wall(day, trigger.end)
    yield Window(start, start, end, f"once a day, {et(start)} to {et(end)}")


def _every(trigger: Every, day: date) -> Iterator[Window]:
    step = timedelta(hours=trigger.hours)
    at, tomorrow = day_starts(day), day_starts(day + timedelta(days=1))
    while at < tomorrow:
        yield Window(at, at, min(at + step, tomorrow), f"every {trigger.hours} h from 05:00 ET")
        at += step


def _before_first(trigger: BeforeFirstGame, tips: Sequence[datetime]) -> Iterator[Window]:
    if not tips:
        return
    first, step = tips[0], timedelta(hours=trigger.every_hours)
    at = first - timedelta(hours=trigger.hours)
    while at < first:
        if trigger.business_start <= at.astimezone(ET).time() <= trigger.business_end:
            ahead = _hours(first - at)
            reason = f"{ahead} before the first tip at {et(first)}, in business hours"
            yield Window(at, at, min(at + step, first), reason)
        at += step


def _before_each(trigger: BeforeEachGame, games: Sequence[Game]) -> Iterator[Window]:
    for game in games:
        if game.tip_known:
            at = game.tip - timedelta(minutes=trigger.minutes)
            reason = f"{trigger.minutes} min before {_name(game)} at {et(game.tip)}"
            yield Window(at, at, game.tip, reason, game.game_id)


def _clock(trigger: AtClock, day: date) -> Iterator[Window]:
    expected = night_wall(day, trigger.at)
    closes = next_wall(expected, trigger.useful_until)
    opens = expected - timedelta(minutes=trigger.tolerance_minutes)
    reason = f"games of {day.isoformat()} that are over by {et(expected)}, until {et(closes)}"
    yield Window(expected, opens, closes, reason)


def _after_each(trigger: AfterEachGame, games: Sequence[Game]) -> Iterator[Window]:
    for game in games:
        if game.tip_known:
            at = game.tip + timedelta(minutes=trigger.minutes)
            closes = game.tip + timedelta(hours=trigger.deadline_hours)
            reason = f"{trigger.minutes} min after {_name(game)} at {et(game.tip)}"
            yield Window(at, at, closes, reason, game.game_id)


def _discovery(trigger: Discovery, day: date, tips: Sequence[datetime]) -> Iterator[Window]:
    step = timedelta(hours=trigger.every_hours)
    at = wall(day, trigger.start)
    # With an end, the poll at the end is the last and useful for one step; without one, polls
    # stop before the last tip. With no tip known yet there is one poll until a revision.
    if trigger.end is not None:
        stop = wall(day, trigger.end) + step
        last = wall(day, trigger.end)
    elif tips:
        stop = last = tips[-1]
    else:
        stop = last = at + step
    while at < stop and (at <= last if trigger.end else at < last):
        yield Window(at, at, min(at + step, stop), _poll_reason(trigger, last))
        at += step


def _poll_reason(trigger: Discovery, last: datetime) -> str:
    every = f"poll every {trigger.every_hours} h until {et(last)}"
    return every + (", re-issued all day" if trigger.refresh else ", until found")


def next_wall(after: datetime, at: time) -> datetime:
    """The first instant later than `after` at which ET clocks show `at`."""
    day = after.astimezone(ET).date()
    candidate = wall(day, at)
    return candidate if candidate > after else wall(day + timedelta(days=1), at)


def et(instant: datetime) -> str:
    """An instant as people of this league say it: 19:00 ET."""
    return f"{instant.astimezone(ET):%H:%M} ET"


def _hours(delta: timedelta) -> str:
    return f"{delta.total_seconds() / 3600:g} h"


def _name(game: Game) -> str:
    return f"{game.away}@{game.home}"
