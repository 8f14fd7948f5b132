"""Every line that a delivery prints: one JSON object, its ids, one trace, and no secret."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from cloudevents.http import CloudEvent

from shared.core.workflows import Step
from shared.log import Log, trace, traceparent
from shared.messages import (
    CLEANUP_TICK,
    CONTROLLER_TICK,
    EXECUTE_SWEEP,
    RUN_DECISIONS,
    SCHEDULE_LOCK,
    message,
    scrape_topic,
)
from shared.settings import Settings
from shared.wiring import installed, serve
from shared.world import World
from sim.clock import ManualClock
from sim.memory import MemorySecrets
from tests.core.made import at, game
from tests.functions.worlds import ALL_KINDS, ROUTES, Here, function, order

KEY = "5e1f" * 8
PARENT = f"00-{'ab' * 16}-{'cd' * 8}-01"

Lines = list[dict[str, Any]]


@pytest.fixture
def here() -> Iterator[Here]:
    """A world that prints, on the evening of two games, whose project and keys are known."""
    made = Here(ManualClock(at("04:00")))
    made.import_schedule(game(1, "19:00"), game(2, "22:30"))
    made.at("13:00")
    names = ("ODDS_API_KEY", "BDL_API_KEY")
    made.world = replace(
        made.world,
        log=Log(),
        settings=Settings(environment="test", project="p"),
        secrets=MemorySecrets(dict.fromkeys(names, KEY)),
    )
    with installed(made.world):
        yield made


def handle(
    here: Here, name: str, topic: str, body: str = "{}", number: str = "m0", **attributes: str
) -> None:
    """One push to a function, with everything around its handle."""
    data = base64.b64encode(body.encode()).decode()
    message = {
        "messageId": number,
        "publishTime": here.clock.now().isoformat(),
        "data": data,
        "attributes": attributes,
    }
    source = f"//pubsub.googleapis.com/projects/p/topics/{topic}"
    event = CloudEvent({"type": "t", "source": source, "id": number}, {"message": message})
    serve(event, function(name).handle, ALL_KINDS)


def rest(here: Here) -> None:
    """Let every message travel, with its attributes, until none is left."""
    number = 0
    while waiting := here.bus.pull():
        for each in waiting:
            number += 1
            sent = each.message
            name = ROUTES.get(sent.topic, "scraper")
            handle(here, name, sent.topic, sent.body, f"m{number}", **sent.attributes)


def read(capsys: pytest.CaptureFixture[str]) -> Lines:
    """What was printed: every line is one JSON object, and nothing stands beside them."""
    printed = capsys.readouterr()
    assert printed.err == ""
    return [json.loads(line) for line in printed.out.splitlines()]


def evening(here: Here) -> None:
    handle(here, "schedule_locker", SCHEDULE_LOCK, number="lock", traceparent=PARENT)
    handle(here, "controller", CONTROLLER_TICK, number="tick", traceparent=PARENT)
    # One more, of a source that answers in the simplest way.
    run = order("betting_lines", here.clock.now(), steps=(Step(scrapers=("bdl_standings",)),))
    body = message(RUN_DECISIONS, run).body
    handle(here, "executor", RUN_DECISIONS, body, number="run", traceparent=PARENT)
    rest(here)
    here.at("15:00")
    handle(here, "cleanup", CLEANUP_TICK, number="clean", traceparent=PARENT)
    handle(here, "executor", EXECUTE_SWEEP, number="sweep", traceparent=PARENT)


def test_every_line_has_severity_message_and_action(
    here: Here, capsys: pytest.CaptureFixture[str]
) -> None:
    evening(here)
    lines = read(capsys)
    for line in lines:
        assert line["severity"] in ("INFO", "WARNING", "ERROR", "CRITICAL")
        assert isinstance(line["message"], str)
        assert isinstance(line["action"], str)
        assert line["message"]
        assert line["action"]
    told = {line["action"] for line in lines}
    assert {"lock", "plan", "decide", "fan-out", "scrape", "finish", "load", "cleanup"} <= told


@pytest.mark.parametrize(
    ("action", "ids"),
    [
        ("decide", {"decision_id"}),
        ("fan-out", {"decision_id", "execution_id", "chunk_id"}),
        ("scrape", {"decision_id", "execution_id", "run_id", "path"}),
        ("finish", {"decision_id", "execution_id"}),
        ("load", {"run_id", "load_id", "path"}),
    ],
)
def test_a_line_names_what_it_is_about(
    here: Here, capsys: pytest.CaptureFixture[str], action: str, ids: set[str]
) -> None:
    evening(here)
    found = [line for line in read(capsys) if line["action"] == action]
    assert found
    assert all(ids <= line.keys() for line in found)


def test_what_one_tick_causes_is_one_trace_to_the_last_load(
    here: Here, capsys: pytest.CaptureFixture[str]
) -> None:
    evening(here)
    traces = {line["logging.googleapis.com/trace"] for line in read(capsys)}
    assert traces == {f"projects/p/traces/{'ab' * 16}"}
    assert {row["trace_id"] for row in here.rows("scraper_execution_log")} == {"ab" * 16}


def test_a_delivery_without_a_trace_begins_one_named_by_its_message(
    here: Here, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in ("m1", "m1", "m2"):
        handle(here, "controller", CONTROLLER_TICK, number=number)
    by_line = [line["logging.googleapis.com/trace"] for line in read(capsys)]
    assert by_line[-2] != by_line[-1]
    assert len(set(by_line)) == 2


def test_a_repeat_publishes_the_same_span_and_another_message_another() -> None:
    token = trace.set(f"projects/p/traces/{'ab' * 16}")
    try:
        first, again, other = (traceparent(seed) for seed in ("a", "a", "b"))
    finally:
        trace.reset(token)
    assert first == again != other
    assert first is not None
    version, trace_id, span, flags = first.split("-")
    assert (version, trace_id, len(span), flags) == ("00", "ab" * 16, 16, "01")
    assert traceparent("a") is None


@pytest.mark.parametrize("told", ["unreachable {url}", "refused {headers}", "{url} [{key}]"])
def test_no_key_reaches_a_line_or_a_row_when_a_source_fails(
    here: Here, capsys: pytest.CaptureFixture[str], told: str
) -> None:
    """As libraries do it: the error's text holds the whole request."""

    def fail(request: httpx.Request) -> httpx.Response:
        text = told.format(url=request.url, headers=request.headers.raw, key=KEY)
        raise httpx.ConnectError(text, request=request)

    here.answer = fail
    for source, scraper in (("balldontlie", "bdl_standings"), ("odds_api", "oddsa_events")):
        body = json.dumps({"kind": "scrape-request", "scraper": scraper})
        handle(here, "scraper", scrape_topic(source), body, number=scraper)
    assert all(KEY in f"{request.url} {request.headers.raw}" for request in here.asked)
    lines = read(capsys)
    failed = [line for line in lines if line["action"] == "scrape"]
    assert [line["severity"] for line in failed] == ["WARNING", "WARNING"]
    rows = here.rows("scraper_execution_log")
    assert any("[redacted]" in row["error_message"] for row in rows)
    assert KEY not in json.dumps([lines, rows], default=str)
    assert KEY not in "".join(here.state.read(name).decode() for name in here.names())


