"""How each of Google's clients is made: imported here and only when it is first used.

A stand-in (settings, tests only) is talked to without a login.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.settings import Settings

if TYPE_CHECKING:
    from google.cloud.bigquery import Client as BigQueryClient
    from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient
    from google.cloud.secretmanager import SecretManagerServiceClient
    from google.cloud.storage import Client as StorageClient

#: Seconds that a publisher waits for more messages to send with the first: a handler publishes
#: all it has at once and then waits for the results.
_LATENCY = 0.005
_BATCH = 500
#: Cloud Storage connections that are kept: at least the threads that write at once.
_CONNECTIONS = 64


def storage(settings: Settings) -> StorageClient:
    """A Cloud Storage client."""
    from google.cloud.storage import Client
    from requests.adapters import HTTPAdapter

    if settings.storage_emulator is None:
        client = Client(project=settings.project)
    else:
        from google.auth.credentials import AnonymousCredentials

        client = Client(
            project=settings.project,
            credentials=AnonymousCredentials(),
            client_options={"api_endpoint": settings.storage_emulator},
        )
    for scheme in ("https://", "http://"):
        client._http.mount(scheme, HTTPAdapter(pool_maxsize=_CONNECTIONS))  # noqa: SLF001 no other way
    return client


def bigquery(settings: Settings) -> BigQueryClient:
    """A BigQuery client; its jobs run where the datasets are."""
    from google.cloud.bigquery import Client

    if settings.bigquery_emulator is None:
        return Client(project=settings.project, location=settings.location)
    from google.auth.credentials import AnonymousCredentials

    return Client(
        project=settings.project,
        location=settings.location,
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": settings.bigquery_emulator},
    )


def publisher(settings: Settings) -> PublisherClient:
    """A Pub/Sub publisher."""
    from google.cloud.pubsub_v1 import PublisherClient
    from google.cloud.pubsub_v1.types import BatchSettings

    batches = BatchSettings(max_messages=_BATCH, max_latency=_LATENCY)
    if settings.pubsub_emulator is None:
        return PublisherClient(batch_settings=batches)
    import grpc
    from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

    channel = grpc.insecure_channel(settings.pubsub_emulator)
    return PublisherClient(
        batch_settings=batches, transport=PublisherGrpcTransport(channel=channel)
    )


def subscriber(settings: Settings) -> SubscriberClient:
    """A Pub/Sub subscriber, for the dead letters: nothing else is ever pulled."""
    from google.cloud.pubsub_v1 import SubscriberClient

    if settings.pubsub_emulator is None:
        return SubscriberClient()
    import grpc
    from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

    channel = grpc.insecure_channel(settings.pubsub_emulator)
    return SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))


def secret_manager(settings: Settings) -> SecretManagerServiceClient:
    """A Secret Manager client."""
    from google.cloud.secretmanager import SecretManagerServiceClient

    if settings.secrets_emulator is None:
        return SecretManagerServiceClient()
    import grpc
    from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
        SecretManagerServiceGrpcTransport,
    )

    channel = grpc.insecure_channel(settings.secrets_emulator)
    return SecretManagerServiceClient(transport=SecretManagerServiceGrpcTransport(channel=channel))
