"""Secret Manager for tests: answers the latest version of the secrets it was started with.

python secret_manager.py PORT odds-api-key=k-123 ...
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.cloud.secretmanager_v1.types import (
    AccessSecretVersionRequest,
    AccessSecretVersionResponse,
)

_PATH = re.compile(r"projects/[^/]+/secrets/([^/]+)/versions/latest")


def serve(port: int, secrets: Mapping[str, str]) -> grpc.Server:
    """A started server on a loopback port, the same secrets in every project."""

    def access(
        request: AccessSecretVersionRequest, context: grpc.ServicerContext
    ) -> AccessSecretVersionResponse:
        found = _PATH.fullmatch(request.name)
        if found is None or found[1] not in secrets:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Secret [{request.name}] not found.")
            raise AssertionError
        data = secrets[found[1]].encode()
        return AccessSecretVersionResponse(name=request.name, payload={"data": data})

    method: Any = grpc.unary_unary_rpc_method_handler(
        access,
        request_deserializer=AccessSecretVersionRequest.deserialize,
        response_serializer=AccessSecretVersionResponse.serialize,
    )
    service = "google.cloud.secretmanager.v1.SecretManagerService"
    server = grpc.server(ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(service, {"AccessSecretVersion": method}),)
    )
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server


if __name__ == "__main__":
    given = dict(pair.split("=", 1) for pair in sys.argv[2:])
    serve(int(sys.argv[1]), given).wait_for_termination()
