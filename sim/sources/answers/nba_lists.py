"""stats.nba.com: scoreboardV2 of a date, and the list of player movements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from shared.core.days import day_of_instant
from shared.core.games import CALLED_OFF, Game
from sim.sources.answers.schedule_feed import status_text
from sim.sources.league import SIDES, side
from sim.sources.world import SourceWorld

_HEADER_NAMES = (
    "GAME_DATE_EST GAME_SEQUENCE GAME_ID GAME_STATUS_ID GAME_STATUS_TEXT GAMECODE HOME_TEAM_ID "
    "VISITOR_TEAM_ID SEASON LIVE_PERIOD"
)
_LINE_NAMES = (
    "GAME_DATE_EST GAME_SEQUENCE GAME_ID TEAM_ID TEAM_ABBREVIATION TEAM_CITY_NAME TEAM_NAME "
    "TEAM_WINS_LOSSES PTS_QTR1 PTS_QTR2 PTS_QTR3 PTS_QTR4 PTS"
)
_HEADER, _LINE = _HEADER_NAMES.split(), _LINE_NAMES.split()
_KINDS = ("Signing", "Waive", "Trade", "AwardOnWaivers")
#: How many days back the list goes, one movement a day.
_DAYS = 60


def scoreboard(world: SourceWorld, day: date, now: datetime) -> dict[str, Any]:
    """The games of `day`: header and line score; a game that was called off is not listed."""
    headers: list[list[Any]] = []
    lines: list[list[Any]] = []
    for number, game in enumerate(world.on(day, now), start=1):
        phase = world.phase(game.game_id, now)
        facts = [f"{day}T00:00:00", number, game.game_id]
        state = 1 if game.status in CALLED_OFF else {0: 1, 5: 3}.get(phase, 2)
        headers.append([
            *facts, state, status_text(world, game, phase),
            f"{day:%Y%m%d}/{game.away}{game.home}", side(game.home).nba_id,
            side(game.away).nba_id, game.season[:4], min(phase, 4),
        ])  # fmt: skip
        lines += [[*facts, *_line(world, game, code, phase)] for code in (game.away, game.home)]
    return {
        "resource": "scoreboardV2",
        "parameters": {"GameDate": f"{day:%m/%d/%Y}", "LeagueID": "00", "DayOffset": "0"},
        "resultSets": [
            {"name": "GameHeader", "headers": _HEADER, "rowSet": headers},
            {"name": "LineScore", "headers": _LINE, "rowSet": lines},
        ],
    }


def _line(world: SourceWorld, game: Game, code: str, phase: int) -> Sequence[Any]:
    team, at_home = side(code), code == game.home
    # What a quarter brought is known when the next one begins.
    scores = [world.score_at(game.game_id, n)[at_home] for n in range(1, phase + 1)]
    quarters = [after - before for before, after in pairwise(scores)]
    names = [team.nba_id, code, team.city, team.nick, "0-0"]
    points = scores[-1] if phase else None
    return [*names, *quarters, *[None] * (4 - len(quarters)), points]


def player_movement(world: SourceWorld, now: datetime) -> dict[str, Any]:
    """The newest movements, the latest first; the day's own come with the day."""
    today = day_of_instant(now)
    return {
        "NBA_Player_Movement": {
            "columns": [],
            "rows": [_movement(world, today - timedelta(days=n)) for n in range(_DAYS)],
        }
    }


def _movement(world: SourceWorld, day: date) -> dict[str, Any]:
    chance = world.chance
    team = chance.pick(SIDES, day, "movement", "team")
    player = chance.pick(world.roster(team.tricode), day, "movement", "player")
    kind = chance.pick(_KINDS, day, "movement", "kind")
    return {
        "Transaction_Type": kind,
        "TRANSACTION_DATE": f"{day}T00:00:00",
        "TRANSACTION_DESCRIPTION": f"{team.name}: {kind.lower()} of {player.name}.",
        "TEAM_ID": float(team.nba_id),
        "TEAM_SLUG": team.slug,
        "PLAYER_ID": float(player.id),
        "PLAYER_SLUG": player.slug,
        "Additional_Sort": 0.0,
        "GroupSort": f"{kind} {day}",
    }
