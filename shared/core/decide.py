"""Deciding: RUN, SKIP or ABORT for every workflow at a tick, each with its reason.

Pure: the same tick, clock and history give the same decisions with the same ids. One row per
enabled workflow and tick, plus one for each further slot that is due, in flight or missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from shared.core.days import day_of_instant, iso, stamp
from shared.core.games import Game
from shared.core.history import NOTHING, Attempt, DayHistory
from shared.core.resolve import is_over, was_over
from shared.core.slots import Slot, et
from shared.core.workflows import AtClock, Config, Discovery, Priority, Workflow


class Action(StrEnum):
    """What a decision says."""

    RUN = "RUN"
    SKIP = "SKIP"
    ABORT = "ABORT"


class AlertLevel(StrEnum):
    """How loudly a decision is to be heard."""

    NONE = "NONE"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One decision; `reason_code` is for machines, `reason` for people."""

    decision_id: str
    workflow: str
    slot: Slot | None
    game_day: date
    action: Action
    reason: str
    reason_code: str
    priority: Priority
    alert_level: AlertLevel = AlertLevel.NONE
    attempt: int = 0
    scrapers: tuple[str, ...] = ()
    target_date: date
    #: The games a RUN asks for.
    target_games: tuple[str, ...] = ()
    next_check: datetime | None = None
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A tick, the clock, and the tick before: who closes what is decided by these alone."""

    tick: datetime
    now: datetime
    #: The newest earlier tick that was decided; None when there is none.
    previous: datetime | None

    def closes_now(self, slot: Slot) -> bool:
        """Whether this is the first tick at or after the slot's end: ABORT is said once."""
        ended = slot.closes_at <= self.tick
        return ended and (self.previous is None or self.previous < slot.closes_at)

    def concerns(self, slot: Slot) -> bool:
        """Whether the slot is open by its window, or ends now."""
        return slot.opens_at <= self.tick < slot.closes_at or self.closes_now(slot)

    def skipped(self, slot: Slot) -> bool:
        """Whether no tick fell inside the slot, as far as the tick before tells."""
        return self.previous is None or self.previous < slot.opens_at

    def is_open(self, slot: Slot) -> bool:
        """Whether tick and clock both lie inside [opens_at, closes_at)."""
        return slot.opens_at <= self.tick < slot.closes_at and self.now < slot.closes_at


def decide(
    moment: Moment,
    days: Sequence[DayHistory],
    games: Mapping[date, Sequence[Game]],
    config: Config,
) -> tuple[Decision, ...]:
    """The decisions of one tick. `days` are the open game days, oldest first; `games` are
    their games that count, in the newest schedule."""
    known = {day.day: _in_flight(day, config) for day in days}
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


def _in_flight(day: DayHistory, config: Config) -> DayHistory:
    """The day as if what is under way were there: it is not asked for a second time."""
    for attempt in day.attempts:
        if attempt.status is None and attempt.workflow in config.workflows:
            datasets = _game_datasets(config.workflows[attempt.workflow], config)
            day = day.covering(datasets, attempt.games)
    return day


def _asking(
    day: DayHistory, workflow: Workflow, said: Sequence[Decision], config: Config
) -> DayHistory:
    """The day after this tick's RUNs of a workflow, which the next workflow counts on."""
    for decision in said:
        if decision.action is Action.RUN:
            day = day.covering(_game_datasets(workflow, config), decision.target_games)
    return day


def _game_datasets(workflow: Workflow, config: Config) -> list[str]:
    """The workflow's datasets that are measured by games."""
    scrapers = (config.scrapers[name] for name in workflow.scrapers)
    return [scraper.dataset for scraper in scrapers if scraper.expects == "games"]


def taken_up(decision: Decision, tick: datetime) -> Decision:
    """What is said in place of an ABORT when the slot's RUN was taken up at the last moment."""
    return replace(
        decision,
        decision_id=_skip_id(decision.slot.slot_id if decision.slot else "", tick),
        action=Action.SKIP,
        reason="its RUN was taken up as it closed",
        reason_code="in_flight",
        alert_level=AlertLevel.NONE,
    )


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
        yield _skip(moment, slot, "in_flight", f"{attempts[-1].execution_id} is under way")
        return
    if moment.closes_now(slot):
        # A tick inside the window has said already that a poll is not needed.
        told = _satisfied(workflow, slot, day) and not moment.skipped(slot)
        if not attempts and not told:
            wanted = wanted_games(moment, workflow, slot, day, games, config, attempts)
            yield _close(moment, workflow, slot, day, games, wanted)
    elif moment.is_open(slot):
        missing = wanted_games(moment, workflow, slot, day, games, config, attempts)
        wanted = wanted_games(moment, workflow, slot, asked, games, config, attempts)
        if _settled(workflow, attempts, missing):
            return
        if missing and not wanted:
            yield _skip(moment, slot, "in_flight", f"{len(missing)} games are asked for already")
        else:
            yield _open(moment, workflow, slot, day, games, wanted, attempts)
    elif slot.opens_at <= moment.tick < slot.closes_at:
        if why := _satisfied(workflow, slot, day):
            yield _skip(moment, slot, "satisfied", why)
            return
        late = f"the clock shows {et(moment.now)}, after the slot's end at {et(slot.closes_at)}"
        yield _skip(moment, slot, "clock_past_end", late)


