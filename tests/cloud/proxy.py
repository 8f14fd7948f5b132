"""A proxy before an emulator that goes wrong as it is told: HTTP, one request a connection."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

#: refuse: answer 503 without asking the emulator. lose: let the emulator do it and hang up.
Mishap = Literal["refuse", "lose"]

#: (method, path with query) -> what goes wrong with this request, if anything.
Plan = Callable[[str, str], Mishap | None]


class Proxy(ThreadingHTTPServer):
    """Hands requests to the server on `target` and its answers back."""

    daemon_threads = True

    def __init__(self, target: int, plan: Plan) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self.plan = plan
        #: Every request that came, as (method, path with query), and what went wrong with it.
        self.seen: list[tuple[str, str, Mishap | None]] = []

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def mishaps(self) -> int:
        """How many requests went wrong."""
        return sum(mishap is not None for _, _, mishap in self.seen)


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def _pass_on(self) -> None:
        mishap = self.server.plan(self.command, self.path)
        self.server.seen.append((self.command, self.path, mishap))
        body = self._body()
        if mishap == "refuse":
            self.send_response(503)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        connection = http.client.HTTPConnection("127.0.0.1", self.server.target, timeout=30)
        try:
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in {"connection", "transfer-encoding", "content-length"}
            }
            connection.request(self.command, self.path, body=body, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
            if mishap == "lose":
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"connection", "transfer-encoding", "content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        finally:
            connection.close()

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while (size := int(self.rfile.readline(), 16)) > 0:
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _pass_on  # noqa: N815 http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 http.server's name
        """Nothing: the emulators have logs."""


@contextmanager
def before(target: int, plan: Plan) -> Iterator[Proxy]:
    """A proxy to the loopback port `target`, for as long as the block lasts."""
    with Proxy(target, plan) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()


def first(count: int, mishap: Mishap, *, method: str, path: str) -> Plan:
    """`mishap` for the first `count` requests of this method whose path has `path` in it."""
    left = [count]
    lock = threading.Lock()

    def plan(found_method: str, found_path: str) -> Mishap | None:
        with lock:
            if left[0] and found_method == method and path in found_path:
                left[0] -= 1
                return mishap
        return None

    return plan
