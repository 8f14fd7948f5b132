"""Which ticks are due, and that a scheduler publishes each once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.bus import LocalBus
from local.delivery import Subscription
from local.schedule import Scheduler, due
from local.store import Store
from shared.config import load_config
from shared.settings import Settings
from sim.clock import ManualClock

JOBS = load_config(Settings().config).jobs
LOCK, HOURLY = "daily-schedule-locker", "master-controller-hourly"
SWEEP, CLEANUP = "execute-workflows", "cleanup-processor"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOON = at("2025-11-12T12:00:00")
ALL_AT_NOON = dict.fromkeys(JOBS, NOON)


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        # Nothing ticks between 12:00 and 12:05 UTC.
        ("2025-11-12T12:04:59", ALL_AT_NOON, {}),
        ("2025-11-12T12:05:00", ALL_AT_NOON, {SWEEP: "2025-11-12T12:05:00"}),
        # 12:05 was taken already: an instant is due once.
        ("2025-11-12T12:05:01", {**ALL_AT_NOON, SWEEP: at("2025-11-12T12:05:00")}, {}),
        # Three quarters of an hour asleep: only the newest of 12:15, 12:30, 12:45.
        (
            "2025-11-12T12:50:00",
            ALL_AT_NOON,
            {SWEEP: "2025-11-12T12:05:00", CLEANUP: "2025-11-12T12:45:00"},
        ),
        # Three days off: one each, and the lock of 05:00 ET = 10:00 UTC.
        (
            "2025-11-15T12:01:00",
            ALL_AT_NOON,
            {
                LOCK: "2025-11-15T10:00:00",
                SWEEP: "2025-11-15T11:05:00",
                HOURLY: "2025-11-15T12:00:00",
                CLEANUP: "2025-11-15T12:00:00",
            },
        ),
        # A first start: every job at its newest instant; at 04:00 ET the lock is yesterday's.
        (
            "2025-11-12T09:00:00",
            {},
            {
                LOCK: "2025-11-11T10:00:00",
                SWEEP: "2025-11-12T08:05:00",
                HOURLY: "2025-11-12T09:00:00",
                CLEANUP: "2025-11-12T09:00:00",
            },
        ),
        # Daylight saving ended on 2 November: 05:00 ET is 10:00 UTC from then on, 09:00 before.
        (
            "2025-11-02T10:00:00",
            {**dict.fromkeys(JOBS, at("2025-11-02T10:00:00")), LOCK: at("2025-11-01T09:00:00")},
            {LOCK: "2025-11-02T10:00:00"},
        ),
        # The clock was set back: nothing comes twice.
        ("2025-11-12T11:00:00", ALL_AT_NOON, {}),
    ],
)
def test_the_newest_instant_since_the_last_is_due_and_older_ones_are_not_made_up_for(
    now: str, last: dict[str, datetime], expected: dict[str, str]
) -> None:
    found = due(JOBS, last, at(now))
    assert {each.job.name: each.at for each in found} == {
        name: at(text) for name, text in expected.items()
    }
    assert [each.at for each in found] == sorted(each.at for each in found)


def scheduler(folder: Path, clock: ManualClock) -> tuple[Scheduler, LocalBus]:
    store = Store(folder)
    topics = {job.topic for job in JOBS.values()}
    subscriptions = [Subscription(name=topic, topic=topic, function="f") for topic in topics]
    bus = LocalBus(store, clock, subscriptions)
    return Scheduler(JOBS, bus, store, clock), bus


def test_a_restart_publishes_nothing_twice_and_goes_on_from_the_last_tick(tmp_path: Path) -> None:
    clock = ManualClock(at("2025-11-12T12:00:30"))
    first, bus = scheduler(tmp_path, clock)
    assert len(first.publish_due()) == 4
    assert first.publish_due() == []
    again, bus = scheduler(tmp_path, clock)
    assert again.publish_due() == []
    clock.sleep(timedelta(hours=1).total_seconds())
    # 13:00:30: the sweep of 12:05, the hourly tick and one cleanup; the lock is not due.
    assert {each.job.name for each in again.publish_due()} == {SWEEP, HOURLY, CLEANUP}
    assert sum(bus.pending().values()) == 4 + 3


class Falters(ManualClock):
    """A clock that fails once, as nothing should."""

    failed = False

    def now(self) -> datetime:
        if not self.failed:
            self.failed = True
            raise ArithmeticError("once")
        return super().now()


def test_no_failure_ends_the_ticks(tmp_path: Path) -> None:
    """Whatever it is: without ticks nothing runs, and nobody would say so."""
    ticking, bus = scheduler(tmp_path, Falters(at("2025-11-12T12:00:30")))
    stop, told = threading.Event(), list[str]()
    thread = threading.Thread(target=ticking.run, args=(stop, told.append))
    thread.start()
    try:
        seen = 0
        while thread.is_alive() and sum(bus.pending().values()) < 4:
            bus.wait(seen, 0.1)
    finally:
        stop.set()
        thread.join(10)
    assert told == ["the schedule cannot publish: ArithmeticError: once"]
    assert sum(bus.pending().values()) == 4


def test_a_crash_between_publish_and_memory_repeats_the_same_message(tmp_path: Path) -> None:
    clock = ManualClock(at("2025-11-12T12:00:30"))
    ticking, bus = scheduler(tmp_path, clock)
    ticking.publish_due()
    with Store(tmp_path).write() as db:
        db.execute("DELETE FROM facts")
    ticking.publish_due()
    assert sum(bus.pending().values()) == 4
