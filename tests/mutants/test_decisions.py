"""Deciding: what no other test looked at."""

from __future__ import annotations

import pytest

from shared.core.execution import ExecutionStatus
from shared.core.slots import slots_of
from shared.core.workflows import Step
from tests.core.made import NOV_12, config, config_of, game, workflow
from tests.core.test_decide import (
    BOXES,
    IDS,
    MORNING,
    POLLS,
    WINDOW,
    codes,
    moment,
    one,
    said,
    tried,
)


def test_a_poll_goes_on_until_each_of_its_scrapers_found_something() -> None:
    both = (Step(scrapers=("nbac_referee_assignments", "nbac_injury_report")),)
    polls = one(POLLS, steps=both)
    half = tried("09:00", "completed", obtained="nbac_referee_assignments")
    assert codes(said(polls, moment("10:00"), half))[-1] == "RUN due"


@pytest.mark.parametrize(
    ("status", "expected"),
    [("failed", "SKIP needs_waiting"), ("partial", "RUN due"), ("completed", "RUN due")],
)
def test_a_failed_execution_meets_no_need(status: ExecutionStatus, expected: str) -> None:
    using = config_of(workflow("first", MORNING), workflow("w", MORNING, needs=("first",)))
    ended = tried("06:00", status, of="first")
    decided = {d.workflow: d for d in said(using, moment("07:00"), ended)}
    assert codes([decided["w"]]) == [expected]


@pytest.mark.parametrize("name", ["betting_lines", "injury_discovery"])
def test_a_game_whose_time_is_to_be_set_moves_no_window_of_the_day(name: str) -> None:
    """It stands at midnight of its day, before every tip of the day."""
    known = [game(1, "19:00"), game(2, "22:30")]
    unset = game(3, "00:00", tip_known=False)
    found = config().workflows[name]
    assert slots_of(found, NOV_12, [unset, *known]) == slots_of(found, NOV_12, known)


@pytest.mark.parametrize(("status", "expected"), [(None, "SKIP in_flight"), ("failed", "RUN due")])
def test_a_game_that_is_under_way_is_not_asked_for_by_another_window(
    status: ExecutionStatus | None, expected: str
) -> None:
    """At 22:00 the first game is over, and another window of the same hour asks for it."""
    using = config_of(workflow("first", WINDOW, steps=BOXES), workflow("w", WINDOW, steps=BOXES))
    asked = tried("22:00", status, games=IDS[:1], of="first")
    decided = {d.workflow: d for d in said(using, moment("22:00"), asked)}
    assert codes([decided["w"]]) == [expected]
