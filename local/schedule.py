"""The four scheduler jobs on one machine: which ticks are due, and a loop that publishes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.config import ticks_of
from shared.core.days import iso
from shared.core.messages import Tick
from shared.core.workflows import Job
from shared.messages import message, parse_instant

if TYPE_CHECKING:
    import threading

    from local.bus import LocalBus
    from local.store import Store
    from shared.core.ports import Clock

#: How far back a missed instant is looked for, nearest first: a day has one of every daily job.
WINDOWS = (timedelta(hours=2), timedelta(days=2), timedelta(days=7))

#: Seconds between two looks at the clock: it may jump, when a machine sleeps.
POLL_SECONDS = 0.5

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """One job's instant that has come."""

    job: Job
    at: datetime


def due(jobs: Mapping[str, Job], last: Mapping[str, datetime], now: datetime) -> list[Due]:
    """The newest instant of each job in (last, now], by instant and name; missed older ones
    are not made up for. A job that never ticked is due at its newest instant."""
    found = []
    for name, job in jobs.items():
        at = _newest(job, last.get(name), now)
        if at is not None:
            found.append(Due(job=job, at=at))
    return sorted(found, key=lambda each: (each.at, each.job.name))


def _newest(job: Job, last: datetime | None, now: datetime) -> datetime | None:
    for window in WINDOWS:
        since = now - window
        start = since if last is None else max(since, last + _SECOND)
        newest = None
        for at in ticks_of(job, start, now + timedelta(microseconds=1)):
            newest = at
        if newest is not None or (last is not None and last >= since):
            return newest
    return None


class Scheduler:
    """Publishes each job's ticks to the bus; what it has published it keeps as facts."""

    def __init__(self, jobs: Mapping[str, Job], bus: LocalBus, store: Store, clock: Clock) -> None:
        self._jobs = jobs
        self._bus = bus
        self._store = store
        self._clock = clock

    def publish_due(self) -> Sequence[Due]:
        """Publish what is due now, each once, and remember it; what was published."""
        found = due(self._jobs, self._last(), self._clock.now())
        for each in found:
            # The key makes a repeat after a crash between publish and fact the same message.
            tick = message(
                each.job.topic,
                Tick(job=each.job.name, at=each.at),
                {"dedup": f"{each.job.name} {iso(each.at)}"},
            )
            for result in self._bus.publish([tick]):
                if isinstance(result, Exception):
                    raise result
            self._store.set_fact(_key(each.job.name), iso(each.at))
        return found

    def run(self, stop: threading.Event, report: Callable[[str], None]) -> None:
        """Publish until `stop` is set; a failure is reported and tried again."""
        while not stop.is_set():
            try:
                self.publish_due()
            except Exception as e:  # noqa: BLE001 whatever it is: without ticks nothing runs
                report(f"the schedule cannot publish: {type(e).__name__}: {e}")
            stop.wait(POLL_SECONDS)

    def _last(self) -> dict[str, datetime]:
        facts = {name: self._store.fact(_key(name)) for name in self._jobs}
        return {name: parse_instant(text, _key(name)) for name, text in facts.items() if text}


def _key(job: str) -> str:
    return f"ticked {job}"
