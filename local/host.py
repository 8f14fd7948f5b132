"""All functions in one process, each behind functions-framework, on one loopback port.

A POST to `/<function>/projects/local/topics/<topic>` reaches that function as in the cloud: the
framework decodes the CloudEvent and calls the decorated entry point.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import functions_framework
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from local.serving import KeepAliveServer

FUNCTIONS = Path(__file__).resolve().parent.parent / "functions"
NAMES = (
    "schedule_locker",
    "controller",
    "executor",
    "scraper",
    "loader",
    "cleanup",
    "status",
)


class Host:
    """The seven functions on one port: `with Host() as host: host.url`.

    They run in the world that `shared.wiring` gives this process (`installed`).
    """

    def __init__(self, *, port: int = 0, host: str = "127.0.0.1") -> None:
        """Bind `port` (0: a free one); OSError when it is taken."""
        apps: dict[str, Any] = {f"/{name}": _app(name) for name in NAMES}
        # The status function answers at the root too, as it does deployed.
        root = DispatcherMiddleware(apps["/status"], apps)
        self._server = KeepAliveServer((host, port), root)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://{host}:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Start serving."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def _app(name: str) -> Any:
    source = str(FUNCTIONS / name / "main.py")
    app = functions_framework.create_app(name, source)  # type: ignore[no-untyped-call]
    # A failed delivery is the bus's to tell; the framework's traceback stays for debugging.
    app.logger.setLevel(logging.CRITICAL)
    return app
