"""One question to a source and its answer, as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from shared.core.games import YEARS


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What a source is asked, when, and the how-manieth try it is."""

    host: str
    path: str
    #: The last value of each name.
    query: Mapping[str, str] = field(default_factory=dict)
    #: By lower-case name.
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Aware, in UTC.
    now: datetime
    attempt: int = 1
    #: False when the asker did not say the instant: then `now` is the real time.
    simulated: bool = True
    method: str = "GET"
    #: Of a POST.
    body: bytes = b""

    @property
    def target(self) -> str:
        """What is asked for, without the key: what chance about this request hangs on."""
        rest = sorted((k, v) for k, v in self.query.items() if k != "apiKey")
        return self.path + "?" + "&".join(f"{key}={value}" for key, value in rest)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What the source answers; `seconds` is how long it took in simulated time."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0


def dump(payload: Any) -> bytes:
    """`payload` as compact JSON."""
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


def json_reply(payload: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A reply whose body is `payload`, or already its bytes."""
    body = payload if isinstance(payload, bytes) else dump(payload)
    kind = {"content-type": "application/json; charset=utf-8"}
    return Reply(status=status, headers={**kind, **(headers or {})}, body=body)


def text_reply(text: str, status: int, kind: str = "text/html; charset=utf-8") -> Reply:
    """A reply that is a page or a sentence."""
    return Reply(status=status, headers={"content-type": kind}, body=text.encode())


NOT_FOUND = text_reply("<html><head><title>404 Not Found</title></head></html>", 404)


def parse_day(text: str) -> date:
    """An ISO date of a year that a game can have; ValueError for anything else."""
    day = date.fromisoformat(text)
    if day.year not in YEARS:
        raise ValueError(f"year {day.year}")
    return day


def z(instant: datetime) -> str:
    """`instant`, which must be in UTC, with a Z and whole seconds."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
