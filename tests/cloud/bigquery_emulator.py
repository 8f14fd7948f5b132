"""bqemulator as BigQuery answers, and without its download: run in .venv-emulators.

    python bigquery_emulator.py PORT

At its start it would fetch DuckDB's spatial extension from its vendor, and end where there is
no network: nothing here is spatial. An uploaded load gets an id of the emulator's own making,
whatever id was asked for, and so runs as often as it is sent: here the id that was asked for
is kept, and a taken one is answered 409, as BigQuery answers it. A query that fails would be
answered 200 with no rows and its error beside them, which Google's client takes for an empty
result: here it is the 400 or 404 that BigQuery answers.
"""

from __future__ import annotations

import asyncio
import sys
from contextvars import ContextVar
from typing import Any

from bqemulator.api.routes import jobs, upload
from bqemulator.catalog.models import JobMeta
from bqemulator.config import Settings
from bqemulator.domain.errors import ResourceRef, resource_already_exists
from bqemulator.server import EmulatorServer
from bqemulator.storage.engine import DuckDBEngine

_ASKED = "tipoff-job-id"

_job_id: ContextVar[str] = ContextVar("job_id")
_made_up = upload._new_job_id
_configuration = upload._load_configuration_from_envelope
_run = upload._run_load


def _no_spatial(_: DuckDBEngine) -> None:
    """In place of DuckDBEngine._load_spatial."""


def configuration_with_id(envelope: dict[str, Any]) -> dict[str, Any]:
    """The job's configuration, and in it the id that was asked for."""
    return {**_configuration(envelope), _ASKED: envelope.get("jobReference", {}).get("jobId")}


async def run_once(
    *, project_id: str, configuration: dict[str, Any], media_path: str, ctx: Any
) -> tuple[str, JobMeta]:
    """The load, unless a job has its id. Nothing is awaited between the look and the claim."""
    configuration = dict(configuration)
    job_id = configuration.pop(_ASKED) or _made_up()
    if ctx.catalog.get_job(project_id, job_id) is not None:
        raise resource_already_exists(ResourceRef("job", project_id, resource_id=job_id))
    running = JobMeta(
        project_id=project_id,
        job_id=job_id,
        job_type="LOAD",
        state="RUNNING",
        configuration=configuration,
        creation_time=ctx.clock.now(),
        etag=job_id,
    )
    ctx.catalog.upsert_job(running)
    _job_id.set(job_id)
    try:
        answer: tuple[str, JobMeta] = await _run(
            project_id=project_id, configuration=configuration, media_path=media_path, ctx=ctx
        )
    except Exception:
        # Refused before it became a job: its id stays free.
        ctx.catalog.delete_job(project_id, job_id)
        raise
    return answer


async def serve(port: int) -> None:
    """Serve on a loopback port until the process ends; rows live in memory."""
    settings = Settings(
        rest_port=port, grpc_port=0, log_level="error", enable_format_extensions=False
    )
    await EmulatorServer(settings).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    DuckDBEngine._load_spatial = _no_spatial
    jobs._SQL_EXECUTION_DOMAIN_ERRORS = ()  # none is caught: they become statuses
    upload._new_job_id = _job_id.get
    upload._load_configuration_from_envelope = configuration_with_id
    upload._run_load = run_once
    asyncio.run(serve(int(sys.argv[1])))
