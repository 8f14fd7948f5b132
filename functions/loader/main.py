"""loader: a file that is ready is loaded once into its raw table, and that is logged.

Acked: a file that is loaded, now or before; one without a table; one whose content can never be
loaded (a `failed` row says why). Retried: everything that a port fails at. Loads are idempotent:
their id is the file's path and generation.
"""

from __future__ import annotations

import json

import functions_framework
from cloudevents.http import CloudEvent

from shared.core.days import iso
from shared.core.errors import BadInput
from shared.core.messages import FileReady
from shared.core.ports import LoadRequest, Row
from shared.core.rows import load_row
from shared.errors import NotFound
from shared.messages import Event
from shared.typed import short
from shared.wiring import serve
from shared.world import World

#: A record as its row holds it.
_compact = json.JSONEncoder(separators=(",", ":")).encode


@functions_framework.cloud_event
def loader(event: CloudEvent) -> None:
    """Entry point; see the module."""
    serve(event, handle, (FileReady,))


def handle(event: Event, world: World) -> None:
    """Load the file that was announced."""
    file = event.expect(FileReady)
    ids = {"load_id": file.load_id, "run_id": file.run_id, "path": file.path}
    if file.table is None:
        world.log.info("no table for it", action="load", **ids)
        return
    try:
        rows = _rows(world, file)
        loaded = world.warehouse.load(
            LoadRequest(load_id=file.load_id, table=file.table, rows=rows)
        )
    except (BadInput, NotFound) as e:
        _log(world, file, loaded=0, status="failed", error=str(e))
        world.log.error(f"cannot be loaded: {e}", action="load", **ids)
        return
    _log(world, file, loaded=loaded, status="loaded", error=None)
    world.log.info(f"{loaded} rows to {file.table}", action="load", **ids)


def _rows(world: World, file: FileReady) -> list[Row]:
    """The file's records in the raw schema; BadInput when it is not one of ours."""
    body = world.raw.read(file.path)
    try:
        found = json.loads(body)["records"]
    except (ValueError, KeyError, TypeError) as e:
        raise BadInput(file.path, short(body), "a JSON object with records") from e
    if not isinstance(found, list):
        raise BadInput(f"{file.path} records", short(found), "a list")
    loaded_at = iso(world.clock.now())
    return [
        {
            "game_date": file.target_date.isoformat(),
            "scraper_name": file.scraper,
            "gcs_path": file.path,
            "gcs_generation": file.generation,
            "record_index": index,
            "record": _compact(record),
            "loaded_at": loaded_at,
        }
        for index, record in enumerate(found)
    ]


def _log(world: World, file: FileReady, *, loaded: int, status: str, error: str | None) -> None:
    now = world.clock.now()
    row = load_row(
        load_id=file.load_id,
        path=file.path,
        generation=file.generation,
        scraper=file.scraper,
        target_date=file.target_date.isoformat(),
        table=file.table or "",
        rows_loaded=loaded,
        status=status,
        error=error,
        at=now,
        created_at=now,
    )
    world.journal.append("file_processing_log", [row])
