"""gcp-storage-emulator with the preconditions it ignores: run in .venv-emulators.

    python storage_emulator.py PORT

The emulator never reads ifGenerationMatch, so that every create-once would win. Here each
request about one object is checked and carried out under one lock; a condition that does not
hold is answered 412, as Cloud Storage answers it.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from typing import Any

from gcp_storage_emulator import server as emulator
from gcp_storage_emulator.exceptions import NotFound
from gcp_storage_emulator.handlers import objects
from gcp_storage_emulator.storage import Storage

Handler = Callable[..., None]

#: query parameter -> (the object's field, whether it must be equal)
CONDITIONS = {
    "ifGenerationMatch": ("generation", True),
    "ifGenerationNotMatch": ("generation", False),
    "ifMetagenerationMatch": ("metageneration", True),
    "ifMetagenerationNotMatch": ("metageneration", False),
}

REFUSAL = {
    "error": {
        "code": 412,
        "message": "At least one of the pre-conditions you specified did not hold.",
        "errors": [{"domain": "global", "reason": "conditionNotMet", "location": "If-Match"}],
    }
}

_lock = threading.RLock()


def holds(request: Any, storage: Any) -> bool:
    """Whether the object is as the request's conditions want it; absent counts as 0."""
    asked = {name: int(request.query[name][0]) for name in CONDITIONS if name in request.query}
    if not asked:
        return True
    try:
        found = storage.get_file_obj(request.params["bucket_name"], object_name(request))
    except NotFound:
        found = {}
    return all(
        (int(found.get(field, 0)) == asked[name]) is equal
        for name, (field, equal) in CONDITIONS.items()
        if name in asked
    )


def object_name(request: Any) -> str:
    """The object a request is about: in its path, its query, or the body of an upload."""
    if "object_id" in request.params:
        return str(request.params["object_id"])
    if "name" in request.query:
        return str(request.query["name"][0])
    body = request.data if isinstance(request.data, dict) else {}
    return str(body.get("meta", body).get("name", ""))


def conditional(handler: Handler) -> Handler:
    """`handler`, only where the request's conditions hold."""

    def handle(request: Any, response: Any, storage: Any) -> None:
        # Read from the connection before the lock: a slow client stops nobody else.
        _ = request.data
        with _lock:
            if holds(request, storage):
                handler(request, response, storage)
            else:
                response.status = HTTPStatus.PRECONDITION_FAILED
                response.json(REFUSAL)

    return handle


class Server(ThreadingHTTPServer):
    """A thread a connection, and room for many that come at once."""

    daemon_threads = True
    request_queue_size = 256


def main() -> None:
    """Serve on the loopback port that the command line names, until the process ends."""
    for _, methods in emulator.HANDLERS:
        methods.update({method: conditional(handler) for method, handler in methods.items()})
    # The router calls this one by its module's name, for uploads without the /upload path.
    objects.insert = conditional(objects.insert)
    storage = Storage(use_memory_fs=True)
    handler = partial(emulator.RequestHandler, storage)
    Server(("127.0.0.1", int(sys.argv[1])), handler).serve_forever()


if __name__ == "__main__":
    main()
