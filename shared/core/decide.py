"""Deciding: RUN, SKIP or ABORT for every workflow at a tick, each with its reason.

Pure: the same tick, clock and history give the same decisions with the same ids. One row per
enabled workflow and tick, plus one for each further slot that is due, in flight or missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from shared.core.days import day_of_instant, iso, stamp
from shared.core.decision import Action, AlertLevel, Decision, skip
from shared.core.games import Game
from shared.core.history import Attempt, DayHistory
from shared.core.moment import Moment
from shared.core.resolve import is_over
from shared.core.slots import Slot, et
from shared.core.wanted import (
    game_datasets,
    in_flight,
    satisfied,
    settled,
    unmet_needs,
    wanted_games,
)
from shared.core.workflows import AtClock, Config, Workflow


def decide(
    moment: Moment,
    days: Sequence[DayHistory],
    games: Mapping[date, Sequence[Game]],
    config: Config,
) -> tuple[Decision, ...]:
    """The decisions of one tick. `days` are the open game days, oldest first; `games` are
    their games that count, in the newest schedule."""
    known = {day.day: in_flight(day, config) for day in days}
    slots: dict[str, list[tuple[DayHistory, Slot]]] = {}
    for day in days:
        for slot in day.plan.slots:
            slots.setdefault(slot.workflow, []).append((day, slot))
    under_way = {a.slot_id for day in days for a in day.attempts if a.status is None}
    decisions: list[Decision] = []
    for workflow in config.enabled:
        mine: list[Decision] = []
        for day, slot in slots.get(workflow.name, ()):
            # Most slots are long behind, or to come: nothing is said of them.
            if slot.slot_id in under_way or moment.concerns(slot):
                asked, playing = known[day.day], games.get(day.day, ())
                said = list(_slot(moment, workflow, slot, day, asked, playing, config))
                known[day.day] = _asking(asked, workflow, said, config)
                mine += said
        decisions += mine or [_idle(moment, workflow, days)]
    return tuple(decisions)


def _asking(
    day: DayHistory, workflow: Workflow, said: Sequence[Decision], config: Config
) -> DayHistory:
    """The day after this tick's RUNs of a workflow, which the next workflow counts on."""
    for decision in said:
        if decision.action is Action.RUN:
            day = day.covering(game_datasets(workflow, config), decision.target_games)
    return day


def _slot(
    moment: Moment,
    workflow: Workflow,
    slot: Slot,
    day: DayHistory,
    asked: DayHistory,
    games: Sequence[Game],
    config: Config,
) -> Iterator[Decision]:
    """The decision about one slot, if there is anything to say of it at this tick; `asked` is
    the day as if what is under way were there."""
    attempts = day.of_slot(slot.slot_id)
    if attempts and attempts[-1].status is None:
        yield skip(moment, slot, "in_flight", f"{attempts[-1].execution_id} is under way")
        return
    if moment.closes_now(slot):
        # A tick inside the window has said already that a poll is not needed.
        told = satisfied(workflow, slot, day) and not moment.skipped(slot, day.plan.made_at)
        if not attempts and not told:
            wanted = wanted_games(moment, workflow, slot, day, games, config, attempts)
            yield _close(moment, workflow, slot, day, games, wanted)
    elif moment.is_open(slot):
        missing = wanted_games(moment, workflow, slot, day, games, config, attempts)
        wanted = wanted_games(moment, workflow, slot, asked, games, config, attempts)
        if settled(workflow, attempts, missing):
            return
        if missing and not wanted:
            yield skip(moment, slot, "in_flight", f"{len(missing)} games are asked for already")
        else:
            yield _open(moment, workflow, slot, day, games, wanted, attempts)
    elif slot.opens_at <= moment.tick < slot.closes_at:
        if why := satisfied(workflow, slot, day):
            yield skip(moment, slot, "satisfied", why)
            return
        late = f"the clock shows {et(moment.now)}, after the slot's end at {et(slot.closes_at)}"
        yield skip(moment, slot, "clock_past_end", late)


