"""The real workflows on days that are hard to plan.

A slot is written as expected-closes in ET wall time; + is the date after the game day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from shared.core.games import Game
from shared.core.plan import all_slots
from shared.core.slots import Slot, et
from tests.core.made import NOV_12, at, config, game, season, times

EACH_NIGHT = ["22:00", "01:00", "04:00"]


def shown(slot: Slot) -> str:
    """A slot as its expected and closing wall times."""
    return f"{et(slot.expected_run_time)[:5]}-{et(slot.closes_at)[:5]}"


#: Of the real workflows: expected times by day. schedule_refresh and morning_operations need no
#: games and are there on every day; refresh is 05:00 + k x 6 elapsed hours.
REFRESH = ["05:00", "11:00", "17:00", "23:00"]
REFEREES = ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00"]
REAL: Mapping[date, Mapping[str, list[str]]] = {
    # 12 games, tips 19:00 to 22:30: 19:00 - 6 h = 13:00; injuries from 11:00 every 2 h to 22:30.
    NOV_12: {
        "betting_lines": ["13:00", "15:00", "17:00"],
        "injury_discovery": ["11:00", "13:00", "15:00", "17:00", "19:00", "21:00"],
    },
    # Thanksgiving: no games.
    date(2025, 11, 27): {},
    # The night before the autumn switch is 25 h long: 23:00 EDT + 6 h = 04:00 EST, so a fifth
    # refresh, one hour before the next day's first. First tip 17:00.
    date(2025, 11, 1): {
        "schedule_refresh": [*REFRESH, "04:00"],
        "betting_lines": ["11:00", "13:00", "15:00"],
        "injury_discovery": ["11:00", "13:00", "15:00", "17:00", "19:00", "21:00"],
    },
    # The switch is over at 05:00. First tip 15:30, last 21:30.
    date(2025, 11, 2): {
        "betting_lines": ["09:30", "11:30", "13:30"],
        "injury_discovery": ["11:00", "13:00", "15:00", "17:00", "19:00", "21:00"],
    },
    # The night before the spring switch is 23 h long: 23:00 EST is useful for 5 h only.
    # First tip 15:00, last 20:30: no poll at 21:00.
    date(2026, 3, 7): {
        "betting_lines": ["09:00", "11:00", "13:00"],
        "injury_discovery": ["11:00", "13:00", "15:00", "17:00", "19:00"],
    },
    # First tip 13:00: 07:00 lies before business hours. The last tip, 21:00, is no poll.
    date(2026, 3, 8): {
        "betting_lines": ["09:00", "11:00"],
        "injury_discovery": ["11:00", "13:00", "15:00", "17:00", "19:00"],
    },
    # Noon tip: 06:00 lies before business hours, 08:00 is on their edge. Last tip 22:30.
    date(2025, 12, 25): {
        "betting_lines": ["08:00", "10:00"],
        "injury_discovery": ["11:00", "13:00", "15:00", "17:00", "19:00", "21:00"],
    },
    # A 23:00 tip keeps the polls going: 21:00 is useful until 23:00, which is no poll itself.
    date(2025, 10, 28): {
        "betting_lines": ["13:00", "15:00", "17:00"],
        "injury_discovery": ["11:00", "13:00", "15:00", "17:00", "19:00", "21:00"],
    },
    # Preseason: five games that do not count.
    date(2025, 10, 10): {},
    # Off-season.
    date(2026, 7, 20): {},
}


@pytest.mark.parametrize("day", REAL, ids=str)
def test_the_real_workflows_on_a_real_day(day: date) -> None:
    slots = all_slots(day, season().on(day), config())
    expected = {"schedule_refresh": REFRESH, "morning_operations": ["06:00"]}
    if REAL[day]:
        expected |= {f"post_game_window_{n}": [EACH_NIGHT[n - 1]] for n in (1, 2, 3)}
        expected |= {"referee_discovery": REFEREES}
    expected |= REAL[day]
    assert {s.workflow: times(slots, s.workflow) for s in slots} == expected


def test_preseason_games_count_only_where_the_configuration_says_so() -> None:
    day = date(2025, 10, 10)
    assert season().on(day) == ()
    assert len(season().all_on(day)) == 5
    slots = all_slots(day, season().all_on(day), config())
    assert times(slots, "referee_discovery") == REFEREES
    # The first tip is 08:00, abroad: 02:00, 04:00 and 06:00 are no business hours.
    assert times(slots, "betting_lines") == []


@pytest.mark.parametrize(
    ("games", "betting", "injuries"),
    [
        # A 22:00-only slate: 22:00 - 6 h = 16:00; the poll at 21:00 is useful for one hour.
        (
            [game(1, "22:00"), game(2, "22:00")],
            ["16:00-18:00", "18:00-20:00", "20:00-22:00"],
            [
                "11:00-13:00",
                "13:00-15:00",
                "15:00-17:00",
                "17:00-19:00",
                "19:00-21:00",
                "21:00-22:00",
            ],
        ),
        # One game at 19:00: no poll at 19:00, the poll at 17:00 is the last.
        (
            [game(1, "19:00")],
            ["13:00-15:00", "15:00-17:00", "17:00-19:00"],
            ["11:00-13:00", "13:00-15:00", "15:00-17:00", "17:00-19:00"],
        ),
        # All times to be set: nothing to hang on, one poll until a revision knows more.
        ([game(1, "00:00", tip_known=False)], [], ["11:00-13:00"]),
        # A tip at 00:30 ET belongs to its own date: 18:30 the evening before is business hours,
        # and the day's last tip is over before the first poll.
        ([game(1, "00:30")], ["18:30-20:30", "20:30-22:30", "22:30-00:30"], []),
    ],
)
def test_the_real_workflows_on_a_made_day(
    games: list[Game], betting: list[str], injuries: list[str]
) -> None:
    slots = all_slots(NOV_12, games, config())
    assert [shown(s) for s in slots if s.workflow == "betting_lines"] == betting
    assert [shown(s) for s in slots if s.workflow == "injury_discovery"] == injuries
    assert times(slots, "post_game_window_1") == ["22:00"]


@pytest.mark.parametrize(
    ("day", "second", "third"),
    [
        # 01:00 EST, 04:00 EST.
        (NOV_12, "2025-11-13T06:00:00+00:00", "2025-11-13T09:00:00+00:00"),
        # 01:00 comes twice in the night to 2 November: the first, EDT. 04:00 is EST.
        (date(2025, 11, 1), "2025-11-02T05:00:00+00:00", "2025-11-02T09:00:00+00:00"),
        # 01:00 is EST, 04:00 EDT: only two hours lie between them.
        (date(2026, 3, 7), "2026-03-08T06:00:00+00:00", "2026-03-08T08:00:00+00:00"),
    ],
)
def test_the_windows_after_midnight_belong_to_the_day_that_is_ending(
    day: date, second: str, third: str
) -> None:
    slots = {s.workflow: s for s in all_slots(day, [game(1, day=day)], config())}
    windows = slots["post_game_window_2"], slots["post_game_window_3"]
    assert [s.expected_run_time.isoformat() for s in windows] == [second, third]
    assert {s.target_date for s in windows} == {day}
    assert windows[1].closes_at == at("+14:00", day)
    assert windows[1].opens_at == windows[1].expected_run_time - timedelta(minutes=30)
