"""Who is hurt: one to four players a team and day, in one place so that boxes agree with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import NamedTuple

from sim.sources.chance import Chance
from sim.sources.people import Player

_REASONS = (
    "Right Ankle; Sprain", "Left Knee; Soreness", "Lower Back; Tightness", "Left Hamstring; Strain",
    "Right Wrist; Contusion", "Illness; Illness", "Left Foot; Surgery Recovery",
    "Right Shoulder; Sprain",
)  # fmt: skip
_OPEN = ("Questionable", "Doubtful", "Probable")
#: How likely an open case ends as Out.
_ENDS_OUT = {"Questionable": 0.5, "Doubtful": 0.8, "Probable": 0.1}
OUT, AVAILABLE = "Out", "Available"


class Injury(NamedTuple):
    """One player's case on one day."""

    player: Player
    #: The status in the morning's report.
    first: str
    #: The status from `settled` (ET) on.
    last: str
    settled: time
    reason: str

    def status(self, at: time) -> str:
        """The status in the report that carries the ET time `at`."""
        return self.last if at >= self.settled else self.first


def injuries(chance: Chance, day: date, players: Sequence[Player]) -> tuple[Injury, ...]:
    """The cases of a team, given its players; at least 11 of 15 stay able to play."""
    who = (day, players[0].id)
    hurt = chance.order(players, *who, "hurt")[: chance.whole(1, 4, *who, "number")]
    return tuple(_injury(chance, day, player) for player in sorted(hurt, key=_by_name))


def _by_name(player: Player) -> tuple[str, str]:
    return player.last, player.first


def _injury(chance: Chance, day: date, player: Player) -> Injury:
    who = (day, player.id)
    reason = "Injury/Illness - " + chance.pick(_REASONS, *who, "reason")
    settled = time(chance.whole(14, 18, *who, "settled"), 30)
    if chance.unit(*who, "out") < 0.5:
        return Injury(player, OUT, OUT, settled, reason)
    first = chance.pick(_OPEN, *who, "open")
    last = OUT if chance.unit(*who, "ends") < _ENDS_OUT[first] else AVAILABLE
    return Injury(player, first, last, settled, reason)
