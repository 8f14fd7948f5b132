"""A project of the emulated cloud, furnished as Terraform does it: buckets, tables, topics, pushes.

It also tells what is not finished: every order, record and file of the project whose effects
are still to come.
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from google.api_core import exceptions
from google.cloud import bigquery, pubsub_v1

from shared import listings, records
from shared.core.execution import Outcome
from shared.core.messages import Content
from shared.core.ports import Stored
from shared.effects import files_of
from shared.gcp import clients
from shared.gcp.lazy import Lazy
from shared.gcp.world import connect
from shared.messages import DEAD_LETTER, NOW, message
from shared.topology import routes
from shared.world import World
from tests.cloud.functions import Deployment

#: Seconds: the fixture's waits between attempts; production's are Terraform's.
BACKOFF = (1, 3)
ATTEMPTS = 5
ACK_DEADLINE = 60
#: Seconds between two looks at what is unfinished, and until it must be.
LOOK = 0.05
PATIENCE = 120.0

#: An order's id, by the record that it becomes.
Rows = Sequence[Mapping[str, Any]]


class NotFinished(Exception):
    """What was to happen did not, in time."""


@dataclass(frozen=True, kw_only=True)
class Subscribing:
    """How hard the bus tries."""

    ack_deadline: int = ACK_DEADLINE
    attempts: int = ATTEMPTS
    backoff: tuple[int, int] = BACKOFF


@dataclass(frozen=True, kw_only=True)
class Project:
    """The project of a deployment, seen from outside."""

    deployment: Deployment
    #: The same ports that the functions have.
    world: World
    subscriber: pubsub_v1.SubscriberClient
    subscribing: Subscribing
    #: The outcomes that were read: they never change. By name, the ids of their loads.
    loads: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def publisher(self) -> pubsub_v1.PublisherClient:
        """The world's publisher."""
        found: pubsub_v1.PublisherClient = self.world.built["publisher"]()
        return found

    @property
    def bigquery(self) -> bigquery.Client:
        """The world's BigQuery client."""
        found: bigquery.Client = self.world.built["bigquery"]()
        return found

    def topic(self, name: str) -> str:
        """Its path."""
        return f"projects/{self.deployment.project}/topics/{name}"

    def subscription(self, name: str) -> str:
        """Its path."""
        return f"projects/{self.deployment.project}/subscriptions/{name}"

    def publish(self, topic: str, content: Content, *, at: datetime | None = None) -> None:
        """Publish at the simulated instant `at`, or in real time."""
        attributes = {} if at is None else {NOW: at.isoformat()}
        self.world.publish([message(topic, content, attributes)])

    def make_topics(self, *, pushes: bool = True) -> None:
        """All topics, and the subscriptions of the functions that run; what is there stays."""
        config = self.world.config
        wanted = list(routes(config))
        topics = sorted({topic for topic, _ in wanted} | {DEAD_LETTER})
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self._make_topic, topics))
            list(pool.map(lambda pair: self._make_push(*pair), wanted if pushes else []))
        dead = {"name": self.subscription("dead-letters"), "topic": self.topic(DEAD_LETTER)}
        _unless_there(lambda: self.subscriber.create_subscription(request=dead))

    def _make_topic(self, name: str) -> None:
        _unless_there(lambda: self.publisher.create_topic(name=self.topic(name)))

    def _make_push(self, topic: str, function: str) -> None:
        if (running := self.deployment.functions.get(function)) is None:
            return
        how = self.subscribing
        name = f"{topic}-{function}".replace("_", "-")
        request = {
            "name": self.subscription(name),
            "topic": self.topic(topic),
            "push_config": {"push_endpoint": f"http://{running.address}/{self.topic(topic)}"},
            "ack_deadline_seconds": how.ack_deadline,
            "retry_policy": {
                "minimum_backoff": {"seconds": how.backoff[0]},
                "maximum_backoff": {"seconds": how.backoff[1]},
            },
            "dead_letter_policy": {
                "dead_letter_topic": self.topic(DEAD_LETTER),
                "max_delivery_attempts": how.attempts,
            },
        }
        _unless_there(lambda: self.subscriber.create_subscription(request=request))

    def make_tables(self) -> None:
        """Both datasets, the audit tables, and a raw table for each that the scrapers name."""
        settings, config = self.world.settings, self.world.config
        for dataset in (settings.dataset, settings.raw_dataset):
            self.bigquery.create_dataset(f"{settings.project}.{dataset}")
        raw = sorted({each.table for each in config.scrapers.values() if each.table})
        for path in sorted((settings.config / "tables").glob("*.json")):
            told = json.loads(path.read_text("utf-8"))
            for name in raw if told["table"] == "raw" else [told["table"]]:
                self.bigquery.create_table(
                    _table(f"{settings.project}.{told['dataset']}.{name}", told)
                )

    def rows(self, table: str, columns: str = "*") -> Rows:
        """All rows of an audit table (`dataset.table` for another dataset)."""
        settings = self.world.settings
        where = table if "." in table else f"{settings.dataset}.{table}"
        return [
            dict(row.items())
            for row in self.bigquery.query_and_wait(
                f"SELECT {columns} FROM `{settings.project}.{where}`"
            )
        ]

    def dead_letters(self) -> list[pubsub_v1.types.PubsubMessage]:
        """What was given up since the last look."""
        with warnings.catch_warnings():
            # Deprecated for consumers, who should wait; a test wants what is there.
            warnings.simplefilter("ignore", DeprecationWarning)
            answer = self.subscriber.pull(
                subscription=self.subscription("dead-letters"),
                max_messages=1000,
                return_immediately=True,
                timeout=10,
            )
        if found := [one.ack_id for one in answer.received_messages]:
            self.subscriber.acknowledge(
                subscription=self.subscription("dead-letters"), ack_ids=found
            )
        return [one.message for one in answer.received_messages]

    def unfinished(self, expected: Sequence[str] = ()) -> list[str]:
        """What is still to come: `expected` records, and what the records there have promised."""
        listing = self.world.state.list("")
        names = {stored.name for stored in listing}
        waiting = [f"{name} is not there" for name in expected if name not in names]
        waiting += [f"{s.name} is not done" for s in listings.undone(_decided(listing))]
        waiting += self._executions(listing, names)
        # Rows are asked for only when nothing else is to come.
        return waiting or self._loads(listing)

    def _executions(self, listing: Sequence[Stored], names: set[str]) -> list[str]:
        ids = {name.split("/")[2] for name in names if name.endswith("/manifest.json")}
        ended = {name.split("/")[2] for name in names if name.endswith("/finished.json")}
        told = [
            run
            for stored in listing
            if stored.name.startswith("ticks/")
            for run in stored.metadata.get("runs", "").split(",")
            if run
        ]
        return [
            *(f"{run} has no manifest" for run in told if run not in ids),
            *(f"{one} has not ended" for one in sorted(ids - ended)),
        ]

    def _loads(self, listing: Sequence[Stored]) -> list[str]:
        chunks = [s.name for s in listing if "/chunks/" in s.name and s.name.endswith(".json")]
        for name in chunks:
            if name not in self.loads:
                outcome = records.read(self.world.state, name, Outcome)
                found = files_of(outcome, self.world.config)
                self.loads[name] = frozenset(each.load_id for each in found if each.table)
        wanted = frozenset().union(*self.loads.values())
        if not wanted:
            return []
        known = {row["processing_id"] for row in self.rows("file_processing_log", "processing_id")}
        return [f"load {one} has no row" for one in sorted(wanted - known)]

    def settle(self, expected: Sequence[str] = (), patience: float = PATIENCE) -> None:
        """Wait until nothing is unfinished; NotFinished says what is."""
        self.wait(lambda: self.unfinished(expected), patience)

    def wait(self, left: Callable[[], object], patience: float = PATIENCE) -> None:
        """Wait until `left` answers nothing."""
        until = time.monotonic() + patience
        while found := left():
            self.deployment.check()
            if time.monotonic() > until:
                raise NotFinished(f"after {patience:.0f} s: {found!r:.2000}")
            time.sleep(LOOK)


