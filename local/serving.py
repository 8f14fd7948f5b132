"""A WSGI server with connections that stay open: wsgiref's, one thread a connection.

Werkzeug's own closes after every answer, which costs a connection and a thread a delivery.
"""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from socketserver import TCPServer, ThreadingMixIn
from typing import IO, TYPE_CHECKING, Any, cast
from wsgiref.handlers import SimpleHandler
from wsgiref.headers import Headers
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


class KeepAliveServer(ThreadingMixIn, WSGIServer):
    """Serves `app` until `shutdown` and `server_close`; OSError when the port is taken."""

    daemon_threads = True
    #: As many may connect at once.
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], app: WSGIApplication) -> None:
        # First: the base closes the server when the port is taken.
        self._guard = threading.Lock()
        self._open: set[socket.socket] = set()
        self.closed = False
        super().__init__(address, _Requests)
        self.app = app

    def server_bind(self) -> None:
        """Bind, without asking a resolver for this machine's name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        """A thread for the connection."""
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """The connection has ended."""
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """No more connections, and no more requests on open ones; running ones are answered."""
        self.closed = True
        super().server_close()
        with self._guard:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RD)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nobody's error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Requests(WSGIRequestHandler):
    """The requests of one connection, one after the other."""

    server: KeepAliveServer
    protocol_version = "HTTP/1.1"
    # One packet an answer, sent at once: else it waits for the client's delayed ACK.
    wbufsize = -1
    disable_nagle_algorithm = True
    # wsgiref's own serves one request and ends.
    handle = BaseHTTPRequestHandler.handle

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the base's name
        """No line per request: functions log for themselves."""

    def do_POST(self) -> None:  # noqa: N802 the base's name
        """Any method: the app decides."""
        if self.server.closed:
            # It came when its thread had not yet woken to find the connection shut.
            self.close_connection = True
            return
        length = self.headers.get("content-length", "0")
        if "transfer-encoding" in self.headers or not length.isdigit():
            self.send_error(411)
            return
        # Read whole, whatever the app makes of it: the next request begins behind it.
        body = BytesIO(self.rfile.read(int(length)))
        answer = _Answer(body, cast("IO[bytes]", self.wfile), self.get_stderr(), self.get_environ())
        answer.run(self.server.app)
        if answer.ends_connection:
            self.close_connection = True

    do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_POST  # noqa: N815


class _Answer(SimpleHandler):
    http_version = "1.1"
    server_software = "tipoff"
    headers: Headers
    ends_connection = False

    def cleanup_headers(self) -> None:
        """An answer of unknown length ends with its connection."""
        super().cleanup_headers()
        if "Content-Length" not in self.headers:
            self.headers["Connection"] = "close"
            self.ends_connection = True

    def log_exception(self, exc_info: Any) -> None:
        """The framework has logged it; the 500 tells the client."""
