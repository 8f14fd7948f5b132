"""Game days and Eastern wall time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.days import (
    ET,
    aware,
    day_of_instant,
    day_of_tip,
    day_starts,
    iso,
    minute,
    night_wall,
    parse_stamp,
    season_of,
    stamp,
    wall,
)
from shared.core.errors import BadInput

NOV_12 = date(2025, 11, 12)
instants = st.datetimes(
    datetime(2025, 7, 1),
    datetime(2026, 7, 1),
    timezones=st.just(UTC),
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("tip", "day"),
    [
        (utc(2025, 11, 13, 0, 0), NOV_12),  # 19:00 EST, already the 13th in UTC
        (utc(2025, 11, 13, 3, 30), NOV_12),  # 22:30 EST
        (utc(2025, 11, 13, 5, 0), date(2025, 11, 13)),  # 00:00 EST: a new date
        (utc(2025, 11, 13, 5, 30), date(2025, 11, 13)),  # 00:30 EST: a tip's day rolls at midnight
        (utc(2025, 10, 29, 3, 0), date(2025, 10, 28)),  # 23:00 EDT
    ],
)
def test_a_tip_belongs_to_its_own_et_date(tip: datetime, day: date) -> None:
    assert day_of_tip(tip) == day


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (utc(2025, 11, 13, 6, 30), NOV_12),  # 01:30 EST still belongs to last night
        (utc(2025, 11, 13, 9, 59), NOV_12),  # 04:59 EST
        (utc(2025, 11, 13, 10, 0), date(2025, 11, 13)),  # 05:00 EST
        (utc(2025, 11, 13, 0, 10), NOV_12),  # 19:10 EST: UTC's midnight means nothing
        (utc(2025, 11, 2, 9, 30), date(2025, 11, 1)),  # 04:30 EST after the autumn switch
        (utc(2025, 11, 2, 10, 0), date(2025, 11, 2)),  # 05:00 EST
        (utc(2026, 3, 8, 8, 59), date(2026, 3, 7)),  # 04:59 EDT after the spring switch
        (utc(2026, 3, 8, 9, 0), date(2026, 3, 8)),  # 05:00 EDT
    ],
)
def test_an_instant_belongs_to_the_night_it_is_in_until_0500_et(now: datetime, day: date) -> None:
    assert day_of_instant(now) == day


@pytest.mark.parametrize(
    ("day", "at", "instant"),
    [
        (NOV_12, time(19), utc(2025, 11, 13, 0)),
        (date(2025, 10, 28), time(23), utc(2025, 10, 29, 3)),
        # 02:00 to 02:59 do not exist on 8 March 2026: the switch itself, 03:00 EDT = 07:00Z.
        (date(2026, 3, 8), time(2), utc(2026, 3, 8, 7)),
        (date(2026, 3, 8), time(2, 30), utc(2026, 3, 8, 7)),
        (date(2026, 3, 8), time(3), utc(2026, 3, 8, 7)),
        # 01:00 to 01:59 come twice on 2 November 2025: the first is still EDT.
        (date(2025, 11, 2), time(1, 30), utc(2025, 11, 2, 5, 30)),
        (date(2025, 11, 2), time(2), utc(2025, 11, 2, 7)),
    ],
)
def test_wall_time_is_one_instant_also_where_the_clock_jumps(
    day: date, at: time, instant: datetime
) -> None:
    assert wall(day, at) == instant


def test_a_time_before_0500_belongs_to_the_night_that_ends_the_day() -> None:
    assert night_wall(NOV_12, time(22)) == utc(2025, 11, 13, 3)
    assert night_wall(NOV_12, time(1)) == utc(2025, 11, 13, 6)
    assert night_wall(NOV_12, time(4, 59)) == utc(2025, 11, 13, 9, 59)
    assert night_wall(NOV_12, time(5)) == utc(2025, 11, 12, 10)


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (NOV_12, 24),
        (date(2025, 11, 1), 25),  # the night from 1 to 2 November has 02:00 EDT = 01:00 EST
        (date(2025, 11, 2), 24),
        (date(2026, 3, 7), 23),  # the night from 7 to 8 March loses 02:00
        (date(2026, 3, 8), 24),
    ],
)
def test_a_game_day_has_as_many_hours_as_its_night_leaves_it(day: date, hours: int) -> None:
    assert day_starts(day + timedelta(days=1)) - day_starts(day) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("day", "season"),
    [
        (date(2025, 6, 30), "2024-25"),
        (date(2025, 7, 1), "2025-26"),
        (date(2026, 1, 1), "2025-26"),
        (date(1999, 10, 1), "1999-00"),
    ],
)
def test_a_season_turns_over_in_july(day: date, season: str) -> None:
    assert season_of(day) == season


@pytest.mark.parametrize(
    "text",
    ["", "2025-11-12T18:00:00Z", "20251112T180000", "20251312T000000Z", "2025W461T180000Z"],
)
def test_a_stamp_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadInput) as bad:
        parse_stamp(text)
    assert (bad.value.found, bad.value.allowed) == (text, "YYYYMMDDTHHMMSSZ")


def test_a_naive_instant_is_refused_at_the_door() -> None:
    with pytest.raises(BadInput, match=r"tick: found \[2025-11-12T18:00:00\]"):
        aware(datetime(2025, 11, 12, 18), "tick")


@given(instants)
def test_a_stamp_reads_back_to_its_second(now: datetime) -> None:
    assert parse_stamp(stamp(now)) == now.replace(microsecond=0)
    assert datetime.fromisoformat(iso(now)) == now
    assert minute(now) <= now < minute(now) + timedelta(minutes=1)


@given(instants)
def test_every_instant_lies_inside_its_game_day(now: datetime) -> None:
    day = day_of_instant(now)
    assert day_starts(day) <= now < day_starts(day + timedelta(days=1))


@given(instants, st.times())
def test_wall_shows_the_time_asked_for_or_the_switch_after_it(now: datetime, at: time) -> None:
    day = day_of_tip(now)
    shown = wall(day, at).astimezone(ET)
    assert shown.date() == day
    assert shown.time() == at or (shown.time() == time(3) and at.hour == 2)
