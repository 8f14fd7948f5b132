"""Simulated time belongs to one delivery; parallel work takes as long as its longest item."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.files import LocalFiles
from local.store import Store
from shared.clock import DeliveryClock
from shared.core.errors import BadInput
from shared.pool import ThreadPool

NOON = datetime(2025, 11, 12, 12, tzinfo=UTC)


def test_outside_a_delivery_time_is_real() -> None:
    clock = DeliveryClock()
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert not clock.simulated
    clock.sleep(-1)


def test_inside_a_delivery_sleep_costs_nothing_and_moves_now() -> None:
    clock = DeliveryClock()
    with clock.at(NOON):
        assert clock.simulated
        clock.sleep(400)
        clock.sleep(0.5)
        assert clock.now() == NOON + timedelta(seconds=400.5)
    assert not clock.simulated


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(BadInput), DeliveryClock().at(NOON.replace(tzinfo=None)):
        pass


def test_concurrent_deliveries_do_not_disturb_one_another() -> None:
    clock = DeliveryClock()
    barrier = threading.Barrier(8)

    def deliver(n: int) -> datetime:
        with clock.at(NOON + timedelta(hours=n)):
            barrier.wait()
            clock.sleep(n)
            barrier.wait()
            return clock.now()

    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(deliver, range(8)))
    assert ends == [NOON + timedelta(hours=n, seconds=n) for n in range(8)]


def test_a_pool_of_simulated_work_ends_with_its_longest_item() -> None:
    clock = DeliveryClock()
    pool = ThreadPool(2, clock)

    def fetch(seconds: float) -> datetime:
        clock.sleep(seconds)
        return clock.now()

    with clock.at(NOON):
        clock.sleep(10)
        ends = pool.map(fetch, [5.0, 30.0, 1.0])
        # Each item starts at 10 s: 15, 40, 11; the caller goes on at 40.
        assert [(end - NOON).total_seconds() for end in ends] == [15, 40, 11]
        assert clock.now() == NOON + timedelta(seconds=40)
    pool.close()


def test_a_failed_item_takes_its_time_too() -> None:
    clock = DeliveryClock()
    pool = ThreadPool(2, clock)

    def fail(seconds: float) -> None:
        clock.sleep(seconds)
        raise ValueError

    with clock.at(NOON):
        with pytest.raises(ValueError):
            pool.map(fail, [7.0])
        assert clock.now() == NOON + timedelta(seconds=7)
    pool.close()


def test_a_simulated_listing_shows_the_past_and_its_own(tmp_path: Path) -> None:
    clock = DeliveryClock()
    files = LocalFiles(Store(tmp_path), "state", clock)
    with clock.at(NOON):
        clock.sleep(60)
        files.create_once("d/late", b"x")
    with clock.at(NOON + timedelta(seconds=30)):
        # Another delivery has written it 30 s in the future of this one.
        assert files.list("d/") == []
        assert files.stat("d/late") is not None
        assert files.read("d/late") == b"x"
        files.create_once("d/own", b"x")
        assert [s.name for s in files.list("d/")] == ["d/own"]
    with clock.at(NOON + timedelta(seconds=30, microseconds=1)):
        # A writer that met the name knows of it.
        assert [s.name for s in files.list("d/")] == ["d/own"]
        assert not files.create_once("d/late", b"y").created
        assert [s.name for s in files.list("d/")] == ["d/late", "d/own"]
    with clock.at(NOON + timedelta(seconds=60)):
        assert [s.name for s in files.list("d/")] == ["d/own"]
        clock.sleep(1e-6)
        assert [s.name for s in files.list("d/")] == ["d/late", "d/own"]
    assert [s.name for s in files.list("d/")] == ["d/late", "d/own"]


def test_what_a_pools_item_has_written_its_delivery_can_list(tmp_path: Path) -> None:
    clock = DeliveryClock()
    files = LocalFiles(Store(tmp_path), "raw", clock)
    pool = ThreadPool(2, clock)
    with clock.at(NOON):
        pool.map(lambda n: files.create_once(f"f/{n}", b"x"), range(3))
        assert [s.name for s in files.list("f/")] == ["f/0", "f/1", "f/2"]
    pool.close()


def test_a_repeated_delivery_lists_what_its_first_attempt_wrote(tmp_path: Path) -> None:
    clock = DeliveryClock()
    files = LocalFiles(Store(tmp_path), "state", clock)
    for created in (True, False):
        with clock.at(NOON):
            clock.sleep(5)
            assert files.create_once("d/a", b"x").created is created
            assert [s.name for s in files.list("d/")] == ["d/a"]
