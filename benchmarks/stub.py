"""A source on loopback: every GET is answered after 20 ms with the same 2 KB of JSON.

It runs in a process of its own, so that its CPU is nobody's but its own, and it is as plain as
HTTP allows: one thread a connection, keep-alive, nothing parsed but the end of the head.
"""

from __future__ import annotations

import json
import socketserver
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

from scrapers.base import Ask, Fetched, Http

LATENCY_SECONDS = 0.020
BODY_BYTES = 2048


def answer_body() -> bytes:
    """Ten records, filled up to exactly 2,048 bytes."""
    records = [
        {"id": n, "team": "BOS", "player": f"Player {n:03d}", "points": 20 + n, "note": "x" * 100}
        for n in range(10)
    ]
    body = json.dumps({"records": records, "fill": ""})
    return json.dumps({"records": records, "fill": "x" * (BODY_BYTES - len(body))}).encode()


def fetch(ask: Ask, http: Http) -> Fetched:
    """The fetcher of all sixteen scrapers of the fan-out."""
    found = http.get(f"/{ask.scraper}/{ask.target.id}").json()["records"]
    return Fetched(records=found, covers=(ask.target.id,))


class _Answers(socketserver.BaseRequestHandler):
    answer = b""

    def handle(self) -> None:
        self.request.setsockopt(6, 1, 1)  # TCP_NODELAY
        head = b""
        while piece := self.request.recv(65536):
            head += piece
            while b"\r\n\r\n" in head:
                _, _, head = head.partition(b"\r\n\r\n")
                time.sleep(LATENCY_SECONDS)
                self.request.sendall(self.answer)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64


def serve(told: Connection) -> None:
    """Tell the port, then answer until the process is ended."""
    body = answer_body()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    _Answers.answer = head.encode() + body
    with _Server(("127.0.0.1", 0), _Answers) as server:
        told.send(server.server_address[1])
        server.serve_forever()


@contextmanager
def running() -> Iterator[str]:
    """The stub's address, while the block lasts."""
    here, there = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        process.terminate()
        process.join()
