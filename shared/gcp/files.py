"""A bucket on Cloud Storage: create-once by generation precondition."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.core.ports import Clock, Creation, Stored
from shared.errors import NotFound, PortUnavailable
from shared.gcp.faults import port
from shared.objects import check_metadata, check_name

if TYPE_CHECKING:
    from google.cloud.storage import Bucket, Client

#: Our own metadata, never shown: which write made the object, and when in simulated time.
#: With their values under the 128 bytes that shared.objects leaves.
WRITE = "tipoff-write"
CREATED = "tipoff-created"

#: Seconds: to connect and to wait for bytes, each; and for all tries of one call together.
_TIMEOUT = (5.0, 30.0)
_RETRY_FOR = 60.0
_FIELDS = "items(name,generation,timeCreated,metadata),nextPageToken"


class GcsFiles:
    """Objects of one bucket. Listings are strongly consistent and in the order of the names.

    In simulated time (tests) an object remembers the simulated instant it was created at. A
    listing hides nothing: deliveries run at once here, and the one that ends a step must see
    what all others wrote, whatever their simulated seconds.
    """

    def __init__(self, client: Callable[[], Client], bucket: str, clock: Clock) -> None:
        self._client = client
        self._name = bucket
        self._clock = clock
        # Tells this instance's writes from every other's: it names no record, and two writers
        # of equal bodies must not both take themselves for the one that created the object.
        self._origin = secrets.token_hex(8)
        self._numbers = itertools.count()

    def create_once(
        self, name: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> Creation:
        """Create `name` if it does not exist; BadInput for a bad name or too much metadata.

        When the answer to a write is lost, the client writes again and meets its own object
        (412): the write's token in the metadata tells, and the answer is `created`.
        """
        check_name(name)
        check_metadata(name, metadata or {})
        token = f"{self._origin}.{next(self._numbers)}"
        tags = {**(metadata or {}), WRITE: token}
        if self._clock.simulated:
            tags[CREATED] = self._clock.now().isoformat()
        with port(f"write of [{self._name}/{name}]"):
            from google.api_core.exceptions import PreconditionFailed

            blob = self._bucket().blob(name)
            blob.metadata = tags
            try:
                blob.upload_from_string(
                    body,
                    content_type=_content_type(name),
                    if_generation_match=0,
                    timeout=_TIMEOUT,
                    retry=_retry(),
                )
                return Creation(created=True, stored=_stored(blob))
            except PreconditionFailed:
                found = self._get(name)
        if found is None:
            raise PortUnavailable(f"the object [{self._name}/{name}] was there and is gone")
        return Creation(created=(found.metadata or {}).get(WRITE) == token, stored=_stored(found))

    def stat(self, name: str) -> Stored | None:
        """What a listing would say of `name`, or None."""
        with port(f"look at [{self._name}/{name}]"):
            found = self._get(name)
        return None if found is None else _stored(found)

    def read(self, name: str) -> bytes:
        """The body of `name`; raises NotFound."""
        with port(f"read of [{self._name}/{name}]"):
            from google.api_core import exceptions

            try:
                body: bytes = (
                    self._bucket().blob(name).download_as_bytes(timeout=_TIMEOUT, retry=_retry())
                )
            except exceptions.NotFound as e:
                raise NotFound(f"no object [{self._name}/{name}]") from e
            return body

    def list(self, prefix: str) -> Sequence[Stored]:
        """Every object whose name begins with `prefix`, sorted by name."""
        with port(f"list of [{self._name}/{prefix}]"):
            found = [
                _stored(blob)
                for blob in self._bucket().list_blobs(
                    prefix=prefix, fields=_FIELDS, timeout=_TIMEOUT, retry=_retry()
                )
            ]
        return sorted(found, key=lambda stored: stored.name)

    def _bucket(self) -> Bucket:
        return self._client().bucket(self._name)

    def _get(self, name: str) -> Any:
        return self._bucket().get_blob(name, timeout=_TIMEOUT, retry=_retry())


def _retry() -> Any:
    """Connections, 408, 429 and 5xx are tried again; with a precondition a write may be too."""
    from google.cloud.storage.retry import DEFAULT_RETRY

    return DEFAULT_RETRY.with_timeout(_RETRY_FOR)


def _content_type(name: str) -> str:
    return "application/json" if name.endswith(".json") else "application/octet-stream"


def _stored(blob: Any) -> Stored:
    metadata = dict(blob.metadata or {})
    metadata.pop(WRITE, None)
    simulated = metadata.pop(CREATED, None)
    return Stored(
        name=blob.name,
        generation=int(blob.generation),
        created_at=datetime.fromisoformat(simulated) if simulated else blob.time_created,
        metadata=metadata,
    )
