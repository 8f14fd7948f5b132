"""Messages that were given up: kept on one subscription, looked at and put back by hand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.ports import Bus, Message
from shared.errors import PortUnavailable
from shared.gcp.faults import port

if TYPE_CHECKING:
    from google.cloud.pubsub_v1 import SubscriberClient
    from google.pubsub_v1.types import ReceivedMessage

#: The subscription that keeps them (terraform/pubsub.tf).
KEPT = "dead-letter-kept"

#: What Pub/Sub adds to a message that it gives up.
_ADDED = "CloudPubSubDeadLetterSource"
_SUBSCRIPTION, _TRIES = f"{_ADDED}Subscription", f"{_ADDED}DeliveryCount"

#: Ids of one request: it may have 512 KiB, and an id has about 200 characters.
_ACKS = 1_000
#: Messages of one pull, pulls at most, seconds of a request, and until a pull has come to nothing.
_PULL, _PULLS, _TIMEOUT, _NOTHING = 500, 20, 10.0, 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadLetter:
    """A message that was given up."""

    id: str
    #: The subscription that gave it up (`topic-to-function`), and its topic.
    subscription: str
    topic: str
    attempts: int
    published_at: datetime
    message: Message


class DeadLetters:
    """The dead letters of one project."""

    def __init__(self, client: Callable[[], SubscriberClient], project: str) -> None:
        self._client = client
        self._kept = f"projects/{project}/subscriptions/{KEPT}"

    def kept(self) -> list[DeadLetter]:
        """Those that Pub/Sub hands out, oldest first; they stay."""
        found = self._pull()
        self._give_back(found.keys())
        return sorted(found.values(), key=lambda each: (each.published_at, each.id))

    def replay(self, ids: Collection[str], bus: Bus) -> list[str]:
        """Publish these (none: all) to their topics again, and let them go; the ids of those.

        A message that is not published stays; PortUnavailable then says why, after the others.
        """
        found = self._pull()
        wanted = {ack: each for ack, each in found.items() if not ids or each.id in ids}
        self._give_back(found.keys() - wanted.keys())
        results = bus.publish([each.message for each in wanted.values()])
        gone = {
            ack: each
            for (ack, each), result in zip(wanted.items(), results, strict=True)
            if not isinstance(result, Exception)
        }
        for part in _parts(gone):
            with port(f"acknowledge in [{self._kept}]"):
                self._client().acknowledge(subscription=self._kept, ack_ids=part, timeout=_TIMEOUT)
        self._give_back(wanted.keys() - gone.keys())
        if failed := [result for result in results if isinstance(result, Exception)]:
            raise PortUnavailable(f"{len(failed)} of {len(wanted)} not published: {failed[0]}")
        return [each.id for each in gone.values()]

    def _pull(self) -> dict[str, DeadLetter]:
        """What there is, by the id that acknowledges it."""
        found: dict[str, DeadLetter] = {}
        for _ in range(_PULLS):
            with port(f"pull from [{self._kept}]"):
                received = list(self._received())
            if not received:
                return found
            found.update((each.ack_id, _letter(each)) for each in received)
        return found

    def _received(self) -> Iterator[ReceivedMessage]:
        from google.api_core.exceptions import DeadlineExceeded

        try:
            answer = self._client().pull(
                subscription=self._kept, max_messages=_PULL, timeout=_NOTHING, retry=None
            )
        except DeadlineExceeded:
            # Nothing came for so long: nothing is there.
            return
        yield from answer.received_messages

    def _give_back(self, acks: Collection[str]) -> None:
        for part in _parts(acks):
            with port(f"give back to [{self._kept}]"):
                self._client().modify_ack_deadline(
                    subscription=self._kept,
                    ack_ids=part,
                    ack_deadline_seconds=0,
                    timeout=_TIMEOUT,
                )


def _parts(acks: Collection[str]) -> list[list[str]]:
    listed = list(acks)
    return [listed[start : start + _ACKS] for start in range(0, len(listed), _ACKS)]


def _letter(received: ReceivedMessage) -> DeadLetter:
    message = received.message
    attributes = dict(message.attributes)
    subscription = attributes.get(_SUBSCRIPTION, "")
    topic = subscription.partition("-to-")[0]
    return DeadLetter(
        id=message.message_id,
        subscription=subscription,
        topic=topic,
        attempts=int(attributes.get(_TRIES, "0") or 0),
        published_at=message.publish_time,
        message=Message(
            topic=topic,
            body=message.data.decode(errors="replace"),
            attributes={k: v for k, v in attributes.items() if not k.startswith(_ADDED)},
        ),
    )
