"""Plans: a pure function of the day's games and the configuration, hit by the hourly ticks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.days import day_of_instant, day_starts
from shared.core.games import Game
from shared.core.plan import all_slots, make_plan, plan_reason
from shared.core.slots import Slot
from tests.core.made import NOV_12, at, config, game, planned, season

#: Half hours of a day, as tips that occur.
TIPS = [f"{hour:02d}:{minute}" for hour in range(11, 24) for minute in ("00", "30")]
slates = st.lists(st.tuples(st.sampled_from(TIPS), st.booleans()), max_size=6).map(
    lambda found: [
        game(n, tip if known else "00:00", tip_known=known)
        for n, (tip, known) in enumerate(found, 1)
    ]
)


def every_day() -> Iterator[date]:
    """From before the season to after it."""
    first = date(2025, 9, 25)
    return (first + timedelta(days=n) for n in range(300))


def hours(opens: datetime, closes: datetime) -> bool:
    """Whether a full hour (UTC) lies inside [opens, closes)."""
    floored = opens.replace(minute=0, second=0, microsecond=0)
    tick = floored if floored == opens else floored + timedelta(hours=1)
    return tick < closes


def test_every_slot_of_a_season_is_hit_by_an_hourly_tick() -> None:
    slots = [s for day in every_day() for s in all_slots(day, season().on(day), config())]
    assert len(slots) > 3000
    assert [s.slot_id for s in slots if not hours(s.opens_at, s.closes_at)] == []


def test_slot_ids_of_a_season_are_unique() -> None:
    slots = [s.slot_id for day in every_day() for s in all_slots(day, season().on(day), config())]
    assert len(set(slots)) == len(slots)


def test_a_slot_opens_before_it_is_expected_and_closes_after_it() -> None:
    for day in every_day():
        for slot in all_slots(day, season().on(day), config()):
            assert slot.opens_at <= slot.expected_run_time < slot.closes_at, slot.slot_id
            assert slot.game_day == slot.target_date == day


def test_slots_of_a_polling_workflow_follow_each_other_also_across_the_switches() -> None:
    """Each begins where the one before it ends: no hour is planned twice and none is lost."""
    refreshes: list[Slot] = []
    for day in every_day():
        slots = all_slots(day, season().on(day), config())
        refreshes += [s for s in slots if s.workflow == "schedule_refresh"]
        for name in ("betting_lines", "injury_discovery", "referee_discovery"):
            mine = [s for s in slots if s.workflow == name]
            for before, after in pairwise(mine):
                assert before.closes_at == after.opens_at, after.slot_id
    for before, after in pairwise(refreshes):
        assert before.closes_at == after.opens_at, after.slot_id


def test_no_slot_is_expected_outside_its_game_day() -> None:
    for day in every_day():
        for slot in all_slots(day, season().on(day), config()):
            assert day_of_instant(slot.expected_run_time) == day, slot.slot_id


@given(slates)
@settings(max_examples=60)
def test_a_plan_is_a_pure_function_of_the_games_in_any_order(games: list[Game]) -> None:
    plan, again = planned(NOV_12, games), planned(NOV_12, list(reversed(games)))
    assert plan.slots == again.slots
    assert plan.reason == again.reason


@given(slates)
@settings(max_examples=60)
def test_made_days_hold_for_every_slot_what_the_season_does(games: list[Game]) -> None:
    slots = all_slots(NOV_12, games, config())
    assert len({s.slot_id for s in slots}) == len(slots)
    for slot in slots:
        assert slot.opens_at <= slot.expected_run_time < slot.closes_at
        assert hours(slot.opens_at, slot.closes_at), slot.slot_id


def test_a_plan_remembers_what_it_was_made_from() -> None:
    plan = planned(NOV_12, season().on(NOV_12))
    assert (plan.revision, plan.made_by, plan.schedule) == (
        1,
        "schedule_locker",
        "schedules/a.json",
    )
    assert plan.made_at == at("05:00") == day_starts(NOV_12)
    assert len(plan.games) == 12
    assert plan.changes == ()
    slot = plan.slots[0]
    assert plan.slot(slot.slot_id) == slot
    assert plan.slot("none") is None
    # 4 refreshes, 1 morning, 6 referees, 6 injuries, 3 betting lines, 3 windows.
    assert len(plan.slots) == 4 + 1 + 6 + 6 + 3 + 3


@pytest.mark.parametrize(
    ("games", "known", "reason"),
    [
        ([], False, "no schedule is known: only the workflows that need no games run and fetch it"),
        ([], True, "no games count on this day: only the workflows that need none"),
        ([game(1)], True, "1 game, tips 19:00 ET to 19:00 ET"),
        (
            [game(1), game(2, "22:30"), game(3, "00:00", tip_known=False)],
            True,
            "3 games, tips 19:00 ET to 22:30 ET, 1 still to be set",
        ),
        ([game(1, "00:00", tip_known=False)], True, "1 game, 1 still to be set"),
    ],
)
def test_a_plan_says_why_it_looks_as_it_does(games: list[Game], known: bool, reason: str) -> None:
    assert plan_reason(games, has_schedule=known) == reason


def test_no_schedule_at_all_still_plans_what_fetches_it() -> None:
    plan = make_plan(NOV_12, (), config(), schedule="", now=at("05:00"), by="controller")
    assert {s.workflow for s in plan.slots} == {"morning_operations", "schedule_refresh"}


def test_a_slot_lasts_no_longer_than_its_trigger_says() -> None:
    longest = {s.workflow: s.closes_at - s.opens_at for s in planned(NOV_12, [game(1)]).slots}
    assert longest["post_game_window_3"] == timedelta(hours=10, minutes=30)  # 03:30 to 14:00
    assert longest["morning_operations"] == timedelta(hours=4)
    assert longest["schedule_refresh"] == timedelta(hours=6)
