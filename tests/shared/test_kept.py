"""Listings that are remembered: sorted out once, until they say something else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from shared.core.ports import Stored
from shared.listings import Kept

NOON = datetime(2025, 11, 12, 17, tzinfo=UTC)


def listing(*names: str) -> list[Stored]:
    return [Stored(name=name, generation=1, created_at=NOON) for name in names]


class Counter:
    """Counts a listing, and how often it was asked to."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, found: Sequence[Stored]) -> int:
        self.asked += 1
        return len(found)


def test_an_equal_listing_is_not_sorted_out_again() -> None:
    kept, count = Kept(), Counter()
    assert [kept.of("a/", listing("a/1"), count) for _ in range(3)] == [1, 1, 1]
    assert count.asked == 1


def test_a_listing_that_grew_is() -> None:
    kept, count = Kept(), Counter()
    assert kept.of("a/", listing("a/1"), count) == 1
    assert kept.of("a/", listing("a/1", "a/2"), count) == 2
    assert kept.of("a/", listing("a/1", "a/2"), count) == 2
    assert count.asked == 2


def test_each_prefix_has_its_own() -> None:
    kept, count = Kept(), Counter()
    assert kept.of("a/", listing("a/1"), count) == 1
    assert kept.of("b/", listing(), count) == 0
    assert kept.of("a/", listing("a/1"), count) == 1
    assert count.asked == 2


def test_what_was_asked_for_longest_ago_is_forgotten() -> None:
    kept, count = Kept(), Counter()
    for n in range(Kept.LIMIT + 1):
        kept.of(f"{n}/", listing(), count)
    kept.of("0/", listing(), count)
    assert count.asked == Kept.LIMIT + 2
    kept.of(f"{Kept.LIMIT}/", listing(), count)
    assert count.asked == Kept.LIMIT + 2
