"""cleanup: every 15 minutes, files that never reached the warehouse are announced again.

Acked: a cleanup that is done, now or before, and ticks that can never be right (logged).
Retried: everything that a port fails at, except reading the loads: then nothing is announced,
the operation says so, and the next tick tries again (fail closed).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import functions_framework
from cloudevents.http import CloudEvent

from shared import records
from shared.core.days import day_of_instant, iso, stamp
from shared.core.execution import Outcome
from shared.core.ids import tick_of
from shared.core.messages import FileReady, Tick
from shared.core.ports import FileKey
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
    perform_cleanup(world, record, name)


def _look(world: World, tick: datetime) -> CleanupRecord:
    began = time.perf_counter()
    now = world.clock.now()
    files = [file for file in _candidates(world, tick) if now - file.written_at >= MIN_AGE]
    try:
        loads = world.journal.loads([file.key for file in files])
    except PortUnavailable as e:
        error = f"the loads could not be read, nothing is announced: {e}"
        world.log.error(error, action="cleanup")
        return CleanupRecord(rows=[_row(world, tick, None, began, [error])], announce=())
    found = repair(files, loads, _announced(world, files, loads), now)
    _tell(world, found)
    return CleanupRecord(
        rows=[_row(world, tick, found, began, [])],
        announce=tuple((missing.announced + 1, _event(missing)) for missing in found.republish),
    )


def _candidates(world: World, tick: datetime) -> list[Written]:
    """The files named in the outcomes of the last game days."""
    today = day_of_instant(tick)
    # Outcomes never change: each is read once in an instance's life.
    known: dict[str, list[Written]] = world.once("written", dict)
    found: dict[str, list[Written]] = {}
    for back in range(LOOK_BACK):
        day = today - timedelta(days=back)
        for stored in world.state.list(records.executions_prefix(day)):
            chunk = "/chunks/" in stored.name and not stored.name.endswith(records.DONE)
            if chunk and stored.metadata.get("files") != "0":
                found[stored.name] = known.get(stored.name) or written_by(
                    records.read(world.state, stored.name, Outcome), world.config
                )
    known.clear()
    known.update(found)
    # A reused final file is named by several outcomes; it is one file.
    return list({file.load_id: file for name in sorted(found) for file in found[name]}.values())


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
