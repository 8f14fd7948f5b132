"""Deliveries are posted side by side, acked or nacked, in real and in simulated time."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cloudevents.http import CloudEvent
from functions_framework import create_app
from werkzeug.serving import make_server

from local.bus import LocalBus
from local.delivery import After, Delivery, Subscription
from local.dispatch import Dispatcher
from local.post import Session, cloud_event, post_cloud_event
from local.store import Store
from shared.clock import DeliveryClock
from shared.core.ports import Message
from shared.errors import PortUnavailable

NOON = datetime(2025, 11, 12, 12, tzinfo=UTC)
CLOCK = DeliveryClock()


class Crash(BaseException):
    """A simulated crash: no handler catches it."""


def open_bus(folder: Path, latency: float = 0) -> LocalBus:
    subscriptions = [
        Subscription(name=name, topic=name, function=name, max_attempts=2)
        for name in ("first", "second")
    ]
    return LocalBus(Store(folder), CLOCK, subscriptions, policy=After(timedelta(seconds=latency)))


def publish(bus: LocalBus, topic: str, *bodies: str, at: datetime | None = None) -> None:
    messages = [Message(topic=topic, body=body) for body in bodies]
    if at is None:
        bus.publish(messages)
    else:
        with CLOCK.at(at):
            bus.publish(messages)


@contextmanager
def running(dispatcher: Dispatcher, bus: LocalBus) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=dispatcher.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        bus.wake()
        thread.join(20)
        assert not thread.is_alive()


def test_real_deliveries_run_side_by_side_and_a_full_subscription_stops_no_other(
    tmp_path: Path,
) -> None:
    bus = open_bus(tmp_path)
    release, second = threading.Event(), threading.Event()
    together = threading.Barrier(5)  # four posts and this test

    def post(delivery: Delivery) -> None:
        if delivery.topic == "second":
            second.set()
        else:
            together.wait(10)
            release.wait(10)

    with running(Dispatcher(bus, post, workers=1), bus):  # raised to four
        publish(bus, "first", *"abcd")
        together.wait(10)
        publish(bus, "second", "x")
        assert second.wait(10)
        release.set()
    assert bus.counts() == {"first": {"done": 4}, "second": {"done": 1}}


def test_what_is_published_elsewhere_is_found_by_the_poll(tmp_path: Path) -> None:
    bus, elsewhere = open_bus(tmp_path), open_bus(tmp_path)
    seen = threading.Event()
    with running(Dispatcher(bus, lambda _: seen.set()), bus):
        publish(elsewhere, "first", "x")
        assert seen.wait(10)


def test_a_failed_post_is_a_nack_with_its_text(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    tried = threading.Event()

    def post(delivery: Delivery) -> None:
        tried.set()
        raise PortUnavailable("no answer")

    with running(Dispatcher(bus, post), bus):
        publish(bus, "first", "x")
        assert tried.wait(10)
    assert bus.pending() == {"first": 1}
    ((error,),) = bus._store.read("SELECT last_error FROM messages")
    assert error == "PortUnavailable: no answer"


def test_a_message_of_a_subscription_that_is_no_more_is_tried_until_it_is_a_dead_letter(
    tmp_path: Path,
) -> None:
    """Its source was taken out of the configuration while the message waited."""
    subscriptions = [Subscription(name="gone", topic="gone", function="gone")]
    publish(LocalBus(Store(tmp_path), CLOCK, subscriptions), "gone", "x")
    bus, tried = open_bus(tmp_path), threading.Event()

    def post(delivery: Delivery) -> None:
        assert (delivery.subscription, delivery.function) == ("gone", "gone")
        tried.set()
        raise PortUnavailable("nobody there")

    with running(Dispatcher(bus, post), bus):
        assert tried.wait(10)
    assert bus.pending() == {"gone": 1}
    ((error,),) = bus._store.read("SELECT last_error FROM messages")
    assert error == "PortUnavailable: nobody there"


def test_a_bus_that_fails_for_a_while_stops_nothing(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    store = bus._store
    with store.write() as db:
        db.execute("ALTER TABLE messages RENAME TO gone")
    reported, seen = threading.Event(), threading.Event()
    sentences: list[str] = []

    def report(sentence: str) -> None:
        sentences.append(sentence)
        reported.set()

    with running(Dispatcher(bus, lambda _: seen.set(), report=report), bus):
        assert reported.wait(10)
        with store.write() as db:
            db.execute("ALTER TABLE gone RENAME TO messages")
        publish(bus, "first", "x")
        assert seen.wait(10)
    assert sentences[0].startswith("the bus cannot deliver: ")


def test_a_failure_is_reported_with_what_becomes_of_the_message(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    sentences: list[str] = []

    def post(delivery: Delivery) -> None:
        raise PortUnavailable("no")

    publish(bus, "first", "x", at=NOON)
    Dispatcher(bus, post, report=sentences.append).drain(NOON + timedelta(hours=1))
    assert sentences == [
        "[first] message [1] attempt [1] failed, now pending: PortUnavailable: no",
        "[first] message [1] attempt [2] failed, now dead: PortUnavailable: no",
    ]


def test_a_crash_leaves_run(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    publish(bus, "first", "x")

    def post(delivery: Delivery) -> None:
        raise Crash

    with pytest.raises(Crash):
        Dispatcher(bus, post).run(threading.Event())
    assert bus.counts()["first"] == {"running": 1}


def test_a_stop_does_not_wait_for_a_post_without_end(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    publish(bus, "first", "x")
    stop, release = threading.Event(), threading.Event()

    def post(delivery: Delivery) -> None:
        stop.set()
        release.wait(10)

    Dispatcher(bus, post).run(stop, grace=0.05)
    assert bus.counts()["first"] == {"running": 1}
    release.set()


def test_drain_follows_what_deliveries_publish_until_the_end(tmp_path: Path) -> None:
    bus = open_bus(tmp_path, latency=1)
    seen: list[tuple[datetime, str]] = []
    progress: list[tuple[datetime, int]] = []

    def post(delivery: Delivery) -> None:
        assert delivery.simulated
        with CLOCK.at(delivery.deliver_at):
            seen.append((CLOCK.now(), delivery.body))
            CLOCK.sleep(9)
            if int(delivery.body) < 3:
                bus.publish([Message(topic="second", body=str(int(delivery.body) + 1))])

    publish(bus, "first", "0", "0", at=NOON)
    end = NOON + timedelta(seconds=21)
    number = Dispatcher(bus, post).drain(end, lambda now, batch: progress.append((now, len(batch))))
    # Latency 1 s, work 9 s: due at 1, 11, 21; what is due at 31 stays.
    assert [(int((now - NOON).total_seconds()), body) for now, body in seen] == [
        (1, "0"),
        (1, "0"),
        (11, "1"),
        (11, "1"),
        (21, "2"),
        (21, "2"),
    ]
    assert number == 6
    assert progress == [(NOON + timedelta(seconds=s), 2) for s in (1, 11, 21)]
    assert bus.due_subscriptions(NOON + timedelta(seconds=30, microseconds=999_999)) == []
    assert bus.due_subscriptions(NOON + timedelta(seconds=31)) == ["second"]


def test_a_batch_is_posted_by_at_least_four_at_once(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    barrier = threading.Barrier(4)
    publish(bus, "first", *"abcd", at=NOON)

    def post(delivery: Delivery) -> None:
        barrier.wait(10)

    Dispatcher(bus, post, workers=2).drain(NOON)
    assert bus.counts()["first"] == {"done": 4}


def test_a_simulated_failure_comes_again_after_its_back_off_then_dies(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    attempts: list[tuple[datetime, int]] = []

    def post(delivery: Delivery) -> None:
        attempts.append((delivery.deliver_at, delivery.attempt))
        raise PortUnavailable("no")

    publish(bus, "first", "x", at=NOON)
    Dispatcher(bus, post).drain(NOON + timedelta(hours=1))
    assert attempts == [(NOON, 1), (NOON + timedelta(seconds=10), 2)]
    assert len(bus.dead()) == 1


def test_a_crash_in_a_batch_keeps_what_its_siblings_did(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    publish(bus, "first", "a", "crash", "b", at=NOON)
    crashes = iter([True])

    def post(delivery: Delivery) -> None:
        if delivery.body == "crash" and next(crashes, False):
            raise Crash

    dispatcher = Dispatcher(bus, post)
    with pytest.raises(Crash):
        dispatcher.drain(NOON)
    assert bus.counts()["first"] == {"done": 2, "running": 1}
    assert bus.recover(own=True) == 1
    assert dispatcher.drain(NOON) == 1
    assert bus.counts()["first"] == {"done": 3}


# --- posts ------------------------------------------------------------------------------------

FUNCTION = """
import functions_framework

