"""box_scores, games and stats: every game of a date, whole or not, without a league id.

Before its start a game has period 0 and no players; while it goes on, and until this source
has caught up after the end, only the starters.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from shared.core.games import CALLED_OFF, Game, GameType
from shared.core.teams import TEAMS
from sim.sources.answers.bdl_names import player_record, team_record
from sim.sources.boxes import STARTERS, Line, TeamBox
from sim.sources.exchange import z
from sim.sources.league import side
from sim.sources.timing import Dataset
from sim.sources.world import SourceWorld

_QUARTERS = ("", "1st Qtr", "2nd Qtr", "3rd Qtr", "4th Qtr", "4th Qtr")
_POSTSEASON = frozenset({GameType.PLAYOFFS, GameType.PLAY_IN})


def box_scores(world: SourceWorld, day: date, now: datetime) -> list[dict[str, Any]]:
    """The games of `day` as this source knows them at `now`."""
    return [_game(world, game, now) for game in _of(world, day, now)]


def games(world: SourceWorld, day: date, now: datetime) -> list[dict[str, Any]]:
    """The games of `day` without their players, each with this source's number of it."""
    found = []
    for game in _of(world, day, now):
        box = _game(world, game, now)
        sides = {side: _without_players(box[side]) for side in ("home_team", "visitor_team")}
        found.append({"id": _number(game)} | box | sides)
    return sorted(found, key=lambda game: int(game["id"]))


def lines(world: SourceWorld, day: date, now: datetime) -> list[dict[str, Any]]:
    """The lines of `day`, one a player and game; numbers run through the games in order."""
    found = []
    for game in sorted(_of(world, day, now), key=_number):
        box = _game(world, game, now)
        named = {
            name: box[name]
            for name in ("date", "season", "status", "period", "time", "postseason",
                         "home_team_score", "visitor_team_score")
        }  # fmt: skip
        named |= {"id": _number(game), "home_team_id": box["home_team"]["id"],
                  "visitor_team_id": box["visitor_team"]["id"]}  # fmt: skip
        mine = [(box[side], line) for side in ("home_team", "visitor_team")
                for line in box[side]["players"]]  # fmt: skip
        found += [
            {"id": _number(game) * 100 + n} | line | {"game": named, "team": _without_players(team)}
            for n, (team, line) in enumerate(mine)
        ]
    return sorted(found, key=lambda line: int(line["id"]))


def _of(world: SourceWorld, day: date, now: datetime) -> list[Game]:
    every = world.calendar(now).all_on(day)
    return [game for game in every if game.away in TEAMS and game.home in TEAMS]


def _number(game: Game) -> int:
    """This source's id of a game: without the league's zeros, so that it grows with the id."""
    return int(game.game_id)


def _without_players(team: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in team.items() if key != "players"}


def _game(world: SourceWorld, game: Game, now: datetime) -> dict[str, Any]:
    phase = world.phase(game.game_id, now)
    final = phase > 0 and world.is_out(game.game_id, Dataset.BDL_BOX, now)
    key = ("bdl", game.game_id, game.tip, game.status, phase, final)
    return world.once(key, lambda: _record(world, game, phase, final=final))


def _record(world: SourceWorld, game: Game, phase: int, *, final: bool) -> dict[str, Any]:
    # Until it has caught up, this source stays in the fourth quarter.
    shown = phase if final else min(phase, 4)
    away, home = world.score_at(game.game_id, shown)
    box = world.box(game.game_id) if phase else None
    times = world.times(game.game_id)
    period = (5 if times and times.overtime else 4) if final else shown
    return {
        "date": str(game.day),
        "season": int(game.season[:4]),
        "status": "Final" if final else _QUARTERS[shown] or z(game.tip),
        "period": period,
        "time": "Final" if final else (f"Q{shown} 12:00" if shown else ""),
        "postseason": game.type in _POSTSEASON,
        "postponed": game.status in CALLED_OFF,
        "home_team_score": home,
        "visitor_team_score": away,
        "datetime": z(game.tip),
        "home_team": _team(game.home, box and box.home, final=final),
        "visitor_team": _team(game.away, box and box.away, final=final),
    }


def _team(tricode: str, box: TeamBox | None, *, final: bool) -> dict[str, Any]:
    players = [] if box is None else box.players[: None if final else STARTERS]
    blank = Line(*[0] * len(Line._fields))
    return team_record(side(tricode)) | {
        "players": [
            _stats(line if final else blank) | {"player": player_record(player)}
            for player, line in players
        ]
    }


def _stats(line: Line) -> dict[str, Any]:
    return {
        "min": f"{line.seconds // 60:02d}",
        "fgm": line.fgm,
        "fga": line.fga,
        "fg_pct": line.fgm / line.fga if line.fga else 0.0,
        "fg3m": line.fg3m,
        "fg3a": line.fg3a,
        "fg3_pct": line.fg3m / line.fg3a if line.fg3a else 0.0,
        "ftm": line.ftm,
        "fta": line.fta,
        "ft_pct": line.ftm / line.fta if line.fta else 0.0,
        "oreb": line.oreb,
        "dreb": line.dreb,
        "reb": line.reb,
        "ast": line.ast,
        "stl": line.stl,
        "blk": line.blk,
        "turnover": line.tov,
        "pf": line.pf,
        "pts": line.pts,
        "plus_minus": line.plus_minus,
    }
