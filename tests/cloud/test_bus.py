"""What a published message carries, told to a publisher of our own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from google.api_core import exceptions

from shared.clock import DeliveryClock
from shared.core.errors import BadInput
from shared.core.ports import Message
from shared.errors import PortUnavailable
from shared.gcp.bus import PubSubBus
from shared.log import trace

INSTANT = datetime(2025, 11, 12, 18, tzinfo=UTC)
TRACE = "0af7651916cd43dd8448eb211c80319c"


class FakePublisher:
    """Notes what it is given; fails for the topics it was told."""

    def __init__(self, failing: dict[str, Exception] | None = None) -> None:
        self.failing = failing or {}
        self.sent: list[tuple[str, bytes, dict[str, str]]] = []

    def publish(
        self, topic: str, data: bytes, *, retry: Any, timeout: float, **attributes: str
    ) -> Future[str]:
        assert retry is not None
        assert timeout > 0
        name = topic.rpartition("/")[2]
        if isinstance(error := self.failing.get(name), ValueError | TypeError):
            raise error
        self.sent.append((topic, data, attributes))
        future: Future[str] = Future()
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(str(len(self.sent)))
        return future


def bus(publisher: FakePublisher, clock: DeliveryClock, *, simulated: bool = False) -> PubSubBus:
    def client() -> Any:
        return publisher

    return PubSubBus(client, "p", clock, simulated=simulated)


@contextmanager
def traced(value: str) -> Iterator[None]:
    token = trace.set(value)
    try:
        yield
    finally:
        trace.reset(token)


def test_the_topic_is_the_projects_and_the_body_is_always_there() -> None:
    publisher = FakePublisher()
    bus(publisher, DeliveryClock()).publish([Message(topic="files-ready", body='{"é": 1}')])
    assert publisher.sent == [("projects/p/topics/files-ready", '{"é": 1}'.encode(), {})]


@pytest.mark.parametrize("told", [TRACE, f"projects/p/traces/{TRACE}"])
def test_the_trace_of_the_delivery_travels_on_and_a_repeat_is_the_same_span(told: str) -> None:
    publisher = FakePublisher()
    message = Message(topic="files-ready", body="{}", attributes={"workflow": "w"})
    with traced(told):
        bus(publisher, DeliveryClock()).publish([message, message])
        bus(publisher, DeliveryClock()).publish([Message(topic="files-ready", body="[]")])
    (_, _, first), (_, _, repeat), (_, _, other) = publisher.sent
    version, trace_id, span, flags = first["traceparent"].split("-")
    assert (version, trace_id, len(span), flags) == ("00", TRACE, 16, "01")
    assert first == repeat
    assert first["workflow"] == "w"
    assert other["traceparent"] != first["traceparent"]


@pytest.mark.parametrize("told", ["", "not-a-trace", TRACE[:-1]])
def test_what_is_no_trace_does_not_travel(told: str) -> None:
    publisher = FakePublisher()
    with traced(told):
        bus(publisher, DeliveryClock()).publish([Message(topic="t", body="{}")])
    assert publisher.sent[0][2] == {}


@pytest.mark.parametrize(
    ("simulated", "attributes"),
    [(True, {"tipoff-now": "2025-11-12T18:00:00+00:00"}), (False, {})],
)
def test_only_where_the_settings_allow_it_a_message_carries_the_simulated_instant(
    simulated: bool, attributes: dict[str, str]
) -> None:
    publisher, clock = FakePublisher(), DeliveryClock()
    with clock.at(INSTANT):
        bus(publisher, clock, simulated=simulated).publish([Message(topic="t", body="{}")])
    assert publisher.sent[0][2] == attributes


def test_in_real_time_no_message_carries_an_instant() -> None:
    publisher = FakePublisher()
    bus(publisher, DeliveryClock(), simulated=True).publish([Message(topic="t", body="{}")])
    assert publisher.sent[0][2] == {}


@pytest.mark.parametrize(
    "error",
    [
        exceptions.NotFound("no topic"),
        exceptions.PermissionDenied("no role"),
        exceptions.ServiceUnavailable("later"),
        exceptions.RetryError("too long", None),
        TimeoutError(),
        ValueError("the message is too large"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_failure_is_its_own_messages_and_keeps_its_cause(error: Exception) -> None:
    publisher = FakePublisher({"bad": error})
    results = bus(publisher, DeliveryClock()).publish(
        [Message(topic="good", body="{}"), Message(topic="bad", body="{}")] * 2
    )
    assert [type(one) for one in results] == [str, PortUnavailable, str, PortUnavailable]
    failed = results[1]
    assert isinstance(failed, PortUnavailable)
    assert failed.__cause__ is error
    assert "[bad]" in str(failed)


def test_an_error_of_our_own_program_stays_what_it_is() -> None:
    publisher = FakePublisher({"bad": TypeError("ours")})
    with pytest.raises(TypeError, match="ours"):
        bus(publisher, DeliveryClock()).publish([Message(topic="bad", body="{}")])


@pytest.mark.parametrize("name", ["topic", "data", "ordering_key", "retry", "timeout"])
def test_an_attribute_that_the_client_would_misread_is_refused(name: str) -> None:
    publisher = FakePublisher()
    (result,) = bus(publisher, DeliveryClock()).publish(
        [Message(topic="t", body="{}", attributes={name: "x"})]
    )
    assert isinstance(result, BadInput)
    assert not publisher.sent
