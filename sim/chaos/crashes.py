"""Every crash point of a game day: an instance dies before and after each of its external calls.

The day is played once without a fault. Then, at each call in turn, the process is forked: the
child's instance dies there, its delivery comes again when the ack deadline has passed, two more
sweeps go over what it left, and everything that the world then holds is compared with what the
undisturbed day held at that instant. A child costs what comes after its crash and not the day.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import takewhile
from typing import Literal

from shared.config import load_config
from shared.core.calendar import Calendar
from shared.core.days import wall
from shared.messages import CLEANUP_TICK
from shared.settings import Settings
from sim.chaos.deliveries import Call
from sim.chaos.engine import ACK_DEADLINE, Handler
from sim.chaos.faults import Faults, Kind
from sim.chaos.instants import MINUTE, instant_of, micros
from sim.chaos.league import span
from sim.chaos.ledger import Fact, Ledger
from sim.chaos.scenario import Scenario
from sim.chaos.world import Stage, handlers, set_up

#: Sweeps that may go by after the redelivery.
SWEEPS = 2
#: Worlds are compared at these minutes after a quarter of an hour: what ticks began has ended.
REST = 12 * MINUTE
QUARTER = 15 * MINUTE

Moment = Literal["before", "after"]
MOMENTS: tuple[Moment, ...] = ("before", "after")
_KINDS = {"before": Kind.CRASH_BEFORE, "after": Kind.CRASH_AFTER}


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """What is played, and where in it instances die."""

    day: date
    calendar: Calendar
    settings: Settings
    #: ET wall times, the second one of the next date: calls in between are crash points.
    since: time = time(5)
    until: time = time(5)
    #: Every how many-th call is a crash point.
    every: int = 1
    #: What handles the deliveries, found in each process.
    functions: Callable[[], Mapping[str, Handler]] = handlers

    def window(self) -> tuple[int, int]:
        """The instants between which instances die."""
        after = self.day + timedelta(days=1)
        return micros(wall(self.day, self.since)), micros(wall(after, self.until))


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One crash, and in what the world then differed from the undisturbed one."""

    function: str
    topic: str
    #: The port and its method: state.create_once.
    call: str
    moment: Moment
    at: str
    different: tuple[str, ...]


class OneCrash(Faults):
    """No fault but the crash that a probe plans."""

    def at_port(self, key: str) -> None:
        """None of its own."""

    def strike(self, kind: Kind, key: str, at: int, what: str) -> bool:
        """Only crashes."""
        return kind in _KINDS.values() and super().strike(kind, key, at, what)


def play(stretch: Stretch, shard: int, shards: int, tell: Callable[[Point], None]) -> None:
    """The points of one shard of `shards`, each told when its world was compared.

    It forks: the process must have no other thread.
    """
    undisturbed = _Undisturbed(stretch)
    _Disturbed(stretch, undisturbed, shard, shards, tell).play()


def _stage(stretch: Stretch) -> Stage:
    scenario = Scenario(
        seed=0,
        days=(stretch.day,),
        games=stretch.calendar.all_on(stretch.day),
        kinds=frozenset(_KINDS.values()),
    )
    _, _, end = span(scenario.days)
    config = load_config(stretch.settings.config)
    faults = OneCrash(0, kinds=scenario.kinds, quiet_from=end)
    stage = set_up(scenario, config, stretch.settings, faults, steady=True)
    stage.engine.handlers = stretch.functions()
    return stage


class _Undisturbed:
    """The day as it goes when nothing dies: what it holds at each instant of rest."""

    def __init__(self, stretch: Stretch) -> None:
        stage = _stage(stretch)
        ledger = Ledger(stage)
        self.marks: list[int] = list(_marks(stage))
        self.at: dict[int, frozenset[Fact]] = {}
        self.sweeps = sorted(
            {sent.at for sent in stage.bus.sent if sent.message.topic == CLEANUP_TICK}
        )
        for mark in self.marks:
            stage.engine.run(mark)
            if stage.engine.at_rest():
                self.at[mark] = ledger.catch_up()

    def horizon(self, crash: int) -> int | None:
        """Where a world that crashed at `crash` is compared: after redelivery and sweeps."""
        later = [at for at in self.sweeps if at >= crash + ACK_DEADLINE]
        if len(later) < SWEEPS:
            return None
        return next((mark for mark in self.at if mark > later[SWEEPS - 1]), None)


