"""Telling operators: each condition once, however often it is looked at, by whichever instance.

    alerts/<condition>/0001.json         it began: create-once, so that one instance tells it
    alerts/<condition>/0001.json.done    it was told
    alerts/<condition>/0001.ended        it is over; if it comes back, that is 0002

An instance that dies between the record and the log line leaves no `.done`: the next look after
ten minutes tells it, once more at worst.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared import records
from shared.core.alerts import Alert, alerts
from shared.core.ports import Stored
from shared.watching import Memory, facts_at
from shared.world import World

PREFIX = "alerts/"
ENDED = ".ended"
#: A record this old without `.done` was never told.
STALE = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """What is kept of a condition: the alert as it was when it began."""

    alert: Alert
    at: datetime


def watch(world: World) -> Sequence[Alert]:
    """Look, and tell what began and what is over. Returns the alerts that stand."""
    if not world.watched:
        return ()
    now = world.clock.now()
    memory = world.once("watching", Memory)
    found = alerts(facts_at(world.state, world.config, now, memory=memory))
    tell(world, found, now)
    return found


def tell(world: World, found: Sequence[Alert], now: datetime) -> None:
    """Log each alert whose condition is new, and each condition that is over."""
    known = _newest(world.state.list(PREFIX))
    for alert in found:
        last = known.get(alert.condition)
        if last is None or last.ended:
            _begin(world, alert, now, (last.number if last else 0) + 1)
        elif not last.told and now - last.stored.created_at >= STALE:
            _say(world, alert, last.stored.name)
    standing = {alert.condition for alert in found}
    for name, last in known.items():
        if name not in standing and not last.ended:
            _end(world, name, last)


@dataclass(slots=True)
class _Last:
    """The newest time that a condition began."""

    number: int
    stored: Stored
    told: bool = False
    ended: bool = False


def _newest(listing: Sequence[Stored]) -> dict[str, _Last]:
    found: dict[str, _Last] = {}
    # In order of names: 0001.ended, 0001.json, 0001.json.done.
    ended = {s.name for s in listing if s.name.endswith(ENDED)}
    done = {s.name for s in listing if s.name.endswith(records.DONE)}
    for stored in listing:
        if stored.name.endswith(".json"):
            condition, _, number = stored.name[len(PREFIX) : -len(".json")].rpartition("/")
            found[condition] = _Last(
                number=int(number),
                stored=stored,
                told=stored.name + records.DONE in done,
                ended=stored.name.removesuffix(".json") + ENDED in ended,
            )
    return found


def _begin(world: World, alert: Alert, now: datetime, number: int) -> None:
    name = f"{PREFIX}{alert.condition}/{number:04d}.json"
    made = records.create(world.state, name, Condition(alert=alert, at=now))
    if made.created:
        _say(world, alert, name)


def _say(world: World, alert: Alert, name: str) -> None:
    world.log.write(
        alert.severity.value,
        f"{alert.code}: {alert.message}",
        {
            "action": "alert",
            "alert": alert.code,
            "condition": alert.condition,
            "since": alert.since.isoformat(),
            "evidence": list(alert.evidence),
            "runbook": alert.look,
        },
    )
    records.mark_done(world.state, name)


def _end(world: World, condition: str, last: _Last) -> None:
    name = last.stored.name.removesuffix(".json") + ENDED
    if world.state.create_once(name, b"{}").created:
        world.log.info(
            f"over: {condition}", action="alert_over", alert=condition.partition(".")[0],
            condition=condition,
        )  # fmt: skip
