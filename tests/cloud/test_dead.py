"""Dead letters of a long outage, told to a subscriber of our own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from google.pubsub_v1 import types

from shared.core.ports import Message
from shared.gcp.dead import KEPT, DeadLetters

#: What one request may name, says Google's own client: more is over its size.
MOST = 1_000


class FakeSubscriber:
    """Holds messages that were given up; hands each out once until it is given back."""

    def __init__(self, count: int) -> None:
        self.waiting = {f"ack-{n}": self._given_up(n) for n in range(count)}
        self.out: dict[str, types.ReceivedMessage] = {}
        self.acknowledged: list[int] = []

    def _given_up(self, n: int) -> types.ReceivedMessage:
        message = types.PubsubMessage(
            message_id=str(n),
            data=b"{}",
            attributes={"CloudPubSubDeadLetterSourceSubscription": "files-ready-to-loader"},
            publish_time=f"2025-11-12T{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}Z",
        )
        return types.ReceivedMessage(ack_id=f"ack-{n}", message=message)

    def pull(self, *, subscription: str, max_messages: int, **_: Any) -> types.PullResponse:
        assert subscription.endswith(KEPT)
        found = list(self.waiting)[:max_messages]
        self.out |= {ack: self.waiting.pop(ack) for ack in found}
        return types.PullResponse(received_messages=[self.out[ack] for ack in found])

    def acknowledge(self, *, ack_ids: Sequence[str], **_: Any) -> None:
        assert 0 < len(ack_ids) <= MOST
        self.acknowledged.append(len(ack_ids))
        for ack in ack_ids:
            del self.out[ack]

    def modify_ack_deadline(self, *, ack_ids: Sequence[str], **_: Any) -> None:
        assert 0 < len(ack_ids) <= MOST
        self.waiting |= {ack: self.out.pop(ack) for ack in ack_ids}


class Published:
    """A bus that takes everything."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def publish(self, messages: Sequence[Message]) -> Sequence[str | Exception]:
        self.messages += messages
        return [str(n) for n in range(len(messages))]


def dead_letters(subscriber: FakeSubscriber) -> DeadLetters:
    def client() -> Any:
        return subscriber

    return DeadLetters(client, "p")


def test_a_large_backlog_is_put_back_in_parts_that_a_request_takes() -> None:
    subscriber, bus = FakeSubscriber(2_300), Published()
    assert len(dead_letters(subscriber).replay([], bus)) == 2_300
    assert subscriber.acknowledged == [1_000, 1_000, 300]
    assert (len(bus.messages), subscriber.waiting, subscriber.out) == (2_300, {}, {})
    assert {message.topic for message in bus.messages} == {"files-ready"}


def test_those_that_are_not_asked_for_are_given_back() -> None:
    subscriber, bus = FakeSubscriber(2_300), Published()
    assert dead_letters(subscriber).replay(["7", "8"], bus) == ["7", "8"]
    assert len(subscriber.waiting) == 2_298
    kept = dead_letters(subscriber).kept()
    assert [each.id for each in kept[:2]] == ["0", "1"]
    assert (len(kept), subscriber.out) == (2_298, {})
