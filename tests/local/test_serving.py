"""The server of the functions: connections stay open, many at once, and an end that is one."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from local.serving import KeepAliveServer

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


@contextmanager
def served(app: App) -> Iterator[tuple[str, int]]:
    server = KeepAliveServer(("127.0.0.1", 0), app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield "127.0.0.1", server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def post(connection: http.client.HTTPConnection, body: bytes) -> tuple[int, bytes]:
    connection.request("POST", "/f", body)
    answer = connection.getresponse()
    return answer.status, answer.read()


def unread(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """Answers without a look at what was posted."""
    start("200 OK", [("Content-Length", "2")])
    return [b"ok"]


def test_one_connection_carries_many_posts_also_when_their_bodies_are_not_read() -> None:
    with served(unread) as (host, port):
        connection = http.client.HTTPConnection(host, port, timeout=10)
        assert post(connection, b"x" * 100_000) == (200, b"ok")
        sock = connection.sock
        assert post(connection, b"y") == (200, b"ok")
        assert connection.sock is sock
        connection.close()


def test_an_answer_of_unknown_length_ends_with_its_connection() -> None:
    def two_pieces(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [])
        yield environ["wsgi.input"].read()
        yield b"!"

    with served(two_pieces) as (host, port):
        connection = http.client.HTTPConnection(host, port, timeout=10)
        assert post(connection, b"whole") == (200, b"whole!")
        assert connection.sock is None
        assert post(connection, b"again") == (200, b"again!")
        connection.close()


def test_sixteen_posts_that_wait_for_each_other_are_served_at_once() -> None:
    together = threading.Barrier(16)

    def waits(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        together.wait(10)
        return unread(environ, start)

    def one(_: int) -> int:
        connection = http.client.HTTPConnection(host, port, timeout=20)
        try:
            return post(connection, b"x")[0]
        finally:
            connection.close()

    with served(waits) as (host, port), ThreadPoolExecutor(16) as pool:
        assert list(pool.map(one, range(16))) == [200] * 16


def test_a_taken_port_is_an_error_of_the_system() -> None:
    with served(unread) as address, pytest.raises(OSError, match="in use"):
        KeepAliveServer(address, unread)


def test_an_open_connection_is_of_no_use_once_the_server_is_closed() -> None:
    with served(unread) as (host, port):
        connection = http.client.HTTPConnection(host, port, timeout=10)
        assert post(connection, b"x")[0] == 200
    connection.auto_open = 0
    with pytest.raises((http.client.HTTPException, OSError)):
        post(connection, b"x")
    connection.close()
