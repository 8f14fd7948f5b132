"""Envelopes: how a record of shared.core.messages travels, and how a delivery is opened.

The body is JSON text with a version and the record's keys, always present (a push without data
is answered 400 for ever). The topic decides what a message may be; `kind` confirms it. A body
`{}` on a tick topic is a tick, so that `gcloud pubsub topics publish controller-tick
--message '{}'` works.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from cloudevents.http import CloudEvent

from shared.core.days import aware
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
from shared.core.ports import Message
from shared.typed import build, dump, parse, short

C = TypeVar("C")

#: Raised when an envelope changes so that an older reader would misread it.
VERSION = 1

KINDS: Mapping[str, type[Content]] = {
    "tick": Tick,
    "run-order": RunOrder,
    "run-request": RunRequest,
    "chunk": ChunkOrder,
    "scrape-request": ScrapeRequest,
    "advance": Advance,
    "file": FileReady,
}

SCHEDULE_LOCK = "schedule-lock"
CONTROLLER_TICK = "controller-tick"
EXECUTE_SWEEP = "execute-sweep"
CLEANUP_TICK = "cleanup-tick"
RUN_DECISIONS = "run-decisions"
RUN_ADVANCE = "run-advance"
FILES_READY = "files-ready"
DEAD_LETTER = "dead-letter"

TICKS = (SCHEDULE_LOCK, CONTROLLER_TICK, EXECUTE_SWEEP, CLEANUP_TICK)

#: Attribute with the simulated instant of a delivery; honoured only where settings allow it.
NOW = "tipoff-now"

#: What a search of logs or a subscription's filter asks for.
IDS = ("workflow", "decision_id", "execution_id", "chunk_id", "run_id", "load_id")

#: How `message` begins a body; what stands before the record's own keys.
_BEGINS = re.compile(rf'{{"v":{VERSION},"kind":"([a-z-]+)"')
_VERSIONED = len(f'{{"v":{VERSION},')

_TOPIC = re.compile(r"topics/([^/]+)$")


def scrape_topic(source: str) -> str:
    """The topic of a source: one each, with its own limits and dead letters."""
    return f"scrape-{source.replace('_', '-')}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One delivery, opened: what arrived, and where it came from."""

    content: Content
    message_id: str
    published_at: datetime | None
    attributes: Mapping[str, str] = field(default_factory=dict)
    topic: str | None = None

    def expect(self, kind: type[C]) -> C:
        """The content, which must be of `kind` (BadInput otherwise)."""
        if not isinstance(self.content, kind):
            raise BadInput("message", type(self.content).__name__, kind.__name__)
        return self.content

    def named_tick(self, tick: Tick) -> datetime | None:
        """The instant that a tick is told to stand for: in its body, or as the attribute `tick`
        (`gcloud pubsub topics publish --attribute tick=...`). BadInput when it is none."""
        said = self.attributes.get("tick")
        return tick.at or (parse_instant(said, "attribute tick") if said else None)

    @property
    def trace_id(self) -> str | None:
        """The trace id of the traceparent attribute, if there is one."""
        parts = self.attributes.get("traceparent", "").split("-")
        return parts[1] if len(parts) == 4 else None  # four, says W3C


def message(topic: str, content: Content, attributes: Mapping[str, str] | None = None) -> Message:
    """`content` in its envelope, for `topic`; its ids are attributes too."""
    body = dump(content)
    ids = {name: found for name in IDS if (found := getattr(content, name, None))}
    return Message(
        topic=topic,
        body=f'{{"v":{VERSION},' + body.decode()[1:],
        attributes={**ids, **(attributes or {})},
    )


def open_event(event: CloudEvent, allowed: tuple[type[Content], ...]) -> Event:
    """The delivery in `event`; BadInput when it can never be handled."""
    data = event.data
    found = data.get("message") if isinstance(data, Mapping) else None
    if not isinstance(found, Mapping):
        raise BadInput("event data", short(data), "an object with a Pub/Sub message")
    attributes = found.get("attributes") or {}
    if not isinstance(attributes, Mapping):
        raise BadInput("message attributes", short(attributes), "an object of text")
    named = _TOPIC.search(event.get("source") or "")
    topic = named.group(1) if named else None
    body = _body(found.get("data"))
    return Event(
        content=parse_content(body, allowed, topic),
        message_id=str(found.get("messageId") or found.get("message_id") or event["id"]),
        published_at=_instant(
            found.get("publishTime") or found.get("publish_time") or event.get("time")
        ),
        attributes={str(key): str(value) for key, value in attributes.items()},
        topic=topic,
    )


def parse_content(body: str, allowed: tuple[type[Content], ...], topic: str | None) -> Content:
    """The record in an envelope's text, one of `allowed`."""
    found = _own(body, allowed) or _any(body, allowed, topic)
    model: Any = type(found)
    for name in _names(model):
        # Compared with a naive instant every clock would raise, at every delivery again.
        if isinstance(instant := getattr(found, name), datetime):
            aware(instant, f"{found.kind} message {name}")
    return found


def _own(body: str, allowed: tuple[type[Content], ...]) -> Content | None:
    """The record of an envelope as `message` writes it, read in one go; None for any other."""
    begins = _BEGINS.match(body)
    model: Any = KINDS.get(begins[1]) if begins else None
    if model is None or model not in allowed:
        return None
    try:
        content: Content = parse(model, "{" + body[_VERSIONED:], "message")
    except BadInput:
        return None
    return content


def _any(body: str, allowed: tuple[type[Content], ...], topic: str | None) -> Content:
    """The record of an envelope that anybody wrote; BadInput says what is wrong with it."""
    try:
        envelope = json.loads(body or "{}")
    except (ValueError, RecursionError) as e:
        raise BadInput("message data", short(body), "JSON") from e
    if not isinstance(envelope, dict):
        raise BadInput("message data", short(body), "a JSON object")
    version = envelope.pop("v", VERSION)
    if version != VERSION:
        raise BadInput("message v", version, str(VERSION))
    # Only a tick may do without a kind: its topic says everything.
    kind = envelope.get("kind", "tick" if Tick in allowed and topic in (None, *TICKS) else None)
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None or model not in allowed:
        where = f"message kind on {topic}" if topic else "message kind"
        raise BadInput(where, kind, ", ".join(name for name, m in KINDS.items() if m in allowed))
    content: Content = build(model, {**envelope, "kind": kind}, f"{kind} message")
    return content


@cache
def _names(model: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(model))


def _body(data: Any) -> str:
    if data is None:
        return ""
    if not isinstance(data, str):
        raise BadInput("message data", short(data), "base64 text")
    try:
        return base64.b64decode(data, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as e:
        raise BadInput("message data", short(data), "base64 of UTF-8 JSON") from e


def _instant(text: Any) -> datetime | None:
    if text is None:
        return None
    return parse_instant(str(text), "message publishTime")


def parse_instant(text: str, place: str) -> datetime:
    """An ISO instant with its offset; BadInput otherwise."""
    try:
        # Nine digits of fraction, as Pub/Sub writes them, are more than Python keeps.
        trimmed = re.sub(r"(\.\d{6})\d+", r"\1", text)
        return aware(datetime.fromisoformat(trimmed), place)
    except ValueError as e:
        raise BadInput(place, text, "an ISO 8601 instant with its offset") from e
