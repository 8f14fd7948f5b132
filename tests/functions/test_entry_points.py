"""Every function through the functions-framework: as a CloudEvent and as a raw Pub/Sub push."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import functions_framework
import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.core.messages import Advance, Content, FileReady
from shared.messages import message
from shared.wiring import installed
from sim.clock import ManualClock
from tests.core.made import NOV_12, at
from tests.functions.worlds import Here

ROOT = Path(__file__).parents[2]
SCRAPE = "scrape-balldontlie"
#: Each function's topic, and a message that it understands.
TOPICS = {
    "schedule_locker": "schedule-lock",
    "controller": "controller-tick",
    "executor": "execute-sweep",
    "scraper": SCRAPE,
    "loader": "files-ready",
    "cleanup": "cleanup-tick",
}
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
GOOD: Mapping[str, str] = {
    **dict.fromkeys(TOPICS, "{}"),
    "scraper": '{"kind": "scrape-request", "scraper": "bdl_standings"}',
    "loader": message("files-ready", FILE).body,
}


@pytest.fixture(scope="module")
def clients() -> Mapping[str, FlaskClient]:
    """One app a function, made once: the framework reads main.py as the platform does."""
    apps: dict[str, FlaskClient] = {}
    for name in (*TOPICS, "status"):
        source = str(ROOT / "functions" / name / "main.py")
        app: Flask = functions_framework.create_app(name, source)  # type: ignore[no-untyped-call]
        apps[name] = app.test_client()
    return apps


@pytest.fixture
def here() -> Iterator[Here]:
    made = Here(ManualClock(at("05:00")))
    with installed(made.world):
        yield made


def test_a_record_of_a_newer_version_is_waited_for_and_not_acked(
    here: Here, clients: Mapping[str, FlaskClient]
) -> None:
    """After a rollback: to ack it would be silence behind a 200."""
    here.state.create_once("schedules/20251112T090000Z.json", b'{"of": "tomorrow"}')
    assert as_event(clients["controller"], TOPICS["controller"], pubsub(b"{}")) == 500
    assert "schedules/20251112T090000Z.json" in here.log.of("WARNING")[-1]


def pubsub(data: bytes | None, **facts: Any) -> dict[str, Any]:
    """A Pub/Sub message as both ways of delivery carry it."""
    found = {"messageId": "m1", "publishTime": "2025-11-12T10:00:00.123456789Z", **facts}
    return found if data is None else {**found, "data": base64.b64encode(data).decode()}


def as_event(client: FlaskClient, topic: str, found: object) -> int:
    """The status of a CloudEvent in binary mode."""
    headers = {
        "ce-id": "m1",
        "ce-type": "google.cloud.pubsub.topic.v1.messagePublished",
        "ce-specversion": "1.0",
        "ce-source": f"//pubsub.googleapis.com/projects/p/topics/{topic}",
        "content-type": "application/json",
    }
    body = json.dumps({"message": found, "subscription": "s"})
    return client.post("/", headers=headers, data=body).status_code


def as_push(client: FlaskClient, topic: str, found: object) -> int:
    """The status of a raw push to the path that names the topic."""
    body = json.dumps({"message": found, "subscription": "s"})
    path = f"/projects/p/topics/{topic}"
    return client.post(path, headers={"content-type": "application/json"}, data=body).status_code


@pytest.mark.parametrize("post", [as_event, as_push])
@pytest.mark.parametrize("name", TOPICS)
def test_a_good_message_is_handled_and_acked(
    here: Here, clients: Mapping[str, FlaskClient], name: str, post: Any
) -> None:
    found = pubsub(GOOD[name].encode())
    assert post(clients[name], TOPICS[name], found) in {200, 204}
    assert not [line for line in here.log.of("ERROR") if "refused" in line]


TICKING = ["schedule_locker", "controller", "executor", "cleanup"]


@pytest.mark.parametrize("name", TICKING)
def test_a_tick_needs_no_data_at_all(
    here: Here, clients: Mapping[str, FlaskClient], name: str
) -> None:
    found = pubsub(None, attributes={"why": "by hand"})
    assert as_event(clients[name], TOPICS[name], found) in {200, 204}
    assert not [line for line in here.log.of("ERROR") if "refused" in line]


@pytest.mark.parametrize("name", TICKING)
def test_the_framework_itself_answers_400_to_a_raw_push_without_data(
    here: Here, clients: Mapping[str, FlaskClient], name: str
) -> None:
    """For ever, and before our code is asked: so everything that we publish has a body."""
    found = pubsub(None, attributes={"why": "by hand"})
    assert as_push(clients[name], TOPICS[name], found) == 400
    assert here.log.lines == []


@pytest.mark.parametrize("post", [as_event, as_push])
@pytest.mark.parametrize("name", TOPICS)
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"no json", "message data: found [no json], allowed: JSON"),
        (b"[]", "message data: found [[]], allowed: a JSON object"),
        (b"\xff", "allowed: base64 of UTF-8 JSON"),
        (b'{"v": 2}', "message v: found [2], allowed: 1"),
        (b'{"kind": ["tick"]}', "message kind"),
    ],
)
def test_a_message_that_can_never_be_right_is_acked_and_logged_once(
    here: Here,
    clients: Mapping[str, FlaskClient],
    name: str,
    post: Any,
    data: bytes,
    says: str,
) -> None:
    assert post(clients[name], TOPICS[name], pubsub(data)) in {200, 204}
    (line,) = here.log.of("ERROR")
    assert line.startswith("refused and acked: ")
    assert says in line


@pytest.mark.parametrize("name", ["scraper", "loader"])
def test_a_message_without_data_is_refused_where_there_is_nothing_to_do_without(
    here: Here, clients: Mapping[str, FlaskClient], name: str
) -> None:
    assert as_event(clients[name], TOPICS[name], pubsub(None)) in {200, 204}
    assert "message kind on" in here.log.of("ERROR")[0]


@pytest.mark.parametrize("name", TOPICS)
def test_our_own_ports_failure_answers_500_so_that_it_comes_again(
    here: Here, clients: Mapping[str, FlaskClient], name: str
) -> None:
    file = FileReady(**{**{f: getattr(FILE, f) for f in FILE.__slots__}, "table": "t"})
    body = message("files-ready", file).body if name == "loader" else GOOD[name]
    here.journal.down = True
    if name == "executor":  # a sweep with nothing to sweep appends nothing
        body = '{"kind": "run-request", "workflow": "referee_discovery"}'
    clients[name].application.config["PROPAGATE_EXCEPTIONS"] = False
    assert as_event(clients[name], TOPICS[name], pubsub(body.encode())) == 500
    here.journal.down = False
    assert as_event(clients[name], TOPICS[name], pubsub(body.encode())) in {200, 204}


def test_a_topic_decides_what_its_messages_may_be(
    here: Here, clients: Mapping[str, FlaskClient]
) -> None:
    stray: Content = Advance(execution_id="x", game_day=NOV_12, chunk_id="c")
    body = message("t", stray).body.encode()
    assert as_event(clients["controller"], "controller-tick", pubsub(body)) in {200, 204}
    assert here.log.of("ERROR")[0].endswith(
        "message kind on controller-tick: found [advance], allowed: tick"
    )


def test_health_has_the_shape_that_the_originals_operators_know(
    here: Here, clients: Mapping[str, FlaskClient]
) -> None:
    answer = clients["status"].get("/health")
    assert answer.status_code == 200
    found = answer.get_json()
    assert list(found) == [
        "status",
        "service",
        "version",
        "deployment",
        "timestamp",
        "components",
    ]
    assert (found["status"], found["timestamp"]) == ("healthy", "2025-11-12T10:00:00+00:00")
    assert found["components"]["scrapers"] == {"available": 34, "status": "operational"}
    orchestration = found["components"]["orchestration"]
    parts = ("schedule_locker", "master_controller", "workflow_executor", "cleanup_processor")
    assert [orchestration[part] for part in parts] == ["available"] * 4
    assert orchestration["enabled_workflows"] == len(orchestration["workflows"]) == 8


def test_another_path_names_those_there_are(here: Here, clients: Mapping[str, FlaskClient]) -> None:
    answer = clients["status"].get("/helth")
    assert answer.status_code == 404
    assert answer.get_json()["error"] == "no such path: /helth"
    assert "/health" in answer.get_json()["paths"]
