"""boxscoretraditionalv3: both teams of one game; without players until it is published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sim.sources.boxes import STARTERS, Line, TeamBox, rate, total
from sim.sources.exchange import dump, z
from sim.sources.league import Side, side
from sim.sources.people import Player
from sim.sources.timing import Dataset
from sim.sources.world import SourceWorld


def box_score(world: SourceWorld, game_id: str, now: datetime) -> bytes:
    """The answer for `game_id`; an unknown game has two teams without id, name or players."""
    out = world.is_out(game_id, Dataset.TEAM_BOX, now)
    game = world.calendar(now).game(game_id)
    codes = (game.away, game.home) if game else ("", "")
    return world.once(
        ("box_score", game_id, out, codes), lambda: dump(_box_score(world, game_id, codes, out=out))
    )


def _box_score(
    world: SourceWorld, game_id: str, codes: tuple[str, str], *, out: bool
) -> dict[str, Any]:
    box = world.box(game_id) if out else None
    at = world.published(game_id, Dataset.TEAM_BOX) if out else None
    if box:
        margin = box.home.points - box.away.points
        away, home = _whole(box.away, -margin), _whole(box.home, margin)
    else:
        away, home = (_without_players(code) for code in codes)
    return {
        "meta": {
            "version": 1,
            "request": f"http://nba.cloud/games/{game_id}/boxscoretraditional?Format=json",
            "time": z(at) if at else "",
        },
        "boxScoreTraditional": {
            "gameId": game_id,
            "awayTeamId": away["teamId"],
            "homeTeamId": home["teamId"],
            "homeTeam": home,
            "awayTeam": away,
        },
    }


def _names(team: Side) -> dict[str, Any]:
    known = bool(team.tricode)
    return {
        "teamId": team.nba_id if known else 0,
        "teamCity": team.city if known else "",
        "teamName": team.nick if known else "",
        "teamTricode": team.tricode,
        "teamSlug": team.slug if known else "",
    }


def _without_players(tricode: str) -> dict[str, Any]:
    nothing = statistics(total([]))
    return {
        **_names(side(tricode)),
        "players": [],
        "statistics": nothing,
        "starters": nothing,
        "bench": nothing,
    }


def _whole(box: TeamBox, margin: int) -> dict[str, Any]:
    lines = box.lines
    return {
        **_names(box.team),
        "players": [_player(player, line, n) for n, (player, line) in enumerate(box.players)],
        "statistics": statistics(total(lines)._replace(plus_minus=margin)),
        "starters": _part(lines[:STARTERS]),
        "bench": _part(lines[STARTERS:]),
    }


def _part(lines: Sequence[Line]) -> dict[str, Any]:
    found = statistics(total(lines))
    del found["plusMinusPoints"]
    return found


def _player(player: Player, line: Line, place: int) -> dict[str, Any]:
    return {
        "personId": player.id,
        "firstName": player.first,
        "familyName": player.last,
        "nameI": player.short,
        "playerSlug": player.slug,
        "position": ("F", "F", "C", "G", "G")[place] if place < STARTERS else "",
        "comment": "",
        "jerseyNum": player.jersey,
        "statistics": statistics(line),
    }


def statistics(line: Line) -> dict[str, Any]:
    """A line under the league's long names."""
    return {
        "minutes": line.clock,
        "fieldGoalsMade": line.fgm,
        "fieldGoalsAttempted": line.fga,
        "fieldGoalsPercentage": rate(line.fgm, line.fga),
        "threePointersMade": line.fg3m,
        "threePointersAttempted": line.fg3a,
        "threePointersPercentage": rate(line.fg3m, line.fg3a),
        "freeThrowsMade": line.ftm,
        "freeThrowsAttempted": line.fta,
        "freeThrowsPercentage": rate(line.ftm, line.fta),
        "reboundsOffensive": line.oreb,
        "reboundsDefensive": line.dreb,
        "reboundsTotal": line.reb,
        "assists": line.ast,
        "steals": line.stl,
        "blocks": line.blk,
        "turnovers": line.tov,
        "foulsPersonal": line.pf,
        "points": line.pts,
        "plusMinusPoints": float(line.plus_minus),
    }