def test_no_key_reaches_a_line_or_a_row_when_a_fetcher_is_wrong(
    here: Here, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise ValueError(f"no host in {request.url}")

    here.answer = fail
    body = '{"kind": "scrape-request", "scraper": "oddsa_events"}'
    handle(here, "scraper", scrape_topic("odds_api"), body)
    (row,) = here.rows("scraper_execution_log")
    assert row["error_type"] == "internal"
    assert row["error_message"].endswith("apiKey=[redacted]")
    assert KEY not in json.dumps(read(capsys))


@pytest.mark.parametrize(
    "text",
    [
        f"GET https://api.example.org/v4/odds?apiKey={KEY}&regions=us",
        f"GET https://api.example.org/v4/odds?regions=us&api_key={KEY}",
        f"Authorization: {KEY}",
        f"authorization: Bearer {KEY}",
        f"{{'Authorization': 'Bearer {KEY}'}}",
        f'{{"Authorization": "{KEY}"}}',
        f"[(b'X-Api-Key', b'{KEY}')]",
        f"password={KEY}",
    ],
)
def test_a_line_is_looked_through_once_more(capsys: pytest.CaptureFixture[str], text: str) -> None:
    Log().error(text, action="test", other={"detail": text})
    (line,) = read(capsys)
    assert KEY not in json.dumps(line)
    assert line["message"].count("[redacted]") == 1


def test_what_is_no_secret_stays(capsys: pytest.CaptureFixture[str]) -> None:
    Log().info("no secret: ODDS_API_KEY is missing, 3 tokens", action="missing_secret")
    (line,) = read(capsys)
    assert line["message"] == "no secret: ODDS_API_KEY is missing, 3 tokens"


def test_a_failure_that_comes_again_is_told_in_one_line(
    here: Here, capsys: pytest.CaptureFixture[str]
) -> None:
    here.shut.add("run-decisions")
    with pytest.raises(Exception, match="run-decisions is down"):
        handle(here, "controller", CONTROLLER_TICK, number="tick")
    *_, last = read(capsys)
    assert (last["severity"], last["action"]) == ("WARNING", "retry")
    assert last["message_id"] == "tick"
    assert "PortUnavailable: 3 of 3 messages not published" in last["message"]


def test_a_publish_keeps_what_the_message_says_itself(here: Here) -> None:
    world: World = here.world
    handle(here, "controller", CONTROLLER_TICK, number="tick", traceparent=PARENT)
    sent, *_ = here.bus.pull("run-decisions")
    assert sent.message.attributes["traceparent"].startswith(f"00-{'ab' * 16}-")
    mine = {"traceparent": "mine"}
    token = trace.set("ab" * 16)
    try:
        world.publish([replace(sent.message, attributes=mine)])
    finally:
        trace.reset(token)
    (again,) = here.bus.pull("run-decisions")
    assert again.message.attributes == mine
