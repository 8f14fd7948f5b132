"""The cloud's ports on its emulators, as one more world of the contract suite.

Each test has a project of its own, so none sees another's objects, rows, jobs or messages. A
service is filled (bucket, tables, topics) when a test first asks it.
"""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Sequence

from google.cloud import bigquery, pubsub_v1, storage

from shared.clock import DeliveryClock
from shared.core.ports import Message, Row
from shared.gcp import clients
from shared.gcp.bus import PubSubBus
from shared.gcp.files import GcsFiles
from shared.gcp.journal import BigQueryJournal
from shared.gcp.lazy import Lazy
from shared.gcp.ledger import BigQueryLedger
from shared.gcp.secrets import SecretManagerSecrets
from shared.gcp.warehouse import BigQueryWarehouse
from shared.pool import ThreadPool
from shared.schema import Schemas
from shared.settings import Settings, read_settings
from tests.cloud.emulators import Emulators
from tests.cloud.provision import table_of
from tests.cloud.rows import rows_of
from tests.contracts.worlds import TABLES, TOPICS, World

#: The tables that the suite appends to, and the raw ones that it loads into.
AUDIT_TABLES = ("file_processing_log", "workflow_decisions", "daily_expected_schedule")
RAW_TABLES = ("odds_game_lines", "t")

_projects = itertools.count()


def settings_of(cloud: Emulators) -> Settings:
    """Settings for a project that nobody has used."""
    project = f"contract-{os.getpid()}-{next(_projects)}"
    return read_settings({**cloud.environment, "GOOGLE_CLOUD_PROJECT": project})


def open_world(settings: Settings) -> World:
    """The ports over a project of the emulated cloud."""
    clock = DeliveryClock()
    schemas = Schemas(TABLES)
    files = Lazy(lambda: _with_bucket(settings))
    tables = Lazy(lambda: _with_tables(settings, schemas))
    publisher = Lazy(lambda: _with_topics(settings))
    subscriber = Lazy(lambda: _subscriber(settings))
    secret_manager = Lazy(lambda: clients.secret_manager(settings))
    project = str(settings.project)

    def rows(dataset: str, table: str) -> list[Row]:
        schema = schemas.raw if dataset == settings.raw_dataset else schemas.of(table)
        found = rows_of(tables(), f"{project}.{dataset}.{table}", schema)
        if dataset == settings.raw_dataset:
            return list(found)
        # As the views do: one row an id.
        return list({row["processing_id"]: row for row in reversed(found)}.values())

    def pull() -> Sequence[tuple[str, Message]]:
        publisher()
        return [one for topic in TOPICS for one in _pull(subscriber(), project, topic)]

    def close() -> None:
        for client in (files, tables, publisher, subscriber, secret_manager):
            client.close()

    return World(
        clock=clock,
        files=GcsFiles(files, str(settings.raw_bucket), clock),
        journal=BigQueryJournal(tables, lambda: schemas, f"{project}.{settings.dataset}", clock),
        warehouse=BigQueryWarehouse(
            tables, lambda: schemas, f"{project}.{settings.raw_dataset}", settings.location
        ),
        bus=PubSubBus(publisher, project, clock),
        secrets=SecretManagerSecrets(secret_manager, project),
        pool=ThreadPool(4, clock),
        ledger=BigQueryLedger(
            tables,
            lambda: schemas,
            dataset=f"{project}.{settings.dataset}",
            raw_dataset=f"{project}.{settings.raw_dataset}",
        ),
        rows=lambda table: rows(settings.dataset, table),
        raw_rows=lambda table: rows(settings.raw_dataset, table),
        pull=pull,
        close=close,
    )


def _with_bucket(settings: Settings) -> storage.Client:
    client = clients.storage(settings)
    client.create_bucket(str(settings.raw_bucket))
    return client


def _with_tables(settings: Settings, schemas: Schemas) -> bigquery.Client:
    client = clients.bigquery(settings)
    wanted = [(settings.dataset, table, schemas.of(table)) for table in AUDIT_TABLES]
    wanted += [(settings.raw_dataset, table, schemas.raw) for table in RAW_TABLES]
    for dataset in (settings.dataset, settings.raw_dataset):
        client.create_dataset(f"{settings.project}.{dataset}")
    for dataset, name, schema in wanted:
        client.create_table(table_of(f"{settings.project}.{dataset}.{name}", schema))
    return client


def _with_topics(settings: Settings) -> pubsub_v1.PublisherClient:
    client = clients.publisher(settings)
    subscriber = _subscriber(settings)
    for topic in TOPICS:
        path = f"projects/{settings.project}/topics/{topic}"
        client.create_topic(name=path)
        subscriber.create_subscription(name=_subscription(str(settings.project), topic), topic=path)
    subscriber.close()
    return client


def _subscriber(settings: Settings) -> pubsub_v1.SubscriberClient:
    import grpc
    from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

    channel = grpc.insecure_channel(str(settings.pubsub_emulator))
    return pubsub_v1.SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))


def _subscription(project: str, topic: str) -> str:
    return f"projects/{project}/subscriptions/to-{topic}"


def _pull(
    subscriber: pubsub_v1.SubscriberClient, project: str, topic: str
) -> list[tuple[str, Message]]:
    path = _subscription(project, topic)
    with warnings.catch_warnings():
        # Deprecated for consumers, who should wait; a test wants what is there.
        warnings.simplefilter("ignore", DeprecationWarning)
        answer = subscriber.pull(
            subscription=path, max_messages=1000, return_immediately=True, timeout=10
        )
    if not answer.received_messages:
        return []
    subscriber.acknowledge(
        subscription=path, ack_ids=[one.ack_id for one in answer.received_messages]
    )
    return [
        (
            one.message.message_id,
            Message(
                topic=topic,
                body=one.message.data.decode(),
                attributes=dict(one.message.attributes),
            ),
        )
        for one in answer.received_messages
    ]
