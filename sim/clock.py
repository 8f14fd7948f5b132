"""Clocks that are moved by hand."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.core.days import aware

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


class ManualClock:
    """A clock that stands still until it is moved; `sleep` moves it. For one delivery at a time."""

    def __init__(self, now: datetime) -> None:
        self._now = aware(now, "clock")
        #: Every sleep, in seconds.
        self.slept: list[float] = []

    def now(self) -> datetime:
        """The instant, in UTC."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move on by `seconds`."""
        self.slept.append(seconds)
        self.advance(max(0.0, seconds))

    @contextmanager
    def at(self, instant: datetime) -> Iterator[None]:
        """Be at `instant` for a while; afterwards the time is again what it was before."""
        before = self._now
        self.set(instant)
        try:
            yield
        finally:
            self._now = before

    @property
    def simulated(self) -> bool:
        """Always: no real second ever passes here."""
        return True

    def advance(self, seconds: float) -> None:
        """Move on by `seconds` that nobody has slept."""
        self._now += timedelta(seconds=seconds)

    def set(self, now: datetime) -> None:
        """Move to an instant, also back."""
        self._now = aware(now, "clock")


class FixedClock(ManualClock):
    """A clock that `sleep` does not move."""

    def sleep(self, seconds: float) -> None:
        """Only remember it."""
        self.slept.append(seconds)
