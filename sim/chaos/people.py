"""What people do in the midst of a day: they edit the configuration, and run things by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta

from shared.core.days import wall
from shared.core.messages import RunRequest
from shared.core.ports import Message
from shared.core.workflows import AtClock, Config, Daily, Discovery, Trigger, Workflow
from shared.messages import RUN_DECISIONS, message
from sim.chaos.faults import Faults, Kind
from sim.chaos.instants import MINUTE, micros
from sim.chaos.luck import Draw

#: Odds a day.
EDITS, RUNS = 0.08, 0.12


def edits(faults: Faults, config: Config, days: Sequence[date]) -> list[tuple[int, Config]]:
    """From which instants on which configuration is deployed, the first one not included."""
    found: list[tuple[int, Config]] = []
    for day in days:
        draw = Draw(faults.seed, "edit", day)
        if not faults.chance(draw.share(), EDITS):
            continue
        at = _between(day, draw.share())
        can = [w for w in config.enabled if _edited(w.trigger, 1) is not None]
        if not can:
            continue
        chosen = can[draw.below(len(can))]
        hours = (-1, 1, 2)[draw.below(3)]
        if faults.strike(Kind.CONFIG_EDITED, str(day), at, f"{chosen.name} {hours:+d} h"):
            config = _with(config, chosen, hours, f"{config.version[:8]}e{len(found):03d}")
            found.append((at, config))
    return found


def _with(config: Config, workflow: Workflow, hours: int, version: str) -> Config:
    trigger = _edited(workflow.trigger, hours) or workflow.trigger
    workflows = {**config.workflows, workflow.name: replace(workflow, trigger=trigger)}
    return replace(config, version=version, workflows=workflows)


def _edited(trigger: Trigger, hours: int) -> Trigger | None:
    """The trigger with its window's end moved; None for one that has no such end."""
    match trigger:
        case Daily(end=end):
            return replace(trigger, end=_moved(end, hours))
        case Discovery(end=time() as end):
            return replace(trigger, end=_moved(end, hours))
        case AtClock(useful_until=until):
            return replace(trigger, useful_until=_moved(until, hours))
        case _:
            return None


def _moved(at: time, hours: int) -> time:
    return at.replace(hour=(at.hour + hours) % 24)


def by_hand(faults: Faults, config: Config, days: Sequence[date]) -> list[tuple[int, Message]]:
    """The runs that are asked for by hand, and when."""
    found: list[tuple[int, Message]] = []
    for day in days:
        draw = Draw(faults.seed, "by hand", day)
        if not faults.chance(draw.share(), RUNS):
            continue
        at = _between(day, draw.share())
        workflow = config.enabled[draw.below(len(config.enabled))]
        before = draw.share() < 0.3
        request = RunRequest(
            workflow=workflow.name,
            target_date=day - timedelta(days=1) if before else None,
            fresh=draw.share() < 0.3,
        )
        if faults.strike(Kind.RUN_BY_HAND, str(day), at, workflow.name):
            found.append((at, message(RUN_DECISIONS, request)))
    return found


def _between(day: date, share: float) -> int:
    """An instant from 05:30 ET to the next 05:30, on a whole minute and 17 seconds."""
    minutes = 30 + int(share * 24 * 60)
    return micros(wall(day, time(5))) + minutes * MINUTE + 17 * (MINUTE // 60)
