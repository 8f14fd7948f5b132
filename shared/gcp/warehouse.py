"""The raw dataset on BigQuery: one load job a file, found again by its id."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput
from shared.core.ports import LoadRequest, Row
from shared.errors import PortUnavailable
from shared.gcp.faults import port
from shared.schema import Schemas

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

_TABLE = re.compile(r"[a-z0-9_]+")

#: Seconds: of one request, of all its tries, and of one load job.
_TIMEOUT = 30.0
_RETRY_FOR = 60.0
_JOB_WAIT = 240.0
#: The reasons that lie in the file; quota, back ends, a missing table or role pass.
_CONTENT = frozenset({"invalid", "invalidQuery", "parseError"})


class BigQueryWarehouse:
    """Rows of nba_raw. Load jobs are free, atomic, and unique by id: a repeat finds the first.

    Job n of a load exists only when all before it failed for a passing reason.
    """

    def __init__(
        self,
        client: Callable[[], Client],
        schemas: Callable[[], Schemas],
        dataset: str,
        location: str,
    ) -> None:
        """`dataset`: project.dataset; `location`: where it is."""
        self._client = client
        self._schemas = schemas
        self._dataset = dataset
        self._location = location

    def load(self, request: LoadRequest) -> int:
        """Load the rows once under `load_id`, all or none; the number of rows of that load.

        BadInput for a table name, a row or a content that can never be loaded; PortUnavailable
        when this try failed for a passing reason (the next one is a new job).
        """
        if not _TABLE.fullmatch(request.table):
            raise BadInput("raw table", request.table, "small letters, digits and _")
        for row in request.rows:
            self._schemas().raw.check(row)
        if not request.rows:
            return 0
        body = _lines(request.rows)
        n = 0
        while True:
            n += 1
            with port(f"load [{request.load_id}] into [{request.table}]"):
                job, ours = self._job(f"{request.load_id}_{n}", request.table, body)
                failure = self._end(job)
            if failure is None:
                return len(request.rows)
            told = f"{failure.get('reason')}: {failure.get('message')}"
            if failure.get("reason") in _CONTENT:
                raise BadInput(f"content of load {request.load_id}", told, "rows of its table")
            # An earlier delivery's job failed and passed: the next id. Our own: come again.
            if ours:
                raise PortUnavailable(f"load [{request.load_id}]: job {n} failed: {told}")

    def _job(self, job_id: str, table: str, body: bytes) -> tuple[Any, bool]:
        """The job of this id, and whether this call started it."""
        from google.api_core.exceptions import Conflict
        from google.cloud import bigquery

        try:
            started = self._client().load_table_from_file(
                io.BytesIO(body),
                f"{self._dataset}.{table}",
                job_id=job_id,
                location=self._location,
                timeout=_TIMEOUT,
                job_config=bigquery.LoadJobConfig(
                    source_format=bigquery.SourceFormat.NEWLINE_DELIMITED_JSON,
                    write_disposition=bigquery.WriteDisposition.WRITE_APPEND,
                    # Tables are Terraform's.
                    create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
                    max_bad_records=0,
                ),
            )
            return started, True
        except Conflict:
            found = self._client().get_job(
                job_id, location=self._location, retry=_retry(), timeout=_TIMEOUT
            )
            return found, False

    @staticmethod
    def _end(job: Any) -> dict[str, Any] | None:
        """Wait for the job; None when it loaded, else what it says went wrong."""
        from google.api_core.exceptions import GoogleAPICallError

        try:
            job.result(retry=_retry(), timeout=_JOB_WAIT)
        except GoogleAPICallError:
            # The job's own failure, told better by itself; a failed question has none.
            if not job.error_result:
                raise
            return dict(job.error_result)
        return None


def _lines(rows: Sequence[Row]) -> bytes:
    """Newline-delimited JSON; a record travels as the JSON that it is, not as text."""
    lines = [
        json.dumps({**row, "record": json.loads(row["record"])}, ensure_ascii=False)
        if row.get("record") is not None
        else json.dumps(row, ensure_ascii=False)
        for row in rows
    ]
    return "\n".join(lines).encode()


def _retry() -> Any:
    from google.cloud.bigquery.retry import DEFAULT_RETRY

    return DEFAULT_RETRY.with_timeout(_RETRY_FOR)
