"""api.the-odds-api.com: the events that can be bet on, and their odds, until the tip."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.core.games import CALLED_OFF, Game
from shared.core.teams import TEAMS
from sim.sources.exchange import Reply, Request, json_reply, z
from sim.sources.league import side
from sim.sources.market import BOOKS, MARKETS, outcomes, priced_at
from sim.sources.world import SourceWorld

_EVENTS = "/v4/sports/basketball_nba/events"
_ODDS = re.compile(_EVENTS + r"/([0-9a-f]{32})/odds")
#: How long before its tip a game becomes an event.
OPENS = timedelta(days=7)
#: Credits a month; what is used of them follows from the time alone.
CREDITS = 100_000


def answer(world: SourceWorld, request: Request) -> Reply:
    """Events, or one event's odds; every answer with a key says what is left of the credits."""
    if not request.query.get("apiKey"):
        return _refuse(401, "MISSING_KEY", "API key is missing")
    if request.path.rstrip("/") == _EVENTS:
        return _events(world, request)
    found = _ODDS.fullmatch(request.path.rstrip("/"))
    if found:
        return _odds(world, request, found[1])
    return _refuse(404, "UNKNOWN_SPORT", "Unknown sport")


def _refuse(status: int, code: str, message: str) -> Reply:
    details = f"https://the-odds-api.com/liveapi/guides/v4/api-error-codes.html#{code.lower()}"
    payload = {"message": message, "error_code": code, "details_url": details}
    return json_reply(payload, status)


def _credits(now: datetime, cost: int) -> Mapping[str, str]:
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    used = int((now - month).total_seconds() / 60)
    return {
        "x-requests-remaining": str(CREDITS - used),
        "x-requests-used": str(used),
        "x-requests-last": str(cost),
    }


def _is_open(game: Game, now: datetime) -> bool:
    known = game.tip_known and game.away in TEAMS and game.home in TEAMS
    return known and game.status not in CALLED_OFF and game.tip - OPENS <= now < game.tip


def _events(world: SourceWorld, request: Request) -> Reply:
    bounds: dict[str, datetime] = {}
    for name in ("commenceTimeFrom", "commenceTimeTo"):
        if text := request.query.get(name):
            try:
                bounds[name] = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
            except ValueError:
                return _refuse(422, "INVALID_COMMENCE_TIME", f"Invalid {name}. Use ISO8601")
    earliest = bounds.get("commenceTimeFrom", request.now)
    latest = bounds.get("commenceTimeTo", request.now + OPENS)
    found = [
        _event(world, game)
        for game in world.calendar(request.now).games
        if earliest <= game.tip <= latest and _is_open(game, request.now)
    ]
    return json_reply(found, headers=_credits(request.now, 0))


def _event(world: SourceWorld, game: Game) -> dict[str, Any]:
    return {
        "id": world.event_id(game.game_id),
        "sport_key": "basketball_nba",
        "sport_title": "NBA",
        "commence_time": z(game.tip),
        "home_team": side(game.home).name,
        "away_team": side(game.away).name,
    }


def _odds(world: SourceWorld, request: Request, event_id: str) -> Reply:
    query, now = request.query, request.now
    books = _list(query.get("bookmakers"))
    regions = _list(query.get("regions"))
    if not books and not regions:
        return _refuse(422, "MISSING_REGION", "Missing one of regions or bookmakers")
    markets = _list(query.get("markets")) or ["h2h"]
    if wrong := [market for market in markets if market not in MARKETS]:
        return _refuse(422, "INVALID_MARKET", f"Invalid markets: {','.join(wrong)}")
    game = world.calendar(now).game(world.game_of_event(event_id) or "")
    if game is None or not _is_open(game, now):
        message = f"Event with id {event_id} not found. The event may have expired"
        return _refuse(404, "EVENT_NOT_FOUND", message)
    chosen = [book for book in BOOKS if not books or book in books]
    payload = _event(world, game) | {
        "bookmakers": [_book(world, game, book, markets, now) for book in chosen]
    }
    return json_reply(payload, headers=_credits(now, len(markets) * max(len(regions), 1)))


def _list(text: str | None) -> list[str]:
    return [each for each in (text or "").split(",") if each]


def _book(
    world: SourceWorld, game: Game, book: str, markets: list[str], now: datetime
) -> dict[str, Any]:
    updated = priced_at(now)
    return {
        "key": book,
        "title": BOOKS[book],
        "markets": [
            {
                "key": market,
                "last_update": z(updated),
                "outcomes": outcomes(world, game, book, market, updated),
            }
            for market in markets
        ],
    }
