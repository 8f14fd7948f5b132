"""A world in memory at 05:00 ET of 12 November 2025, with two games in its schedule."""

from __future__ import annotations

import pytest

from sim.clock import ManualClock
from tests.core.made import at, game
from tests.functions.worlds import Here


@pytest.fixture
def here() -> Here:
    """The world, with a schedule that was imported an hour ago."""
    made = Here(ManualClock(at("04:00")))
    made.import_schedule(game(1, "19:00"), game(2, "22:30"))
    made.at("05:00")
    return made
