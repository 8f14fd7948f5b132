"""Revising: what a plan becomes when games move or the configuration is edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.games import Game
from shared.core.plan import Plan, revise
from shared.core.workflows import AtClock, BeforeFirstGame, Config, Daily, Every
from tests.core.made import NOV_12, at, config, config_of, game, planned, times, workflow

AT_19 = game(1, "19:00")
AT_22 = game(1, "22:00")


def revised(
    plan: Plan, games: Sequence[Game], now: str, *ran: str, using: Config | None = None
) -> Plan | None:
    return revise(
        plan,
        games,
        using or config(),
        schedule="schedules/b.json",
        now=at(now),
        ran=frozenset(ran),
        by="controller",
    )


def must(plan: Plan | None) -> Plan:
    assert plan is not None
    return plan


def changes(plan: Plan, name: str) -> list[tuple[str, str]]:
    """A workflow's changes as (kind, expected ET wall time)."""
    return [
        (change.change, times([change.slot], name)[0])
        for change in plan.changes
        if change.slot.workflow == name
    ]


def slot_at(plan: Plan, name: str, expected: str) -> str:
    """The id of a slot, by workflow and ET wall time."""
    (found,) = (
        s.slot_id for s in plan.slots if s.workflow == name and s.expected_run_time == at(expected)
    )
    return found


def test_the_same_games_and_configuration_need_no_revision() -> None:
    plan = planned(NOV_12, [AT_19, game(2, "22:30")])
    assert revised(plan, [AT_19, game(2, "22:30")], "14:00") is None
    # Neither the order nor anything but the games that count, their times and ids matters.
    renamed = replace(AT_19, home="LAL")
    assert revised(plan, [game(2, "22:30"), renamed], "14:00") is None


def test_a_tip_that_moves_from_19_to_22_at_14_moves_what_is_ahead_and_keeps_what_ran() -> None:
    plan = planned(NOV_12, [AT_19])
    ran = slot_at(plan, "betting_lines", "13:00")
    fresh = must(revised(plan, [AT_22], "14:00", ran))
    assert (fresh.revision, fresh.schedule, fresh.made_by) == (2, "schedules/b.json", "controller")
    # 22:00 - 6 h = 16:00, 18:00, 20:00. 15:00 and 17:00 become 16:00 and 18:00; 13:00 ran.
    assert times(fresh.slots, "betting_lines") == ["13:00", "16:00", "18:00", "20:00"]
    assert changes(fresh, "betting_lines") == [
        ("withdrawn", "15:00"),
        ("moved", "16:00"),
        ("withdrawn", "17:00"),
        ("moved", "18:00"),
        ("added", "20:00"),
        ("held", "13:00"),
    ]
    # The polls go on to the later tip: 19:00 and 21:00 are new, what was stays.
    assert changes(fresh, "injury_discovery") == [("added", "19:00"), ("added", "21:00")]
    assert times(fresh.slots, "injury_discovery") == [f"{h}:00" for h in (11, 13, 15, 17, 19, 21)]
    # Clock windows hang on no tip.
    assert changes(fresh, "post_game_window_1") == []
    reasons = {change.change: change.reason for change in fresh.changes}
    assert reasons["held"] == "the schedule changed; it ran already"
    assert reasons["moved"].startswith("the schedule changed; was 1")


def test_a_slot_that_was_missed_before_the_tip_moved_is_held_and_not_run_late() -> None:
    """14:00 is inside 13:00-15:00, so that slot is withdrawn; 11:00-13:00 of a 17:00 tip is not."""
    plan = planned(NOV_12, [game(1, "17:00")])
    fresh = must(revised(plan, [AT_22], "14:00"))
    assert changes(fresh, "betting_lines") == [
        ("withdrawn", "13:00"),
        ("moved", "16:00"),
        ("withdrawn", "15:00"),
        ("moved", "18:00"),
        ("added", "20:00"),
        ("held", "11:00"),
    ]
    assert "it is closed" in next(c.reason for c in fresh.changes if c.change == "held")


def test_a_day_whose_only_game_is_postponed_keeps_what_needs_no_games() -> None:
    plan = planned(NOV_12, [AT_19])
    ran = slot_at(plan, "referee_discovery", "09:00")
    fresh = must(revised(plan, [], "14:00", ran))
    ahead = {s.workflow for s in fresh.slots if s.closes_at > at("14:00")}
    assert ahead == {"schedule_refresh"}
    assert fresh.slot(ran) is not None
    assert fresh.games == ()
    assert fresh.reason == "no games count on this day: only the workflows that need none"
    assert changes(fresh, "post_game_window_1") == [("withdrawn", "22:00")]


def test_a_game_that_is_added_earlier_adds_only_what_is_still_of_use() -> None:
    """17:00 - 6 h = 11:00: closed at 13:00, before 14:00. 13:00 and 15:00 stay as they were."""
    plan = planned(NOV_12, [AT_19])
    fresh = must(revised(plan, [AT_19, game(2, "17:00")], "14:00"))
    assert times(fresh.slots, "betting_lines") == ["13:00", "15:00"]
    assert changes(fresh, "betting_lines") == [("withdrawn", "17:00")]
    assert len(fresh.games) == 2


