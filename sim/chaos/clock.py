"""What an instance is handed of the engine's time: a clock of its own, and pools."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sim.chaos.engine import Crash, Engine
from sim.chaos.instants import EPOCH, SECOND

T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True)
class EngineClock:
    """An instance's clock: the virtual time, a little wrong."""

    engine: Engine
    #: Microseconds by which it is ahead.
    skew: int = 0
    #: Inside a pool: what its items slept, to be spent at once.
    slept: list[float] = field(default_factory=list)
    pooled: bool = False

    def now(self) -> datetime:
        """The instant, in UTC, as this instance believes it to be."""
        return EPOCH + timedelta(0, 0, self.engine.now + self.skew)

    def sleep(self, seconds: float) -> None:
        """Let virtual seconds pass."""
        if self.pooled:
            self.slept[-1] += max(0.0, seconds)
        else:
            self.engine.spend(int(max(0.0, seconds) * SECOND))

    def at(self, instant: datetime) -> AbstractContextManager[None]:
        """Nothing: all time here is the engine's."""
        del instant
        return nullcontext()

    @property
    def simulated(self) -> bool:
        """Always."""
        return True


@dataclass(slots=True)
class EnginePool:
    """A source's threads: so many items at once take as long as the slowest of them."""

    clock: EngineClock
    threads: int

    def map(self, do: Callable[[T], R], items: Sequence[T]) -> Sequence[R]:
        """`do` of each item, results in order; the first exception is raised after all ended."""
        results: list[R] = []
        first: Exception | None = None
        clock = self.clock
        for begin in range(0, len(items), self.threads):
            clock.pooled, clock.slept = True, []
            for item in items[begin : begin + self.threads]:
                clock.slept.append(0.0)
                try:
                    results.append(do(item))
                except Exception as e:  # noqa: BLE001 the siblings go on
                    first = first or e
                except Crash:
                    clock.pooled = False
                    raise
            clock.pooled = False
            clock.sleep(max(clock.slept))
        if first is not None:
            raise first
        return results
