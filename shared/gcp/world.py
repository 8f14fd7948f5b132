"""The world of the cloud: what TIPOFF_WORLD names by default.

Nothing is built here but the ports themselves: a client is imported and made when a port is
first used, so a function that never asks BigQuery never loads it.
"""

from __future__ import annotations

from shared.clock import DeliveryClock
from shared.config import load_config
from shared.core.errors import BadInput
from shared.core.ports import Pool
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
from shared.settings import Settings
from shared.world import World


def connect(settings: Settings) -> World:
    """The cloud world of `settings`; BadInput when it is not told its project."""
    project = settings.project
    if project is None or settings.state_bucket is None or settings.raw_bucket is None:
        raise BadInput("GOOGLE_CLOUD_PROJECT", project, "the project's id")
    clock = DeliveryClock()
    storage = Lazy(lambda: clients.storage(settings))
    bigquery = Lazy(lambda: clients.bigquery(settings))
    publisher = Lazy(lambda: clients.publisher(settings))
    secret_manager = Lazy(lambda: clients.secret_manager(settings))
    schemas = Lazy(lambda: Schemas(settings.config / "tables"))

    def pool(source: str, concurrency: int) -> Pool:
        return world.once(f"pool {source}", lambda: ThreadPool(concurrency, clock, name=source))

    world = World(
        settings=settings,
        config=load_config(settings.config),
        clock=clock,
        state=GcsFiles(storage, settings.state_bucket, clock),
        raw=GcsFiles(storage, settings.raw_bucket, clock),
        journal=BigQueryJournal(bigquery, schemas, f"{project}.{settings.dataset}", clock),
        warehouse=BigQueryWarehouse(
            bigquery, schemas, f"{project}.{settings.raw_dataset}", settings.location
        ),
        bus=PubSubBus(publisher, project, clock, simulated=settings.simulated_time),
        secrets=SecretManagerSecrets(secret_manager, project),
        pool=pool,
        ledger=BigQueryLedger(
            bigquery,
            schemas,
            dataset=f"{project}.{settings.dataset}",
            raw_dataset=f"{project}.{settings.raw_dataset}",
        ),
        built={
            "storage": storage,
            "bigquery": bigquery,
            "publisher": publisher,
            "secret_manager": secret_manager,
        },
    )
    return world
