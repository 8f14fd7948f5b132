"""cleanup: every 15 minutes, files that never reached the warehouse are announced again, and
operators are told what needs looking at, each condition once.

Acked: a cleanup that is done, now or before, and ticks that can never be right (logged).
Retried: everything that a port fails at, except reading the loads: then nothing is announced,
the operation says so, and the next tick tries again (fail closed).
"""

from __future__ import annotations

import operator
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import functions_framework
from cloudevents.http import CloudEvent

from shared import alarms, listings, records
from shared.core.days import day_of_instant, iso, stamp
from shared.core.execution import Outcome
from shared.core.ids import tick_of
from shared.core.messages import FileReady, Tick
from shared.core.ports import FileKey, Stored
from shared.core.reconcile import MIN_AGE, Missing, Repair, Written, repair
from shared.core.rows import KeyedRow, cleanup_row
from shared.effects import CleanupRecord, perform_cleanup, written_by
from shared.errors import PortUnavailable
from shared.messages import Event
from shared.wiring import serve
from shared.world import World

#: Game days whose files are looked at.
LOOK_BACK = 3


@functions_framework.cloud_event
def cleanup(event: CloudEvent) -> None:
    """Entry point; see the module."""
    serve(event, handle, (Tick,))


def handle(event: Event, world: World) -> None:
    """Find what is missing at this tick, and announce it again."""
    wake = event.expect(Tick)
    tick = tick_of(event.named_tick(wake), event.published_at, None, world.clock.now())
    name = records.cleanup_name(tick)
    if records.is_done(world.state, name):
        return
    if world.state.stat(name) is not None:
        record = records.read(world.state, name, CleanupRecord)
    else:
        record = records.decide_once(world.state, name, _look(world, tick))
    try:
        perform_cleanup(world, record, name)
    except PortUnavailable:
        # What is wrong is told also while the rows cannot be appended.
        alarms.watch(world)
        raise
    alarms.watch(world)


def _look(world: World, tick: datetime) -> CleanupRecord:
    began = time.perf_counter()
    now = world.clock.now()
    memory: _Memory = world.once("files", _Memory)
    _look_at_days(world, tick, memory)
    files = [file for file in memory.open.values() if now - file.written_at >= MIN_AGE]
    settled = memory.known - len(memory.open)
    try:
        loads = world.journal.loads([file.key for file in files]) if files else {}
    except PortUnavailable as e:
        error = f"the loads could not be read, nothing is announced: {e}"
        world.log.error(error, action="cleanup")
        return CleanupRecord(rows=[_row(world, tick, None, began, [error])], announce=())
    memory.settle([file.load_id for file in files if loads.get(file.key) == "loaded"])
    found = repair(files, loads, _announced(world, files, loads), now, settled=settled)
    _tell(world, found)
    return CleanupRecord(
        rows=[_row(world, tick, found, began, [])],
        announce=tuple((missing.announced + 1, _event(missing)) for missing in found.republish),
    )


#: Of one game day: the outcomes that name files, and the files by load id.
_Day = tuple[Sequence[str], Mapping[str, Written]]


class _Memory:
    """What an instance need not ask again: what outcomes name, and the files that are loaded."""

    def __init__(self) -> None:
        self.listings = listings.Kept()
        #: Files by outcome record.
        self.outcomes: dict[str, Sequence[Written]] = {}
        #: Load ids of files that are loaded, which never goes away.
        self.settled: set[str] = set()
        #: The files of the last game days: how many, and by load id those without a load.
        self.known = 0
        self.open: dict[str, Written] = {}
        self._days: Sequence[_Day] = ()

    def look_at(self, days: Sequence[_Day]) -> None:
        """These are the last game days, oldest first."""
        if len(days) == len(self._days) and all(map(operator.is_, days, self._days)):
            return
        # A reused final file is named by several outcomes; it is one file.
        files = {key: file for _, of_day in days for key, file in of_day.items()}
        self._days, self.known = days, len(files)
        self.settled &= files.keys()
        self.open = {key: files[key] for key in files if key not in self.settled}
        names = {name for told, _ in days for name in told}
        self.outcomes = {name: told for name, told in self.outcomes.items() if name in names}

    def settle(self, loaded: Sequence[str]) -> None:
        """These are loaded."""
        self.settled.update(loaded)
        self.open = {key: file for key, file in self.open.items() if key not in self.settled}


def _look_at_days(world: World, tick: datetime, memory: _Memory) -> None:
    """Bring `memory` to the files that the outcomes of the last game days name."""
    today = day_of_instant(tick)

    def sort(listing: Sequence[Stored]) -> _Day:
        told = [stored.name for stored in listing if _tells_files(stored)]
        return told, _files_of(world, told, memory)

    days = []
    for back in reversed(range(LOOK_BACK)):
        prefix = records.executions_prefix(today - timedelta(days=back))
        days.append(memory.listings.of(prefix, world.state.list(prefix), sort))
    memory.look_at(days)


def _tells_files(stored: Stored) -> bool:
    chunk = "/chunks/" in stored.name and not stored.name.endswith(records.DONE)
    return chunk and stored.metadata.get("files") != "0"


def _files_of(world: World, outcomes: Sequence[str], memory: _Memory) -> Mapping[str, Written]:
    """The files that these records name, by load id; each is read once in an instance's life."""
    found: dict[str, Written] = {}
    for name in outcomes:
        files = memory.outcomes.get(name)
        if files is None:
            files = written_by(records.read(world.state, name, Outcome), world.config)
            memory.outcomes[name] = files
        found.update((file.load_id, file) for file in files)
    return found


def _announced(
    world: World, files: Sequence[Written], loads: Mapping[FileKey, str]
) -> dict[str, list[datetime]]:
    return {
        file.load_id: [s.created_at for s in world.state.list(f"republished/{file.load_id}/")]
        for file in files
        if file.key not in loads
    }


def _event(missing: Missing) -> FileReady:
    file = missing.file
    return FileReady(
        load_id=file.load_id,
        path=file.path,
        generation=file.generation,
        scraper=file.scraper,
        dataset=file.dataset,
        table=file.table,
        target_date=file.target_date,
        run_id=file.run_id,
        record_count=file.record_count,
        republished=missing.announced + 1,
    )


def _row(
    world: World, tick: datetime, found: Repair | None, began: float, errors: Sequence[str]
) -> KeyedRow:
    missing: list[dict[str, Any]] = [
        {
            "scraper_name": each.file.scraper,
            "gcs_path": each.file.path,
            "triggered_at": iso(each.file.written_at),
            "age_minutes": int(each.age.total_seconds() // 60),
            "republished": each.republish,
        }
        for each in (found.missing if found else ())
    ]
    return cleanup_row(
        cleanup_id=f"cleanup.{stamp(tick)}",
        tick=tick,
        checked=found.checked if found else 0,
        missing=missing,
        republished=len(found.republish) if found else 0,
        errors=errors,
        duration=round(time.perf_counter() - began, 6),
        stamp=world.stamp(),
    )


def _tell(world: World, found: Repair) -> None:
    if found.probing:
        world.log.error(
            f"{len(found.missing)} of {found.checked} files look missing: only a probe goes",
            action="cleanup",
            recovered_files=[missing.file.path for missing in found.republish],
        )
    elif not found.missing:
        world.log.info(f"{found.checked} files checked, none is missing", action="cleanup")
    else:
        world.log.warning(
            f"{len(found.missing)} of {found.checked} files never arrived, "
            f"{len(found.republish)} announced again",
            action="cleanup",
            recovered_files=[missing.file.path for missing in found.republish],
        )
