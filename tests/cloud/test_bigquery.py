"""Journal and warehouse against answers of BigQuery that no emulator gives."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

import pytest
from google.api_core import exceptions
from google.cloud import bigquery

from shared.clock import DeliveryClock
from shared.core.errors import BadInput
from shared.core.ports import LoadRequest
from shared.errors import PortUnavailable
from shared.gcp.journal import BigQueryJournal
from shared.gcp.warehouse import BigQueryWarehouse
from shared.schema import Schemas
from tests.contracts.rows import LOG, log, raw
from tests.contracts.worlds import TABLES

CLOCK = DeliveryClock()
SCHEMAS = Schemas(TABLES)


@dataclass
class FakeJob:
    """A load job that ends as it was told: None is success."""

    error_result: dict[str, str] | None
    waited: int = 0

    def result(self, *, retry: Any, timeout: float) -> None:
        assert retry is not None
        assert timeout < 600  # the push's deadline
        self.waited += 1
        if self.error_result is not None:
            raise exceptions.BadRequest(self.error_result["message"])


class FakeBigQuery:
    """Load jobs by id, and the answers of inserts and queries."""

    def __init__(
        self,
        *,
        jobs: dict[str, FakeJob] | None = None,
        next_job: FakeJob | None = None,
        insert_errors: Sequence[dict[str, Any]] = (),
        answer: Sequence[dict[str, Any]] = (),
    ) -> None:
        self.jobs = jobs or {}
        self.next_job = next_job or FakeJob(None)
        self.insert_errors = insert_errors
        self.answer = answer
        self.started: list[tuple[str, str, list[Any]]] = []
        self.inserted: list[tuple[str, list[Any], list[str]]] = []
        self.queries: list[tuple[str, bigquery.QueryJobConfig]] = []

    def load_table_from_file(
        self,
        file: IO[bytes],
        table: str,
        *,
        job_id: str,
        location: str,
        timeout: float,
        job_config: bigquery.LoadJobConfig,
    ) -> FakeJob:
        assert location == "EU"
        assert timeout > 0
        assert job_config.create_disposition == "CREATE_NEVER"
        assert job_config.write_disposition == "WRITE_APPEND"
        if job_id in self.jobs:
            raise exceptions.Conflict(f"Already Exists: Job {job_id}")
        self.jobs[job_id] = self.next_job
        self.started.append((job_id, table, [json.loads(line) for line in file]))
        return self.next_job

    def get_job(self, job_id: str, *, location: str, retry: Any, timeout: float) -> FakeJob:
        assert location == "EU"
        return self.jobs[job_id]

    def insert_rows_json(
        self, table: str, rows: list[Any], *, row_ids: list[str], retry: Any, timeout: float
    ) -> Sequence[dict[str, Any]]:
        self.inserted.append((table, rows, row_ids))
        return self.insert_errors

    def query_and_wait(
        self, query: str, *, job_config: bigquery.QueryJobConfig, **_: Any
    ) -> Sequence[dict[str, Any]]:
        self.queries.append((query, job_config))
        return self.answer


def warehouse(client: Any) -> BigQueryWarehouse:
    return BigQueryWarehouse(lambda: client, lambda: SCHEMAS, "p.nba_raw", "EU")


def journal(client: Any) -> BigQueryJournal:
    return BigQueryJournal(lambda: client, lambda: SCHEMAS, "p.nba_orchestration", CLOCK)


def request() -> LoadRequest:
    return LoadRequest(load_id="abc", table="odds_game_lines", rows=[raw(0), raw(1)])


def failed(reason: str) -> FakeJob:
    return FakeJob({"reason": reason, "message": f"it was {reason}"})


def test_a_load_is_one_job_under_its_id_and_a_record_travels_as_json() -> None:
    client = FakeBigQuery()
    assert warehouse(client).load(request()) == 2
    ((job_id, table, lines),) = client.started
    assert (job_id, table) == ("abc_1", "p.nba_raw.odds_game_lines")
    assert [line["record"] for line in lines] == [{"a": 1}, {"a": 1}]
    assert [line["record_index"] for line in lines] == [0, 1]


def test_a_job_that_another_delivery_started_is_waited_for() -> None:
    theirs = FakeJob(None)
    client = FakeBigQuery(jobs={"abc_1": theirs})
    assert warehouse(client).load(request()) == 2
    assert theirs.waited == 1
    assert not client.started


@pytest.mark.parametrize(
    "reason",
    ["quotaExceeded", "rateLimitExceeded", "backendError", "internalError", "notFound", "stopped"],
)
def test_after_jobs_that_failed_for_a_passing_reason_comes_the_next_one(reason: str) -> None:
    client = FakeBigQuery(jobs={"abc_1": failed(reason), "abc_2": failed(reason)})
    assert warehouse(client).load(request()) == 2
    assert [job_id for job_id, _, _ in client.started] == ["abc_3"]


def test_our_own_job_that_fails_for_a_passing_reason_comes_again_with_the_message() -> None:
    client = FakeBigQuery(next_job=failed("quotaExceeded"))
    with pytest.raises(PortUnavailable, match=r"job 1 failed: quotaExceeded"):
        warehouse(client).load(request())
    # One job a delivery: a service in trouble is not stormed.
    assert [job_id for job_id, _, _ in client.started] == ["abc_1"]
    client.next_job = FakeJob(None)
    assert warehouse(client).load(request()) == 2
    assert [job_id for job_id, _, _ in client.started] == ["abc_1", "abc_2"]


@pytest.mark.parametrize("theirs", [True, False])
def test_a_content_that_can_never_be_loaded_is_bad_input(theirs: bool) -> None:
    job = failed("invalid")
    client = FakeBigQuery(jobs={"abc_1": job} if theirs else {}, next_job=job)
    with pytest.raises(BadInput, match="content of load abc"):
        warehouse(client).load(request())
    assert set(client.jobs) == {"abc_1"}


def test_rows_go_in_parts_that_one_insert_takes_with_our_ids() -> None:
    client = FakeBigQuery()
    rows = [log(f"p/{n:04d}", 1, "loaded") for n in range(1_201)]
    journal(client).append(LOG, rows)
    assert [len(part) for _, part, _ in client.inserted] == [500, 500, 201]
    assert [row_id for _, _, ids in client.inserted for row_id in ids] == [i for i, _ in rows]
    assert {table for table, _, _ in client.inserted} == {"p.nba_orchestration." + LOG}


def test_large_rows_go_in_smaller_parts() -> None:
    client = FakeBigQuery()
    # 6 rows of 2 MB each: two fit under 5 MB.
    large = [
        (f"{n}", {**log("p", n, "failed")[1], "error_message": "x" * 2_000_000}) for n in range(6)
    ]
    journal(client).append(LOG, large)
    assert [len(part) for _, part, _ in client.inserted] == [2, 2, 2]


@pytest.mark.parametrize(
    ("reason", "message", "raised"),
    [
        ("invalid", "Cannot convert value to integer: seven", BadInput),
        # The deployed table is older than this function: a deployment is under way.
        ("invalid", "no such field: error_type.", PortUnavailable),
        ("stopped", "", PortUnavailable),
        ("timeout", "later", PortUnavailable),
    ],
)
def test_a_row_that_is_not_taken_raises(reason: str, message: str, raised: type[Exception]) -> None:
    cause = {"reason": reason, "location": "gcs_generation", "message": message}
    client = FakeBigQuery(insert_errors=[{"index": 1, "errors": [cause]}])
    with pytest.raises(raised, match=LOG):
        journal(client).append(LOG, [log("a", 1, "loaded"), log("b", 1, "loaded")])


def test_the_query_of_loads_is_bounded_parameterised_and_capped() -> None:
    answer = [{"gcs_path": "a'; DROP", "gcs_generation": 7, "status": "loaded"}]
    client = FakeBigQuery(answer=answer)
    before = CLOCK.now()
    assert journal(client).loads([("a'; DROP", 7), ("b", 1)]) == {("a'; DROP", 7): "loaded"}
    ((query, config),) = client.queries
    assert "processed_at >= @since" in query
    assert "DROP" not in query
    assert "*" not in query
    since, paths = config.query_parameters
    assert 4.9 < (before - since.value).total_seconds() / 86_400 <= 5
    assert paths.values == ["a'; DROP", "b"]
    assert config.maximum_bytes_billed == 200 * 1024 * 1024


def test_many_files_are_asked_for_in_parts_and_none_without_a_query() -> None:
    client = FakeBigQuery()
    journal(client).loads((f"p/{n}", 1) for n in range(4_001))
    assert [len(c.query_parameters[1].values) for _, c in client.queries] == [2000, 2000, 1]
    assert journal(FakeBigQuery()).loads([]) == {}
