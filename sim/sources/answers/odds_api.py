"""api.the-odds-api.com: the events that can be bet on, and their odds, until the tip.

Both also as they were at a snapshot; and the teams, as participants, with their players.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.core.games import CALLED_OFF, Game
from shared.core.teams import TEAMS
from sim.sources.exchange import Reply, Request, json_reply, z
from sim.sources.league import SIDES, Side, side
from sim.sources.market import BOOKS, MARKETS, outcomes, priced_at
from sim.sources.world import SourceWorld

_SPORT = "sports/basketball_nba"
_EVENTS = re.compile(rf"/v4/(historical/)?{_SPORT}/events")
_ODDS = re.compile(rf"/v4/(historical/)?{_SPORT}/events/([0-9a-f]{{32}})/odds")
_PARTICIPANTS = f"/v4/{_SPORT}/participants"
_PLAYERS = re.compile(rf"{_PARTICIPANTS}/(par_[0-9a-f]{{12}})/players")
#: How long before its tip a game becomes an event.
OPENS = timedelta(days=7)
#: Credits a month; what is used of them follows from the time alone.
CREDITS = 100_000


#: How far apart snapshots are, and how late in its five minutes one is taken.
STEP, TAKEN = timedelta(minutes=5), timedelta(seconds=38)
#: What a question about the past costs, as a multiple of the same one about the present.
HISTORY = 10
#: Bookmakers that count as one region.
BOOKS_A_REGION = 10


def answer(world: SourceWorld, request: Request) -> Reply:
    """What is asked for; every answer with a key says what is left of the credits."""
    if not request.query.get("apiKey"):
        return _refuse(401, "MISSING_KEY", "API key is missing")
    path = request.path.rstrip("/")
    if found := _EVENTS.fullmatch(path) or _ODDS.fullmatch(path):
        past = found[1] is not None
        at = _snapshot(request) if past else request.now
        if at is None:
            return _refuse(422, "INVALID_HISTORICAL_TIMESTAMP", "Missing or invalid date")
        if found.re is _EVENTS:
            return _events(world, request, at, past=past)
        return _odds(world, request, found[2], at, past=past)
    if path == _PARTICIPANTS:
        teams = [{"id": _participant(world, team), "full_name": team.name} for team in SIDES]
        return json_reply(teams, headers=_credits(request.now, 1))
    if found := _PLAYERS.fullmatch(path):
        return _players(world, request, found[1])
    return _refuse(404, "UNKNOWN_SPORT", "Unknown sport")


def _snapshot(request: Request) -> datetime | None:
    """The last snapshot at or before the asked instant; None for no instant, or a future one."""
    try:
        asked = datetime.strptime(request.query.get("date", ""), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None
    if asked > request.now:
        return None
    # Taken 38 seconds into its five minutes: at 10:00:00 the last is that of 09:55:38.
    hour = asked.replace(minute=0, second=0, microsecond=0)
    return hour + (asked - TAKEN - hour) // STEP * STEP + TAKEN


def _told(payload: Any, at: datetime, *, past: bool) -> Any:
    """The payload, or the past's wrapping of it."""
    if not past:
        return payload
    return {
        "timestamp": z(at),
        "previous_timestamp": z(at - STEP),
        "next_timestamp": z(at + STEP),
        "data": payload,
    }


def _participant(world: SourceWorld, team: Side) -> str:
    return f"par_{world.chance.hex32('participant', team.tricode)[:12]}"


def _players(world: SourceWorld, request: Request, number: str) -> Reply:
    team = next((team for team in SIDES if _participant(world, team) == number), None)
    if team is None:
        return _refuse(404, "PARTICIPANT_NOT_FOUND", f"Participant with id {number} not found")
    players = [
        {"id": f"par_{world.chance.hex32('player', player.id)[:12]}", "full_name": player.name}
        for player in world.roster(team.tricode)
    ]
    return json_reply(players, headers=_credits(request.now, 1))


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


def _events(world: SourceWorld, request: Request, at: datetime, *, past: bool) -> Reply:
    bounds: dict[str, datetime] = {}
    for name in ("commenceTimeFrom", "commenceTimeTo"):
        if text := request.query.get(name):
            try:
                bounds[name] = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
            except ValueError:
                return _refuse(422, "INVALID_COMMENCE_TIME", f"Invalid {name}. Use ISO8601")
    earliest = bounds.get("commenceTimeFrom", at)
    latest = bounds.get("commenceTimeTo", at + OPENS)
    found = [
        _event(world, game)
        for game in world.calendar(at).games
        if earliest <= game.tip <= latest and _is_open(game, at)
    ]
    # Those of the past cost one credit, unless there are none.
    cost = int(past and bool(found))
    return json_reply(_told(found, at, past=past), headers=_credits(request.now, cost))


def _event(world: SourceWorld, game: Game) -> dict[str, Any]:
    return {
        "id": world.event_id(game.game_id),
        "sport_key": "basketball_nba",
        "sport_title": "NBA",
        "commence_time": z(game.tip),
        "home_team": side(game.home).name,
        "away_team": side(game.away).name,
    }


def _odds(
    world: SourceWorld, request: Request, event_id: str, at: datetime, *, past: bool
) -> Reply:
    query = request.query
    books = _list(query.get("bookmakers"))
    regions = _list(query.get("regions"))
    if not books and not regions:
        return _refuse(422, "MISSING_REGION", "Missing one of regions or bookmakers")
    markets = _list(query.get("markets")) or ["h2h"]
    if wrong := [market for market in markets if market not in MARKETS]:
        return _refuse(422, "INVALID_MARKET", f"Invalid markets: {','.join(wrong)}")
    game = world.calendar(at).game(world.game_of_event(event_id) or "")
    if game is None or not _is_open(game, at):
        message = f"Event with id {event_id} not found. The event may have expired"
        return _refuse(404, "EVENT_NOT_FOUND", message)
    chosen = [book for book in BOOKS if not books or book in books]
    payload = _event(world, game) | {
        "bookmakers": [_book(world, game, book, markets, at) for book in chosen]
    }
    areas = -(-len(books) // BOOKS_A_REGION) if books else len(regions)
    cost = len(markets) * areas * (HISTORY if past else 1)
    return json_reply(_told(payload, at, past=past), headers=_credits(request.now, cost))


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
