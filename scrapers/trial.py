"""Trying a fetcher on answers written by hand, through the real client: for one's own tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import httpx

from scrapers.base import Ask, Fetched, Fetcher
from scrapers.http import SourceClient
from shared.core.days import season_of
from shared.core.targets import Target, TargetKind
from shared.core.workflows import Source

#: 18:00 UTC is 13:00 ET.
NOON = datetime(2025, 11, 12, 18, tzinfo=UTC)
DAY = date(2025, 11, 12)


#: A source that nobody asks; its one try is the last. What a fetcher accepts as "not there" is.
SOURCE = Source(
    name="trial",
    provider="nobody",
    host="source.example.com",
    concurrency=1,
    rate=1000,
    timeout=10,
    tries=1,
    backoff=0,
    not_there=(403, 404, 410),
)


class Trial:
    """A source with canned answers, in order, the last one again and again.

    An answer is a body (status 200), a status alone, or both.
    """

    def __init__(self, *answers: bytes | int | tuple[int, bytes]) -> None:
        """At least one answer."""
        self._answers = [_answer(each) for each in answers]
        #: What was asked: path and query.
        self.asked: list[str] = []

    def run(self, fetch: Fetcher, ask: Ask) -> Fetched:
        """What `fetch` makes of the answers; it raises what it raises (SourceFailure)."""
        client = SourceClient(
            SOURCE,
            clock=_Clock(ask.now),
            secrets=_NoSecrets(),
            transport=httpx.MockTransport(self._reply),
        )
        try:
            return fetch(ask, client.for_run())
        finally:
            client.close()

    def _reply(self, request: httpx.Request) -> httpx.Response:
        status, body = self._answers[min(len(self.asked), len(self._answers) - 1)]
        self.asked.append(request.url.raw_path.decode())
        return httpx.Response(status, content=body)


def asking(
    scraper: str,
    *,
    kind: str = "date",
    id_: str | None = None,
    day: date = DAY,
    now: datetime = NOON,
    params: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
) -> Ask:
    """What a fetcher is asked; `date`, `season` and the target's own parameter are there.

    `id_` is the target's: a game's, a team's, an event's; of a date it is the day.
    """
    found = id_ or day.isoformat()
    common = {"date": day.isoformat(), "season": season_of(day), kind: found}
    target = Target(kind=TargetKind(kind), id=found, params=common | dict(params or {}))
    return Ask(scraper=scraper, target=target, target_date=day, now=now, options=options or {})


def _answer(given: bytes | int | tuple[int, bytes]) -> tuple[int, bytes]:
    match given:
        case int():
            return given, b""
        case bytes():
            return 200, given
        case _:
            return given


class _Clock:
    """Stands still, but for what is slept."""

    simulated = True

    def __init__(self, instant: datetime) -> None:
        self._instant = instant

    def now(self) -> datetime:
        return self._instant

    def sleep(self, seconds: float) -> None:
        self._instant += timedelta(seconds=seconds)

    @contextmanager
    def at(self, instant: datetime) -> Iterator[None]:
        before, self._instant = self._instant, instant
        yield
        self._instant = before


class _NoSecrets:
    def get(self, name: str) -> str:
        raise AssertionError(f"a trial needs no secret [{name}]")
