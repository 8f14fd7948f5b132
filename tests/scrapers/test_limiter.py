from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from scrapers.limiter import Limiter
from tests.scrapers.world import NOON, ManualClock


def test_calls_are_spaced_evenly() -> None:
    """Four a second: the first at once, each further one a quarter of a second later."""
    clock = ManualClock()
    limiter = Limiter(4.0, 1, clock)
    starts = []
    for _ in range(4):
        with limiter:
            starts.append((clock.now() - NOON).total_seconds())
    assert starts == [0.0, 0.25, 0.5, 0.75]


def test_a_call_that_took_long_enough_is_followed_at_once() -> None:
    clock = ManualClock()
    limiter = Limiter(1.0, 1, clock)
    with limiter:
        clock.pass_by(1.5)
    with limiter:
        assert clock.now() == NOON + timedelta(seconds=1.5)
    assert clock.slept == []


def test_a_pause_saves_up_no_burst() -> None:
    clock = ManualClock()
    limiter = Limiter(1.0, 1, clock)
    with limiter:
        clock.pass_by(60)
    with limiter:
        pass
    with limiter:
        pass
    assert clock.slept == [1.0]


def test_a_third_call_waits_until_one_of_two_has_ended() -> None:
    """The first two do not end by themselves: a third that gets in shows it at once."""
    limiter = Limiter(1000.0, 2, ManualClock())
    inside = threading.Event()

    def third() -> None:
        with limiter:
            inside.set()

    with limiter:
        with limiter:
            waiting = threading.Thread(target=third, daemon=True)
            waiting.start()
            assert not inside.wait(1.0)
        assert inside.wait(10)
        waiting.join(10)


def test_a_failed_call_gives_its_seat_back() -> None:
    limiter = Limiter(1_000_000.0, 1, ManualClock())
    for _ in range(3):
        with pytest.raises(RuntimeError), limiter:
            raise RuntimeError


def test_calls_are_not_spaced_in_simulated_time() -> None:
    """The same limiter, first for a simulated delivery and then for a real one."""
    clock = ManualClock(simulated=True)
    limiter = Limiter(0.5, 1, clock)
    for _ in range(3):
        with limiter:
            assert clock.slept == []
    clock.simulated = False
    for _ in range(2):
        with limiter:
            pass
    assert clock.slept == [2.0]


@pytest.mark.parametrize(("rate", "concurrency"), [(0.0, 1), (-1.0, 1), (1.0, 0)])
def test_a_limit_that_lets_nothing_through_is_refused(rate: float, concurrency: int) -> None:
    with pytest.raises(ValueError, match="limiter"):
        Limiter(rate, concurrency, ManualClock())
