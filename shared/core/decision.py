"""A decision: what is said of a workflow or a slot at a tick, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from shared.core.days import stamp
from shared.core.moment import Moment
from shared.core.slots import Slot
from shared.core.workflows import Priority


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


def skip(moment: Moment, slot: Slot, code: str, why: str) -> Decision:
    """The SKIP of a slot at a tick."""
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
