"""Which outages the simulator plays: long ones, and several, but none that outlast a message."""

from __future__ import annotations

import pytest

from sim.chaos.faults import Kind, Spell
from sim.chaos.instants import HOUR
from sim.chaos.weather import bearable

PORT, FUNCTION = Kind.PORT_DOWN, Kind.FUNCTION_DOWN


def spell(kind: Kind, what: str, since: float, until: float) -> Spell:
    """Hours are enough for a table."""
    return Spell(kind, f"{what}.{since}", what, int(since * HOUR), int(until * HOUR))


JOURNAL = spell(PORT, "journal", 0, 2)


@pytest.mark.parametrize(
    ("second", "kept"),
    [
        # 2 + 3 hours without a pause: the executor is of no use for 5.
        (spell(FUNCTION, "executor", 2, 5), False),
        # A pause of half an hour is too short to handle what waits; 5.5 hours in all.
        (spell(FUNCTION, "executor", 2.5, 5.5), False),
        (spell(PORT, "warehouse", 2.5, 5), False),
        # An hour's pause ends the first.
        (spell(FUNCTION, "executor", 3, 6), True),
        # At once, or 3.4 hours in all, is bearable.
        (spell(FUNCTION, "executor", 1, 3), True),
        (spell(PORT, "warehouse", 2, 3.4), True),
    ],
)
def test_outages_that_a_message_cannot_outlast_are_not_played(second: Spell, kept: bool) -> None:
    assert (second in bearable([second, JOURNAL])) is kept


def test_two_functions_are_away_one_after_the_other() -> None:
    """Each of their messages meets one of them alone."""
    both = [spell(FUNCTION, "executor", 0, 3), spell(FUNCTION, "loader", 3, 6)]
    assert bearable(both) == both


def test_what_ties_two_outages_together_makes_one_of_three() -> None:
    """0 to 2, 2 to 3.3 and 3.3 to 4: the third would make it four hours."""
    first, second = JOURNAL, spell(FUNCTION, "loader", 2, 3.3)
    third = spell(PORT, "bus", 3.3, 4)
    assert bearable([first, second, third]) == [first, second]
