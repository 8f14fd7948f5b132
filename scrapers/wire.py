"""One attempt on the wire: where the key goes in, when it stops, and what its status means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from scrapers.response import Response
from shared.core.errors import BadInput
from shared.core.ports import Clock
from shared.errors import SourceFailure

#: Redirects that are followed, and only on the same host.
MAX_REDIRECTS = 3
#: Bytes of a refused answer that are quoted in the failure's message.
QUOTED_BYTES = 300

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Passing(SourceFailure):
    """A failure that may pass: the same call is worth another attempt."""

    def __init__(
        self,
        error_type: str,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        """`retry_after`: the seconds the source asks to be left alone, if it says so."""
        super().__init__(error_type, message, status=status)
        self.retry_after = retry_after


class Deadline:
    """Until when one attempt may last, by the clock (simulated time counts too)."""

    def __init__(self, clock: Clock, at: datetime) -> None:
        """`at` is aware."""
        self._clock = clock
        self._at = at

    def now(self) -> datetime:
        """The instant."""
        return self._clock.now()

    def left(self) -> float:
        """Seconds left; negative when it has passed."""
        return (self._at - self._clock.now()).total_seconds()

    def check(self) -> None:
        """Raise `timeout` when it has passed."""
        if self.left() < 0:
            raise Passing("timeout", "the answer was not whole at the deadline")


class KeyedTransport(httpx.BaseTransport):
    """Puts the key into the request below the client: no log and no exception sees it."""

    def __init__(self, inner: httpx.BaseTransport, *, place: str, key: Callable[[], str]) -> None:
        """`place`: query:NAME, header:NAME or bearer (BadInput otherwise)."""
        kind, _, name = place.partition(":")
        if place != "bearer" and (kind not in {"query", "header"} or not name):
            raise BadInput("key_in", place, "query:NAME, header:NAME or bearer")
        self._inner = inner
        self._in_query = kind == "query"
        self._name = name or "Authorization"
        self._before = "" if name else "Bearer "
        self._key = key

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a copy that has the key; the caller's request stays without."""
        url, headers = request.url, request.headers.copy()
        if self._in_query:
            url = url.copy_set_param(self._name, self._key())
        else:
            headers[self._name] = self._before + self._key()
        return self._inner.handle_request(
            httpx.Request(
                request.method,
                url,
                headers=headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        )

    def close(self) -> None:
        """Close what it wraps."""
        self._inner.close()


def exchange(
    client: httpx.Client,
    request: httpx.Request,
    *,
    deadline: Deadline,
    accept: Sequence[int],
    retry: Sequence[str],
    max_bytes: int,
    heard: Callable[[Mapping[str, str]], None],
) -> Response:
    """Send `request` once, read its body up to `max_bytes` and the deadline.

    `heard` is told the headers of every answer, also of a refusal.

    Raises `Passing` for what a retry may cure and `SourceFailure` for what it cannot.
    """
    try:
        response = _send(client, request, deadline)
        try:
            # httpx bounds each read, not the whole: what is left bounds those of the body.
            response.request.extensions.get("timeout", {})["read"] = max(deadline.left(), 0.001)
            heard(response.headers)
            if response.status_code not in accept:
                raise _refusal(response, _quote(response, deadline), deadline.now(), retry)
            body = _body(response, deadline, max_bytes)
        finally:
            response.close()
    except httpx.TimeoutException as e:
        raise Passing("timeout", f"no answer in time ({type(e).__name__})") from e
    except httpx.DecodingError as e:
        raise SourceFailure("malformed", f"the body does not decompress: {e}") from e
    except httpx.RequestError as e:
        raise Passing("network", f"{type(e).__name__}: {e}") from e
    return Response(status=response.status_code, headers=dict(response.headers), body=body)


def _send(client: httpx.Client, request: httpx.Request, deadline: Deadline) -> httpx.Response:
    for _ in range(MAX_REDIRECTS + 1):
        response = client.send(request, stream=True)
        if response.status_code not in _REDIRECTS:
            return response
        following = response.next_request
        response.close()
        deadline.check()
        same = following is not None and _origin(following.url) == _origin(request.url)
        if following is None or not same or request.method != "GET":
            # A consent or log-in page on another host: never followed, least of all with a key.
            raise SourceFailure(
                "error_page",
                f"redirected to [{following.url.host if following else 'nowhere'}]",
                status=response.status_code,
            )
        request = following
    raise SourceFailure("error_page", f"more than {MAX_REDIRECTS} redirects")


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _body(response: httpx.Response, deadline: Deadline, max_bytes: int) -> bytes:
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise SourceFailure("too_large", f"{announced} bytes announced, {max_bytes} allowed")
    body = bytearray()
    deadline.check()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > max_bytes:
            raise SourceFailure("too_large", f"more than {max_bytes} bytes")
        deadline.check()
    return bytes(body)


def _quote(response: httpx.Response, deadline: Deadline) -> str:
    """The beginning of a refused answer's body, on one line."""
    body = bytearray()
    try:
        for piece in response.iter_bytes():
            body += piece
            if len(body) >= QUOTED_BYTES or deadline.left() < 0:
                break
    except httpx.HTTPError:
        # The status alone decides; a body that cannot be read only leaves the message shorter.
        pass
    return " ".join(bytes(body[:QUOTED_BYTES]).decode("utf-8", "replace").split())


def _refusal(
    response: httpx.Response, quote: str, now: datetime, retry: Sequence[str]
) -> SourceFailure:
    status = response.status_code
    said = f"status {status}" + (f", said [{quote}]" if quote else "")
    if str(status) in retry or f"{status // 100}xx" in retry:
        wait = retry_after(response.headers.get("retry-after"), now)
        return Passing(error_type_of(status), said, status=status, retry_after=wait)
    unexpected = "unexpected " if status < httpx.codes.BAD_REQUEST else ""
    return SourceFailure(error_type_of(status), unexpected + said, status=status)


def error_type_of(status: int) -> str:
    """The failure's machine name for a status that nobody can use."""
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return "rate_limited"
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return "blocked"
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return "http_5xx"
    return "http_4xx" if status >= httpx.codes.BAD_REQUEST else "malformed"


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for: a number of them, or a date."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value.strip())
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((at - now).total_seconds(), 0.0)
