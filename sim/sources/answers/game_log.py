"""leaguegamelog: one row a player or team and game, for the games of some days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from shared.core.games import Game, GameType
from sim.sources.boxes import Line, TeamBox, rate, total
from sim.sources.timing import Dataset
from sim.sources.world import SourceWorld

_BEFORE = {
    "P": ["SEASON_ID", "PLAYER_ID", "PLAYER_NAME", "TEAM_ID", "TEAM_ABBREVIATION", "TEAM_NAME"],
    "T": ["SEASON_ID", "TEAM_ID", "TEAM_ABBREVIATION", "TEAM_NAME"],
}
_NAMES = (
    "GAME_ID GAME_DATE MATCHUP WL MIN FGM FGA FG_PCT FG3M FG3A FG3_PCT FTM FTA FT_PCT OREB DREB "
    "REB AST STL BLK TOV PF PTS PLUS_MINUS"
)
_STATS = _NAMES.split()
_AFTER = {"P": ["FANTASY_PTS", "VIDEO_AVAILABLE"], "T": ["VIDEO_AVAILABLE"]}
#: A wrong SeasonType gives no rows, not an error. The cup's final counts as a season game here.
SEASON_TYPES: Mapping[str, frozenset[GameType]] = {
    "Regular Season": frozenset({GameType.REGULAR, GameType.CUP_FINAL}),
    "Pre Season": frozenset({GameType.PRESEASON}),
    "Playoffs": frozenset({GameType.PLAYOFFS}),
    "PlayIn": frozenset({GameType.PLAY_IN}),
    "IST": frozenset({GameType.CUP_FINAL}),
    "All Star": frozenset(),
}


def game_log(
    world: SourceWorld, query: Mapping[str, str], start: date, end: date, now: datetime
) -> dict[str, Any]:
    """The decoded answer: the rows of every game of [start, end] that is published by `now`."""
    kind = "T" if query["PlayerOrTeam"] == "T" else "P"
    types = SEASON_TYPES.get(query["SeasonType"], frozenset())
    rows: list[list[Any]] = []
    # A season has fewer days; a wider range is cut, so that nobody asks for centuries.
    for n in range(min((end - start).days, 400) + 1):
        for game in world.seasons.last.all_on(start + timedelta(days=n)):
            wanted = game.type in types and game.season == query["Season"]
            if wanted and world.is_out(game.game_id, Dataset.GAME_LOG, now):
                rows += _game_rows(world, game, kind)
    if query["Direction"] == "DESC":
        rows.reverse()
    return {
        "resource": "leaguegamelog",
        "parameters": {
            "LeagueID": query["LeagueID"],
            "Season": query["Season"],
            "SeasonType": query["SeasonType"],
            "PlayerOrTeam": "Player" if kind == "P" else "Team",
            "Counter": int(query["Counter"]) if query.get("Counter", "").isdigit() else 0,
            "Sorter": query["Sorter"],
            "Direction": query["Direction"],
            "DateFrom": query["DateFrom"],
            "DateTo": query["DateTo"],
        },
        "resultSets": [
            {
                "name": "LeagueGameLog",
                "headers": _BEFORE[kind] + _STATS + _AFTER[kind],
                "rowSet": rows,
            }
        ],
    }


def _game_rows(world: SourceWorld, game: Game, kind: str) -> list[list[Any]]:
    def make() -> list[list[Any]]:
        box = world.box(game.game_id)
        if box is None:
            return []
        found: list[list[Any]] = []
        for own, other in ((box.away, box.home), (box.home, box.away)):
            found += _team_rows(game, own, other, kind)
        return found

    return world.once(("log", game.game_id, kind), make)


def _team_rows(game: Game, own: TeamBox, other: TeamBox, kind: str) -> list[list[Any]]:
    team = own.team
    season = game.game_id[2] + game.season[:4]
    between = "@" if team.tricode == game.away else "vs."
    facts = [
        game.game_id,
        str(game.day),
        f"{team.tricode} {between} {other.team.tricode}",
        "W" if own.points > other.points else "L",
    ]
    names = [team.nba_id, team.tricode, team.name]
    if kind == "T":
        line = total(own.lines)._replace(plus_minus=own.points - other.points)
        return [[season, *names, *facts, *_stats(line), 1]]
    return [
        [season, player.id, player.name, *names, *facts, *_stats(line), _fantasy(line), 1]
        for player, line in own.players
    ]


def _stats(line: Line) -> list[Any]:
    return [
        round(line.seconds / 60), line.fgm, line.fga, rate(line.fgm, line.fga),
        line.fg3m, line.fg3a, rate(line.fg3m, line.fg3a),
        line.ftm, line.fta, rate(line.ftm, line.fta),
        line.oreb, line.dreb, line.reb, line.ast, line.stl, line.blk, line.tov, line.pf,
        line.pts, line.plus_minus,
    ]  # fmt: skip


def _fantasy(line: Line) -> float:
    """The league's fantasy points."""
    steals = 3 * (line.stl + line.blk)
    return round(line.pts + 1.2 * line.reb + 1.5 * line.ast + steals - line.tov, 1)
