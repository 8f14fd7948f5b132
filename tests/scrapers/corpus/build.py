"""How the answers of the corpus are made: from nothing, or from a whole one with one thing wrong.

A whole answer is the simulated source's; every other one is written down here as what it is:
status, headers, body.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any, Literal

from shared.core.days import wall
from shared.core.targets import Target
from tests.scrapers.harness import DAY, Ran, Reply, good, run, simulated
from tests.scrapers.mutations import data_of

Status = Literal["success", "no_data", "failed"]
Answer = Reply | Exception


@dataclass(frozen=True, kw_only=True)
class Case:
    """One labelled response: what a source said, and what a person says that it is."""

    #: What happened, in a word or two: cases of one kind are counted together.
    kind: str
    scraper: str
    #: In order; the last again and again. None: the simulated sources at `now`.
    answers: Sequence[Answer] | None
    label: Status
    #: The class of a failure.
    error: str | None = None
    complete: bool = False
    #: How many records, where that is what the case is about.
    records: int | None = None
    #: Why the label is what it is, where that is not plain.
    why: str = ""
    #: When it is asked; None is when the source has its whole answer.
    now: datetime | None = None
    target: Target | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.scraper}: {self.kind}" + (f" ({self.why})" if self.why else "")

    def run(self) -> Ran:
        """Through the real client and the real Runner."""
        known = good(self.scraper)
        assert known is not None
        now = self.now or known.now
        if self.answers is None:
            answers = simulated(now)
        else:
            listed = self.answers

            def answers(n: int, _: Any) -> Answer:
                return listed[min(n, len(listed) - 1)]

        return run(
            self.scraper,
            answers,
            now=now,
            target=self.target or known.target,
            options=self.options,
        )


def et(text: str, days: int = 0) -> datetime:
    """A wall time of the game day, or so many days after it."""
    return wall(DAY + timedelta(days=days), time.fromisoformat(text))


def js(payload: Any, status: int = 200, **headers: str) -> Reply:
    """JSON."""
    body = json.dumps(payload, ensure_ascii=False).encode()
    return Reply(status=status, headers=_named(headers, "application/json"), body=body)


def text(body: str | bytes, status: int = 200, kind: str = "text/html", **headers: str) -> Reply:
    """A page, a file or nothing."""
    raw = body.encode() if isinstance(body, str) else body
    return Reply(status=status, headers=_named(headers, kind), body=raw)


def _named(headers: Mapping[str, str], kind: str) -> dict[str, str]:
    return {"content-type": kind} | {k.replace("_", "-"): v for k, v in headers.items()}


def whole(scraper: str) -> list[Reply]:
    """Every answer of a complete run."""
    known = good(scraper)
    assert known is not None
    return list(known.replies)


def edited(scraper: str, change: Callable[[Any], Any], n: int = -1) -> list[Reply]:
    """A complete run with the data of its n-th answer changed, in place or by what is returned."""
    replies = whole(scraper)
    found = data_of(replies[n].body)
    assert found is not None
    before, payload, after = found
    result = change(payload)
    payload = payload if result is None else result
    body = before + json.dumps(payload, ensure_ascii=False).encode() + after
    replies[n] = replace(replies[n], body=body)
    return replies


def rewritten(scraper: str, change: Callable[[bytes], bytes], n: int = -1) -> list[Reply]:
    """A complete run with the bytes of its n-th answer changed."""
    replies = whole(scraper)
    body = change(replies[n].body)
    assert body != replies[n].body, "the change is of bytes that are there"
    replies[n] = replace(replies[n], body=body)
    return replies


def instead(scraper: str, reply: Answer, n: int = -1) -> list[Answer]:
    """A complete run with its n-th answer another one."""
    replies: list[Answer] = list(whole(scraper))
    replies[n] = reply
    return replies


def first(scraper: str, *troubles: Answer) -> list[Answer]:
    """A complete run with troubles before it."""
    return [*troubles, *whole(scraper)]


def zipped(reply: Reply, share: float = 1.0) -> Reply:
    """The answer as gzip, or the first share of that."""
    body = gzip.compress(reply.body, mtime=0)
    body = body[: int(len(body) * share)]
    return replace(reply, headers={**reply.headers, "content-encoding": "gzip"}, body=body)


def put(path: str, value: Any) -> Callable[[Any], None]:
    """A change: the value at a path as `resultSets.0.rowSet`."""

    def change(payload: Any) -> None:
        *keys, last = path.split(".")
        holder = payload
        for key in keys:
            holder = holder[int(key) if isinstance(holder, list) else key]
        holder[int(last) if isinstance(holder, list) else last] = value

    return change