@contextmanager
def furnished(
    deployment: Deployment,
    subscribing: Subscribing | None = None,
    *,
    tables: bool = True,
    pushes: bool = True,
) -> Iterator[Project]:
    """The deployment's project with all that its functions need.

    Without `pushes` what is published goes nowhere: a function works only for what a test posts.
    """
    settings = deployment.settings
    world = connect(settings)
    subscriber = Lazy(lambda: _subscriber(str(settings.pubsub_emulator)))
    project = Project(
        deployment=deployment,
        world=world,
        subscriber=subscriber(),
        subscribing=subscribing or Subscribing(),
    )
    try:
        storage = clients.storage(settings)
        for bucket in (settings.state_bucket, settings.raw_bucket):
            storage.create_bucket(str(bucket))
        storage.close()
        if tables:
            project.make_tables()
        project.make_topics(pushes=pushes)
        yield project
    finally:
        subscriber.close()
        world.close()


def _decided(listing: Sequence[Stored]) -> list[Stored]:
    """Records that are confirmed with .done: all but schedules, manifests and claims."""
    kept = ("plans/", "ticks/", "cleanups/", "executions/")
    return [
        stored
        for stored in listing
        if stored.name.startswith(kept) and not stored.name.endswith("/manifest.json")
    ]


def _table(name: str, told: Mapping[str, Any]) -> bigquery.Table:
    fields = [bigquery.SchemaField.from_api_repr(dict(each)) for each in told["fields"]]
    table = bigquery.Table(name, schema=fields)
    partition = told["partition"]
    table.time_partitioning = bigquery.TimePartitioning(
        type_=partition["type"], field=partition["field"]
    )
    return table


def _subscriber(address: str) -> pubsub_v1.SubscriberClient:
    import grpc
    from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

    channel = grpc.insecure_channel(address)
    return pubsub_v1.SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))


def _unless_there(make: Callable[[], object]) -> None:
    try:
        make()
    except exceptions.AlreadyExists:
        return
