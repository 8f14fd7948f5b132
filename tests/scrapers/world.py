"""A source's other side for tests: a clock that is moved by hand, secrets, canned answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from scrapers.base import Ask, Fetched
from scrapers.calls import RunHttp
from scrapers.http import SourceClient
from scrapers.registry import fetcher
from scrapers.source import SourceLimits
from shared.core.days import season_of
from shared.core.targets import Target, TargetKind
from shared.core.workflows import Credits
from shared.errors import MissingSecret

#: A Wednesday with games; 18:00 UTC is 13:00 ET.
DAY = date(2025, 11, 12)
NOON = datetime(2025, 11, 12, 18, 0, tzinfo=UTC)
KEY = "k3y-4711"

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class ManualClock:
    """Time passes when someone sleeps, or when a test says so."""

    def __init__(self, instant: datetime = NOON, *, simulated: bool = False) -> None:
        self.instant = instant
        self.simulated = simulated
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.instant

    @contextmanager
    def at(self, instant: datetime) -> Iterator[None]:
        before, self.instant = self.instant, instant
        yield
        self.instant = before

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


class FakeSecrets:
    """Secrets that a test names; counts how often one was read."""

    def __init__(self, **values: str) -> None:
        self.values = values
        self.reads = 0

    def get(self, name: str) -> str:
        self.reads += 1
        if name not in self.values:
            raise MissingSecret(f"secret [{name}] is not set")
        return self.values[name]


@dataclass(frozen=True, kw_only=True)
class Source:
    """An entry of the configuration, as a test needs it."""

    name: str = "odds_api"
    host: str = "api.example.com"
    headers: Mapping[str, str] = field(default_factory=lambda: {"User-Agent": "tipoff"})
    key_in: str | None = None
    secret: str | None = None
    scope: str | None = None
    concurrency: int = 4
    rate: float = 1_000_000.0
    timeout: float = 10.0
    tries: int = 3
    backoff: float = 8.0
    max_bytes: int = 10_000_000
    retry: Sequence[str] = ("408", "425", "429", "5xx")
    #: As tolerant as a source can be: which statuses each one means is the configuration's.
    not_there: Sequence[int] = (403, 404)
    credits: Credits | None = None


class Site:
    """Answers requests in order (the last answer again and again) and keeps what was asked."""

    def __init__(self, *answers: Answer, source: SourceLimits | None = None) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.clock = ManualClock()
        self.secrets = FakeSecrets(ODDS_API_KEY=KEY)
        self.source: SourceLimits = source or Source(tries=1)

    def client(self, sources_url: str | None = None) -> SourceClient:
        return SourceClient(
            self.source,
            clock=self.clock,
            secrets=self.secrets,
            sources_url=sources_url,
            transport=httpx.MockTransport(self._answer),
        )

    def run(self) -> RunHttp:
        return self.client().for_run()

    def query(self, i: int = -1) -> dict[str, str]:
        return dict(self.asked[i].url.params)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
        self.asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            # A response's body is read once: every request gets one of its own.
            return httpx.Response(
                answer.status_code, headers=answer.headers, content=answer.content
            )
        return answer(request)


class Body(httpx.SyncByteStream):
    """A body that comes in pieces while time passes."""

    def __init__(self, clock: ManualClock, pieces: Sequence[bytes], seconds: float) -> None:
        self.clock = clock
        self.pieces = pieces
        self.seconds = seconds

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.clock.pass_by(self.seconds)
            yield piece


def ok(payload: Any, **headers: str) -> httpx.Response:
    """200 with the payload as JSON; header names with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(200, headers=named, content=json.dumps(payload).encode())


def cut_off(payload: Any) -> httpx.Response:
    """200 with the first two thirds of the payload's JSON."""
    body = json.dumps(payload).encode()
    return httpx.Response(200, content=body[: len(body) * 2 // 3])


PAGE = httpx.Response(200, content=b"<!DOCTYPE html><html><title>Just a moment</title></html>")


def game(id_: str, away: str, home: str, tip: str) -> dict[str, str]:
    """A game as the option `games` carries it."""
    return {"id": id_, "away": away, "home": home, "tip": tip}


#: Two games of the day: 19:00 and 22:30 ET.
GAMES = [
    game("0022500201", "ORL", "NYK", "2025-11-13T00:00:00+00:00"),
    game("0022500202", "DEN", "LAC", "2025-11-13T03:30:00+00:00"),
]


def ask(
    scraper: str,
    *,
    kind: TargetKind = TargetKind.DATE,
    id_: str = DAY.isoformat(),
    day: date = DAY,
    now: datetime = NOON,
    games: Sequence[Mapping[str, str]] | None = GAMES,
    params: Mapping[str, str] | None = None,
    **options: str,
) -> Ask:
    """A well-formed ask, as the scraper function makes it."""
    common = {"date": day.isoformat(), "season": season_of(day), kind.value: id_}
    if games is not None:
        options["games"] = json.dumps(games)
    target = Target(kind=kind, id=id_, params=common if params is None else params)
    return Ask(scraper=scraper, target=target, target_date=day, now=now, options=options)


def fetch(asked: Ask, site: Site) -> Fetched:
    """What the registered fetcher makes of the site."""
    return fetcher(asked.scraper)(asked, site.run())
