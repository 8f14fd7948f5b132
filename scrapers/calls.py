"""What is asked of a source's client, and the client as one run sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from scrapers.response import Response

Params = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One question to a source; `content` is the JSON of a POST."""

    method: str = "GET"
    path: str
    params: Params | None = None
    headers: Mapping[str, str] | None = None
    content: bytes | None = None
    #: Statuses that the asker can use; of refusals only those that the source means as absence.
    accept: Sequence[int] = (200,)
    #: API credits that it costs at most.
    cost: int = 0


class Asker(Protocol):
    """A source's client."""

    def ask(self, call: Call, run: RunHttp) -> Response:
        """One call with its retries, counted in `run`."""
        ...


class RunHttp:
    """A source's client as one run sees it: it counts. Implements `scrapers.base.Http`."""

    def __init__(self, client: Asker) -> None:
        """One a run: not shared between threads."""
        self._client = client
        #: From when on no further call begins (pages, look-ups); None: whenever.
        self.until: datetime | None = None
        #: Attempts that went out, whatever came of them.
        self.requests = 0
        #: Attempts after the first of their call: the run's retry_count.
        self.retries = 0
        #: The number of the attempt that is under way, in its call.
        self.attempt = 1
        #: API credits that the answers say were spent; None where none said so.
        self.credits: int | None = None
        #: API credits that were left at the last answer that said so.
        self.credits_left: int | None = None

    def get(
        self,
        path: str,
        params: Params | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        accept: Sequence[int] = (200,),
        cost: int = 0,
    ) -> Response:
        """GET `path`, as `Http.get`."""
        call = Call(path=path, params=params, headers=headers, accept=accept, cost=cost)
        return self._client.ask(call, self)

    def post(
        self, path: str, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> Response:
        """POST `body` as JSON, with the limits, retries and deadline of `get`.

        It is sent again after a timeout too: only for what may be asked twice.
        """
        call = Call(
            method="POST",
            path=path,
            headers={"Content-Type": "application/json", **(headers or {})},
            content=json.dumps(body, sort_keys=True).encode(),
        )
        return self._client.ask(call, self)

    def count(self, attempt: int) -> None:
        """An attempt goes out: the how-manieth of its call."""
        self.attempt = attempt
        self.requests += 1
        self.retries += attempt > 1

    def hear(self, cost: int | None, left: int | None) -> None:
        """What an answer said of credits."""
        if cost is not None:
            self.credits = (self.credits or 0) + cost
        if left is not None:
            self.credits_left = left
