"""SimulatedTransport: tells the simulated sources the instant, and lets their time pass."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

import httpx

from sim.sources.server import ATTEMPT, NOW, SECONDS


class SimulatedClock(Protocol):
    """A clock; where `simulated` is false, time is real and answers take what they take."""

    @property
    def simulated(self) -> bool:
        """Whether its time is simulated."""
        ...

    def now(self) -> datetime:
        """The instant, aware."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        ...


class SimulatedTransport(httpx.BaseTransport):
    """Wraps the transport that really asks the SourceServer.

    The try's number is `request.extensions["attempt"]`, 1 if missing. An answer that would
    take longer than the request's read timeout passes that much time and raises
    httpx.ReadTimeout.
    """

    def __init__(self, inner: httpx.BaseTransport, clock: SimulatedClock) -> None:
        """`inner` reaches the server; `clock` is the delivery's."""
        self._inner = inner
        self._clock = clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask, and let the simulated seconds of the answer pass."""
        if not self._clock.simulated:
            return self._inner.handle_request(request)
        request.headers[NOW] = self._clock.now().isoformat()
        request.headers[ATTEMPT] = str(request.extensions.get("attempt", 1))
        response = self._inner.handle_request(request)
        seconds = float(response.headers.get(SECONDS, "0"))
        limit = _read_timeout(request.extensions)
        if limit is not None and seconds > limit:
            response.close()
            self._clock.sleep(limit)
            raise httpx.ReadTimeout(f"no answer in {limit:g} simulated s", request=request)
        self._clock.sleep(seconds)
        return response

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()


def _read_timeout(extensions: dict[str, Any]) -> float | None:
    """The request's read timeout in seconds; None if it has none."""
    limit = extensions.get("timeout", {}).get("read")
    return None if limit is None else float(limit)
