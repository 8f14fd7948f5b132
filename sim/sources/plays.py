"""The actions of a game: every basket and free throw of the box, in an order of chance."""

from __future__ import annotations

from typing import NamedTuple

from sim.sources.boxes import Box, Score
from sim.sources.chance import Chance
from sim.sources.league import Side
from sim.sources.people import Player

PERIODS = 4


class Play(NamedTuple):
    """One action; the score is the one after it."""

    #: 3pt, 2pt, freethrow, period or game.
    kind: str
    #: start or end, for periods and the game; "" otherwise.
    sub: str
    period: int
    #: Seconds left in the period.
    left: int
    team: Side | None
    player: Player | None
    away: int
    home: int
    #: Where in the game it lies: 0 at the start, 1 at the end.
    place: float


def plays(chance: Chance, game_id: str, box: Box) -> tuple[Play, ...]:
    """All actions in order, from the first period's start to the game's end."""
    shots = [
        (points, kind, team.team, player)
        for team in box
        for player, line in team.players
        for points, kind, number in (
            (3, "3pt", line.fg3m),
            (2, "2pt", line.fgm - line.fg3m),
            (1, "freethrow", line.ftm),
        )
        for _ in range(number)
    ]
    shots = chance.order(shots, game_id, "plays")
    found: list[Play] = []
    score = Score(0, 0)
    for period in range(1, PERIODS + 1):
        part = shots[(period - 1) * len(shots) // PERIODS : period * len(shots) // PERIODS]
        begun = (period - 1) / PERIODS
        found.append(Play("period", "start", period, 720, None, None, *score, begun))
        for n, (points, kind, team, player) in enumerate(part, start=1):
            done = n / (len(part) + 1)
            at_home = team is box.home.team
            score = Score(
                score.away + (0 if at_home else points), score.home + (points if at_home else 0)
            )
            left, place = round(720 * (1 - done)), begun + done / PERIODS
            found.append(Play(kind, "", period, left, team, player, *score, place))
        found.append(Play("period", "end", period, 0, None, None, *score, period / PERIODS))
    found.append(Play("game", "end", PERIODS, 0, None, None, *score, 1.0))
    return tuple(found)
