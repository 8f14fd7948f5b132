"""official.nba.com: the officials of a day's games, announced about 09:00 ET."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.core.games import Game
from sim.sources.exchange import NOT_FOUND, Reply, Request, json_reply, parse_day
from sim.sources.league import side
from sim.sources.world import SourceWorld

PATH = "/wp-json/api/v1/get-game-officials"


def answer(world: SourceWorld, request: Request) -> Reply:
    """The tables of the leagues; without rows for the NBA until the day's are announced."""
    if request.path.rstrip("/") != PATH:
        return NOT_FOUND
    try:
        day = parse_day(request.query.get("date", ""))
    except ValueError:
        return json_reply({"code": "rest_invalid_param", "message": "Invalid parameter: date"}, 400)
    games: tuple[Game, ...] = ()
    if request.now >= world.referees_published(day):
        games = world.on(day, request.now)
    empty: dict[str, Any] = {"Table": {"rows": []}, "Table1": {"rows": []}}
    nba = {
        "Table": {"rows": [_row(world, game) for game in games if game.tip_known]},
        "Table1": {"rows": [_replay(world, day)] if games else []},
    }
    return json_reply({"nba": nba, "gl": empty, "wnba": empty})


def _row(world: SourceWorld, game: Game) -> dict[str, Any]:
    away, home = side(game.away), side(game.home)
    found: dict[str, Any] = {
        "game_id": game.game_id,
        "game_date": f"{game.day:%m/%d/%Y}",
        "season": game.game_id[2] + game.season[:4],
        "game_code": f"{game.day:%Y%m%d}/{game.away}{game.home}",
        "home_team_id": home.nba_id,
        "home_team": home.city,
        "home_team_abbr": home.tricode,
        "away_team_id": away.nba_id,
        "away_team": away.city,
        "away_team_abbr": away.tricode,
    }
    for n, official in enumerate(world.officials(game.game_id), start=1):
        # The fourth is the alternate, whom games of the season do without.
        named = n < 4
        found |= {
            f"official{n}": official.name if named else None,
            f"official{n}_code": official.id if named else None,
            f"official{n}_JNum": official.jersey if named else None,
        }
    return found


def _replay(world: SourceWorld, day: date) -> dict[str, Any]:
    official = world.officials(f"replay {day}")[0]
    return {
        "game_date": f"{day:%m/%d/%Y}",
        "official_code": official.id,
        "replaycenter_official": official.name,
    }
