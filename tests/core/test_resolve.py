"""Resolving: what a scraper is asked for, and when a game is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.core.errors import BadInput
from shared.core.games import Game, GameStatus
from shared.core.resolve import is_over, target_game, targets_of
from shared.core.targets import Target, TargetKind
from shared.core.teams import TEAMS
from tests.core.made import NOV_12, at, game

GAMES = tuple(target_game(game(n, "19:00")) for n in (2, 1))
COMMON = {"date": "2025-11-12", "season": "2025-26"}


def test_a_date_is_asked_for_whole() -> None:
    (target,) = targets_of(TargetKind.DATE, NOV_12, GAMES)
    assert (target.id, target.params) == ("2025-11-12", COMMON)


def test_games_are_asked_for_by_id_with_what_any_source_may_need() -> None:
    targets = targets_of(TargetKind.GAME, NOV_12, GAMES)
    assert [target.id for target in targets] == ["0022500001", "0022500002"]
    assert targets[0].params == {
        **COMMON,
        "game": "0022500001",
        "away": "BOS",
        "home": "NYK",
        "tip": "2025-11-13T00:00:00+00:00",
    }


def test_teams_are_all_thirty_whoever_plays() -> None:
    targets = targets_of(TargetKind.TEAM, NOV_12, ())
    assert [target.id for target in targets] == sorted(TEAMS)
    assert len(targets) == 30
    assert targets[0].params == {**COMMON, "team": targets[0].id}


def test_events_are_what_an_earlier_step_found() -> None:
    found = tuple(Target(kind=TargetKind.EVENT, id=name) for name in ("b", "a"))
    assert targets_of(TargetKind.EVENT, NOV_12, GAMES, found) == (found[1], found[0])
    assert targets_of(TargetKind.EVENT, NOV_12, GAMES) == ()


def test_no_games_are_no_targets() -> None:
    assert targets_of(TargetKind.GAME, NOV_12, ()) == ()


def test_the_season_is_that_of_the_target_date_and_not_of_today() -> None:
    (target,) = targets_of(TargetKind.DATE, date(2025, 6, 10), ())
    assert target.params["season"] == "2024-25"


@pytest.mark.parametrize(
    ("played", "tick", "over"),
    [
        (game(1, "19:00"), "21:59", False),
        (game(1, "19:00"), "22:00", True),  # three hours after the tip
        (replace(game(1, "19:00"), status=GameStatus.FINAL), "21:00", True),
        (replace(game(1, "19:00"), status=GameStatus.LIVE), "22:00", True),
        # A game whose time is to be set stands at 00:00 ET: three hours mean nothing.
        (game(1, "00:00", tip_known=False), "22:00", False),
        (game(1, "00:00", tip_known=False, status=GameStatus.FINAL), "22:00", True),
    ],
)
def test_a_game_is_over_when_the_schedule_says_so_or_after_three_hours(
    played: Game, tick: str, over: bool
) -> None:
    assert is_over(played, at(tick)) is over


def test_three_hours_are_elapsed_hours_also_over_a_switch() -> None:
    late = game(1, "23:00", day=date(2025, 11, 1))  # 23:00 EDT; 01:00 EST is three hours later
    assert is_over(late, late.tip + timedelta(hours=3))
    assert not is_over(late, late.tip + timedelta(hours=3, seconds=-1))


@pytest.mark.parametrize("bad", ["", "a/b", "../x", "a b", "ü"])
def test_a_target_that_cannot_be_part_of_a_name_is_refused(bad: str) -> None:
    with pytest.raises(BadInput) as error:
        Target(kind=TargetKind.EVENT, id=bad)
    assert (error.value.place, error.value.found) == ("event target", bad)
    assert error.value.allowed == "letters, digits and - _ : +"
