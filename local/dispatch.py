"""Who takes deliveries from the bus and posts them: in real time, or batch by batch."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.clock import DeliveryClock
from shared.errors import PortUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from local.bus import LocalBus
    from local.delivery import Delivery

    Progress = Callable[[datetime, Sequence[Delivery]], None]

#: Deliveries at once: a subscription that waits at a limiter must not stop the others.
MIN_WORKERS = 4

#: Seconds between two looks for what other processes have published.
POLL_SECONDS = 0.2

#: Between two looks for deliveries that are past their ack deadline.
RECOVER_EVERY = timedelta(seconds=30)


class Dispatcher:
    """Posts deliveries and tells the bus how it went.

    `post` returns when the function acked. An Exception is a nack with its text; any other
    BaseException (a simulated crash, an interrupt) is neither: it leaves `run` or `drain`, and
    the delivery stays running until the bus recovers it.
    """

    def __init__(
        self,
        bus: LocalBus,
        post: Callable[[Delivery], None],
        *,
        workers: int = 8,
        report: Callable[[str], None] | None = None,
    ) -> None:
        """`workers`: at once in all for `drain`, for each subscription for `run`; at least 4.

        `report` gets a sentence for each delivery that failed, and for each failure of the bus.
        """
        self._bus = bus
        self._post = post
        self._workers = max(MIN_WORKERS, workers)
        self._report = report or (lambda _: None)
        self._clock = DeliveryClock()
        self._running: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._crash: BaseException | None = None

    def run(self, stop: threading.Event, *, grace: float = 10.0) -> None:
        """Deliver in real time until `stop` is set; then wait `grace` seconds for the rest.

        What has not ended by then is delivered again at the next start. Call `bus.wake()`
        after setting `stop` to be heard at once, else within the poll.
        """
        recover_at = self._clock.now()
        while not stop.is_set():
            self._raise_crash()
            seen = self._bus.changes
            now = self._clock.now()
            started = 0
            try:
                if now >= recover_at:
                    self._bus.recover(now)
                    recover_at = now + RECOVER_EVERY
                started = self._start_due(now)
            except PortUnavailable as e:
                self._report(f"the bus cannot deliver: {e}")
            if not started:
                self._bus.wait(seen, POLL_SECONDS)
        until = self._clock.now().timestamp() + grace
        while (left := until - self._clock.now().timestamp()) > 0:
            seen = self._bus.changes
            if self._busy() == 0:
                break
            self._bus.wait(seen, left)
        self._raise_crash()

    def drain(self, until: datetime, on_progress: Progress | None = None) -> int:
        """Deliver in simulated time until nothing is due up to and including `until`.

        Batch by batch: all deliveries of one instant and topic are posted at once, then acked
        together. `on_progress(instant, deliveries)` is called after each batch. Returns the
        number of deliveries.
        """
        delivered = 0
        self._bus.recover()
        with ThreadPoolExecutor(self._workers, thread_name_prefix="drain") as pool:
            while (batch := self._bus.next_batch(until)) is not None:
                instant, deliveries = batch
                self._deliver_batch(pool, deliveries)
                delivered += len(deliveries)
                if on_progress is not None:
                    on_progress(instant, deliveries)
        return delivered

    def _deliver_batch(self, pool: ThreadPoolExecutor, deliveries: Sequence[Delivery]) -> None:
        futures = [pool.submit(self._post, delivery) for delivery in deliveries]
        wait(futures)
        acked: list[Delivery] = []
        crash: BaseException | None = None
        for delivery, future in zip(deliveries, futures, strict=True):
            error = future.exception()
            if error is None:
                acked.append(delivery)
            elif isinstance(error, Exception):
                self._nack(delivery, delivery.deliver_at, error)
            else:
                crash = crash or error
        if acked:
            self._bus.ack(*acked)
        if crash is not None:
            raise crash

    def _start_due(self, now: datetime) -> int:
        """Start what is due, subscription by subscription; the number started."""
        started = 0
        for subscription in self._bus.due_subscriptions(now):
            with self._lock:
                free = self._workers - self._running[subscription]
            for delivery in self._bus.claim(now, free, subscription=subscription):
                with self._lock:
                    self._running[subscription] += 1
                # Daemons: an interrupted process must not wait for a post of nine minutes.
                threading.Thread(
                    target=self._deliver, args=(delivery,), name=delivery.subscription, daemon=True
                ).start()
                started += 1
        return started

    def _deliver(self, delivery: Delivery) -> None:
        try:
            try:
                self._post(delivery)
            except Exception as e:  # noqa: BLE001 whatever failed: the message comes again
                self._nack(delivery, self._clock.now(), e)
            else:
                self._bus.ack(delivery)
        except PortUnavailable as e:
            # Neither ack nor nack was written: the ack deadline brings the message again.
            self._report(f"no word to the bus on [{delivery.message_id}]: {e}")
        except BaseException as e:  # noqa: BLE001 raised again by `run`
            self._crash = e
        finally:
            with self._lock:
                self._running[delivery.subscription] -= 1
            self._bus.wake()

    def _nack(self, delivery: Delivery, now: datetime, error: Exception) -> None:
        text = f"{type(error).__name__}: {error}"
        state = self._bus.nack(delivery, now, text)
        self._report(
            f"[{delivery.subscription}] message [{delivery.message_id}] attempt"
            f" [{delivery.attempt}] failed, now {state}: {text}"
        )

    def _busy(self) -> int:
        with self._lock:
            return sum(self._running.values())

    def _raise_crash(self) -> None:
        crash, self._crash = self._crash, None
        if crash is not None:
            raise crash
