"""The connections of a source's client: one a seat of its limiter, kept warm.

httpcore's pool looks through all of its connections, for each of them, at every call: with
sixteen that was a seventh of a run's CPU. A seat has one connection and nothing to look through.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import cast

import httpx


class Seats(httpx.BaseTransport):
    """Lends a transport to each call, the one last given back first; as many as calls at once."""

    def __init__(self, make: Callable[[], httpx.BaseTransport]) -> None:
        """`make` gives a transport for one call at a time."""
        self._make = make
        self._idle: deque[httpx.BaseTransport] = deque()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it; the seat is free again when the answer is closed."""
        try:
            seat = self._idle.pop()
        except IndexError:
            seat = self._make()
        try:
            response = seat.handle_request(request)
        except BaseException:
            self._idle.append(seat)
            raise
        stream = cast("httpx.SyncByteStream", response.stream)
        response.stream = _Lent(stream, lambda: self._idle.append(seat))
        return response

    def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().close()


class _Lent(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, give_back: Callable[[], None]) -> None:
        self._stream = stream
        self._give_back = give_back

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)

    def close(self) -> None:
        """Once: httpx closes an answer once, however often it is asked to."""
        try:
            self._stream.close()
        finally:
            self._give_back()
