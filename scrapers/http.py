"""One source's HTTP client: one connection pool, its key, its pace, its retries, its deadline."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from urllib.request import getproxies, proxy_bypass

import httpx
import tenacity

from scrapers.calls import Call, Params, RunHttp
from scrapers.credits import Balance
from scrapers.limiter import Limiter
from scrapers.redact import redact
from scrapers.response import Response
from scrapers.seats import Seats
from scrapers.service_account import ServiceAccount, is_account
from scrapers.source import SourceLimits
from scrapers.wire import Deadline, KeyedTransport, Passing, exchange
from shared.core.ports import Clock, Secrets
from shared.errors import MissingSecret, SourceFailure

#: From here on a status is a refusal.
BAD = 400
#: Seconds of the first back-off; each further one doubles, up to the source's longest.
FIRST_BACKOFF = 1.0


def pause(call: str, attempt: int, longest: float) -> float:
    """Seconds to wait after failed `attempt` (1, 2, ...): half to all of the doubled step.

    The jitter is a hash of the call, not a draw: a replay waits as long as the first time.
    """
    step = min(longest, FIRST_BACKOFF * 2.0 ** (attempt - 1))
    digest = hashlib.sha256(f"{call}#{attempt}".encode()).digest()
    return step * (0.5 + int.from_bytes(digest[:4], "big") / 2**33)


class SourceClient:
    """The one client of a source; many threads share it. Implements `scrapers.base.Http`.

    `sources_url` is the simulated world's address: `https://host/path` is then asked as
    `sources_url/host/path`. `transport` replaces the network (simulation, tests); it sees the
    attempt's number in `request.extensions["attempt"]`.
    """

    def __init__(
        self,
        source: SourceLimits,
        *,
        clock: Clock,
        secrets: Secrets,
        sources_url: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Nothing is asked and no key is read until the first call."""
        self.source = source
        self._clock = clock
        self._secrets = secrets
        self._base = _base(source.host, sources_url)
        self.balance = Balance(source.credits)
        self._limiter = Limiter(source.rate, source.concurrency, clock)
        self._lock = threading.Lock()
        self._key: str | None = None
        self._account: ServiceAccount | None = None
        self._wire = wire = transport or _network(source, self._base)
        if source.key_in is not None:
            wire = KeyedTransport(wire, place=source.key_in, key=self._key_of_now)
        self._client = httpx.Client(
            transport=wire,
            headers=dict(source.headers),
            timeout=source.timeout,
            follow_redirects=False,
        )

    def get(
        self,
        path: str,
        params: Params | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        accept: Sequence[int] = (200,),
        cost: int = 0,
    ) -> Response:
        """GET `path`, as `Http.get`; use `for_run()` to know what it cost."""
        return self.for_run().get(path, params, headers=headers, accept=accept, cost=cost)

    def for_run(self) -> RunHttp:
        """The same client, counting for one run."""
        return RunHttp(self)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(self, call: Call, run: RunHttp) -> Response:
        """One call with its retries, counted in `run`; refused first if credits are short."""
        known_as = partial(self._known_as, call)
        self._need_key(known_as)
        now = self._clock.now()
        if run.until is not None and now > run.until:
            raise SourceFailure("out_of_time", f"{known_as()}: too late in its chunk to begin")
        with self.balance.aside(call.cost, known_as, now):
            return self._ask(call, run, known_as)

    def _ask(self, call: Call, run: RunHttp, known_as: Callable[[], str]) -> Response:
        url = httpx.URL(self._base + call.path, params=call.params)
        # tries x (timeout + back-off) is what the chunk planned for: Retry-After is kept if
        # that leaves room for it. Asking before the source allows it would be of no use.
        room = self.source.tries * self.source.backoff
        retrying = tenacity.Retrying(
            sleep=self._clock.sleep,
            retry=tenacity.retry_if_exception_type(Passing),
            wait=lambda state: self._wait(known_as(), state),
            stop=lambda state: (
                state.attempt_number >= self.source.tries
                or state.idle_for + state.upcoming_sleep > room
            ),
            reraise=True,
        )
        for attempt in retrying:
            with attempt:
                number = attempt.retry_state.attempt_number
                run.count(number)
                return self._attempt(url, call, known_as, run)
        raise AssertionError("tenacity ends by returning or raising")  # pragma: no cover

    def _attempt(
        self, url: httpx.URL, call: Call, known_as: Callable[[], str], run: RunHttp
    ) -> Response:
        absent = self.source.not_there
        request = self._client.build_request(
            call.method,
            url,
            headers=dict(call.headers) if call.headers else None,
            content=call.content,
            extensions={"attempt": run.attempt},
        )
        with self._limiter:
            now = self._clock.now()
            deadline = Deadline(self._clock, now + timedelta(seconds=self.source.timeout))
            try:
                return exchange(
                    self._client,
                    request,
                    deadline=deadline,
                    accept=[each for each in call.accept if each < BAD or each in absent],
                    retry=self.source.retry,
                    max_bytes=self.source.max_bytes,
                    heard=lambda told: run.hear(*self.balance.hear(told, self._clock.now())),
                )
            except SourceFailure as e:
                # A transport may name the whole address: neither this nor its cause may.
                if e.__cause__ is not None:
                    e.__cause__.args = (self._safe(str(e.__cause__)),)
                e.args = (f"{known_as()}: {self._safe(str(e))}",)
                if e.error_type == "blocked" and run.credits_left == 0:
                    # A used up quota comes as 401, like a wrong key.
                    e.error_type = "out_of_credits"
                raise

    def _wait(self, call: str, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        own = pause(call, state.attempt_number, self.source.backoff)
        asked = error.retry_after if isinstance(error, Passing) else None
        return own if asked is None else max(asked, own)

    def _safe(self, text: str) -> str:
        return redact(text, self._key or "")

    def _known_as(self, call: Call) -> str:
        """What a call is called, made only when it fails: in messages, and for its jitter.

        It has the source's own address, also where a simulated one answers for it, so that both
        are the same in every run.
        """
        url = httpx.URL(f"https://{self.source.host}{call.path}", params=call.params)
        sent = f" {call.content.decode()}" if call.content else ""
        return f"{self.source.name}: {call.method} {self._safe(f'{url}{sent}')}"

    def _need_key(self, known_as: Callable[[], str]) -> None:
        try:
            if self.source.key_in is not None:
                self._read_key()
        except MissingSecret as e:
            raise SourceFailure("missing_secret", f"{known_as()}: {e}") from e

    def _read_key(self) -> str:
        with self._lock:
            if self._key is None:
                if self.source.secret is None:
                    raise MissingSecret(f"source [{self.source.name}] names no secret")
                found, scope = self._secrets.get(self.source.secret).strip(), self.source.scope
                if scope is not None and is_account(found):
                    self._account = ServiceAccount(found, scope, self._clock, self._wire)
                self._key = found
            return self._key

    def _key_of_now(self) -> str:
        """The key, or where it is a service account's: the account's token."""
        key = self._read_key()
        return key if self._account is None else self._account.token()


def _base(host: str, sources_url: str | None) -> str:
    return f"https://{host}" if sources_url is None else f"{sources_url.rstrip('/')}/{host}"


def _network(source: SourceLimits, base: str) -> httpx.BaseTransport:
    """The real network; HTTPS_PROXY and NO_PROXY count, as for any client."""
    proxied = base.startswith("https:") and not proxy_bypass(source.host)
    proxy = getproxies().get("https") if proxied else None
    one = httpx.Limits(max_connections=1, max_keepalive_connections=1)
    # Made once: reading the certificates takes longer than many a call.
    context = httpx.create_ssl_context()
    return Seats(lambda: httpx.HTTPTransport(verify=context, proxy=proxy, limits=one))
