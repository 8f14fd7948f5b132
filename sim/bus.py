"""The bus in memory: what was published, and what nobody has pulled yet."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from shared.core.ports import Clock, Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """One message that was accepted."""

    id: str
    message: Message
    published_at: datetime


class MemoryBus:
    """Topics in memory: what was published, and what nobody has pulled yet."""

    def __init__(
        self,
        clock: Clock,
        *,
        topics: Iterable[str] | None = None,
        refuse: Callable[[Message], Exception | None] | None = None,
    ) -> None:
        """`topics`: all that exist (None: any). `refuse` says why a message fails, or None."""
        self._clock = clock
        self._topics = None if topics is None else frozenset(topics)
        self._refuse = refuse
        self._lock = threading.Lock()
        #: Everything ever accepted, in order.
        self.published: list[Published] = []
        self._waiting: list[Published] = []
        self._known: dict[tuple[str, str], str] = {}

    def publish(self, messages: Sequence[Message]) -> Sequence[str | Exception]:
        """Publish each; per message its id or why it failed."""
        return [self._publish(message) for message in messages]

    def pull(self, topic: str | None = None) -> list[Published]:
        """Take the messages (of one topic) that nobody has taken yet, in order."""
        with self._lock:
            taken = [p for p in self._waiting if topic is None or p.message.topic == topic]
            if topic is None:
                self._waiting = []
            else:
                self._waiting = [p for p in self._waiting if p.message.topic != topic]
        return taken

    def _publish(self, message: Message) -> str | Exception:
        if self._topics is not None and message.topic not in self._topics:
            return BadInput("topic", message.topic, ", ".join(sorted(self._topics)))
        if not message.body:
            return BadInput(f"message to {message.topic}", "an empty body", "JSON text")
        refusal = None if self._refuse is None else self._refuse(message)
        if refusal is not None:
            return refusal
        dedup = message.attributes.get("dedup")
        with self._lock:
            if dedup is not None and (message.topic, dedup) in self._known:
                return self._known[message.topic, dedup]
            published = Published(
                id=str(len(self.published) + 1), message=message, published_at=self._clock.now()
            )
            self.published.append(published)
            self._waiting.append(published)
            if dedup is not None:
                self._known[message.topic, dedup] = published.id
        return published.id
