"""What Terraform makes in the cloud, made in a project of the emulated one: all but the IAM."""

from __future__ import annotations

from google.cloud import bigquery
from google.cloud.exceptions import NotFound

from shared.config import load_config
from shared.gcp import clients
from shared.messages import DEAD_LETTER
from shared.schema import Schemas, TableSchema
from shared.settings import Settings
from shared.topology import routes


def provision(settings: Settings) -> None:
    """Buckets, datasets, tables and topics of `settings.project`; what is there stays."""
    make_buckets(settings)
    make_tables(settings)
    make_topics(settings)


def make_buckets(settings: Settings) -> None:
    """The state bucket and the raw bucket."""
    client = clients.storage(settings)
    for bucket in (settings.state_bucket, settings.raw_bucket):
        if client.lookup_bucket(str(bucket)) is None:
            client.create_bucket(str(bucket))
    client.close()


def make_tables(settings: Settings) -> None:
    """The two datasets, every audit table, and a raw table for each that scrapers name."""
    config = load_config(settings.config)
    schemas = Schemas(settings.config / "tables")
    audit = {name: schemas.of(name) for name in schemas.tables}
    raw = {entry.table: schemas.raw for entry in config.scrapers.values() if entry.table}
    client = clients.bigquery(settings)
    for dataset, tables in ((settings.dataset, audit), (settings.raw_dataset, raw)):
        place = f"{settings.project}.{dataset}"
        client.create_dataset(place, exists_ok=True)
        for name, schema in tables.items():
            client.create_table(table_of(f"{place}.{name}", schema), exists_ok=True)
    client.close()


def table_of(place: str, schema: TableSchema) -> bigquery.Table:
    """A table with the columns that its JSON file names."""
    fields = [bigquery.SchemaField.from_api_repr(dict(field)) for field in schema.fields]
    return bigquery.Table(place, schema=fields)


def make_topics(settings: Settings) -> None:
    """Every topic that a function listens to, and the dead letters'."""
    topics = sorted({topic for topic, _ in routes(load_config(settings.config))} | {DEAD_LETTER})
    client = clients.publisher(settings)
    for topic in topics:
        path = f"projects/{settings.project}/topics/{topic}"
        try:
            client.get_topic(topic=path)
        except NotFound:
            client.create_topic(name=path)
    client.stop()
