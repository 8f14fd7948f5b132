"""What Ctrl-C and SIGTERM do to a command that goes on for long."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

#: The exit code of who ends at a SIGTERM.
TERMINATED = 143

Handler = Callable[[int, FrameType | None], object]


@contextmanager
def stopping(stop: threading.Event) -> Iterator[None]:
    """While open, both set the event and interrupt nothing."""
    with _handled(lambda *_: stop.set()):
        yield


@contextmanager
def ending() -> Iterator[threading.Event]:
    """While open, SIGTERM ends the command as Ctrl-C does: its processes with it.

    Raises KeyboardInterrupt, and SystemExit(143), where the command is; the event is set before.
    """
    mine, ended = os.getpid(), threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        if os.getpid() == mine:
            ended.set()
            if number == signal.SIGTERM:
                raise SystemExit(TERMINATED)
        elif number == signal.SIGTERM:
            # A process that was forked off: it has nothing to close.
            os._exit(TERMINATED)
        signal.default_int_handler(number, frame)

    with _handled(end):
        yield ended


@contextmanager
def _handled(handler: Handler) -> Iterator[None]:
    """The handlers that were there come back."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, was in before.items():
            signal.signal(number, was)
