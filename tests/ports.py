"""Loopback ports for servers that are started a moment later."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from itertools import cycle, islice

#: Below those that a kernel hands out (from 32768 on): nobody is given one of these in between.
FIRST = 20_000
#: A block for each process of the tests; runs beside each other begin elsewhere in it.
BLOCK, BLOCKS = 2_000, 6


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different, none given twice for a long time."""
    return list(islice((port for port in _ports if _is_free(port)), count))


def _block() -> Iterator[int]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % BLOCKS
    first = FIRST + worker * BLOCK
    return islice(cycle(range(first, first + BLOCK)), os.getpid() % BLOCK, None)


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


_ports = _block()
