"""Windows of every trigger kind.

A slot is written as expected-closes in ET wall time; + is the date after the game day.
"""

from __future__ import annotations

from datetime import date, time

import pytest

from shared.core.games import Game
from shared.core.slots import Slot, et, next_wall, slots_of
from shared.core.workflows import (
    AfterEachGame,
    AtClock,
    BeforeEachGame,
    BeforeFirstGame,
    Daily,
    Discovery,
    Every,
    Trigger,
)
from tests.core.made import NOV_12, at, game, workflow

BETTING = BeforeFirstGame(
    kind="before_first_game",
    hours=6,
    every_hours=2,
    business_start=time(8),
    business_end=time(23),
)


def shown(slot: Slot) -> str:
    """A slot as its expected and closing wall times."""
    return f"{et(slot.expected_run_time)[:5]}-{et(slot.closes_at)[:5]}"


def of(trigger: Trigger, *games: Game, day: date = NOV_12) -> list[str]:
    """The slots that a trigger gives."""
    return [shown(slot) for slot in slots_of(workflow("w", trigger), day, games)]


TWO = (game(1, "19:00"), game(2, "22:30"))


@pytest.mark.parametrize(
    ("trigger", "games", "slots"),
    [
        (Daily(kind="daily", start=time(6), end=time(10)), (), ["06:00-10:00"]),
        (Every(kind="every", hours=10), (), ["05:00-15:00", "15:00-01:00", "01:00-05:00"]),
        # The grid hangs on the first tip: 19:00 - 6 h = 13:00, then every 2 h, before the tip.
        (BETTING, TWO, ["13:00-15:00", "15:00-17:00", "17:00-19:00"]),
        (BETTING, (), []),
        # 20 minutes before each tip, of no use after it.
        (
            BeforeEachGame(kind="before_each_game", minutes=20),
            TWO,
            ["18:40-19:00", "22:10-22:30"],
        ),
        (
            AtClock(kind="clock", at=time(1), tolerance_minutes=30, useful_until=time(9)),
            TWO,
            ["01:00-09:00"],
        ),
        # Useful until 22:00 of a 22:00 window is the evening after, not the same instant.
        (
            AtClock(kind="clock", at=time(22), tolerance_minutes=0, useful_until=time(22)),
            TWO,
            ["22:00-22:00"],
        ),
        # 150 minutes after each tip, until 30 hours after it: 19:00 + 30 h = 01:00 two dates on.
        (
            AfterEachGame(kind="after_each_game", minutes=150, deadline_hours=30),
            TWO,
            ["21:30-01:00", "01:00-04:30"],
        ),
        # With an end the poll at the end is the last, useful for one step.
        (
            Discovery(kind="discovery", start=time(9), end=time(11), every_hours=1),
            TWO,
            ["09:00-10:00", "10:00-11:00", "11:00-12:00"],
        ),
        # 09:00 + 2 x 2 h = 13:00 is past 12:30, so 11:00 is the last poll.
        (
            Discovery(kind="discovery", start=time(9), end=time(12, 30), every_hours=2),
            TWO,
            ["09:00-11:00", "11:00-13:00"],
        ),
        # Without one polls stop before the last tip, and the last is useful until it.
        (
            Discovery(kind="discovery", start=time(18), every_hours=2),
            TWO,
            ["18:00-20:00", "20:00-22:00", "22:00-22:30"],
        ),
        (Discovery(kind="discovery", start=time(18), every_hours=2), (), []),
    ],
)
def test_every_trigger_kind(trigger: Trigger, games: tuple[Game, ...], slots: list[str]) -> None:
    assert of(trigger, *games) == slots


def test_a_per_game_slot_names_its_game_and_the_day_of_its_tip() -> None:
    each = BeforeEachGame(kind="before_each_game", minutes=20)
    first, _ = slots_of(workflow("closing", each), NOV_12, TWO)
    # 19:00 EST - 20 min = 23:40Z.
    assert first.slot_id == "2025-11-12.closing.20251112T234000Z.0022500001"
    assert first.game_id == "0022500001"
    assert first.target_date == NOV_12


def test_a_game_whose_time_is_not_set_anchors_no_slot_of_its_own() -> None:
    later = game(3, "00:00", tip_known=False)
    assert of(BeforeEachGame(kind="before_each_game", minutes=20), *TWO, later) == of(
        BeforeEachGame(kind="before_each_game", minutes=20), *TWO
    )
    after = AfterEachGame(kind="after_each_game", minutes=150, deadline_hours=30)
    assert of(after, later) == []
    assert of(BETTING, *TWO, later) == of(BETTING, *TWO)


def test_a_clock_slot_opens_early_by_its_tolerance() -> None:
    clock = AtClock(kind="clock", at=time(22), tolerance_minutes=30, useful_until=time(9))
    (slot,) = slots_of(workflow("w", clock), NOV_12, TWO)
    assert (slot.opens_at, slot.expected_run_time) == (at("21:30"), at("22:00"))


def test_the_next_wall_time_is_always_later() -> None:
    assert next_wall(at("22:00"), time(9)) == at("+09:00")
    assert next_wall(at("04:00"), time(9)) == at("09:00")
    assert next_wall(at("09:00"), time(9)) == at("+09:00")
