"""The source client against a fake transport and a clock that is moved by hand."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from scrapers.http import pause
from scrapers.response import Response
from shared.errors import SourceFailure
from tests.scrapers.world import KEY, Body, FakeSecrets, Site, Source, ok

IN_QUERY = Source(key_in="query:apiKey", secret="ODDS_API_KEY")
IN_HEADER = Source(key_in="header:Authorization", secret="ODDS_API_KEY")


def status(code: int, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(code, headers=named, content=b"no luck")


def failure(do: Callable[[], object]) -> SourceFailure:
    with pytest.raises(SourceFailure) as caught:
        do()
    return caught.value


@pytest.mark.parametrize(
    ("answer", "error_type", "requests"),
    [
        # Passing: all three tries are used.
        (status(429), "rate_limited", 3),
        (status(500), "http_5xx", 3),
        (status(503), "http_5xx", 3),
        (httpx.ReadTimeout("slow"), "timeout", 3),
        (httpx.ConnectTimeout("slow"), "timeout", 3),
        (httpx.ConnectError("refused"), "network", 3),
        (httpx.RemoteProtocolError("closed early"), "network", 3),
        # Final: asking again would give the same answer.
        (status(400), "http_4xx", 1),
        (status(404), "http_4xx", 1),
        (status(422), "http_4xx", 1),
        (status(401), "blocked", 1),
        (status(403), "blocked", 1),
        (status(204), "malformed", 1),
        (httpx.DecodingError("not gzip"), "malformed", 1),
    ],
)
def test_a_status_decides_whether_the_call_is_tried_again(
    answer: httpx.Response | Exception, error_type: str, requests: int
) -> None:
    site = Site(answer, source=Source())
    http = site.run()
    error = failure(lambda: http.get("/v1/games"))
    assert (error.error_type, http.requests, http.retries) == (error_type, requests, requests - 1)
    assert str(error).startswith("odds_api: GET https://api.example.com/v1/games: ")


@pytest.mark.parametrize("passing", [status(503), status(429), httpx.ReadTimeout("slow")])
def test_a_passing_failure_is_cured_by_a_retry(passing: httpx.Response | Exception) -> None:
    site = Site(passing, ok({"a": 1}), source=Source())
    http = site.run()
    assert http.get("/v1/games").json() == {"a": 1}
    assert (http.requests, http.retries) == (2, 1)
    assert [request.extensions["attempt"] for request in site.asked] == [1, 2]


@pytest.mark.parametrize("code", [204, 403, 404])
def test_an_accepted_status_is_an_answer(code: int) -> None:
    site = Site(status(code), source=Source())
    answer = site.run().get("/x", accept=(200, code))
    assert answer == Response(status=code, headers=answer.headers, body=b"no luck")


def test_back_off_doubles_up_to_the_longest_and_is_the_same_in_a_replay() -> None:
    source = Source(tries=6, backoff=4.0)
    waits = []
    for _ in range(2):
        site = Site(status(503), source=source)
        failure(lambda site=site: site.run().get("/x"))  # type: ignore[misc]
        waits.append(site.clock.slept)
    assert waits[0] == waits[1]
    # 1, 2, 4, 4, 4 seconds, each reduced by up to a half.
    for waited, step in zip(waits[0], [1, 2, 4, 4, 4], strict=True):
        assert step / 2 <= waited <= step


def test_two_calls_of_the_same_moment_back_off_differently() -> None:
    assert len({pause(f"GET /games/{i}", 1, 8.0) for i in range(20)}) == 20


@pytest.mark.parametrize(
    ("header", "waited"),
    [
        ("7", 7.0),
        # The clock stands at 18:00:00 UTC: eleven seconds ahead.
        ("Wed, 12 Nov 2025 18:00:11 GMT", 11.0),
    ],
)
@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_is_kept_in_seconds_and_as_a_date(
    code: int, header: str, waited: float
) -> None:
    site = Site(status(code, retry_after=header), ok({}), source=Source())
    site.run().get("/x")
    assert site.clock.slept == [waited]


@pytest.mark.parametrize("header", ["soon", "0", "-3", "Wed, 12 Nov 2025 17:59:00 GMT"])
def test_a_retry_after_that_asks_for_nothing_leaves_the_own_back_off(header: str) -> None:
    site = Site(status(429, retry_after=header), ok({}), source=Source())
    site.run().get("/x")
    assert 0.5 <= site.clock.slept[0] <= 1.0


def test_a_retry_after_beyond_the_budget_ends_the_call_at_once() -> None:
    """3 tries x 8 s of back-off are 24 s of waiting: an hour does not fit, nor 2 x 13 s."""
    hour = Site(status(429, retry_after="3600"), source=Source())
    assert failure(lambda: hour.run().get("/x")).error_type == "rate_limited"
    assert (len(hour.asked), hour.clock.slept) == (1, [])
    twice = Site(status(429, retry_after="13"), source=Source())
    failure(lambda: twice.run().get("/x"))
    assert (len(twice.asked), twice.clock.slept) == (2, [13.0])


def test_a_body_that_trickles_is_stopped_at_the_deadline() -> None:
    """Four pieces of 3 s each against a timeout of 10 s: every read is quick, the whole is not."""
    site = Site(source=Source(tries=2))
    site.answers.append(lambda _: httpx.Response(200, stream=Body(site.clock, [b"x"] * 4, 3.0)))
    http = site.run()
    error = failure(lambda: http.get("/x"))
    assert (error.error_type, http.requests) == ("timeout", 2)


def test_headers_that_come_after_the_deadline_are_too_late() -> None:
    site = Site(source=Source(tries=1))

    def late(_: httpx.Request) -> httpx.Response:
        site.clock.pass_by(10.5)
        return ok({})

    site.answers.append(late)
    assert failure(lambda: site.run().get("/x")).error_type == "timeout"


def test_a_slow_body_inside_the_deadline_is_read_whole() -> None:
    site = Site(source=Source(tries=1))
    site.answers.append(lambda _: httpx.Response(200, stream=Body(site.clock, [b"1", b"2"], 4.9)))
    assert site.run().get("/x").body == b"12"


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_beyond_the_limit_is_stopped_and_not_asked_again(*, announced: bool) -> None:
    site = Site(source=Source(max_bytes=1000))
    headers = {"content-length": "1200"} if announced else {}
    site.answers.append(
        lambda _: httpx.Response(200, headers=headers, stream=Body(site.clock, [b"x" * 400] * 3, 0))
    )
    http = site.run()
    error = failure(lambda: http.get("/x"))
    assert (error.error_type, http.requests) == ("too_large", 1)


def test_a_redirect_on_the_same_host_is_followed_with_the_key() -> None:
    moved = httpx.Response(302, headers={"location": "/v2/games?page=1"})
    site = Site(moved, ok([1]), source=IN_QUERY)
    assert site.run().get("/v1/games").json() == [1]
    assert site.asked[1].url == f"https://api.example.com/v2/games?page=1&apiKey={KEY}"


@pytest.mark.parametrize(
    "location", ["https://consent.example.org/", "http://api.example.com/x", "//other.example/x"]
)
def test_a_redirect_elsewhere_is_an_error_page_and_never_followed(location: str) -> None:
    site = Site(httpx.Response(302, headers={"location": location}), source=IN_HEADER)
    assert failure(lambda: site.run().get("/x")).error_type == "error_page"
    assert len(site.asked) == 1


def test_redirects_in_a_circle_end() -> None:
    site = Site(httpx.Response(301, headers={"location": "/x"}), source=Source())
    assert failure(lambda: site.run().get("/x")).error_type == "error_page"
    assert len(site.asked) == 4


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("query:apiKey", ("", KEY)),
        ("header:Authorization", (KEY, "")),
    ],
)
def test_the_key_goes_where_the_source_wants_it(place: str, expected: tuple[str, str]) -> None:
    site = Site(ok({}), source=Source(key_in=place, secret="ODDS_API_KEY"))
    site.run().get("/x", {"a": "b"}, headers={"Accept": "application/json"})
    request = site.asked[0]
    found = (request.headers.get("authorization", ""), request.url.params.get("apiKey", ""))
    assert found == expected
    assert request.url.params["a"] == "b"
    assert (request.headers["accept"], request.headers["user-agent"]) == (
        "application/json",
        "tipoff",
    )


def test_the_key_is_read_once_and_only_when_first_used() -> None:
    site = Site(ok({}), source=IN_QUERY)
    client = site.client()
    assert site.secrets.reads == 0
    client.get("/x")
    client.get("/x")
    assert site.secrets.reads == 1


@pytest.mark.parametrize("secret", ["ABSENT", None])
def test_a_missing_secret_fails_before_anything_is_asked(secret: str | None) -> None:
    site = Site(ok({}), source=Source(key_in="query:apiKey", secret=secret))
    http = site.run()
    assert failure(lambda: http.get("/x")).error_type == "missing_secret"
    assert (site.asked, http.requests) == ([], 0)


def test_a_source_without_a_key_reads_no_secret() -> None:
    site = Site(ok({}), source=Source())
    site.secrets = FakeSecrets()
    site.run().get("/x")
    assert site.secrets.reads == 0


@pytest.mark.parametrize("source", [IN_QUERY, IN_HEADER])
@pytest.mark.parametrize(
    "answer",
    [
        status(404),
        status(500),
        httpx.Response(401, content=f'{{"message": "bad key {KEY}"}}'.encode()),
        httpx.ConnectError(f"https://api.example.com/x?apiKey={KEY} refused"),
        httpx.Response(302, headers={"location": f"https://log.in/?apiKey={KEY}"}),
        httpx.Response(302, headers={"location": f"https://{KEY}.example.com/"}),
    ],
)
def test_no_message_no_traceback_and_no_log_shows_the_key(
    source: Source, answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    site = Site(answer, source=replace(source, tries=2))
    with caplog.at_level(logging.DEBUG):
        error = failure(lambda: site.run().get("/x", {"event": "1"}))
    assert KEY not in str(error)
    assert KEY not in caplog.text
    assert KEY not in "".join(traceback.format_exception(error))


def test_a_refusal_quotes_what_the_source_said() -> None:
    site = Site(httpx.Response(422, content=b'{"message":\n "Unknown market"}'))
    assert "status 422, said [{" in str(failure(lambda: site.run().get("/x")))


def test_the_simulated_world_is_asked_for_the_same_host_and_path() -> None:
    site = Site(ok({}), source=Source())
    site.client("http://127.0.0.1:8099/").get("/v1/games", {"date": "2025-11-12"})
    assert site.asked[0].url == "http://127.0.0.1:8099/api.example.com/v1/games?date=2025-11-12"


def test_a_parameter_may_have_several_values() -> None:
    site = Site(ok({}), source=Source())
    site.run().get("/x", {"dates[]": ["a", "b"], "kind": "Regular Season"})
    assert site.asked[0].url.params.multi_items() == [
        ("dates[]", "a"),
        ("dates[]", "b"),
        ("kind", "Regular Season"),
    ]


def test_two_runs_of_one_client_count_for_themselves() -> None:
    site = Site(status(503), ok({}), source=Source())
    client = site.client()
    first, second = client.for_run(), client.for_run()
    first.get("/x")
    second.get("/x")
    assert [(run.requests, run.retries) for run in (first, second)] == [(2, 1), (1, 0)]


def test_an_unknown_place_for_the_key_is_refused_when_the_client_is_made() -> None:
    site = Site(ok({}), source=Source(key_in="cookie:key", secret="ODDS_API_KEY"))
    with pytest.raises(ValueError, match="query:NAME, header:NAME or bearer"):
        site.client()
