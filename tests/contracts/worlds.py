"""The worlds of this machine that answer to the contract suite; tests.contracts.cloud has gcp."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.bus import LocalBus
from local.delivery import Subscription
from local.files import LocalFiles
from local.journal import LocalJournal, LocalWarehouse
from local.ledger import LocalLedger
from local.secrets import LocalSecrets
from local.store import RAW, Store
from shared.clock import DeliveryClock
from shared.core.ports import (
    Bus,
    Clock,
    Files,
    Journal,
    Ledger,
    Message,
    Pool,
    Row,
    Secrets,
    Warehouse,
)
from shared.pool import ThreadPool
from shared.schema import Schemas
from sim.bus import MemoryBus
from sim.clock import ManualClock
from sim.files import MemoryFiles
from sim.memory import MemoryJournal, MemoryLedger, MemorySecrets, MemoryWarehouse, SerialPool

#: The topics and the one secret that every world of the suite has.
TOPICS = ("run-decisions", "files-ready")
SECRETS = {"odds-api-key": "k-123"}

#: The tables as they are deployed.
TABLES = Path(__file__).resolve().parents[2] / "config" / "tables"


@dataclass(frozen=True, kw_only=True)
class World:
    """The ports of one world, and how a test looks behind them."""

    clock: Clock
    files: Files
    journal: Journal
    warehouse: Warehouse
    bus: Bus
    secrets: Secrets
    pool: Pool
    ledger: Ledger
    rows: Callable[[str], Sequence[Row]]
    raw_rows: Callable[[str], Sequence[Row]]
    #: What the subscribers have not seen yet, as (id, message), topic by topic.
    pull: Callable[[], Sequence[tuple[str, Message]]]
    close: Callable[[], None] = lambda: None


def write_schemas(folder: Path, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> Schemas:
    """Schemas of nba_orchestration from fields by table."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, fields in tables.items():
        body = {"table": table, "dataset": "nba_orchestration", "fields": fields}
        (folder / f"{table}.json").write_text(json.dumps(body), encoding="utf-8")
    return Schemas(folder)


def _memory(_: Path) -> World:
    schemas = Schemas(TABLES)
    clock = ManualClock(datetime(2025, 11, 12, 18, tzinfo=UTC))
    journal = MemoryJournal(schemas.check)
    warehouse = MemoryWarehouse(schemas.raw.check)
    bus = MemoryBus(clock, topics=TOPICS)
    return World(
        clock=clock,
        files=MemoryFiles(clock),
        journal=journal,
        warehouse=warehouse,
        bus=bus,
        secrets=MemorySecrets(SECRETS),
        pool=SerialPool(),
        ledger=MemoryLedger(journal, warehouse, schemas),
        rows=journal.rows,
        raw_rows=warehouse.rows,
        pull=lambda: [(p.id, p.message) for p in bus.pull()],
    )


def _local(folder: Path) -> World:
    schemas = Schemas(TABLES)
    clock = DeliveryClock()
    store = Store(folder / "world", schemas)
    bus = LocalBus(
        store, clock, [Subscription(name=f"to-{t}", topic=t, function="f") for t in TOPICS]
    )

    def pull() -> Sequence[tuple[str, Message]]:
        deliveries = bus.claim(clock.now(), 1000)
        bus.ack(*deliveries)
        return [
            (d.message_id, Message(topic=d.topic, body=d.body, attributes=d.attributes))
            for d in deliveries
        ]

    return World(
        clock=clock,
        files=LocalFiles(store, "raw", clock),
        journal=LocalJournal(store, schemas),
        warehouse=LocalWarehouse(store, schemas),
        bus=bus,
        secrets=LocalSecrets({"ODDS_API_KEY": "k-123"}),
        pool=ThreadPool(4, clock),
        ledger=LocalLedger(store, schemas, bus),
        rows=lambda table: list(store.rows("nba_orchestration", table)),
        raw_rows=lambda table: list(store.rows(RAW, table)),
        pull=pull,
    )


WORLDS: Mapping[str, Callable[[Path], World]] = {"memory": _memory, "local": _local}
