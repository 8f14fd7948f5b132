"""Plans: all slots of a game day. Revision 1 is what was locked; later ones are deltas.

A revision never adds a slot whose closes_at has passed and never touches one that ran. A
change of config adds nothing whose time has come: edits never re-fire the past.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from shared.core.games import Game
from shared.core.slots import Slot, et, slots_of
from shared.core.workflows import (
    AfterEachGame,
    BeforeEachGame,
    BeforeFirstGame,
    Config,
    Discovery,
)

ChangeKind = Literal["added", "moved", "withdrawn", "vetoed", "held"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanGame:
    """What a plan remembers of a game: enough to see that the schedule changed."""

    game_id: str
    tip: datetime
    tip_known: bool
    away: str
    home: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One delta of a revision."""

    change: ChangeKind
    slot: Slot
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """All slots of one game day as of one revision."""

    game_day: date
    revision: int
    #: When this revision was made; for revision 1, when the day was locked.
    made_at: datetime
    made_by: str
    #: The schedule record it was made from ("" when there was none).
    schedule: str
    config_version: str
    games: tuple[PlanGame, ...]
    #: The slots in force, by expected time.
    slots: tuple[Slot, ...]
    reason: str
    #: What this revision changed against the one before.
    changes: tuple[Change, ...] = ()

    def slot(self, slot_id: str) -> Slot | None:
        """The slot in force of that id."""
        return next((slot for slot in self.slots if slot.slot_id == slot_id), None)


def plan_games(games: Sequence[Game]) -> tuple[PlanGame, ...]:
    """The day's games as a plan remembers them, by tip."""
    return tuple(
        PlanGame(
            game_id=game.game_id,
            tip=game.tip,
            tip_known=game.tip_known,
            away=game.away,
            home=game.home,
        )
        for game in games
    )


def all_slots(day: date, games: Sequence[Game], config: Config) -> tuple[Slot, ...]:
    """The slots of every enabled workflow on `day`, by expected time and id."""
    slots = (slot for workflow in config.enabled for slot in slots_of(workflow, day, games))
    return tuple(sorted(slots, key=lambda slot: (slot.expected_run_time, slot.slot_id)))


def make_plan(
    day: date, games: Sequence[Game], config: Config, *, schedule: str, now: datetime, by: str
) -> Plan:
    """Revision 1 of game day `day`; `games` are the day's that count."""
    return Plan(
        game_day=day,
        revision=1,
        made_at=now,
        made_by=by,
        schedule=schedule,
        config_version=config.version,
        games=plan_games(games),
        slots=all_slots(day, games, config),
        reason=plan_reason(games, has_schedule=bool(schedule)),
    )


def plan_reason(games: Sequence[Game], *, has_schedule: bool) -> str:
    """Why the plan looks as it does, in one sentence."""
    if not has_schedule:
        return "no schedule is known: only the workflows that need no games run and fetch it"
    if not games:
        return "no games count on this day: only the workflows that need none"
    tips = sorted(game.tip for game in games if game.tip_known)
    unknown = len(games) - len(tips)
    what = f"{len(games)} game" + ("s" if len(games) > 1 else "")
    when = f", tips {et(tips[0])} to {et(tips[-1])}" if tips else ""
    return what + when + (f", {unknown} still to be set" if unknown else "")


