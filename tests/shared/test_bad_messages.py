"""A table of messages that can never be right, with what each is told."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from cloudevents.http import CloudEvent

from shared.core.errors import BadInput
from shared.core.messages import (
    Advance,
    ChunkOrder,
    Content,
    FileReady,
    RunOrder,
    RunRequest,
    ScrapeRequest,
    Tick,
)
from shared.messages import message, open_event
from tests.core.made import NOV_12, at
from tests.functions.worlds import order

ANY: tuple[type[Content], ...] = (
    Tick,
    RunOrder,
    RunRequest,
    ChunkOrder,
    ScrapeRequest,
    Advance,
    FileReady,
)
ORDER = order("referee_discovery", at("09:00"))
FILE = FileReady(
    load_id="l",
    path="a/b.json",
    generation=1,
    scraper="s",
    dataset="d",
    table=None,
    target_date=NOV_12,
    run_id="r",
    record_count=1,
)


def event(data: object, topic: str = "run-decisions", **facts: Any) -> CloudEvent:
    """A delivery whose message has this data: text is encoded as Pub/Sub does."""
    encoded = base64.b64encode(data.encode()).decode() if isinstance(data, str) else data
    found = {"messageId": "m1", "data": encoded, **facts}
    return raw({"message": {k: v for k, v in found.items() if v is not None}}, topic)


def raw(data: object, topic: str = "run-decisions") -> CloudEvent:
    source = f"//pubsub.googleapis.com/projects/p/topics/{topic}"
    return CloudEvent({"type": "t", "source": source, "id": "e1"}, data)


def body(content: Content, drop: str = "", **changes: Any) -> str:
    """A message's envelope with some keys changed and one left out."""
    found = json.loads(message("t", content).body) | changes
    found.pop(drop, None)
    return json.dumps(found)


OF_ALL = "tick, run-order, run-request, chunk, scrape-request, advance, file"
OFFSET = "an instant with its offset"


