"""api.bettingpros.com: the events of a date, and offers on their players in pages of ten."""

from __future__ import annotations

from typing import Any

from shared.core.games import Game
from shared.core.teams import TEAMS
from sim.sources.exchange import Reply, Request, json_reply, parse_day
from sim.sources.league import Side, side
from sim.sources.market import QUOTED, priced_at
from sim.sources.people import Player
from sim.sources.world import SourceWorld

#: How the source writes teams that it does not write as the league does.
CODES = {"NOP": "NOR", "PHX": "PHO", "UTA": "UTH"}
#: Markets by number, with the line of a team's first player.
MARKETS = {"156": 24, "157": 9, "151": 7, "162": 2, "160": 1, "152": 1}
MOST = 10
_BOOKS = (10, 12)


def answer(world: SourceWorld, request: Request) -> Reply:
    """Events or offers; 403 without the X-Api-Key header."""
    if not request.headers.get("x-api-key"):
        return json_reply({"message": "Forbidden"}, 403)
    path = request.path.rstrip("/")
    if request.query.get("sport") != "NBA":
        return json_reply({"message": "sport is required"}, 400)
    if path == "/v3/events":
        return _events(world, request)
    if path == "/v3/offers":
        return _offers(world, request)
    return json_reply({"message": "Not Found"}, 404)


def number(game: Game) -> int:
    """The source's id of a game."""
    return int(game.game_id)


def _events(world: SourceWorld, request: Request) -> Reply:
    try:
        day = parse_day(request.query.get("date", ""))
    except ValueError:
        return json_reply({"message": "date must be YYYY-MM-DD"}, 400)
    events = [
        {
            "id": number(game),
            "sport": "NBA",
            "season": int(game.season[:4]),
            "visitor": _code(side(game.away)),
            "home": _code(side(game.home)),
            "scheduled": game.tip.strftime("%Y-%m-%d %H:%M:%S"),
            "status": "scheduled" if world.phase(game.game_id, request.now) == 0 else "closed",
            "participants": [
                {"id": _code(team), "name": team.nick, "type": "team"}
                for team in (side(game.away), side(game.home))
            ],
        }
        for game in world.on(day, request.now)
        if game.away in TEAMS and game.home in TEAMS
    ]
    return json_reply({"events": events})


def _code(team: Side) -> str:
    return CODES.get(team.tricode, team.tricode)


def _offers(world: SourceWorld, request: Request) -> Reply:
    market = request.query.get("market_id", "")
    try:
        wanted = {int(each) for each in request.query.get("event_id", "").split(":")}
        page, size = (int(request.query.get(key, "1")) for key in ("page", "limit"))
    except ValueError:
        return json_reply({"message": "event_id, page and limit must be numbers"}, 400)
    if market not in MARKETS or not 1 <= size <= MOST or page < 1:
        return json_reply({"message": f"market_id, or limit over {MOST}"}, 400)
    offers = [
        _offer(world, request, game, market, place, player)
        for game in world.calendar(request.now).games
        if number(game) in wanted and game.away in TEAMS and game.home in TEAMS
        for code in (game.away, game.home)
        for place, player in enumerate(world.roster(code)[:QUOTED])
    ]
    pages = -(-len(offers) // size)
    told = {"page": page, "limit": size, "total_pages": pages, "total_items": len(offers)}
    return json_reply({"offers": offers[(page - 1) * size :][:size], "_pagination": told})


def _offer(
    world: SourceWorld, request: Request, game: Game, market: str, place: int, player: Player
) -> dict[str, Any]:
    at = priced_at(request.now)
    about = (game.game_id, market, player.id, "bettingpros")
    line = max(0, MARKETS[market] - place + world.chance.whole(-1, 1, *about)) + 0.5
    return {
        "id": f"{number(game)}-{market}-{player.id}",
        "sport": "NBA",
        "market_id": int(market),
        "event_id": number(game),
        "participants": [{"id": str(player.id), "name": player.name, "type": "player"}],
        "selections": [
            {
                "selection": name,
                "label": name.title(),
                "books": [
                    {
                        "id": book,
                        "lines": [
                            {
                                "line": line,
                                "cost": world.chance.whole(-26, -20, *about, at, book, name) * 5,
                                "updated": at.strftime("%Y-%m-%d %H:%M:%S"),
                                "main": True,
                            }
                        ],
                    }
                    for book in _BOOKS
                ],
            }
            for name in ("over", "under")
        ],
    }