def _marks(stage: Stage) -> Iterator[int]:
    first = -(-stage.start // QUARTER) * QUARTER + REST
    return takewhile(lambda at: at < stage.end, (first + n * QUARTER for n in range(10**6)))


class _Disturbed:
    """The same day again; at each of its calls a child goes its own way."""

    def __init__(
        self,
        stretch: Stretch,
        undisturbed: _Undisturbed,
        shard: int,
        shards: int,
        tell: Callable[[Point], None],
    ) -> None:
        self._stage = _stage(stretch)
        self._ledger = Ledger(self._stage)
        self._undisturbed = undisturbed
        self._window = stretch.window()
        self._every, self._shard, self._shards = stretch.every, shard, shards
        self._calls = 0
        self._tell = tell
        #: In a child: where its answer goes, and when it is due.
        self._pipe = -1
        self._horizon = 0
        self._stage.engine.probe = self._probe

    def play(self) -> None:
        """Play the day; each point is told when its child was compared."""
        gc.freeze()
        try:
            self._on()
        except BaseException:
            # A child must not go on as if it were its parent, whatever happened to it.
            if self._horizon:
                os._exit(1)
            raise

    def _on(self) -> None:
        for mark in self._undisturbed.marks:
            self._stage.engine.run(mark)
            if self._horizon == mark:
                self._report(mark)
            if not self._horizon and mark > self._window[1]:
                break

    def _probe(self, call: Call, what: str) -> None:
        now = self._stage.engine.now
        if self._horizon or not self._window[0] <= now < self._window[1]:
            return
        self._calls += 1
        # Neighbours lie in different processes: what is dear is shared fairly.
        if self._calls % self._every or self._calls // self._every % self._shards != self._shard:
            return
        horizon = self._undisturbed.horizon(now)
        if horizon is None:
            return
        self._ledger.catch_up()
        for moment in MOMENTS:
            if self._fork(horizon):
                call.strike, call.strike_at = _KINDS[moment], call.calls
                return
            sent = call.delivery.sent
            self._tell(
                Point(
                    function=call.delivery.function,
                    topic=sent.message.topic,
                    call=what,
                    moment=moment,
                    at=f"{instant_of(now):%Y-%m-%d %H:%M:%S}",
                    different=self._answer(),
                )
            )

    def _fork(self, horizon: int) -> bool:
        """Whether this is the child."""
        reading, writing = os.pipe()
        if os.fork():
            os.close(writing)
            self._pipe = reading
            return False
        os.close(reading)
        # What the child does not touch is never copied.
        gc.disable()
        self._pipe, self._horizon = writing, horizon
        return True

    def _answer(self) -> tuple[str, ...]:
        with os.fdopen(self._pipe) as pipe:
            text = pipe.read()
        os.wait()
        return tuple(json.loads(text)) if text else ("the world did not reach its end",)

    def _report(self, mark: int) -> None:
        """End the child: say in what its world differs, and be gone."""
        stage = self._stage
        different = _differences(self._undisturbed.at[mark], self._ledger.catch_up())
        different += [f"dead letter of {each.function}" for each in stage.engine.dead]
        different += [f"{function}: {text}" for function, text in stage.engine.surprises]
        different += stage.engine.refused
        if not stage.engine.at_rest():
            different.append("messages are still under way")
        if not stage.engine.crashes:
            different.append("no instance died")
        with os.fdopen(self._pipe, "w") as pipe:
            pipe.write(json.dumps(different))
        os._exit(0)


def _differences(right: frozenset[Fact], found: frozenset[Fact]) -> list[str]:
    if right == found:
        return []
    named: dict[tuple[str, str], list[str]] = {}
    for sign, facts in (("-", right - found), ("+", found - right)):
        for where, name, text in facts:
            named.setdefault((where, name), []).append(f"{sign} {text}")
    return [f"{where} {name}: {' '.join(texts)}" for (where, name), texts in sorted(named.items())]
