"""What Ctrl-C and SIGTERM do to a command that goes on for long."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

Handler = Callable[[int, FrameType | None], object]


@dataclass(slots=True)
class Ended:
    """Whether a signal came, and the exit code for it: 128 and its number."""

    code: int = 0


@contextmanager
def stopping(stop: threading.Event) -> Iterator[None]:
    """While open, both set the event and interrupt nothing."""
    with _handled(lambda *_: stop.set(), (signal.SIGINT, signal.SIGTERM)):
        yield


@contextmanager
def ending() -> Iterator[Ended]:
    """While open, SIGTERM ends the command as Ctrl-C does: its processes with it.

    Raises SystemExit(130) or (143) where the command is; what is yielded says so before. Who is
    started with Ctrl-C ignored, as in the background of a script, goes on ignoring it.
    """
    mine, ended = os.getpid(), Ended()
    numbers = [signal.SIGTERM]
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        numbers.append(signal.SIGINT)

    def end(number: int, frame: FrameType | None) -> None:
        if os.getpid() == mine:
            ended.code = 128 + number
            raise SystemExit(ended.code)
        # A process that was forked off.
        if number == signal.SIGTERM:
            os._exit(128 + number)
        signal.default_int_handler(number, frame)

    with _handled(end, numbers):
        yield ended


@contextmanager
def _handled(handler: Handler, numbers: Iterable[signal.Signals]) -> Iterator[None]:
    """The handlers that were there come back."""
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, was in before.items():
            signal.signal(number, was)
