"""What a listing of the state bucket tells: what is undone, and what a day's executions came to.

No body is read: names and metadata say it (`shared.records` writes them).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any, TypeVar, get_args

from shared.core.errors import BadInput
from shared.core.execution import ExecutionStatus
from shared.core.history import Attempt, DayFacts, DayHistory
from shared.core.plan import Plan
from shared.core.ports import Files, Stored
from shared.records import DONE, executions_prefix

T = TypeVar("T")
_STATUSES: tuple[ExecutionStatus, ...] = get_args(ExecutionStatus)


def undone(listing: Iterable[Stored]) -> list[Stored]:
    """The records of a listing whose effects were never confirmed."""
    open_ones: dict[str, Stored] = {}
    # Sorted by name, a record comes right before its confirmation.
    for stored in listing:
        if stored.name.endswith(DONE):
            open_ones.pop(stored.name[: -len(DONE)], None)
        else:
            open_ones[stored.name] = stored
    return list(open_ones.values())


class Kept:
    """What listings came to, by prefix, until a listing says something else: most ticks find the
    last days as the tick before did. One for each instance."""

    #: Prefixes that are remembered: a fortnight of days and more.
    LIMIT = 64

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[Sequence[Stored], Any]] = {}

    def of(
        self, prefix: str, listing: Sequence[Stored], sort: Callable[[Sequence[Stored]], T]
    ) -> T:
        """`sort(listing)`, which must not be changed by who gets it."""
        known = self._kept.get(prefix)
        if known is None or (known[0] is not listing and known[0] != listing):
            # Not under the lock: it may read.
            known = listing, sort(listing)
        with self._lock:
            self._kept.pop(prefix, None)
            self._kept[prefix] = known
            while len(self._kept) > self.LIMIT:
                del self._kept[next(iter(self._kept))]
        found: T = known[1]
        return found


# --- executions ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ExecutionFacts:
    """The objects of one execution, sorted out of a listing."""

    execution_id: str
    manifest: Stored | None
    finished: Stored | None
    #: By chunk file stem: 1-oddsa_events-1.
    outcomes: Mapping[str, Stored]


def sort_out(listing: Iterable[Stored]) -> dict[str, ExecutionFacts]:
    """A listing of a game day's executions, by execution id."""
    parts: dict[str, dict[str, Stored]] = {}
    for stored in listing:
        name = stored.name
        if not name.endswith(DONE):
            _, _, execution_id, rest = name.split("/", 3)
            mine = parts.get(execution_id)
            if mine is None:
                mine = parts[execution_id] = {}
            mine[rest] = stored
    return {execution_id: _facts(execution_id, mine) for execution_id, mine in parts.items()}


def _facts(execution_id: str, parts: dict[str, Stored]) -> ExecutionFacts:
    """One execution; `parts` are its objects by their names' ends."""
    return ExecutionFacts(
        execution_id=execution_id,
        manifest=parts.pop("manifest.json", None),
        finished=parts.pop("finished.json", None),
        outcomes={
            rest.removeprefix("chunks/").removesuffix(".json"): stored
            for rest, stored in parts.items()
            if rest.startswith("chunks/")
        },
    )


def history(plan: Plan, listing: Sequence[Stored]) -> DayHistory:
    """What is known of a game day, from its plan and one listing of its executions."""
    return history_of(plan, day_facts(plan.game_day, listing))


def history_of(plan: Plan, facts: DayFacts) -> DayHistory:
    """A plan, and what the executions of its day tell."""
    return DayHistory(
        plan=plan, attempts=facts.attempts, covered=facts.covered, complete=facts.complete
    )


def facts_now(files: Files, game_day: date, kept: Kept) -> DayFacts:
    """What a game day's executions tell now; a day that stands still is not sorted out again."""
    prefix = executions_prefix(game_day)
    return kept.of(prefix, files.list(prefix), partial(day_facts, game_day))


def day_facts(game_day: date, listing: Sequence[Stored]) -> DayFacts:
    """What one listing of a game day's executions tells: no body is read."""
    day = game_day.isoformat()
    covered: dict[str, set[str]] = {}
    complete: set[str] = set()
    attempts = []
    for facts in sort_out(listing).values():
        obtained: dict[str, frozenset[str]] = {}
        for stored in facts.outcomes.values():
            tags = stored.metadata
            ids = _ids(tags.get("obtained", ""))
            if ids:
                scraper = tags["scraper"]
                obtained[scraper] = obtained.get(scraper, frozenset()) | ids
            if tags.get("target_date") == day:
                dataset = tags["dataset"]
                covered.setdefault(dataset, set()).update(_ids(tags.get("covers", "")))
                if ids:
                    complete.add(dataset)
        if facts.manifest is not None and facts.manifest.metadata.get("target_date") == day:
            attempts.append(_attempt(facts, facts.manifest, obtained))
    return DayFacts(
        attempts=tuple(sorted(attempts, key=lambda a: (a.created_at, a.execution_id))),
        covered={dataset: frozenset(ids) for dataset, ids in sorted(covered.items())},
        complete=frozenset(complete),
    )


def arrivals(listing: Iterable[Stored]) -> dict[str, dict[str, dict[str, datetime]]]:
    """What a listing of executions brought: by target date (ISO) and dataset the ids found whole,
    each with the instant of its first arrival."""
    found: dict[str, dict[str, dict[str, datetime]]] = {}
    for stored in listing:
        tags = stored.metadata
        if tags.get("obtained"):
            # Outcomes of the first version do not say it.
            at = datetime.fromisoformat(tags["at"]) if "at" in tags else stored.created_at
            ids = found.setdefault(tags["target_date"], {}).setdefault(tags["dataset"], {})
            for each in _ids(tags["covers"]) | _ids(tags["obtained"]):
                ids[each] = min(at, ids.get(each, at))
    return found


@lru_cache(maxsize=4096)
def _ids(text: str) -> frozenset[str]:
    # The outcomes of a day name the same games again and again.
    return frozenset(filter(None, text.split(",")))


def _attempt(
    facts: ExecutionFacts, manifest: Stored, obtained: Mapping[str, frozenset[str]]
) -> Attempt:
    tags = manifest.metadata
    return Attempt(
        execution_id=facts.execution_id,
        workflow=tags["workflow"],
        slot_id=tags["slot_id"] or None,
        attempt=int(tags["attempt"]),
        created_at=manifest.created_at,
        games=tuple(filter(None, tags["games"].split(","))),
        status=_status(facts.finished) if facts.finished else None,
        obtained=obtained,
    )


def _status(finished: Stored) -> ExecutionStatus:
    found = finished.metadata.get("status")
    for status in _STATUSES:
        if status == found:
            return status
    raise BadInput(f"{finished.name} status", found, ", ".join(_STATUSES))
