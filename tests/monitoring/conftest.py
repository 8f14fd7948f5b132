"""A played day's rows on both sides: the embedded DuckDB, and a BigQuery emulator of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime
from typing import Any

import pytest
from google.cloud import bigquery

from local.query import Sql
from local.store import Store
from shared.gcp import clients
from shared.schema import Schemas
from shared.settings import Settings, read_settings
from tests.cloud.emulators import HERE, VENV, Emulator
from tests.cloud.provision import table_of
from tests.core.made import CONFIG, season
from tests.ports import free_ports
from tipoff.day import Day, opened, run

#: The dates of the played day; asked at its end.
WEDNESDAY = date(2025, 11, 12)
PROJECT = "monitoring"
#: Rows of one insert.
BATCH = 500

Params = dict[str, date | datetime | int]
#: Columns and rows.
Answer = tuple[tuple[str, ...], list[tuple[Any, ...]]]
Ask = Callable[[str, Params], Answer]


@pytest.fixture(scope="session")
def wednesday() -> Day:
    return Day(date=WEDNESDAY, calendar=season())


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory, wednesday: Day) -> Iterator[Store]:
    """What `tipoff day 2025-11-12` leaves."""
    folder = tmp_path_factory.mktemp("monitored")
    with opened(wednesday, Settings(data=folder)) as world:
        run(wednesday, world)
    with closing(Store(folder, Schemas(CONFIG / "tables"))) as made:
        yield made


@pytest.fixture(scope="session")
def embedded(store: Store, wednesday: Day) -> Ask:
    """SQL answered by DuckDB."""
    sql = Sql(store, config=CONFIG)

    def ask(text: str, params: Params) -> Answer:
        found = sql.query(text, now=wednesday.end, params=params)
        return found.columns, found.rows

    return ask


@pytest.fixture(scope="session")
def bigquery_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[bigquery.Client]:
    """A client of an emulator that runs alone: neither Java nor gcloud is needed."""
    if not (VENV / ".installed").is_file():
        pytest.skip("needs emulators: no .venv-emulators: make emulators")
    (port,) = free_ports(1)
    folder = tmp_path_factory.mktemp("bigquery")
    command = [str(VENV / "bin/python"), str(HERE / "bigquery_emulator.py"), str(port)]
    emulator = Emulator("bigquery", port, command, folder / "bigquery.log")
    emulator.launch()
    try:
        emulator.wait_ready()
        host = {"BIGQUERY_EMULATOR_HOST": f"http://{emulator.address}"}
        settings = read_settings({**host, "GOOGLE_CLOUD_PROJECT": PROJECT})
        with closing(clients.bigquery(settings)) as client:
            yield client
    finally:
        emulator.stop()


@pytest.fixture(scope="session")
def emulated(store: Store, bigquery_client: bigquery.Client) -> Ask:
    """The same rows on the emulator, asked through Google's client."""
    client = bigquery_client
    client.create_dataset(f"{PROJECT}.nba_orchestration")
    schemas = Schemas(CONFIG / "tables")
    for table in schemas.tables:
        name = f"{PROJECT}.nba_orchestration.{table}"
        client.create_table(table_of(name, schemas.of(table)))
        rows = [dict(row) for row in store.rows("nba_orchestration", table)]
        for first in range(0, len(rows), BATCH):
            assert not client.insert_rows_json(name, rows[first : first + BATCH])

    def ask(text: str, params: Params) -> Answer:
        given = [bigquery.ScalarQueryParameter(n, _kind(v), v) for n, v in params.items()]
        job = bigquery.QueryJobConfig(query_parameters=given)
        answer = client.query_and_wait(text, job_config=job)
        return tuple(field.name for field in answer.schema), [row.values() for row in answer]

    return ask


def _kind(value: object) -> str:
    kinds = {int: "INT64", date: "DATE", datetime: "TIMESTAMP"}
    return kinds[type(value)]
