"""What BigQuery's tables hold, for status and the command line.

Every query is bound to its partitions and capped in bytes. Values come back as rows are written:
JSON types, instants as ISO 8601 in UTC, JSON columns as text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.core.days import iso
from shared.core.errors import BadInput
from shared.core.ports import Row
from shared.gcp.faults import port
from shared.schema import TARGET, Schemas, TableSchema, once

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

#: Seconds: of one request, and of a query from question to answer.
_TIMEOUT = 30.0
_WAIT = 120.0
#: A week of the largest audit table is some tens of MB, a day of a raw table a few hundred.
_ROWS_BYTES = 500 * 1024 * 1024
_RAW_BYTES = 5 * 1024 * 1024 * 1024

#: Of a query that somebody typed: more than a year of the audit tables.
_TYPED_BYTES = 10 * 1024 * 1024 * 1024

_BETWEEN = """
SELECT *
FROM `{table}`
WHERE {column} >= @first AND {column} < @end
"""


class BigQueryLedger:
    """Reads the rows of nba_orchestration and nba_raw, partition by partition."""

    def __init__(
        self,
        client: Callable[[], Client],
        schemas: Callable[[], Schemas],
        *,
        dataset: str,
        raw_dataset: str,
    ) -> None:
        """`dataset`, `raw_dataset`: project.dataset."""
        self._client = client
        self._schemas = schemas
        self._dataset = dataset
        self._raw = raw_dataset

    def rows(
        self, table: str, first: date, last: date, *, about: date | None = None
    ) -> Sequence[Row]:
        """The rows of an audit table in the UTC days `first` to `last`, one an id."""
        schema = self._schemas().of(table)
        place = f"{self._dataset}.{table}"
        found = self._between(place, schema, first, last, _ROWS_BYTES, about=about)
        return once(schema, found)

    def raw_tables(self) -> Sequence[str]:
        """The tables of nba_raw, without its views, sorted."""
        with port(f"tables of [{self._raw}]"):
            listed = list(self._client().list_tables(self._raw, timeout=_TIMEOUT))
        return sorted(table.table_id for table in listed if table.table_type != "VIEW")

    def raw_rows(self, table: str, day: date) -> Iterable[Row]:
        """The rows of a raw table for one game date."""
        found = self._between(f"{self._raw}.{table}", self._schemas().raw, day, day, _RAW_BYTES)
        return sorted(
            found, key=lambda r: (r["gcs_path"], int(r["gcs_generation"]), int(r["record_index"]))
        )

    def dead_letters(self) -> int | None:
        """None: Pub/Sub counts them in its own metrics (num_undelivered_messages)."""
        return None

    def ask(self, sql: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """The answer of one query that somebody typed: column names, and rows as Python has them.

        Names without a dataset are looked for in the orchestration dataset. BadInput for a query
        that BigQuery refuses, one that would read over 10 GiB among them.
        """
        with port("query"):
            from google.api_core.exceptions import BadRequest, NotFound
            from google.cloud import bigquery

            try:
                answer = self._client().query_and_wait(
                    sql,
                    job_config=bigquery.QueryJobConfig(
                        default_dataset=self._dataset, maximum_bytes_billed=_TYPED_BYTES
                    ),
                    api_timeout=_TIMEOUT,
                    wait_timeout=_WAIT,
                )
            except (BadRequest, NotFound) as e:
                raise BadInput("sql", e.message, "a query that BigQuery answers") from e
            columns = tuple(field.name for field in answer.schema)
            return columns, [tuple(row.values()) for row in answer]

    def names(self) -> list[tuple[str, str]]:
        """(dataset.name, table or view) of everything that can be asked, sorted."""
        found = []
        for place in (self._dataset, self._raw):
            with port(f"tables of [{place}]"):
                for each in self._client().list_tables(place, timeout=_TIMEOUT):
                    kind = "view" if each.table_type == "VIEW" else "table"
                    found.append((f"{each.dataset_id}.{each.table_id}", kind))
        return sorted(found)

    def _between(
        self,
        table: str,
        schema: TableSchema,
        first: date,
        last: date,
        limit: int,
        *,
        about: date | None = None,
    ) -> list[Row]:
        kinds = {str(field["name"]): str(field["type"]) for field in schema.fields}
        kind = kinds[schema.partition]
        query = _BETWEEN.format(table=table, column=schema.partition)
        if about is not None and schema.has_target:
            query += f"  AND {TARGET} = @about\n"
        with port(f"query of [{table}]"):
            from google.cloud import bigquery

            answer = self._client().query_and_wait(
                query,
                job_config=bigquery.QueryJobConfig(
                    query_parameters=[
                        bigquery.ScalarQueryParameter("first", kind, _bound(first, kind)),
                        bigquery.ScalarQueryParameter(
                            "end", kind, _bound(last + timedelta(days=1), kind)
                        ),
                        bigquery.ScalarQueryParameter("about", "DATE", about),
                    ],
                    maximum_bytes_billed=limit,
                ),
                api_timeout=_TIMEOUT,
                wait_timeout=_WAIT,
            )
            return [_plain_row(dict(row.items()), kinds) for row in answer]


def _bound(day: date, kind: str) -> date | datetime:
    """The first instant of a UTC day, or the day itself, as the column has it."""
    if kind == "DATE":
        return day
    return datetime.fromisoformat(f"{day.isoformat()}T00:00:00+00:00")


def _plain_row(row: Mapping[str, Any], kinds: Mapping[str, str]) -> Row:
    return {name: _plain(value, kinds.get(name, "")) for name, value in row.items()}


def _plain(value: Any, kind: str) -> Any:
    """A value as it was appended."""
    if kind == "JSON" and value is not None and not isinstance(value, str):
        return json.dumps(value, sort_keys=True)
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(each, "") for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each, "") for each in value]
    return value
