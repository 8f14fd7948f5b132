"""Real time, or the simulated time of the delivery that is being handled."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shared.core.days import aware

if TYPE_CHECKING:
    from collections.abc import Iterator

#: An object as the store knows it: bucket and name.
ObjectKey = tuple[str, str]


class _Moment:
    """The simulated time of one delivery, or of one pool item inside it."""

    __slots__ = ("instant", "known", "slept")

    def __init__(self, instant: datetime, slept: float, known: set[ObjectKey]) -> None:
        self.instant = instant
        self.slept = slept
        self.known = known


_MOMENT: ContextVar[_Moment | None] = ContextVar("tipoff_moment", default=None)


class DeliveryClock:
    """A clock for concurrent deliveries: each context has its own simulated time, or none."""

    def now(self) -> datetime:
        """The instant in UTC: the delivery's plus what it has slept, or the machine's."""
        moment = _MOMENT.get()
        if moment is None:
            return datetime.now(UTC)
        return moment.instant + timedelta(seconds=moment.slept)

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass; in simulated time this costs nothing. Negative counts as 0."""
        moment = _MOMENT.get()
        if moment is None:
            time.sleep(max(0.0, seconds))
        else:
            moment.slept += max(0.0, seconds)

    @property
    def simulated(self) -> bool:
        """Whether this context lives in simulated time."""
        return _MOMENT.get() is not None

    @contextmanager
    def at(self, instant: datetime) -> Iterator[None]:
        """Simulated time from `instant` on, for this context only."""
        token = _MOMENT.set(_Moment(aware(instant, "clock.at"), 0.0, set()))
        try:
            yield
        finally:
            _MOMENT.reset(token)

    def fork(self) -> None:
        """Give this context (a copy, in a pool's worker) a time of its own, from now on."""
        moment = _MOMENT.get()
        if moment is not None:
            _MOMENT.set(_Moment(moment.instant, moment.slept, moment.known))

    @property
    def offset(self) -> float:
        """Seconds slept in simulated time; 0 in real time."""
        moment = _MOMENT.get()
        return 0.0 if moment is None else moment.slept

    def reach(self, offset: float) -> None:
        """Sleep until the offset is at least `offset`; nothing in real time."""
        moment = _MOMENT.get()
        if moment is not None:
            moment.slept = max(moment.slept, offset)

    def note_known(self, key: ObjectKey) -> None:
        """Remember an object that this delivery has written or met: its listings show it."""
        moment = _MOMENT.get()
        if moment is not None:
            moment.known.add(key)

    def knows(self, key: ObjectKey) -> bool:
        """Whether this delivery has noted `key`."""
        moment = _MOMENT.get()
        return moment is not None and key in moment.known
