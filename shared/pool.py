"""The threads in which a source's targets are fetched, shared by all its messages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared.clock import DeliveryClock

T = TypeVar("T")
R = TypeVar("R")


class ThreadPool:
    """A fixed number of threads; the caller keeps one pool per source.

    `map` must not be called from inside one of the pool's own items: it would wait for itself.
    """

    def __init__(self, threads: int, clock: DeliveryClock, *, name: str = "pool") -> None:
        self._clock = clock
        self._executor = ThreadPoolExecutor(max_workers=max(1, threads), thread_name_prefix=name)

    def map(self, do: Callable[[T], R], items: Sequence[T]) -> Sequence[R]:
        """`do` of each item, results in order.

        Every item ends before this returns; the first exception in item order is then raised.
        In simulated time each item starts at the caller's instant, and the caller goes on at
        the instant at which the last one ends.
        """

        def one(item: T) -> tuple[R | None, BaseException | None, float]:
            self._clock.fork()
            try:
                return do(item), None, self._clock.offset
            except BaseException as e:  # noqa: BLE001 the siblings go on; raised after the join
                return None, e, self._clock.offset

        futures = [self._executor.submit(copy_context().run, one, item) for item in items]
        wait(futures)
        results: list[R] = []
        first: BaseException | None = None
        for future in futures:
            result, error, offset = future.result()
            self._clock.reach(offset)
            first = first or error
            results.append(result)  # type: ignore[arg-type] # None only beside an error
        if first is not None:
            raise first
        return results

    def close(self) -> None:
        """End the threads once their items have ended."""
        self._executor.shutdown(wait=True)
