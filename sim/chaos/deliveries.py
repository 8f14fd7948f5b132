"""What is on the engine's heap: messages, their deliveries, and the handler that has one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from shared.core.errors import BadInput
from shared.core.messages import Content
from shared.core.ports import Message
from shared.messages import KINDS, Event, parse_content
from sim.chaos.faults import Kind
from sim.chaos.instants import SECOND, instant_of

_KINDS = tuple(KINDS.values())


def backoff(attempt: int) -> int:
    """The wait after delivery number `attempt` (from 1) has failed: 10 s to 600 s."""
    return int(min(10 << min(attempt - 1, 20), 600)) * SECOND


def may_be_lost(message: Message) -> bool:
    """Whether losing it is within what is promised: the last two repairs of a file arrive."""
    return not any(f'"republished":{n}' in message.body for n in (2, 3))


@lru_cache(maxsize=1024)
def _parsed(body: str, topic: str) -> Content:
    """A body as the wiring opens it: contents are frozen, and every tick's body is the same."""
    return parse_content(body, _KINDS, topic)


@dataclass(slots=True)
class Sent:
    """One message that the bus took."""

    id: str
    #: Names the message in draws: the same in every replay.
    key: str
    message: Message
    at: int
    _event: Event | BadInput | None = None

    def event(self) -> Event:
        """The delivery as a handler gets it, opened once; BadInput as the wiring raises it."""
        if self._event is None:
            try:
                content = _parsed(self.message.body, self.message.topic)
                self._event = Event(
                    content=content,
                    message_id=self.id,
                    published_at=instant_of(self.at),
                    attributes=self.message.attributes,
                    topic=self.message.topic,
                )
            except BadInput as e:
                self._event = e
        if isinstance(self._event, BadInput):
            raise self._event
        return self._event


@dataclass(slots=True)
class Delivery:
    """One message on its way to one function, for the `attempt`-th time."""

    sent: Sent
    function: str
    #: Which of the message's copies for this function.
    copy: int = 0
    attempt: int = 1
    #: Neither acked nor given back: it comes again when the ack deadline has passed.
    held: bool = False

    @property
    def key(self) -> str:
        """Names the delivery in draws."""
        return f"{self.sent.key}.{self.function}.{self.copy}.{self.attempt}"


@dataclass(slots=True)
class Call:
    """A handler at work: how many port calls it made, and which one fails."""

    delivery: Delivery
    calls: int = 0
    strike_at: int = 0
    strike: Kind | None = None
