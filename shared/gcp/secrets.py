"""Keys of sources in Secret Manager, each read when first used."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.core.errors import BadInput
from shared.errors import MissingSecret
from shared.gcp.faults import port

if TYPE_CHECKING:
    from google.cloud.secretmanager import SecretManagerServiceClient

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")

#: Seconds: of one request, and of all its tries.
_TIMEOUT = 10.0
_RETRY_FOR = 30.0


class SecretManagerSecrets:
    """The latest version of each secret; a new version is seen by new instances."""

    def __init__(self, client: Callable[[], SecretManagerServiceClient], project: str) -> None:
        self._client = client
        self._project = project
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}

    def get(self, name: str) -> str:
        """The value without surrounding blanks; MissingSecret, BadInput for a bad name.

        Missing is also what has no enabled version, and what this function may not read.
        """
        if not _NAME.fullmatch(name):
            raise BadInput("secret", name, "letters, digits, - and _")
        with self._lock:
            if name not in self._known:
                self._known[name] = self._read(name)
            return self._known[name]

    def _read(self, name: str) -> str:
        path = f"projects/{self._project}/secrets/{name}/versions/latest"
        with port(f"secret [{name}]"):
            from google.api_core import exceptions, retry

            passing = retry.if_exception_type(
                exceptions.ServiceUnavailable, exceptions.InternalServerError
            )
            try:
                answer = self._client().access_secret_version(
                    name=path,
                    timeout=_TIMEOUT,
                    retry=retry.Retry(predicate=passing, timeout=_RETRY_FOR),
                )
            except (
                exceptions.NotFound,
                exceptions.PermissionDenied,
                exceptions.FailedPrecondition,
            ) as e:
                raise MissingSecret(f"secret [{name}] is not to be had: {e}") from e
        value = answer.payload.data.decode().strip()
        if not value:
            raise MissingSecret(f"secret [{name}] is empty")
        return value