def test_an_edit_of_the_configuration_adds_nothing_whose_time_has_come() -> None:
    """Every 3 h instead of 6: 08:00 is open until 11:00 at 10:00, but its time came before."""
    six = config_of(workflow("w", Every(kind="every", hours=6)), version="a")
    three = config_of(workflow("w", Every(kind="every", hours=3)), version="b")
    fresh = must(revised(planned(NOV_12, [], six), [], "10:00", using=three))
    assert fresh.config_version == "b"
    assert times(fresh.slots, "w") == [
        "05:00",
        "11:00",
        "14:00",
        "17:00",
        "20:00",
        "23:00",
        "02:00",
    ]
    # 14:00, 20:00 and 02:00 are new; 11:00, 17:00 and 23:00 stay and end three hours earlier.
    found = changes(fresh, "w")
    assert sorted(at for kind, at in found if kind == "added") == ["02:00", "14:00", "20:00"]
    assert sorted(at for kind, at in found if kind == "moved") == ["11:00", "17:00", "23:00"]
    assert fresh.changes[0].reason.startswith("the configuration changed")


def test_a_new_workflow_is_added_for_what_is_ahead_of_it_only() -> None:
    daily = workflow("morning", Daily(kind="daily", start=time(6), end=time(10)))
    evening = workflow("evening", Daily(kind="daily", start=time(20), end=time(22)))
    fresh = must(
        revised(
            planned(NOV_12, [], config_of(version="a")),
            [],
            "08:00",
            using=config_of(daily, evening, version="b"),
        )
    )
    assert [s.workflow for s in fresh.slots] == ["evening"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (time(9), time(14)),  # longer: at 10:00 it would be open again
        (time(14), time(9, 30)),  # shorter: its end would lie in the past, and nobody says ABORT
    ],
)
def test_an_edit_moves_no_end_into_or_out_of_the_past(before: time, after: time) -> None:
    def using(until: time, version: str) -> Config:
        clock = AtClock(kind="clock", at=time(22), tolerance_minutes=0, useful_until=until)
        return config_of(workflow("w", clock), version=version)

    plan = planned(NOV_12, [AT_19], using(before, "a"))
    fresh = must(revised(plan, [AT_19], "+10:00", using=using(after, "b")))
    assert [s.closes_at for s in fresh.slots] == [s.closes_at for s in plan.slots]


def test_a_disabled_workflow_is_withdrawn_from_the_rest_of_the_day() -> None:
    refresh = workflow("w", Every(kind="every", hours=6))
    plan = planned(NOV_12, [], config_of(refresh, version="a"))
    off = config_of(replace(refresh, enabled=False), version="b")
    fresh = must(revised(plan, [], "12:00", using=off))
    # 05:00-11:00 is closed and held, 11:00-17:00 is open and goes.
    assert times(fresh.slots, "w") == ["05:00"]
    assert changes(fresh, "w") == [
        ("withdrawn", "11:00"),
        ("withdrawn", "17:00"),
        ("withdrawn", "23:00"),
        ("held", "05:00"),
    ]


TIPS = st.sampled_from([f"{h}:{m}" for h in range(12, 24) for m in ("00", "30")])
slates = st.lists(TIPS, max_size=4).map(lambda tips: [game(n, t) for n, t in enumerate(tips, 1)])


def edited(version: str, hours: int) -> Config:
    lines = BeforeFirstGame(
        kind="before_first_game",
        hours=hours,
        every_hours=2,
        business_start=time(8),
        business_end=time(23),
    )
    refresh = Every(kind="every", hours=hours)
    return config_of(workflow("lines", lines), workflow("refresh", refresh), version=version)


@given(before=slates, after=slates, hour=st.integers(5, 23), edit=st.integers(2, 8), data=st.data())
@settings(max_examples=150)
def test_no_revision_adds_a_closed_slot_nor_drops_one_that_ran(
    before: list[Game], after: list[Game], hour: int, edit: int, data: st.DataObject
) -> None:
    plan = planned(NOV_12, before, edited("v6", 6))
    now = at(f"{hour:02d}:00")
    begun = [s for s in plan.slots if s.opens_at <= now]
    ran = data.draw(st.sets(st.sampled_from(begun))) if begun else set()
    names = {s.slot_id for s in ran}
    fresh = revised(plan, after, f"{hour:02d}:00", *names, using=edited(f"v{edit}", edit))
    if fresh is None:
        assert edit == 6
        return
    old = {s.slot_id: s for s in plan.slots}
    new = {s.slot_id: s for s in fresh.slots}
    assert len(new) == len(fresh.slots)
    added = [s for key, s in new.items() if key not in old]
    assert all(s.closes_at > now for s in added)
    # An edit adds nothing whose time has come; only what hangs on tips may be open, when the
    # games changed in the same tick.
    by_edit = [s for s in added if before == after or s.workflow == "refresh"]
    assert edit == 6 or all(s.expected_run_time > now for s in by_edit)
    assert {key: new[key] for key in names} == {key: old[key] for key in names}
    # What is gone was told, and was neither closed nor run.
    gone = {key for key in old if key not in new}
    assert gone == {c.slot.slot_id for c in fresh.changes if c.change == "withdrawn"}
    assert all(old[key].closes_at > now for key in gone)
    # Deciding again on the result changes nothing.
    assert revised(fresh, after, f"{hour:02d}:00", *names, using=edited(f"v{edit}", edit)) is None


def test_a_tip_that_moves_in_the_tick_of_an_edit_keeps_its_open_slot() -> None:
    # 22:00 becomes 19:00, seen at 13:00 with another config: 13:00 is 6 h before, and open.
    plan = planned(NOV_12, [game(1, "22:00")], edited("v6", 6))
    fresh = must(revised(plan, [game(1, "19:00")], "13:00", using=edited("v6b", 6)))
    assert times(fresh.slots, "lines") == ["13:00", "15:00", "17:00"]
