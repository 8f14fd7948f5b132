"""The engine: one virtual clock, one heap of deliveries, handlers that overlap.

Time passes at port calls and while a handler sleeps. A delivery that comes due meanwhile is
handled inside that call, by another instance: so handlers overlap as they do in the cloud, in
an order that the seed alone decides. An instance that crashes is lost with all it remembered,
and its delivery comes again after the ack deadline.
"""

from __future__ import annotations

import heapq
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from shared.core.errors import BadInput
from shared.core.workflows import Config
from shared.errors import PortUnavailable
from shared.messages import TICKS, Event
from shared.topology import routes
from shared.world import World
from sim.chaos.deliveries import Call, Delivery, backoff, may_be_lost
from sim.chaos.faults import Faults, Kind, Spell
from sim.chaos.instants import MINUTE, SECOND
from sim.chaos.luck import Draw

T = TypeVar("T")

#: What one port call takes.
CALL = 3_000
#: Handlers inside each other at most; deeper ones wait.
DEPTH = 6

ACK_DEADLINE = 600 * SECOND
MAX_ATTEMPTS = 30

Handler = Callable[[Event, World], None]


class Crash(BaseException):
    """The instance is gone; no handler can catch this."""


class Engine:
    """Delivers what is on the heap until an instant, and breaks what the faults say."""

    def __init__(
        self,
        config: Config,
        faults: Faults,
        handlers: Mapping[str, Handler],
        start: int,
    ) -> None:
        self.now = start
        self.faults = faults
        self.handlers = handlers
        self.targets: dict[str, list[str]] = {}
        for topic, function in routes(config):
            self.targets.setdefault(topic, []).append(function)
        #: Makes a world for a new instance of a function; set by the world's builder.
        self.build: Callable[[str], World] = _no_world
        self._spells: dict[tuple[Kind, str], list[Spell]] = {}
        self._ports_down = False
        self.stack: list[Call] = []
        self.dead: list[Delivery] = []
        #: Exceptions that no entry point should let out: (function, text).
        self.surprises: list[tuple[str, str]] = []
        self.refused: list[str] = []
        self.deliveries = 0
        self.crashes = 0
        #: Sees every port call as it begins, and may set its strike.
        self.probe: Callable[[Call, str], None] | None = None
        #: When another configuration was deployed: from then on new instances take over.
        self.edits: Sequence[int] = ()
        self._idle: dict[tuple[str, int], list[World]] = {}
        self._heap: list[tuple[int, int, Delivery, bool]] = []
        self._seq = 0

    # --- time ------------------------------------------------------------------------------

    def push(self, at: int, delivery: Delivery) -> None:
        """Deliver at `at`, or as soon as possible after it."""
        self._seq += 1
        heapq.heappush(self._heap, (at, self._seq, delivery, False))

    def run(self, until: int) -> None:
        """Deliver everything that is due before `until`."""
        heap = self._heap
        while heap and heap[0][0] < until:
            self._next()
        self.now = max(self.now, until)

    def spend(self, micros: int) -> None:
        """Let time pass inside a handler; what comes due is handled inside it."""
        until = self.now + micros
        heap = self._heap
        while heap and heap[0][0] <= until and len(self.stack) < DEPTH:
            self._next()
        self.now = max(self.now, until)

    def _next(self) -> None:
        at, _, delivery, is_deadline = heapq.heappop(self._heap)
        if is_deadline:
            if delivery.held:
                delivery.held = False
                self._again(delivery, at)
            return
        self.now = max(self.now, at)
        self._deliver(delivery)

    def at_rest(self) -> bool:
        """Whether nothing is under way: only ticks are to come, and no delivery is held."""
        return not any(
            delivery.held if is_deadline else delivery.sent.message.topic not in TICKS
            for _, _, delivery, is_deadline in self._heap
        )

    # --- deliveries ------------------------------------------------------------------------

    def _again(self, delivery: Delivery, at: int) -> None:
        if delivery.attempt >= MAX_ATTEMPTS:
            self.dead.append(delivery)
            return
        draw = Draw(self.faults.seed, "again", delivery.key)
        # Of a file's announcement only the first two may be lost: repairs are few.
        if self.faults.chance(draw.share(), 0.08) and may_be_lost(delivery.sent.message):
            text = f"{delivery.function} {delivery.sent.message.topic} after {delivery.attempt}"
            if self.faults.strike(Kind.ABANDONED, delivery.key, self.now, text):
                return
        self.push(
            at, Delivery(delivery.sent, delivery.function, delivery.copy, delivery.attempt + 1)
        )

    def _deliver(self, delivery: Delivery) -> None:
        self.deliveries += 1
        function = delivery.function
        if self._down(Kind.FUNCTION_DOWN, function):
            self._again(delivery, self.now + backoff(delivery.attempt))
            return
        delivery.held = True
        self._seq += 1
        heapq.heappush(self._heap, (self.now + ACK_DEADLINE, self._seq, delivery, True))
        call = Call(delivery)
        struck = self.faults.at_port(delivery.key)
        if struck is not None:
            call.strike, call.strike_at = struck
        revision = sum(at <= self.now for at in self.edits)
        idle = self._idle.setdefault((function, revision), [])
        world = idle.pop() if idle else self.build(function)
        self.stack.append(call)
        try:
            self.handlers[function](delivery.sent.event(), world)
        except Crash:
            self.crashes += 1
            return
        except BadInput as e:
            self.refused.append(f"{function}: {e}")
            delivery.held = False
        except Exception as e:  # noqa: BLE001 the framework answers 500, whatever it was
            if not isinstance(e, PortUnavailable):
                self.surprises.append((function, traceback.format_exc(limit=-4)))
            if delivery.held:
                delivery.held = False
                self._again(delivery, self.now + backoff(delivery.attempt))
        else:
            delivery.held = False
        finally:
            self.stack.pop()
        idle.append(world)

    # --- port calls ------------------------------------------------------------------------

    def call(self, what: str, do: Callable[[], T], half: Callable[[], None] | None = None) -> T:
        """One port call of the handler at work, which may fail in one of the ways there are.

        `half` does a part of the work: for calls that may fail in the middle.
        """
        return self.struck(what, do, half) if self.step(what) else do()

    def step(self, what: str) -> bool:
        """Begin one port call: time passes, its port may be down. Whether it is to be struck."""
        stack = self.stack
        if not stack:
            return False
        until = self.now + CALL
        heap = self._heap
        if heap and heap[0][0] <= until:
            self.spend(CALL)
        else:
            self.now = until
        call = stack[-1]
        call.calls += 1
        if self.probe is not None:
            self.probe(call, what)
        if self._ports_down and self._down(Kind.PORT_DOWN, what.partition(".")[0]):
            raise PortUnavailable(f"{what}: 503")
        return call.calls == call.strike_at

    def struck(self, what: str, do: Callable[[], T], half: Callable[[], None] | None = None) -> T:
        """A port call that is to be struck, if its fault may strike."""
        call = self.stack[-1]
        key = call.delivery.key
        text = f"{call.delivery.function} {call.delivery.sent.message.topic} at {what}"
        if call.strike is None or not self.faults.strike(call.strike, key, self.now, text):
            return do()
        match call.strike:
            case Kind.ERROR_BEFORE:
                raise PortUnavailable(f"{what}: not reached")
            case Kind.CRASH_BEFORE:
                raise Crash(what)
            case Kind.STALL:
                # Longer than the ack deadline at times: then the message is handled twice at once.
                draw = Draw(self.faults.seed, "stall", call.delivery.key)
                self.spend(int(draw.between(1, 25) * MINUTE))
                return do()
            case Kind.PARTIAL if half is not None:
                half()
                raise PortUnavailable(f"{what}: a part went through")
            case Kind.CRASH_AFTER:
                do()
                raise Crash(what)
            case _:
                do()
                raise PortUnavailable(f"{what}: timed out after it was done")

    def suffer(self, spells: Sequence[Spell]) -> None:
        """These are the spells of ports, functions and topics."""
        for spell in spells:
            self._spells.setdefault((spell.kind, spell.what), []).append(spell)
        self._ports_down = any(spell.kind is Kind.PORT_DOWN for spell in spells)

    def spell_of(self, kind: Kind, what: str, at: int) -> Spell | None:
        """The spell of `what` that goes on at `at`."""
        for spell in self._spells.get((kind, what), ()):
            if spell.since <= at < spell.until:
                return spell
        return None

    def _down(self, kind: Kind, what: str) -> bool:
        for spell in self._spells.get((kind, what), ()):
            if spell.since <= self.now < spell.until and self.faults.strike(
                kind, spell.key, self.now, what
            ):
                return True
        return False


def _no_world(function: str) -> World:
    raise BadInput("engine", f"no world for {function}", "one that was built")