def wanted_games(
    moment: Moment,
    workflow: Workflow,
    slot: Slot,
    day: DayHistory,
    games: Sequence[Game],
    config: Config,
    attempts: Sequence[Attempt],
) -> tuple[str, ...]:
    """The games a RUN of this slot would ask for, by id.

    A clock slot asks for the games that are over and not obtained in each of its datasets;
    its first RUN fixes them. A per-game slot asks for its game; any other for all games.
    """
    if slot.game_id is not None:
        ids = [slot.game_id]
    elif not isinstance(workflow.trigger, AtClock):
        return tuple(game.game_id for game in games)
    elif attempts:
        # What was over at the first RUN stays asked for, also what another window had asked for
        # at that moment.
        first = attempts[0]
        ids = [
            g.game_id for g in games if g.game_id in first.games or was_over(g, first.created_at)
        ]
    else:
        ids = [game.game_id for game in games if is_over(game, moment.tick)]
    datasets = _game_datasets(workflow, config)
    have = [day.covered.get(dataset, NOTHING) for dataset in datasets]
    still = {game.game_id for game in games}
    missing = [i for i in ids if i in still and any(i not in got for got in have)]
    return tuple(sorted(missing if datasets else (i for i in ids if i in still)))


def _settled(workflow: Workflow, attempts: Sequence[Attempt], wanted: Sequence[str]) -> bool:
    """Whether an open slot needs no further attempt."""
    if not attempts:
        return False
    if len(attempts) >= workflow.attempts:
        return True
    if isinstance(workflow.trigger, AtClock):
        return not wanted
    return attempts[-1].status == "completed"


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
    if not attempts and (why := _satisfied(workflow, slot, day)):
        return _skip(moment, slot, "satisfied", why)
    if unmet := _unmet(workflow, day):
        return _skip(moment, slot, "needs_waiting", f"waits for {', '.join(unmet)}")
    clock = isinstance(workflow.trigger, AtClock)
    if clock and not wanted and not attempts:
        if all(is_over(game, moment.tick) for game in games):
            return _skip(moment, slot, "nothing_to_do", "every game of the day is obtained")
        over = sum(is_over(game, moment.tick) for game in games)
        why = f"{over} of {len(games)} games are over" + (", all of them obtained" if over else "")
        return _skip(moment, slot, "nothing_over", why)
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
    if why := _satisfied(workflow, slot, day):
        return _skip(moment, slot, "satisfied", why)
    playing = [game for game in games if not is_over(game, moment.tick)]
    if isinstance(workflow.trigger, AtClock) and not wanted and not playing:
        why = "every game is obtained" if games else "no game of the day counts any more"
        return _skip(moment, slot, "nothing_to_do", why)
    unmet = _unmet(workflow, day)
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


def _satisfied(workflow: Workflow, slot: Slot, day: DayHistory) -> str | None:
    """Why a discovery's later polls are not needed: an earlier one found everything."""
    trigger = workflow.trigger
    if not isinstance(trigger, Discovery) or trigger.refresh:
        return None
    done = [a for a in day.of_workflow(workflow.name) if a.good and a.slot_id != slot.slot_id]
    found = [a for a in done if set(workflow.scrapers) <= set(a.obtained)]
    return f"found by {found[0].execution_id}" if found else None


def _unmet(workflow: Workflow, day: DayHistory) -> list[str]:
    return [need for need in workflow.needs if not any(a.good for a in day.of_workflow(need))]


def _late(moment: Moment, slot: Slot) -> int:
    return max(0, int((moment.tick - slot.expected_run_time).total_seconds()))


def _skip(moment: Moment, slot: Slot, code: str, why: str) -> Decision:
    return Decision(
        decision_id=_skip_id(slot.slot_id, moment.tick),
        workflow=slot.workflow,
        slot=slot,
        game_day=slot.game_day,
        action=Action.SKIP,
        reason=why,
        reason_code=code,
        priority=slot.priority,
        scrapers=slot.scrapers,
        target_date=slot.target_date,
        next_check=slot.closes_at,
    )


def _skip_id(slot_id: str, tick: datetime) -> str:
    return f"{slot_id}.skip.{stamp(tick)}"


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
