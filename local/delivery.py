"""What the bus hands out: subscriptions, deliveries, and when a message arrives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """Who gets the messages of a topic, and how hard the bus tries."""

    name: str
    topic: str
    #: The function that is called.
    function: str
    #: Deliveries until the message is a dead letter.
    max_attempts: int = 30
    #: Wait before the second delivery; it doubles up to `max_backoff`.
    min_backoff: timedelta = timedelta(seconds=10)
    max_backoff: timedelta = timedelta(seconds=600)
    #: A delivery that has run for longer than this is given out again.
    ack_deadline: timedelta = timedelta(seconds=600)

    def backoff(self, attempt: int) -> timedelta:
        """The wait after delivery number `attempt` (from 1) has failed."""
        # 2 ** 20 times any wait is past every max_backoff; bounded against overflow.
        doubled: timedelta = self.min_backoff * (1 << min(max(attempt, 1) - 1, 20))
        return min(doubled, self.max_backoff)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One message on its way to one subscription."""

    #: The row in the store: one for each message and subscription.
    id: int
    message_id: str
    subscription: str
    topic: str
    function: str
    body: str
    attributes: Mapping[str, str]
    published_at: datetime
    deliver_at: datetime
    #: 1 for the first delivery.
    attempt: int
    #: Whether it happens in simulated time, at `deliver_at`.
    simulated: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadLetter:
    """A delivery that was given up."""

    delivery: Delivery
    error: str


class DeliveryPolicy(Protocol):
    """When a message arrives: the place for latency, and for faults of a simulation."""

    def deliver_at(
        self,
        topic: str,
        body: str,
        attributes: Mapping[str, str],
        published_at: datetime,
        attempt: int,
    ) -> datetime | None:
        """The instant of delivery number `attempt`, or None when it is lost on the way.

        For a repeated delivery `published_at` is the end of its back-off.
        """
        ...


class AtOnce:
    """The default: nothing is late and nothing is lost."""

    def deliver_at(
        self,
        topic: str,  # noqa: ARG002 the protocol's names
        body: str,  # noqa: ARG002
        attributes: Mapping[str, str],  # noqa: ARG002
        published_at: datetime,
        attempt: int,  # noqa: ARG002
    ) -> datetime | None:
        """At once."""
        return published_at


class After:
    """A fixed latency. Simulated time needs one of at least a microsecond: a listing there
    shows what was created before now, so an announcement must not arrive in the same instant.
    """

    def __init__(self, latency: timedelta) -> None:
        self._latency = latency

    def deliver_at(
        self,
        topic: str,  # noqa: ARG002 the protocol's names
        body: str,  # noqa: ARG002
        attributes: Mapping[str, str],  # noqa: ARG002
        published_at: datetime,
        attempt: int,  # noqa: ARG002
    ) -> datetime | None:
        """`published_at` plus the latency."""
        return published_at + self._latency
