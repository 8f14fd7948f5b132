"""What the ports on Google's clients say to them: seen by fakes of the clients."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.api_core.exceptions import PreconditionFailed

from shared.core.ports import LoadRequest
from shared.errors import PortUnavailable
from shared.gcp.files import WRITE, GcsFiles
from shared.gcp.journal import BigQueryJournal
from shared.gcp.warehouse import BigQueryWarehouse
from shared.schema import Schemas
from sim.clock import ManualClock
from tests.contracts.rows import LOG, log, raw
from tests.contracts.worlds import TABLES

NOON = datetime(2025, 11, 12, 17, tzinfo=UTC)


class Wall(ManualClock):
    """A clock in real time, as far as ports can tell."""

    @property
    def simulated(self) -> bool:
        return False


@dataclass
class Blob:
    """One object of the fake bucket; `bucket` says what an upload does."""

    name: str
    bucket: Bucket
    metadata: dict[str, str] = field(default_factory=dict)
    generation: int = 7
    time_created: datetime = NOON

    def upload_from_string(self, body: bytes, **said: Any) -> None:
        self.bucket.uploads.append(said)
        if self.bucket.lost or self.bucket.there is not None:
            # The first answer was lost and the client's own retry meets its object, or another's.
            self.bucket.there = self.bucket.there or self
            raise PreconditionFailed("conditionNotMet")  # type: ignore[no-untyped-call]


@dataclass
class Bucket:
    """A bucket in which one name may be taken, or a written one's answer lost."""

    there: Blob | None = None
    lost: bool = False
    uploads: list[dict[str, Any]] = field(default_factory=list)

    def bucket(self, _: str) -> Bucket:
        return self

    def blob(self, name: str) -> Blob:
        return Blob(name, self)

    def get_blob(self, _: str, **__: Any) -> Blob | None:
        return self.there


def files(bucket: Bucket) -> GcsFiles:
    return GcsFiles(lambda: bucket, "b", Wall(NOON))


def test_a_create_has_the_precondition_that_nothing_is_there() -> None:
    bucket = Bucket()
    assert files(bucket).create_once("a.json", b"{}").created
    assert [said["if_generation_match"] for said in bucket.uploads] == [0]


def test_a_412_is_ones_own_object_exactly_when_it_bears_ones_own_token() -> None:
    assert files(Bucket(lost=True)).create_once("a.json", b"{}").created
    others = Bucket()
    others.there = Blob("a.json", others, {WRITE: "another.0", "by": "another"})
    taken = files(others).create_once("a.json", b"{}")
    assert not taken.created
    assert taken.stored.metadata == {"by": "another"}


class Tables:
    """BigQuery's client: what it was told, and the errors it answers an insert with."""

    def __init__(self, errors: Sequence[dict[str, Any]] = ()) -> None:
        self.errors = errors
        self.inserts: list[dict[str, Any]] = []
        self.jobs: list[tuple[str, Any]] = []
        self.queries: list[tuple[str, Any]] = []

    def insert_rows_json(self, table: str, rows: Any, **said: Any) -> Sequence[dict[str, Any]]:
        self.inserts.append(said)
        return self.errors

    def load_table_from_file(self, body: Any, table: str, **said: Any) -> Tables:
        self.jobs.append((said["job_id"], said["job_config"]))
        self.loaded = [json.loads(line) for line in body.read().splitlines()]
        return self

    def result(self, **_: Any) -> None:
        return None

    def query_and_wait(self, sql: str, *, job_config: Any, **_: Any) -> list[dict[str, Any]]:
        self.queries.append((sql, job_config))
        return []


def journal(tables: Tables) -> BigQueryJournal:
    schemas = Schemas(TABLES)
    return BigQueryJournal(
        lambda: tables,  # type: ignore[arg-type, return-value]
        lambda: schemas,
        "p.nba_orchestration",
        Wall(NOON),
    )


def test_rows_are_inserted_under_our_ids_and_what_is_not_taken_is_told() -> None:
    tables = Tables()
    rows = [log("a", 1, "loaded"), log("b", 1, "loaded")]
    journal(tables).append(LOG, rows)
    assert [said["row_ids"] for said in tables.inserts] == [[row_id for row_id, _ in rows]]
    refused = Tables([{"index": 1, "errors": [{"reason": "timeout", "message": "later"}]}])
    with pytest.raises(PortUnavailable, match="1 of 2 rows not taken: timeout: later"):
        journal(refused).append(LOG, rows)


def test_the_one_query_is_bound_to_its_partition_its_files_and_its_price() -> None:
    tables = Tables()
    journal(tables).loads([("a", 1), ("b", 2)])
    ((sql, said),) = tables.queries
    assert "processed_at >= @since" in sql
    given = {each.name: each for each in said.query_parameters}
    assert given["since"].value == NOON - timedelta(days=5)
    assert given["paths"].values == ["a", "b"]
    assert said.maximum_bytes_billed == 200 * 1024 * 1024


def test_a_load_job_takes_all_rows_or_none_under_the_loads_id() -> None:
    tables = Tables()
    schemas = Schemas(TABLES)
    warehouse = BigQueryWarehouse(lambda: tables, lambda: schemas, "p.nba_raw", "US")  # type: ignore[arg-type, return-value]
    assert warehouse.load(LoadRequest(load_id="load", table="t", rows=[raw(0), raw(1)])) == 2
    ((job_id, said),) = tables.jobs
    assert job_id == "load_1"
    assert (said.max_bad_records, said.write_disposition) == (0, "WRITE_APPEND")
    assert said.create_disposition == "CREATE_NEVER"
    assert len(tables.loaded) == 2
