"""Ids are derived; a tick is the UTC minute that it stands for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import BadInput
from shared.core.ids import load_id, tick_of

NOW = datetime(2025, 11, 12, 18, 0, 30, tzinfo=UTC)


def test_a_load_is_one_file_in_one_generation() -> None:
    assert load_id("a.json", 1) == load_id("a.json", 1)
    assert len({load_id(name, n) for name in ("a.json", "b.json") for n in (1, 2)}) == 4
    assert set(load_id("a.json", 1)) <= set("0123456789abcdef")
    assert len(load_id("a.json", 1)) == 24


@given(st.tuples(st.text(), st.integers(0)), st.tuples(st.text(), st.integers(0)))
def test_different_files_have_different_loads(a: tuple[str, int], b: tuple[str, int]) -> None:
    # The generation is a number, so the last # ends the path whatever it holds.
    assert (load_id(*a) == load_id(*b)) == (a == b)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


@pytest.mark.parametrize(
    ("named", "published", "event", "tick"),
    [
        (ago(hours=1), ago(minutes=2), None, "17:00"),  # what the tick names itself
        (None, ago(minutes=2), ago(minutes=3), "17:58"),  # else when it was published
        (None, None, ago(minutes=3), "17:57"),  # else the event's time
        (None, None, None, "18:00"),  # else now, floored to the minute
        (NOW + timedelta(minutes=5), None, None, "18:05"),  # skew ahead
    ],
)
def test_a_tick_is_named_by_its_minute(
    named: datetime | None, published: datetime | None, event: datetime | None, tick: str
) -> None:
    assert f"{tick_of(named, published, event, NOW):%H:%M:%S}" == f"{tick}:00"


@pytest.mark.parametrize("named", [NOW + timedelta(minutes=5, seconds=1), ago(days=7, seconds=1)])
def test_a_tick_too_far_off_is_refused_with_its_bounds(named: datetime) -> None:
    with pytest.raises(BadInput) as bad:
        tick_of(named, None, None, NOW)
    assert bad.value.place == "tick"
    assert bad.value.found == named.isoformat()
    assert bad.value.allowed == ("between 2025-11-05T18:00:30+00:00 and 2025-11-12T18:05:30+00:00")


def test_a_tick_without_an_offset_is_refused_and_not_guessed() -> None:
    with pytest.raises(BadInput, match=r"tick: found .* an instant with its offset"):
        tick_of(datetime(2025, 11, 12, 18), None, None, NOW)
