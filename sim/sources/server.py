"""SourceServer: all simulated sources behind one loopback address, as /<host><path>."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from sim.sources.answers import answer
from sim.sources.exchange import Reply, Request, text_reply
from sim.sources.world import SourceWorld

NOW, ATTEMPT, SECONDS = "x-tipoff-now", "x-tipoff-attempt", "x-simulated-seconds"


class SourceServer:
    """`with SourceServer(world) as sources: sources.url`; a thread a connection."""

    def __init__(
        self,
        world: SourceWorld,
        port: int = 0,
        *,
        clock: Callable[[], datetime] | None = None,
        services: Mapping[str, Callable[[Request], Reply]] | None = None,
    ) -> None:
        """Bind 127.0.0.1:`port` (0: a free one); raises OSError.

        `clock` tells the instant of requests that do not say their own; without it they get 400.
        `services` answer for hosts beside the sources', also to POST (ScraperService.answer).
        """
        inside = {"world": world, "clock": (clock,), "services": services or {}}
        handler = type("Handler", (_Handler,), inside)
        self._server = _Server(("127.0.0.1", port), handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="sources", daemon=True
        )

    @property
    def port(self) -> int:
        """The port that is bound."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """What takes the place of https:// in a source's address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more and free the port."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A keep-alive connection's thread waits for its client: closing does not wait for it.
    block_on_close = False
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    world: SourceWorld
    #: In a tuple, lest it become a method.
    clock: tuple[Callable[[], datetime] | None]
    services: Mapping[str, Callable[[Request], Reply]]
    protocol_version = "HTTP/1.1"
    # A small answer goes out at once.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer one request, in one write."""
        try:
            request = self._request()
        except ValueError as e:
            self._send(text_reply(f"bad request: {e}", 400, "text/plain"))
            return
        service = self.services.get(request.host)
        if service is None and request.method != "GET":
            self._send(text_reply("only GET", 405, "text/plain"))
            return
        self._send(service(request) if service else answer(self.world, request))

    def do_POST(self) -> None:
        """Answer a POST: as a GET, with a body."""
        self.do_GET()

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        host, _, path = parts.path.lstrip("/").partition("/")
        said, clock = self.headers.get(NOW), self.clock[0]
        if said:
            now = datetime.fromisoformat(said)
        elif clock:
            now = clock()
        else:
            raise ValueError(f"no {NOW}, and no clock")
        if now.tzinfo is None:
            raise ValueError(f"{NOW} without offset")
        length = int(self.headers.get("content-length", "0"))
        return Request(
            method=self.command,
            body=self.rfile.read(length) if length else b"",
            host=host,
            path="/" + unquote(path),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            now=now.astimezone(UTC),
            attempt=int(self.headers.get(ATTEMPT, "1")),
            simulated=said is not None,
        )

    def _send(self, reply: Reply) -> None:
        phrase = HTTPStatus(reply.status).phrase
        head = [f"HTTP/1.1 {reply.status} {phrase}"]
        head += [f"{name}: {value}" for name, value in reply.headers.items()]
        head += [f"{SECONDS}: {reply.seconds:g}", f"content-length: {len(reply.body)}", "", ""]
        self.wfile.write("\r\n".join(head).encode("latin-1") + reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        """Say nothing: the askers log."""