def revise(
    plan: Plan,
    games: Sequence[Game],
    config: Config,
    *,
    schedule: str,
    now: datetime,
    ran: AbstractSet[str],
    by: str,
) -> Plan | None:
    """The next revision of `plan`, or None when games and config are as they were.

    `ran` holds the ids of slots that have an execution.
    """
    same_config = plan.config_version == config.version
    same_games = _anchors(plan_games(games)) == _anchors(plan.games)
    if same_games and same_config:
        return None
    fresh = {slot.slot_id: slot for slot in all_slots(plan.game_day, games, config)}
    old = {slot.slot_id: slot for slot in plan.slots}
    why = "the schedule changed" if same_config else "the configuration changed"
    gone = [slot for key, slot in old.items() if key not in fresh]
    kept, withdrawn = _keep(gone, ran=ran, now=now, why=why)
    added = [
        slot
        for key, slot in fresh.items()
        if key not in old
        and _may_add(slot, now, edited=not same_config and (same_games or not moves(slot, config)))
    ]
    held = {change.slot.slot_id: change.slot for change in kept}
    in_force = {
        key: old[key] if key in ran or _is_past(old[key], fresh[key], now) else fresh[key]
        for key in fresh.keys() & old.keys()
    }
    changed = [slot for key, slot in in_force.items() if _window(slot) != _window(old[key])]
    changes = _pair(withdrawn, added, why) + kept + [_rewound(slot, why) for slot in changed]
    in_force |= held | {slot.slot_id: slot for slot in added}
    return replace(
        plan,
        revision=plan.revision + 1,
        made_at=now,
        made_by=by,
        schedule=schedule,
        config_version=config.version,
        games=plan_games(games),
        slots=tuple(
            sorted(in_force.values(), key=lambda slot: (slot.expected_run_time, slot.slot_id))
        ),
        reason=plan_reason(games, has_schedule=bool(schedule)),
        changes=tuple(changes),
    )


def _anchors(games: Sequence[PlanGame]) -> list[tuple[str, datetime, bool]]:
    """What slots hang on: which games, when, and whether that is known."""
    return sorted((game.game_id, game.tip, game.tip_known) for game in games)


def _window(slot: Slot) -> tuple[datetime, datetime]:
    return slot.opens_at, slot.closes_at


def _rewound(slot: Slot, why: str) -> Change:
    """A slot that stays, with other ends."""
    return Change(change="moved", slot=slot, reason=f"{why}; useful until {et(slot.closes_at)}")


def _is_past(old: Slot, fresh: Slot, now: datetime) -> bool:
    """Whether either end lies behind: a slot is not opened again, nor ended unseen."""
    return old.closes_at <= now or fresh.closes_at <= now


def moves(slot: Slot, config: Config) -> bool:
    """Whether the slot hangs on tips: then a change of games alone may have made it."""
    trigger = config.workflows[slot.workflow].trigger
    return isinstance(trigger, BeforeFirstGame | BeforeEachGame | AfterEachGame | Discovery)


def _may_add(slot: Slot, now: datetime, *, edited: bool) -> bool:
    return slot.closes_at > now and (not edited or slot.expected_run_time > now)


def _keep(
    gone: Sequence[Slot], *, ran: AbstractSet[str], now: datetime, why: str
) -> tuple[list[Change], list[Slot]]:
    """Which slots that the fresh plan lacks stay (they ran or their time is over)."""
    kept: list[Change] = []
    withdrawn: list[Slot] = []
    for slot in gone:
        if slot.slot_id in ran:
            kept.append(Change(change="held", slot=slot, reason=f"{why}; it ran already"))
        elif slot.closes_at <= now:
            kept.append(Change(change="held", slot=slot, reason=f"{why}; it is closed"))
        else:
            withdrawn.append(slot)
    return kept, withdrawn


def _pair(withdrawn: Sequence[Slot], added: Sequence[Slot], why: str) -> list[Change]:
    """Withdrawn and added slots as changes; one of the same workflow replaced is `moved`."""
    changes: list[Change] = []
    waiting: dict[tuple[str, str | None], list[Slot]] = {}
    for slot in added:
        waiting.setdefault((slot.workflow, slot.game_id), []).append(slot)
    for slot in withdrawn:
        heirs = waiting.get((slot.workflow, slot.game_id), [])
        heir = heirs.pop(0) if heirs else None
        to = f", moved to {et(heir.expected_run_time)}" if heir else ""
        changes.append(Change(change="withdrawn", slot=slot, reason=why + to))
        if heir:
            was = f"{why}; was {et(slot.expected_run_time)}"
            changes.append(Change(change="moved", slot=heir, reason=was))
    rest = (slot for heirs in waiting.values() for slot in heirs)
    changes += [Change(change="added", slot=slot, reason=why) for slot in rest]
    return changes
