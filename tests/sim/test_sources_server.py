"""The sources behind one loopback address, and the transport that lets their time pass."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from shared.core.calendar import Calendar
from shared.core.games import Game, GameType
from sim.sources.server import SourceServer
from sim.sources.transport import SimulatedTransport
from sim.sources.world import SourceWorld

NOW = datetime(2025, 11, 12, 13, 0, tzinfo=UTC)
CALENDAR = Calendar.of(
    Game(
        game_id=f"002250{n:04d}", tip=NOW + timedelta(hours=10 + n), away="MIL", home="CHA",
        type=GameType.REGULAR,
    )
    for n in range(3)
)  # fmt: skip
ROSTER = "/site.api.espn.com/apis/site/v2/sports/basketball/nba/teams/GS?enable=roster"
STANDINGS = "/api.balldontlie.io/v1/standings?season=2025"


def a_world(*, troubles: bool = False) -> SourceWorld:
    return SourceWorld(CALENDAR, seed=1, troubles=troubles)


@dataclass
class FakeClock:
    simulated: bool = True
    at: datetime = NOW
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at + timedelta(seconds=sum(self.slept))

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@dataclass
class FakeWire(httpx.BaseTransport):
    """Answers after `seconds` of simulated time and keeps what it was asked."""

    seconds: str = "1.25"
    asked: list[httpx.Request] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(200, headers={"x-simulated-seconds": self.seconds}, text="ok")


@pytest.fixture
def sources() -> Iterator[SourceServer]:
    with SourceServer(a_world(), clock=lambda: NOW) as server:
        yield server


def test_the_host_is_the_first_part_of_the_path(sources: SourceServer) -> None:
    with httpx.Client(base_url=sources.url) as client:
        reply = client.get(ROSTER, headers={"x-tipoff-now": "2025-11-12T08:00:00-05:00"})
        assert reply.json()["team"]["abbreviation"] == "GS"
        assert 0.3 <= float(reply.headers["x-simulated-seconds"]) < 1.5
        assert client.get("/nowhere.example/x").status_code == 404
        assert client.get("/").status_code == 404


def test_headers_reach_the_source(sources: SourceServer) -> None:
    with httpx.Client(base_url=sources.url) as client:
        assert client.get(STANDINGS).status_code == 401
        assert client.get(STANDINGS, headers={"Authorization": "k"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"x-tipoff-now": "noon"},
        {"x-tipoff-now": "2025-11-12T08:00:00"},
        {"x-tipoff-now": "2025-11-12T08:00:00Z", "x-tipoff-attempt": "first"},
    ],
)
def test_a_wrong_instant_or_attempt_is_400(sources: SourceServer, headers: dict[str, str]) -> None:
    assert httpx.get(sources.url + ROSTER, headers=headers).status_code == 400


def test_without_an_instant_and_without_a_clock_a_request_is_400() -> None:
    with SourceServer(a_world()) as server:
        assert httpx.get(server.url + ROSTER).status_code == 400


def test_the_same_requests_in_another_order_and_at_once_get_the_same_bytes() -> None:
    events = "/api.the-odds-api.com/v4/sports/basketball_nba/events"
    requests = [
        (path, {"x-tipoff-now": (NOW + timedelta(hours=h)).isoformat(), "authorization": "k",
                "x-tipoff-attempt": str(attempt)})
        for path in (ROSTER, STANDINGS, f"{events}?apiKey=k",
                     "/api.balldontlie.io/v1/box_scores?date=2025-11-12",
                     "/stats.nba.com/stats/scheduleleaguev2int?LeagueID=00&Season=2025-26")
        for h in (0, 11, 13, 16)
        for attempt in (1, 2)
    ]  # fmt: skip
    with SourceServer(a_world(troubles=True)) as one, httpx.Client(base_url=one.url) as client:
        there = [client.get(path, headers=headers) for path, headers in requests]
    with (
        SourceServer(a_world(troubles=True)) as two,
        httpx.Client(base_url=two.url) as client,
        ThreadPoolExecutor(4) as threads,
    ):
        back = list(
            threads.map(lambda each: client.get(each[0], headers=each[1]), reversed(requests))
        )
    assert [(r.status_code, r.content, r.headers) for r in there] == [
        (r.status_code, r.content, r.headers) for r in reversed(back)
    ]


def test_the_transport_tells_instant_and_attempt_and_lets_the_seconds_pass() -> None:
    clock, wire = FakeClock(), FakeWire()
    with httpx.Client(transport=SimulatedTransport(wire, clock), timeout=5) as client:
        client.get("http://127.0.0.1/a")
        client.get("http://127.0.0.1/b", extensions={"attempt": 3})
    told = [(r.headers["x-tipoff-now"], r.headers["x-tipoff-attempt"]) for r in wire.asked]
    assert told == [
        ("2025-11-12T13:00:00+00:00", "1"),
        # 1.25 seconds passed with the first answer.
        ("2025-11-12T13:00:01.250000+00:00", "3"),
    ]
    assert clock.slept == [1.25, 1.25]


def test_an_answer_slower_than_the_read_timeout_is_a_read_timeout_after_it() -> None:
    clock = FakeClock()
    transport = SimulatedTransport(FakeWire(seconds="120"), clock)
    timeout = httpx.Timeout(5, read=15)
    with (
        httpx.Client(transport=transport, timeout=timeout) as client,
        pytest.raises(httpx.ReadTimeout, match="15"),
    ):
        client.get("http://127.0.0.1/a")
    assert clock.slept == [15]


def test_in_real_time_the_transport_adds_nothing_and_does_not_sleep() -> None:
    clock, wire = FakeClock(simulated=False), FakeWire()
    with httpx.Client(transport=SimulatedTransport(wire, clock)) as client:
        client.get("http://127.0.0.1/a")
    assert "x-tipoff-now" not in wire.asked[0].headers
    assert clock.slept == []