@pytest.mark.parametrize(
    ("delivery", "place", "found", "allowed"),
    [
        (raw(None), "event data", "None", "an object with a Pub/Sub message"),
        (raw("text"), "event data", "text", "an object with a Pub/Sub message"),
        (raw(b"bytes"), "event data", "b'bytes'", "an object with a Pub/Sub message"),
        (raw([]), "event data", "[]", "an object with a Pub/Sub message"),
        (raw({}), "event data", "{}", "an object with a Pub/Sub message"),
        (raw({"message": 7}), "event data", "{'message': 7}", "an object with a Pub/Sub message"),
        (event("{}", attributes=[1]), "message attributes", "[1]", "an object of text"),
        (event(7), "message data", "7", "base64 text"),
        (event({"kind": "tick"}), "message data", "{'kind': 'tick'}", "base64 text"),
        (raw({"message": {"data": "%%%"}}), "message data", "%%%", "base64 of UTF-8 JSON"),
        (raw({"message": {"data": "//8="}}), "message data", "//8=", "base64 of UTF-8 JSON"),
        (event("no json"), "message data", "no json", "JSON"),
        (event('{"kind": "tick"'), "message data", '{"kind": "tick"', "JSON"),
        (event("[" * 100_000), "message data", "[" * 77 + "...", "JSON"),
        (event("[]"), "message data", "[]", "a JSON object"),
        (event("7"), "message data", "7", "a JSON object"),
        (event("null"), "message data", "null", "a JSON object"),
        (event('{"v": 2, "kind": "tick"}'), "message v", "2", "1"),
        (event('{"v": "1", "kind": "tick"}'), "message v", "1", "1"),
        (event("{}"), "message kind on run-decisions", "None", OF_ALL),
        (event(None), "message kind on run-decisions", "None", OF_ALL),
        (event('{"kind": "tock"}'), "message kind on run-decisions", "tock", OF_ALL),
        (event('{"kind": ["tick"]}'), "message kind on run-decisions", "['tick']", OF_ALL),
        (event('{"kind": {}}'), "message kind on run-decisions", "{}", OF_ALL),
        (event('{"kind": "tick", "at": "noon"}'), "tick message at", "noon", "a valid datetime..."),
        (event('{"kind": "tick", "at": "2025-11-12T13:00"}'), "tick message at", "...", OFFSET),
        (event('{"kind": "tick", "when": 1}'), "tick message when", "1", "only known keys"),
        (event('{"kind": "tick", "job": 7}'), "tick message job", "7", "a valid string"),
        (event(body(ORDER, "steps")), "run-order message steps", "nothing", "this key is required"),
        (event(body(ORDER, steps={})), "run-order message steps", "{}", "a list"),
        (
            event(body(ORDER, steps=[{"scrapers": "all"}])),
            "run-order message steps[0].scrapers",
            "all",
            "a list",
        ),
        (
            event(body(ORDER, not_after="2025-11-12T13:00:00")),
            "run-order message not_after",
            "2025-11-12T13:00:00",
            OFFSET,
        ),
        (
            event(body(ORDER, game_day="12.11.2025")),
            "run-order message game_day",
            "12.11.2025",
            "a valid date...",
        ),
        (
            event(body(ORDER, source="ROBOT")),
            "run-order message source",
            "ROBOT",
            "'CONTROLLER', 'MANUAL', 'LOCAL', 'CLOUD_RUN', 'SCHEDULER' or 'RECOVERY'",
        ),
        (event(body(ORDER, games=[1])), "run-order message games[0]", "1", "a valid string"),
        (
            event(body(FILE, generation="new")),
            "file message generation",
            "new",
            "a valid integer...",
        ),
        (event(body(FILE, "path")), "file message path", "nothing", "this key is required"),
        (
            event(body(RunRequest(workflow="w"), target_date="tomorrow")),
            "run-request message target_date",
            "tomorrow",
            "a valid date...",
        ),
        (
            event(body(ScrapeRequest(scraper="s"), params={"team": 1})),
            "scrape-request message params.team",
            "1",
            "a valid string",
        ),
        (event("{}", "schedule-lock", publishTime="noon"), "message publishTime", "noon", "..."),
        (
            event("{}", "schedule-lock", publishTime="2025-11-12T10:00:00"),
            "message publishTime",
            "2025-11-12T10:00:00",
            "an ISO 8601 instant with its offset",
        ),
    ],
)
def test_a_malformed_message_names_place_found_and_allowed(
    delivery: CloudEvent, place: str, found: str, allowed: str
) -> None:
    with pytest.raises(BadInput) as bad:
        open_event(delivery, ANY)
    assert bad.value.place == place
    for expected, text in ((found, str(bad.value.found)), (allowed, bad.value.allowed)):
        if expected.endswith("...") and not text.endswith("..."):
            assert text.startswith(expected.removesuffix("..."))
            assert text
        else:
            assert text == expected


@pytest.mark.parametrize(
    ("attributes", "trace"),
    [
        ({"traceparent": "00-abc-def-01"}, "abc"),
        ({"traceparent": "abc"}, None),
        ({}, None),
    ],
)
def test_a_trace_is_taken_from_the_traceparent(
    attributes: Mapping[str, str], trace: str | None
) -> None:
    opened = open_event(event("{}", "controller-tick", attributes=attributes), (Tick,))
    assert opened.trace_id == trace
    assert opened.topic == "controller-tick"


@pytest.mark.parametrize("text", ["2025-11-12T10:00:00Z", "2025-11-12T10:00:00.123456789Z"])
def test_publish_times_are_read_as_pub_sub_writes_them(text: str) -> None:
    opened = open_event(event("{}", "controller-tick", publishTime=text), (Tick,))
    assert opened.published_at is not None
    assert opened.published_at.replace(microsecond=0) == at("05:00")


@pytest.mark.parametrize("content", [ORDER, FILE, RunRequest(workflow="w"), Tick(at=at("05:00"))])
def test_a_message_reads_back_as_what_was_sent(content: Content) -> None:
    sent = message("t", content, {"why": "test"})
    assert json.loads(sent.body)["v"] == 1
    assert open_event(event(sent.body), ANY).content == content
    assert sent.attributes["why"] == "test"
