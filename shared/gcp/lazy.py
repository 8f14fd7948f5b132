"""Clients that are built on first use, once per instance, and closed with the world."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lazy(Generic[T]):
    """Called, it answers what `build` makes; `build` runs at most once unless it raises."""

    def __init__(self, build: Callable[[], T]) -> None:
        self._build = build
        self._lock = threading.Lock()
        self._made: list[T] = []

    def __call__(self) -> T:
        """What was built, after building it if need be."""
        with self._lock:
            if not self._made:
                self._made.append(self._build())
            return self._made[0]

    def close(self) -> None:
        """Close what was built, if it was; a later call builds anew."""
        with self._lock:
            while self._made:
                made = self._made.pop()
                # Pub/Sub's publisher is stopped: it sends what it holds, then closes.
                end = getattr(made, "stop", None) or getattr(made, "close", None)
                if callable(end):
                    end()
