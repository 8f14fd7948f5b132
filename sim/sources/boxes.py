"""Scores and box score lines. Points, minutes and shots of the lines add up to the score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sim.sources.chance import Chance, share
from sim.sources.league import Side
from sim.sources.people import Player

STARTERS = 5


class Score(NamedTuple):
    """The final score; never a tie."""

    away: int
    home: int


class Line(NamedTuple):
    """One player's line, or the sum of several."""

    seconds: int
    fgm: int
    fga: int
    fg3m: int
    fg3a: int
    ftm: int
    fta: int
    oreb: int
    dreb: int
    ast: int
    stl: int
    blk: int
    tov: int
    pf: int
    pts: int
    plus_minus: int

    @property
    def reb(self) -> int:
        """All rebounds."""
        return self.oreb + self.dreb

    @property
    def clock(self) -> str:
        """Minutes and seconds, as 34:07."""
        return f"{self.seconds // 60}:{self.seconds % 60:02d}"


class TeamBox(NamedTuple):
    """One team's box: its players in order, the first five being the starters."""

    team: Side
    players: Sequence[tuple[Player, Line]]
    points: int

    @property
    def lines(self) -> list[Line]:
        """The lines alone."""
        return [line for _, line in self.players]


class Box(NamedTuple):
    """Both teams' boxes."""

    away: TeamBox
    home: TeamBox


def rate(made: int, tried: int) -> float:
    """The share of shots made, three digits; 0 without a try."""
    return round(made / tried, 3) if tried else 0.0


def total(lines: Iterable[Line]) -> Line:
    """The lines summed."""
    found = list(lines)
    if not found:
        return Line(*[0] * len(Line._fields))
    return Line(*(sum(column) for column in zip(*found, strict=True)))


def score_of(chance: Chance, game_id: str, away: str, home: str, *, overtime: bool) -> Score:
    """The final score of a game; cheap, for standings."""
    pace = chance.whole(-6, 6, game_id, "pace") + (9 if overtime else 0)
    points = []
    for code, bonus in ((away, 0), (home, 3)):
        strength = chance.whole(-7, 7, "strength", code)
        points.append(112 + pace + strength + bonus + chance.whole(-13, 13, game_id, code))
    if points[0] == points[1]:
        points[chance.whole(0, 1, game_id, "tie")] += chance.whole(1, 5, game_id, "margin")
    return Score(*points)


def team_box(
    chance: Chance, game_id: str, team: Side, able: Sequence[Player], points: int, *,
    margin: int, overtime: bool,
) -> TeamBox:  # fmt: skip
    """The lines of 10 to 13 of the `able` players, adding up to `points`."""
    size = min(chance.whole(10, 13, game_id, team.tricode, "size"), len(able))
    players = [*able[:STARTERS], *chance.order(able[STARTERS:], game_id, team.tricode, "bench")]
    players = players[:size]
    weights = [
        chance.between(*((1.5, 2.0) if n < STARTERS else (0.5, 1.1)), game_id, player.id, "time")
        for n, player in enumerate(players)
    ]
    clock = share((240 + (25 if overtime else 0)) * 60, weights)
    hands = [
        weight * chance.between(0.4, 1.6, game_id, player.id, "hand")
        for weight, player in zip(weights, players, strict=True)
    ]
    split = share(points, hands)
    lines = [
        _line(chance, (game_id, player.id), seconds, scored, margin)
        for player, seconds, scored in zip(players, clock, split, strict=True)
    ]
    return TeamBox(team, tuple(zip(players, lines, strict=True)), points)


def _line(chance: Chance, who: tuple[object, ...], seconds: int, points: int, margin: int) -> Line:
    fg3m = int(points * chance.between(0, 0.6, *who, "threes") / 3)
    rest = points - 3 * fg3m
    # What free throws leave must be whole baskets.
    ftm = min(2 * chance.whole(0, 2, *who, "free") + rest % 2, rest)
    fgm = fg3m + (rest - ftm) // 2
    fg3a = fg3m + chance.whole(0, 4, *who, "threes missed")
    busy = seconds / 2000

    def some(most: float, what: str) -> int:
        return round(chance.unit(*who, what) * most * busy)

    swing = chance.whole(-6, 6, *who, "swing")
    return Line(
        seconds=seconds,
        fgm=fgm,
        fga=fgm + (fg3a - fg3m) + chance.whole(0, 5, *who, "missed"),
        fg3m=fg3m,
        fg3a=fg3a,
        ftm=ftm,
        fta=ftm + chance.whole(0, 2, *who, "free missed"),
        oreb=some(3, "oreb"),
        dreb=some(8, "dreb"),
        ast=some(8, "ast"),
        stl=some(2.4, "stl"),
        blk=some(2.2, "blk"),
        tov=some(4, "tov"),
        pf=min(6, some(5, "pf")),
        pts=points,
        plus_minus=round(margin * seconds / 2880) + swing,
    )
