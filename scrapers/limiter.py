"""One source's pace inside one instance: so many calls at once, so many a second."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from shared.core.errors import BadInput
from shared.core.ports import Clock


class Limiter:
    """Spaces calls evenly and bounds how many run at once; `with limiter:` is one call.

    Every thread takes the next free instant under a lock and sleeps until then outside it, so
    that the calls of many chunks wait here and not in the bus's back-off. In simulated time
    calls are not spaced: what a call takes is the simulated source's to say.
    """

    def __init__(self, rate_per_second: float, concurrency: int, clock: Clock) -> None:
        """`rate_per_second` and `concurrency` are this instance's share (BadInput below 0)."""
        if rate_per_second <= 0:
            raise BadInput("limiter rate", rate_per_second, "more than 0 calls a second")
        if concurrency < 1:
            raise BadInput("limiter concurrency", concurrency, "at least 1 call at once")
        self._spacing = timedelta(seconds=1 / rate_per_second)
        self._clock = clock
        self._seats = threading.BoundedSemaphore(concurrency)
        self._lock = threading.Lock()
        self._next: datetime | None = None

    def __enter__(self) -> Self:
        """Wait for a seat, then for the next free instant."""
        self._seats.acquire()
        try:
            # Asked anew each time: one client may serve deliveries in real and simulated time.
            if not self._clock.simulated:
                self._pace()
        except BaseException:
            self._seats.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the seat back, whatever came of the call."""
        self._seats.release()

    def _pace(self) -> None:
        with self._lock:
            now = self._clock.now()
            mine = now if self._next is None else max(now, self._next)
            self._next = mine + self._spacing
        if mine > now:
            self._clock.sleep((mine - now).total_seconds())
