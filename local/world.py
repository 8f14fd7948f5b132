"""The embedded world: the same functions on one machine, with nothing but Python.

`TIPOFF_WORLD=local.world:open TIPOFF_DATA=DIR` runs any function in it, several at once
beside each other: they share one SQLite file and one folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.bus import LocalBus
from local.delivery import DeliveryPolicy, Subscription
from local.files import LocalFiles
from local.journal import LocalJournal, LocalWarehouse
from local.ledger import LocalLedger
from local.secrets import LocalSecrets
from local.store import Store
from shared.clock import DeliveryClock
from shared.config import load_config
from shared.core.workflows import Config
from shared.log import Log
from shared.pool import ThreadPool
from shared.schema import Schemas
from shared.topology import routes
from shared.world import World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.core.ports import Pool, Secrets
    from shared.settings import Settings


def open(settings: Settings) -> World:  # noqa: A001 read as local.world:open
    """The embedded world in `settings.data`; what TIPOFF_WORLD names."""
    return build_world(settings, config=load_config(settings.config))


def build_world(
    settings: Settings,
    *,
    config: Config,
    policy: DeliveryPolicy | None = None,
    secrets: Secrets | None = None,
    transport: Any = None,
    log: Log | None = None,
) -> World:
    """A world over the folder `settings.data`, which is made when missing."""
    clock = DeliveryClock()
    schemas = Schemas(settings.config / "tables")
    store = Store(settings.data, schemas)

    def pool(source: str, concurrency: int) -> Pool:
        return world.once(f"pool {source}", lambda: ThreadPool(concurrency, clock, name=source))

    bus = LocalBus(store, clock, subscriptions(config), policy=policy)
    world = World(
        settings=settings,
        config=config,
        clock=clock,
        state=LocalFiles(store, "state", clock),
        raw=LocalFiles(store, "raw", clock),
        journal=LocalJournal(store, schemas),
        warehouse=LocalWarehouse(store, schemas),
        bus=bus,
        secrets=secrets or LocalSecrets(settings.keys, settings.data / "secrets"),
        pool=pool,
        ledger=LocalLedger(store, schemas, bus),
        log=log or Log(),
        transport=transport,
        built={"store": store, "bus": bus},
    )
    return world


def subscriptions(config: Config) -> Sequence[Subscription]:
    """Who gets what: the same wiring as in the cloud."""
    return [
        Subscription(name=f"{topic}-{function}".replace("_", "-"), topic=topic, function=function)
        for topic, function in routes(config)
    ]


def store_of(world: World) -> Store:
    """The store behind an embedded world: its rows for `tipoff sql`."""
    found: Store = world.built["store"]
    return found


def bus_of(world: World) -> LocalBus:
    """The embedded world's bus, with what only it can do (claim, counts, dead letters)."""
    found: LocalBus = world.built["bus"]
    return found
