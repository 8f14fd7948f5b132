"""The state bucket: create-once records, their names, and what a listing of them tells.

Decide once, then replay: a handler writes what it decided as one record, performs the effects
that follow from it, and marks it done. A delivery that finds the record repeats the effects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar, get_args

from shared.core.calendar import Calendar
from shared.core.days import parse_stamp, stamp
from shared.core.errors import BadInput
from shared.core.execution import ExecutionStatus, Manifest, Outcome, Summary
from shared.core.history import Attempt, DayFacts, DayHistory
from shared.core.plan import Plan
from shared.core.ports import Creation, Files, Stored
from shared.core.workflows import Config
from shared.typed import dump, parse

T = TypeVar("T")
DONE = ".done"


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


def undone(listing: Iterable[Stored]) -> list[Stored]:
    """The records of a listing whose effects were never confirmed."""
    found = {stored.name: stored for stored in listing}
    return [s for name, s in found.items() if name + DONE not in found and not name.endswith(DONE)]


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
    calendar = _calendar(files.read(name), name, preseason=config.preseason)
    return Schedule(name=name, fetched_at=parse_stamp(name[10:-5]), calendar=calendar)


@lru_cache(maxsize=8)
def _calendar(body: bytes, name: str, *, preseason: bool) -> Calendar:
    # Half a season is parsed once and not at every tick; equal bytes are the same calendar.
    records = parse(list, body, name)
    return Calendar.from_records(records, preseason=preseason, place=name)


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


def sort_out(listing: Sequence[Stored]) -> dict[str, ExecutionFacts]:
    """A listing of a game day's executions, by execution id."""
    manifests: dict[str, Stored] = {}
    finished: dict[str, Stored] = {}
    outcomes: dict[str, dict[str, Stored]] = {}
    for stored in listing:
        if stored.name.endswith(DONE):
            continue
        _, _, execution_id, rest = stored.name.split("/", 3)
        mine = outcomes.setdefault(execution_id, {})
        if rest == "manifest.json":
            manifests[execution_id] = stored
        elif rest == "finished.json":
            finished[execution_id] = stored
        elif rest.startswith("chunks/"):
            mine[rest.removeprefix("chunks/").removesuffix(".json")] = stored
    return {
        execution_id: ExecutionFacts(
            execution_id=execution_id,
            manifest=manifests.get(execution_id),
            finished=finished.get(execution_id),
            outcomes=mine,
        )
        for execution_id, mine in outcomes.items()
    }


def history(plan: Plan, listing: Sequence[Stored]) -> DayHistory:
    """What is known of a game day, from its plan and one listing of its executions."""
    facts = day_facts(plan.game_day, listing)
    return DayHistory(
        plan=plan, attempts=facts.attempts, covered=facts.covered, complete=facts.complete
    )


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
            ids = frozenset(filter(None, tags.get("obtained", "").split(",")))
            if ids:
                scraper = tags["scraper"]
                obtained[scraper] = obtained.get(scraper, frozenset()) | ids
            if tags.get("target_date") == day:
                got = set(filter(None, tags.get("covers", "").split(",")))
                covered.setdefault(tags["dataset"], set()).update(got)
                complete |= {tags["dataset"]} if ids else set()
        if facts.manifest is not None and facts.manifest.metadata.get("target_date") == day:
            attempts.append(_attempt(facts, facts.manifest, obtained))
    return DayFacts(
        attempts=tuple(sorted(attempts, key=lambda a: (a.created_at, a.execution_id))),
        covered={dataset: frozenset(ids) for dataset, ids in sorted(covered.items())},
        complete=frozenset(complete),
    )


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
    known: tuple[ExecutionStatus, ...] = get_args(ExecutionStatus)
    found = finished.metadata.get("status")
    for status in known:
        if status == found:
            return status
    raise BadInput(f"{finished.name} status", found, ", ".join(known))
