"""The audit tables on BigQuery: rows are streamed in with our own ids, and never changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput
from shared.core.ports import Clock, FileKey, Row
from shared.errors import PortUnavailable
from shared.gcp.faults import port
from shared.schema import Schemas

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

#: Of one insert: the service advises 500 rows, and refuses over 10 MB.
_ROWS = 500
_BYTES = 5_000_000
#: Seconds: of one request, of all its tries, and of a query from question to answer.
_TIMEOUT = 30.0
_RETRY_FOR = 60.0
_QUERY_WAIT = 60.0
#: Paths of one query: their text stays far under the 10 MB of a request.
_PATHS = 2_000
#: A load of a file is looked for this far back: cleanup asks for files of 3 game days.
_BACK = timedelta(days=5)
#: Five days of the log are a few MB; a query that would read more is refused, not paid for.
_MAXIMUM_BYTES = 200 * 1024 * 1024

_LOADS = """
SELECT gcs_path, gcs_generation, status
FROM `{table}`
WHERE processed_at >= @since
  AND gcs_path IN UNNEST(@paths)
  AND status IN ('loaded', 'failed')
"""


class BigQueryJournal:
    """Rows of nba_orchestration. The service drops a repeated id for about a minute; after
    that the views do, which show one row an id.
    """

    def __init__(
        self,
        client: Callable[[], Client],
        schemas: Callable[[], Schemas],
        dataset: str,
        clock: Clock,
    ) -> None:
        """`dataset`: project.dataset."""
        self._client = client
        self._schemas = schemas
        self._dataset = dataset
        self._clock = clock

    def append(self, table: str, rows: Sequence[tuple[str, Row]]) -> None:
        """Append (row id, row) pairs; durable on return.

        BadInput names the column of the first row that breaks the schema; nothing is written.
        A failure may leave some rows written: the repeat has their ids.
        """
        schema = self._schemas().of(table)
        for _, row in rows:
            schema.check(row)
        for part in _batches([(row_id, schema.complete(row)) for row_id, row in rows]):
            self._insert(table, part)

    def _insert(self, table: str, rows: Sequence[tuple[str, Row]]) -> None:
        with port(f"insert into [{table}]"):
            from google.cloud.bigquery.retry import DEFAULT_RETRY

            errors = self._client().insert_rows_json(
                f"{self._dataset}.{table}",
                [dict(row) for _, row in rows],
                row_ids=[row_id for row_id, _ in rows],
                retry=DEFAULT_RETRY.with_timeout(_RETRY_FOR),
                timeout=_TIMEOUT,
            )
        if errors:
            raise _refusal(table, rows, errors)

    def loads(self, files: Iterable[FileKey]) -> Mapping[FileKey, str]:
        """The terminal status of each given file that has one; loaded wins over failed."""
        asked = set(files)
        found: dict[FileKey, str] = {}
        paths = sorted({path for path, _ in asked})
        for start in range(0, len(paths), _PATHS):
            for path, generation, status in self._terminal(paths[start : start + _PATHS]):
                key = (path, generation)
                if key in asked and found.get(key) != "loaded":
                    found[key] = status
        return found

    def _terminal(self, paths: Sequence[str]) -> list[tuple[str, int, str]]:
        with port("query of [file_processing_log]"):
            from google.cloud import bigquery
            from google.cloud.bigquery.retry import DEFAULT_RETRY

            since = self._clock.now() - _BACK
            retry = DEFAULT_RETRY.with_timeout(_RETRY_FOR)
            answer = self._client().query_and_wait(
                _LOADS.format(table=f"{self._dataset}.file_processing_log"),
                job_config=bigquery.QueryJobConfig(
                    query_parameters=[
                        bigquery.ScalarQueryParameter("since", "TIMESTAMP", since),
                        bigquery.ArrayQueryParameter("paths", "STRING", list(paths)),
                    ],
                    maximum_bytes_billed=_MAXIMUM_BYTES,
                ),
                api_timeout=_TIMEOUT,
                wait_timeout=_QUERY_WAIT,
                retry=retry,
                job_retry=retry,
            )
            return [(row["gcs_path"], int(row["gcs_generation"]), row["status"]) for row in answer]


def _batches(rows: Sequence[tuple[str, Row]]) -> Iterator[list[tuple[str, Row]]]:
    """`rows` in parts that one insert takes."""
    part: list[tuple[str, Row]] = []
    size = 0
    for row_id, row in rows:
        weight = len(json.dumps(row, ensure_ascii=False).encode()) + len(row_id)
        if part and (len(part) == _ROWS or size + weight > _BYTES):
            yield part
            part, size = [], 0
        part.append((row_id, row))
        size += weight
    if part:
        yield part


def _refusal(
    table: str, rows: Sequence[tuple[str, Row]], errors: Sequence[Mapping[str, Any]]
) -> Exception:
    """Why rows were not taken. One invalid row stops its whole insert (the others: stopped).

    A column that the deployed table lacks is a deployment under way: it comes again.
    """
    told = [(rows[int(one["index"])][0], cause) for one in errors for cause in one["errors"]]
    for row_id, cause in told:
        message = str(cause.get("message"))
        if cause.get("reason") == "invalid" and "no such field" not in message.lower():
            place = f"{table}.{cause.get('location') or '?'} of row {row_id}"
            return BadInput(place, message, "what the deployed table takes")
    causes = sorted({f"{cause.get('reason')}: {cause.get('message')}" for _, cause in told})
    return PortUnavailable(
        f"insert into [{table}]: {len(errors)} of {len(rows)} rows not taken: {'; '.join(causes)}"
    )
