"""One run of a scraper as the scraper function makes it: real client, real Runner, canned answers.

`good(name)` is a whole answer for any scraper of the registry, call by call, from the simulated
sources: a scraper that they can answer needs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from scrapers.http import SourceClient
from scrapers.registry import fetcher
from scrapers.run import Runner
from shared.core.calendar import Calendar
from shared.core.days import wall
from shared.core.messages import ChunkOrder
from shared.core.resolve import is_over, target_game, targets_of
from shared.core.runs import RunResult
from shared.core.schedule_csv import parse_schedule_csv
from shared.core.targets import Target, TargetKind
from shared.core.workflows import Config
from sim.files import MemoryFiles
from sim.sources.answers import answer
from sim.sources.exchange import Request
from sim.sources.world import SourceWorld
from tests.core.made import config
from tests.scrapers.world import FakeSecrets, ManualClock
from tests.tipoff.cli_run import CONFIG

#: Twelve games; the newer addresses of injury reports; a night of play-in games.
DAY = date(2025, 11, 12)
#: Every source is asked for its key; none is real.
SECRETS = FakeSecrets(
    **{s.secret: "k3y-4711" for s in config().sources.values() if s.secret is not None}
)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer: the status, the headers and the body as they come over the wire."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def response(self) -> httpx.Response:
        return httpx.Response(self.status, headers=dict(self.headers), content=self.body)


Answerer = Callable[[int, httpx.Request], Reply | Exception]


class Wire(httpx.BaseTransport):
    """The network's place: asks `answer` with the request's number, and keeps what was asked."""

    def __init__(self, answer: Answerer) -> None:
        self.answer = answer
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        reply = self.answer(len(self.asked) - 1, request)
        if isinstance(reply, Exception):
            raise reply
        # A stream, as the network gives it: what does not decompress fails when it is read.
        return httpx.Response(
            reply.status, headers=dict(reply.headers), stream=httpx.ByteStream(reply.body)
        )


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What came of a run, and what it left."""

    result: RunResult
    #: The envelope that was written, if one was.
    file: bytes | None
    asked: Sequence[httpx.Request]


@cache
def league() -> SourceWorld:
    path = CONFIG / "calendar" / "2025-26.csv"
    games = parse_schedule_csv(path.read_text(encoding="utf-8"), place=path.name)
    return SourceWorld(Calendar.of(games), seed=7, troubles=False)


def simulated(now: datetime) -> Answerer:
    """The simulated sources at one instant."""

    def ask(_: int, request: httpx.Request) -> Reply:
        reply = answer(
            league(),
            Request(
                host=request.url.host,
                path=request.url.path,
                query=dict(request.url.params),
                headers=request.headers,
                now=now,
            ),
        )
        return Reply(status=reply.status, headers=reply.headers, body=reply.body)

    return ask


def order(
    scraper: str, target: Target, now: datetime, day: date = DAY, options: Any = None
) -> ChunkOrder:
    games = league().calendar(now).on(day)
    return ChunkOrder(
        chunk_id="c1",
        execution_id="e1",
        decision_id="d1",
        workflow="w",
        slot_id=None,
        game_day=day,
        target_date=day,
        step=1,
        n=1,
        scraper=scraper,
        targets=(target,),
        expects=tuple(game.game_id for game in games if is_over(game, now)),
        day_games=tuple(target_game(game).as_params() for game in games),
        decided_at=now,
        not_after=now + timedelta(hours=2),
        config_version="v",
        options=options or {},
    )


def run(
    scraper: str,
    answers: Answerer,
    *,
    now: datetime,
    target: Target | None = None,
    day: date = DAY,
    using: Config | None = None,
    options: Mapping[str, str] | None = None,
) -> Ran:
    """One run under the source's own limits, in time that passes when somebody sleeps."""
    known = using or config()
    entry = known.scrapers[scraper]
    clock = ManualClock(now, simulated=True)
    wire = Wire(answers)
    client = SourceClient(known.sources[entry.source], clock=clock, secrets=SECRETS, transport=wire)
    raw = MemoryFiles(clock)
    about = target or target_for(scraper, now, day)
    try:
        result = Runner(
            order=order(scraper, about, now, day, {**entry.options, **(options or {})}),
            scraper=entry,
            fetcher=fetcher(scraper),
            client=client,
            raw=raw,
            clock=clock,
            began=now,
            accept=lambda _: None,
        ).run(about)
    finally:
        client.close()
    file = raw.read(result.path) if result.path is not None else None
    return Ran(result=result, file=file, asked=wire.asked)


@cache
def target_for(scraper: str, now: datetime, day: date = DAY) -> Target:
    """The first target of the day; of events, the first that the odds source lists at noon."""
    kind = config().scrapers[scraper].target
    found: Sequence[Target] = ()
    if kind is TargetKind.EVENT:
        noon = wall(day, time(13))
        found = run("oddsa_events", simulated(noon), now=noon, day=day).result.found
    games = [target_game(game) for game in league().calendar(now).on(day)]
    return targets_of(kind, day, games, found)[0]


FIXTURES = Path(__file__).parent / "fixtures"
#: When a source has its answer: before the tips, the morning after, or the evening after.
INSTANTS = (
    wall(DAY, time(13)),
    wall(DAY + timedelta(days=1), time(9)),
    wall(DAY + timedelta(days=1), time(18)),
)


@dataclass(frozen=True, kw_only=True)
class Good:
    """A run that was complete: when, for what, and every answer it was given, in order."""

    scraper: str
    now: datetime
    target: Target
    replies: Sequence[Reply]
    records: int

    def again(self, change: Callable[[int, Reply], Reply | Exception] | None = None) -> Ran:
        """The same run with the n-th answer changed; calls beyond the last get the last."""

        def answers(n: int, _: httpx.Request) -> Reply | Exception:
            number = min(n, len(self.replies) - 1)
            reply = self.replies[number]
            return change(number, reply) if change else reply

        return run(self.scraper, answers, now=self.now, target=self.target)


@cache
def good(scraper: str) -> Good | None:
    """A whole answer of the simulated sources; None where they have none for this scraper."""
    best: Good | None = None
    for now in INSTANTS:
        target = target_for(scraper, now)
        source = simulated(now)
        kept: list[Reply] = []

        def keep(
            n: int,
            request: httpx.Request,
            source: Answerer = source,
            kept: list[Reply] = kept,
        ) -> Reply | Exception:
            reply = source(n, request)
            assert isinstance(reply, Reply)
            kept.append(reply)
            return reply

        result = run(scraper, keep, now=now, target=target).result
        if result.status != "success":
            continue
        found = Good(
            scraper=scraper, now=now, target=target, replies=kept, records=result.record_count
        )
        if result.complete:
            return found
        best = best or found
    return best or _from_fixture(scraper)


def _from_fixture(scraper: str) -> Good | None:
    """The answer that `tipoff new scraper` made for the scraper's test, asked on the day."""
    for file in FIXTURES.glob(f"{scraper}.*"):
        now, reply = INSTANTS[0], Reply(body=file.read_bytes())
        target = target_for(scraper, now)

        def answers(_n: int, _r: httpx.Request, reply: Reply = reply) -> Reply:
            return reply

        result = run(scraper, answers, now=now, target=target).result
        return Good(
            scraper=scraper, now=now, target=target, replies=[reply], records=result.record_count
        )
    return None


def with_limits(**changes: Any) -> Config:
    """The configuration with every source changed."""
    known = config()
    return replace(known, sources={k: replace(s, **changes) for k, s in known.sources.items()})
