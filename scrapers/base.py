"""The contract between the scraper function and a source's module.

A fetcher is a plain function `fetch(ask, http) -> Fetched`. It converts the canonical
parameters to the source's own, asks, and says explicitly which records it found and what they
cover. It raises `SourceFailure` when the source did not answer usefully; it never guesses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from scrapers.response import Response
from shared.core.targets import Target

Record = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """What a fetcher is asked: one target of one scraper."""

    #: The registry key, always.
    scraper: str
    target: Target
    #: The game day the data belongs to (ET).
    target_date: date
    #: The instant of asking, for sources whose address depends on it.
    now: datetime
    #: Options of the registry entry or of a manual run (market, minutes to walk back, ...).
    options: Mapping[str, str] = field(default_factory=dict)
    #: Equal for every asking that is the same run, also after a crash.
    run_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """What a source gave. No records is `no_data`: asked, and not there yet."""

    records: Sequence[Record]
    #: The game ids, team codes or dates that were found whole in the records.
    covers: Sequence[str] = ()
    #: Targets for later steps (events to props and lines).
    found: Sequence[Target] = ()
    #: Kept beside the parsed file: suffix to body, such as {"pdf": b"%PDF..."}.
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    #: Facts for data_summary: credits left, pages read, snapshot time.
    stats: Mapping[str, Any] = field(default_factory=dict)
    #: False where the answer itself shows, or a service says, that it is only a part.
    whole: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Handed(Fetched):
    """What a scraper service fetched and wrote itself: a file and a number, no records here."""

    records: Sequence[Record] = ()
    record_count: int
    #: A name in the raw bucket, or `gs://bucket/name` of another; None with no records.
    path: str | None


class Http(Protocol):
    """One source's client: base URL, headers, key, limits, retries and deadline included."""

    def get(
        self,
        path: str,
        params: Mapping[str, str | Sequence[str]] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        accept: Sequence[int] = (200,),
        cost: int = 0,
    ) -> Response:
        """GET `path` of the source; statuses outside `accept` raise SourceFailure after the
        retries that the status allows (429, 5xx, timeouts, network; never 404 or 422).

        Refusals in `accept` count only where the source's `not_there` has them too. `cost`: the
        API credits it costs at most; `out_of_credits` when that would spend the reserve."""
        ...


Fetcher = Callable[[Ask, Http], Fetched]
