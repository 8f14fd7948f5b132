"""The state bucket: create-once records, their names, and what a listing of them tells.

Decide once, then replay: a handler writes what it decided as one record, performs the effects
that follow from it, and marks it done. A delivery that finds the record repeats the effects.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any, Literal, TypeVar, get_args

from shared.core.calendar import Calendar
from shared.core.days import iso, parse_stamp, stamp
from shared.core.errors import BadInput
from shared.core.execution import ExecutionStatus, Manifest, Outcome, Summary
from shared.core.history import Attempt, DayFacts, DayHistory
from shared.core.plan import Plan
from shared.core.ports import Creation, Files, Stored
from shared.core.workflows import Config
from shared.typed import dump, parse

T = TypeVar("T")
DONE = ".done"
_STATUSES: tuple[ExecutionStatus, ...] = get_args(ExecutionStatus)


def schedule_name(at: datetime) -> str:
    """The games, in one normal form."""
    return f"schedules/{stamp(at)}.json"


def plan_name(day: date, revision: int) -> str:
    """A plan revision."""
    return f"plans/{day.isoformat()}/r{revision:04d}.json"


def tick_name(tick: datetime) -> str:
    """What the controller decided at a tick."""
    return f"ticks/{stamp(tick)}.json"


def cleanup_name(tick: datetime) -> str:
    """What a cleanup found and announced."""
    return f"cleanups/{stamp(tick)}.json"


def books_name(lock: date, day: date) -> str:
    """The books of game day `day`, as the lock of game day `lock` found them."""
    return f"{books_prefix(lock)}{day.isoformat()}.json"


def books_prefix(lock: date | None = None) -> str:
    """All books that one lock wrote, or that any did."""
    return f"books/{lock.isoformat()}/" if lock else "books/"


def executions_prefix(day: date) -> str:
    """All records of a game day's executions."""
    return f"executions/{day.isoformat()}/"


def execution_prefix(day: date, execution_id: str) -> str:
    """All records of one execution."""
    return f"executions/{day.isoformat()}/{execution_id}/"


def manifest_name(day: date, execution_id: str) -> str:
    """What an execution set out to do."""
    return execution_prefix(day, execution_id) + "manifest.json"


def finished_name(day: date, execution_id: str) -> str:
    """What an execution came to."""
    return execution_prefix(day, execution_id) + "finished.json"


def outcome_name(day: date, execution_id: str, step: int, scraper: str, n: int) -> str:
    """A chunk's outcome."""
    return f"{execution_prefix(day, execution_id)}chunks/{step}-{scraper}-{n}.json"


def create(
    files: Files, name: str, record: object, metadata: Mapping[str, str] | None = None
) -> Creation:
    """Write `record` once; the answer says whether it is ours."""
    return files.create_once(name, dump(record), metadata)


def read(files: Files, name: str, model: type[T]) -> T:
    """The record `name`; NotFound, or BadInput for one that is not what it should be."""
    kind: Any = model  # mypy takes no class for hashable
    record: T = _parsed(kind, files.read(name), name)
    return record


@lru_cache(maxsize=256)
def _parsed(model: Any, body: bytes, name: str) -> Any:
    # Records never change, and most are read again by the next delivery of their execution.
    return parse(model, body, name)


def decide_once(files: Files, name: str, record: T, metadata: Mapping[str, str] | None = None) -> T:
    """`record` if it is the first under `name`, else the one that was."""
    if create(files, name, record, metadata).created:
        return record
    return read(files, name, type(record))


def is_done(files: Files, name: str) -> bool:
    """Whether the record's effects were performed and confirmed."""
    return files.stat(name + DONE) is not None


def mark_done(files: Files, name: str) -> None:
    """Say so."""
    files.create_once(name + DONE, b"{}")


def claim(files: Files, game_day: date, slot_id: str, word: Literal["run", "abort"]) -> bool:
    """Say that a slot runs, or that it is aborted: true unless the other was said first.

    An order may be taken up at the very moment at which its slot is closed; this decides.
    """
    name = f"claims/{game_day.isoformat()}/{slot_id}"
    first = files.create_once(name, b"{}", {"by": word}).stored
    return first.metadata.get("by") == word


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


# --- schedules -------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """The newest valid schedule: its record's name, when it was fetched, its games."""

    name: str
    fetched_at: datetime
    calendar: Calendar


def newest_schedule(files: Files, config: Config) -> Schedule | None:
    """The newest schedule record, or None when there is none yet."""
    listing = files.list("schedules/")
    if not listing:
        return None
    name = listing[-1].name
    body = files.read(name)
    try:
        calendar = _calendar(body, preseason=config.preseason)
    except BadInput as e:
        raise BadInput(f"{name}{e.place}", e.found, e.allowed) from e
    return Schedule(name=name, fetched_at=parse_stamp(name[10:-5]), calendar=calendar)


@lru_cache(maxsize=8)
def _calendar(body: bytes, *, preseason: bool) -> Calendar:
    # Half a season is parsed once and not at every tick; equal bytes are the same calendar, also
    # under the name of a later schedule.
    return Calendar.from_records(parse(list, body, ""), preseason=preseason, place="")


# --- plans -----------------------------------------------------------------------------------


def newest_plan(files: Files, day: date) -> Plan | None:
    """The newest revision of a day's plan."""
    names = [s.name for s in files.list(f"plans/{day.isoformat()}/") if not s.name.endswith(DONE)]
    return read(files, names[-1], Plan) if names else None


# --- executions ------------------------------------------------------------------------------


def manifest_metadata(manifest: Manifest) -> dict[str, str]:
    """What a tick must know of an execution without reading it."""
    return {
        "workflow": manifest.workflow,
        "slot_id": manifest.slot_id or "",
        "attempt": str(manifest.attempt),
        "target_date": manifest.target_date.isoformat(),
        "games": ",".join(game.game_id for game in manifest.games),
    }


def outcome_metadata(outcome: Outcome, config: Config) -> dict[str, str]:
    """What a chunk obtained: complete targets, and what they cover, in under 8 KiB."""
    complete = [result for result in outcome.results if result.complete]
    covers = sorted({found for result in complete for found in result.covers})
    # A scraper that left the configuration while its chunk was under way has no dataset now.
    entry = config.scrapers.get(outcome.order.scraper)
    return {
        "scraper": outcome.order.scraper,
        "dataset": entry.dataset if entry else "",
        "target_date": outcome.order.target_date.isoformat(),
        "obtained": ",".join(result.target.id for result in complete),
        "covers": ",".join(covers),
        "files": str(sum(result.path is not None for result in outcome.results)),
        # The record itself may be written later, by a redelivery.
        "at": iso(max((result.completed_at for result in complete), default=outcome.at)),
    }


def finished_metadata(summary: Summary) -> dict[str, str]:
    """How an execution ended."""
    return {"status": summary.status}


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
