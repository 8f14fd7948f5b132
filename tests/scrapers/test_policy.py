"""Per source and status: asked again, not there, or refused for good; as sources.yaml has it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from scrapers.registry import FETCHERS
from scrapers.response import Response
from shared.config import load_config
from shared.core.targets import TargetKind
from shared.errors import SourceFailure
from tests.scrapers.world import GAMES, NOON, Site, Source, ask

CONFIG = load_config(Path(__file__).parents[2] / "config")

RETRIED = {408: "http_4xx", 425: "http_4xx", 429: "rate_limited", 500: "http_5xx",
           502: "http_5xx", 503: "http_5xx", 504: "http_5xx", 520: "http_5xx"}  # fmt: skip
FINAL = {400: "http_4xx", 401: "blocked", 402: "http_4xx", 403: "blocked", 404: "http_4xx",
         410: "http_4xx", 418: "http_4xx", 422: "http_4xx", 451: "http_4xx"}  # fmt: skip
#: Where a source says 403 or 404 of what is not there, or not yet.
NOT_THERE = {
    "nba_cdn": {403, 404},
    "nba_static": {403},
    "nba_dmz": {404},
    "odds_api": {404},
}


def site_of(source: str, *answers: Any, **changes: Any) -> Site:
    """A site that answers for a source of the configuration, at its limits; without its key.

    At any pace, unless `changes` say otherwise, so that every sleep is a back-off.
    """
    free = {"key_in": None, "secret": None, "rate": 1e6}
    return Site(*answers, source=replace(CONFIG.sources[source], **{**free, **changes}))


@pytest.mark.parametrize("source", sorted(CONFIG.sources))
class TestEachSource:
    @pytest.mark.parametrize("status", RETRIED)
    def test_what_may_pass_is_tried_as_often_as_the_source_allows(
        self, source: str, status: int
    ) -> None:
        site = site_of(source, httpx.Response(status))
        with pytest.raises(SourceFailure) as caught:
            site.run().get("/x", accept=(200, 204, status))
        assert (caught.value.error_type, caught.value.status) == (RETRIED[status], status)
        limits = CONFIG.sources[source]
        assert len(site.asked) == limits.tries
        # Half to all of 1, 2, ... seconds, and never the same twice.
        steps = [min(limits.backoff, 2.0**n) for n in range(limits.tries - 1)]
        assert len(site.clock.slept) == len(steps)
        for slept, step in zip(site.clock.slept, steps, strict=True):
            assert step / 2 <= slept <= step

    @pytest.mark.parametrize("status", FINAL)
    def test_what_stays_is_asked_once(self, source: str, status: int) -> None:
        site = site_of(source, httpx.Response(status))
        http = site.run()
        if status in NOT_THERE.get(source, ()):
            assert http.get("/x", accept=(200, 403, 404)).status == status
        else:
            with pytest.raises(SourceFailure) as caught:
                http.get("/x", accept=(200, 403, 404))
            assert (caught.value.error_type, caught.value.status) == (FINAL[status], status)
        assert (http.requests, http.retries, site.clock.slept) == (1, 0, [])

    @pytest.mark.parametrize(
        ("error", "error_type"),
        [
            (httpx.ConnectTimeout("slow"), "timeout"),
            (httpx.ReadTimeout("slow"), "timeout"),
            (httpx.ConnectError("refused"), "network"),
            (httpx.RemoteProtocolError("closed"), "network"),
        ],
    )
    def test_no_answer_is_tried_again_too(
        self, source: str, error: Exception, error_type: str
    ) -> None:
        site = site_of(source, error)
        with pytest.raises(SourceFailure) as caught:
            site.run().get("/x")
        assert caught.value.error_type == error_type
        assert len(site.asked) == CONFIG.sources[source].tries

    def test_retry_after_is_kept_up_to_the_room_of_the_call(self, source: str) -> None:
        limits = CONFIG.sources[source]
        # tries x backoff is what all waits of a call may take together.
        room = limits.tries * limits.backoff
        for seconds, waits in ((room, [room]), (room + 1, [])):
            headers = {"retry-after": f"{seconds:.0f}"}
            site = site_of(source, httpx.Response(429, headers=headers), httpx.Response(200))
            if waits:
                assert site.run().get("/x").status == 200
            else:
                with pytest.raises(SourceFailure, match="429"):
                    site.run().get("/x")
            assert site.clock.slept == waits


#: Calls in seconds that the sites ask not to be exceeded, by what they publish.
PUBLISHED = {
    "basketball_reference": (20, 60),
    # The plans that have box scores, injuries and lines.
    "balldontlie": (600, 60),
    "odds_api": (30, 1),
}


@pytest.mark.parametrize("source", sorted(CONFIG.sources))
def test_calls_keep_the_sources_pace(source: str) -> None:
    limits = CONFIG.sources[source]
    site = site_of(source, httpx.Response(200), rate=limits.rate)
    client = site.client()
    for _ in range(5):
        client.get("/x")
    # Five calls are four spaces.
    passed = (site.clock.now() - NOON).total_seconds()
    assert passed == pytest.approx(4 / limits.rate, abs=0.001)
    assert limits.concurrency <= 8
    calls, seconds = PUBLISHED.get(source, (10, 1))
    assert limits.rate <= calls / seconds


@pytest.mark.parametrize("source", sorted(CONFIG.sources))
def test_no_more_calls_are_under_way_than_the_source_allows(source: str) -> None:
    limits = CONFIG.sources[source]
    under_way, most = [0], [0]
    lock, all_in = threading.Lock(), threading.Event()

    def answer(_: httpx.Request) -> httpx.Response:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
            if under_way[0] == limits.concurrency:
                all_in.set()
        # Nobody leaves before as many as may are in.
        assert all_in.wait(10)
        with lock:
            under_way[0] -= 1
        return httpx.Response(200)

    client = site_of(source, answer).client()
    with ThreadPoolExecutor(2 * limits.concurrency) as pool:
        calls = [pool.submit(client.get, "/x") for _ in range(3 * limits.concurrency)]
        assert all(call.result(20).status == 200 for call in calls)
    assert most[0] == limits.concurrency


def test_the_table_above_is_the_configurations() -> None:
    found = {name: set(each.not_there) for name, each in CONFIG.sources.items() if each.not_there}
    assert found == NOT_THERE


class Listener:
    """Hears which refusals a fetcher could use, and gives it none."""

    def __init__(self) -> None:
        self.accepted: set[int] = set()

    def get(
        self,
        path: str,
        params: Mapping[str, str | Sequence[str]] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        accept: Sequence[int] = (200,),
        cost: int = 0,
    ) -> Response:
        del path, params, headers, cost
        self.accepted |= {status for status in accept if status >= 400}
        raise SourceFailure("network", "nobody is there")


@pytest.mark.parametrize("scraper", sorted(FETCHERS))
def test_a_fetcher_uses_only_refusals_that_its_source_means_as_absence(scraper: str) -> None:
    """Another would never reach it: the client keeps to the source's `not_there`."""
    entry = CONFIG.scrapers[scraper]
    ids = {
        TargetKind.DATE: "2025-11-12",
        TargetKind.GAME: GAMES[0]["id"],
        TargetKind.TEAM: "BOS",
        TargetKind.EVENT: "f54c4a22568ce9dc33fb410d1b0e75e9",
    }
    asked = ask(scraper, kind=entry.target, id_=ids[entry.target])
    game = {"game": GAMES[0]["id"], "away": "ORL", "home": "NYK", "tip": GAMES[0]["tip"]}
    target = replace(asked.target, params={**asked.target.params, **game})
    http = Listener()
    with pytest.raises(SourceFailure, match="nobody is there"):
        FETCHERS[scraper](replace(asked, target=target), http)
    assert http.accepted <= set(CONFIG.source_of(scraper).not_there)


@pytest.mark.parametrize(
    ("retry", "status", "requests"),
    [
        # A source may be told otherwise: 501 alone, no 5xx at all, a 409 that passes.
        (("501",), 501, 3),
        (("501",), 503, 1),
        ((), 429, 1),
        (("409", "429"), 409, 3),
    ],
)
def test_what_is_tried_again_is_the_configurations_to_say(
    retry: Sequence[str], status: int, requests: int
) -> None:
    site = Site(httpx.Response(status), source=Source(retry=retry))
    with pytest.raises(SourceFailure):
        site.run().get("/x")
    assert len(site.asked) == requests
