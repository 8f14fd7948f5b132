"""The state bucket: create-once records, their names, and what a listing is to tell of them.

Decide once, then replay: a handler writes what it decided as one record, performs the effects
that follow from it, and marks it done. A delivery that finds the record repeats the effects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal, TypeVar

from shared.core.calendar import Calendar
from shared.core.days import iso, parse_stamp, stamp
from shared.core.errors import BadInput
from shared.core.execution import Manifest, Outcome, Summary
from shared.core.plan import Plan
from shared.core.ports import Creation, Files
from shared.core.workflows import Config
from shared.errors import UnreadableRecord
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
    """The record `name`; NotFound, or UnreadableRecord for one that is not what it should be."""
    kind: Any = model  # mypy takes no class for hashable
    try:
        record: T = _parsed(kind, files.read(name), name)
    except BadInput as e:
        raise UnreadableRecord(str(e)) from e
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


# --- schedules -------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """The newest valid schedule: its record's name, when it was fetched, its games."""

    name: str
    fetched_at: datetime
    calendar: Calendar


def newest_schedule(files: Files, config: Config) -> Schedule | None:
    """The newest schedule record, or None when there is none yet; UnreadableRecord as `read`."""
    listing = files.list("schedules/")
    if not listing:
        return None
    name = listing[-1].name
    body = files.read(name)
    try:
        calendar = _calendar(body, preseason=config.preseason)
    except BadInput as e:
        raise UnreadableRecord(f"{name}{e}") from e
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