EVENTS = []

@functions_framework.cloud_event
def handle(event):
    EVENTS.append(event)
    if event.data["message"]["attributes"].get("fail"):
        raise RuntimeError("as asked")
"""


@contextmanager
def serving(server: HTTPServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def delivery_of(simulated: bool = True, **attributes: str) -> Delivery:
    return Delivery(
        id=7,
        message_id="7",
        subscription="executor-run",
        topic="run-decisions",
        function="executor",
        body='{"n": "é"}',
        attributes=attributes,
        published_at=NOON,
        deliver_at=NOON + timedelta(seconds=2),
        attempt=1,
        simulated=simulated,
    )


def test_a_cloud_event_carries_the_message_and_the_simulated_instant() -> None:
    headers, body = cloud_event(delivery_of(tick="t"))
    assert headers["ce-source"] == "//pubsub.googleapis.com/projects/local/topics/run-decisions"
    assert headers["ce-time"] == "2025-11-12T12:00:00+00:00"
    message = json.loads(body)["message"]
    assert message["attributes"] == {"tick": "t", "tipoff-now": "2025-11-12T12:00:02+00:00"}
    headers, body = cloud_event(delivery_of(simulated=False, tick="t"))
    assert json.loads(body)["message"]["attributes"] == {"tick": "t"}


def test_a_function_gets_the_cloud_event(tmp_path: Path) -> None:
    source = tmp_path / "main.py"
    source.write_text(FUNCTION)
    app = create_app(target="handle", source=str(source))  # type: ignore[no-untyped-call]

    def mounted(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        prefix = "/executor"
        assert environ["PATH_INFO"].startswith(f"{prefix}/projects/local/topics/run-decisions")
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(prefix)
        return app(environ, start)

    session = Session(timeout=10)
    with serving(make_server("127.0.0.1", 0, mounted)) as url:
        post_cloud_event(session, url, delivery_of(a="1"))
        post_cloud_event(session, url + "/", delivery_of(a="2"))
        with pytest.raises(PortUnavailable, match=r"\[executor\] answered \[500\]"):
            post_cloud_event(session, url, delivery_of(fail="yes"))
        session.close()
    events: list[CloudEvent] = sys.modules["main"].EVENTS
    assert [e.data["message"]["attributes"].get("a") for e in events] == ["1", "2", None]
    assert events[0]["id"] == "7"
    assert events[0]["type"] == "google.cloud.pubsub.topic.v1.messagePublished"
    assert events[0].data["subscription"] == "projects/local/subscriptions/executor-run"


@pytest.mark.parametrize(("closes", "connections"), [(False, 1), (True, 3)])
def test_a_connection_is_kept_and_replaced_when_the_server_has_closed_it(
    closes: bool, connections: int
) -> None:
    peers: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            peers.append(self.client_address[1])
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()
            # Without the header that says so: the client learns it from its next request.
            self.close_connection = closes

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    session = Session(timeout=10)
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url:
        for _ in range(3):
            post_cloud_event(session, url, delivery_of())
        session.close()
    assert len(peers) == 3
    assert len(set(peers)) == connections


def test_nobody_at_the_address_is_unavailable() -> None:
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)) as url:
        pass
    with pytest.raises(PortUnavailable, match="no answer"):
        post_cloud_event(Session(timeout=1), url, delivery_of())
