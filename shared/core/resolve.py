"""Resolving: which targets a scraper is asked for, in canonical parameters.

The target date travels inside the decision; nothing here asks what day it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.core.days import iso, season_of
from shared.core.games import Game, GameStatus
from shared.core.targets import Target, TargetKind
from shared.core.teams import TEAMS

#: A game is over when the newest schedule says final, or this long after its tip.
GAME_LENGTH = timedelta(hours=3)


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetGame:
    """A game as an execution carries it."""

    game_id: str
    away: str
    home: str
    tip: datetime

    def as_params(self) -> dict[str, str]:
        """The canonical parameters of the game."""
        return {
            "id": self.game_id,
            "away": self.away,
            "home": self.home,
            "tip": iso(self.tip),
        }


def target_game(game: Game) -> TargetGame:
    """The part of a game that an execution carries."""
    return TargetGame(game_id=game.game_id, away=game.away, home=game.home, tip=game.tip)


def is_over(game: Game, at: datetime) -> bool:
    """Whether the game has been played by `at`, as far as anyone can know."""
    if game.status is GameStatus.FINAL:
        return True
    return was_over(game, at)


def was_over(game: Game, at: datetime) -> bool:
    """Whether the game was over at `at` by its tip alone: a status tells only of now."""
    return game.tip_known and at >= game.tip + GAME_LENGTH


def targets_of(
    kind: TargetKind,
    day: date,
    games: Sequence[TargetGame],
    found: Sequence[Target] = (),
) -> tuple[Target, ...]:
    """The targets of one scraper for `day`, sorted by id: the date, its games, the 30 teams,
    or the events that an earlier step found."""
    common = {"date": day.isoformat(), "season": season_of(day)}
    match kind:
        case TargetKind.DATE:
            return (Target(kind=kind, id=day.isoformat(), params=common),)
        case TargetKind.GAME:
            ordered = sorted(games, key=lambda game: game.game_id)
            return tuple(game_target(game, common) for game in ordered)
        case TargetKind.TEAM:
            return tuple(
                Target(kind=kind, id=team, params={**common, "team": team})
                for team in sorted(TEAMS)
            )
        case TargetKind.EVENT:
            return tuple(sorted(found, key=lambda target: target.id))


def game_target(game: TargetGame, common: Mapping[str, str]) -> Target:
    """A game as a target."""
    return Target(
        kind=TargetKind.GAME,
        id=game.game_id,
        params={
            **common,
            "game": game.game_id,
            "away": game.away,
            "home": game.home,
            "tip": iso(game.tip),
        },
    )