def _open(
    moment: Moment,
    workflow: Workflow,
    slot: Slot,
    day: DayHistory,
    games: Sequence[Game],
    wanted: Sequence[str],
    attempts: Sequence[Attempt],
) -> Decision:
    """RUN, or why not, for a slot that is open and not settled."""
    if not attempts and (why := satisfied(workflow, slot, day)):
        return skip(moment, slot, "satisfied", why)
    if unmet := unmet_needs(workflow, day):
        return skip(moment, slot, "needs_waiting", f"waits for {', '.join(unmet)}")
    clock = isinstance(workflow.trigger, AtClock)
    if clock and not wanted and not attempts:
        if all(is_over(game, moment.tick) for game in games):
            return skip(moment, slot, "nothing_to_do", "every game of the day is obtained")
        over = sum(is_over(game, moment.tick) for game in games)
        why = f"{over} of {len(games)} games are over" + (", all of them obtained" if over else "")
        return skip(moment, slot, "nothing_over", why)
    attempt = len(attempts) + 1
    again = f", attempt {attempt} for what is missing" if attempt > 1 else ""
    what = f", {len(wanted)} games" if clock else ""
    return Decision(
        decision_id=f"{slot.slot_id}.run{attempt}",
        workflow=workflow.name,
        slot=slot,
        game_day=slot.game_day,
        action=Action.RUN,
        reason=f"due at {et(slot.expected_run_time)} ({slot.reason}){what}{again}",
        reason_code="retry" if attempt > 1 else "due",
        priority=workflow.priority,
        attempt=attempt,
        scrapers=slot.scrapers,
        target_date=slot.target_date,
        target_games=tuple(wanted),
        next_check=slot.closes_at,
        context={"games_today": len(games), "late_seconds": _late(moment, slot)},
    )


def _close(
    moment: Moment,
    workflow: Workflow,
    slot: Slot,
    day: DayHistory,
    games: Sequence[Game],
    wanted: Sequence[str],
) -> Decision:
    """What is said, once, of a slot that ended without a run."""
    if why := satisfied(workflow, slot, day):
        return skip(moment, slot, "satisfied", why)
    playing = [game for game in games if not is_over(game, moment.tick)]
    if isinstance(workflow.trigger, AtClock) and not wanted and not playing:
        why = "every game is obtained" if games else "no game of the day counts any more"
        return skip(moment, slot, "nothing_to_do", why)
    unmet = unmet_needs(workflow, day)
    code = "needs_unmet" if unmet else "not_over" if playing and not wanted else "missed"
    why = {
        "needs_unmet": f"{', '.join(unmet)} did not end for {day.day.isoformat()}",
        "not_over": f"{len(playing)} of {len(games)} games were never known to be over",
        "missed": f"no run began between {et(slot.opens_at)} and {et(slot.closes_at)}",
    }[code]
    return Decision(
        decision_id=f"{slot.slot_id}.abort",
        workflow=workflow.name,
        slot=slot,
        game_day=slot.game_day,
        action=Action.ABORT,
        reason=why,
        reason_code=code,
        priority=workflow.priority,
        # What ended before the very first tick was nobody's fault.
        alert_level=AlertLevel.WARNING if moment.previous else AlertLevel.INFO,
        scrapers=slot.scrapers,
        target_date=slot.target_date,
        context={"closes_at": iso(slot.closes_at)},
    )


def _late(moment: Moment, slot: Slot) -> int:
    return max(0, int((moment.tick - slot.expected_run_time).total_seconds()))


def _idle(moment: Moment, workflow: Workflow, days: Sequence[DayHistory]) -> Decision:
    """The row of a workflow without an open slot: when it is next, or why never today."""
    today = day_of_instant(moment.tick)
    slots = [s for day in days for s in day.plan.slots if s.workflow == workflow.name]
    ahead = min((s.opens_at for s in slots if s.opens_at > moment.tick), default=None)
    plan = next((day.plan for day in days if day.day == today), None)
    if ahead is not None:
        code, why = "not_due", f"next at {et(ahead)}"
    elif workflow.needs_games and plan is not None and not plan.games:
        code, why = "no_games", plan.reason
    elif slots:
        code, why = "done_today", f"its {len(slots)} slots are behind"
    else:
        code, why = "no_slot", plan.reason if plan else "the day has no plan"
    return Decision(
        decision_id=f"{today.isoformat()}.{workflow.name}.skip.{stamp(moment.tick)}",
        workflow=workflow.name,
        slot=None,
        game_day=today,
        action=Action.SKIP,
        reason=why,
        reason_code=code,
        priority=workflow.priority,
        target_date=today,
        next_check=ahead,
    )
