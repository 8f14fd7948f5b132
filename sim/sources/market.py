"""What a bookmaker offers for a game: lines that move every ten minutes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.core.games import Game
from sim.sources.league import side
from sim.sources.world import SourceWorld

#: Title by key, in the order in which the source gives them.
BOOKS: Mapping[str, str] = {
    "draftkings": "DraftKings",
    "fanduel": "FanDuel",
    "betmgm": "BetMGM",
    "betrivers": "BetRivers",
}
MARKETS = ("h2h", "spreads", "totals", "player_points")
MINUTES = 10
#: The players of each team with a line on their points.
QUOTED = 8


def priced_at(now: datetime) -> datetime:
    """When the prices shown at `now` were set."""
    return now.replace(minute=now.minute // MINUTES * MINUTES, second=0, microsecond=0)


def outcomes(
    world: SourceWorld, game: Game, book: str, market: str, at: datetime
) -> list[dict[str, Any]]:
    """The outcomes of one market as priced at `at`."""
    away, home = side(game.away).name, side(game.home).name
    chance, about = world.chance, (game.game_id, market)
    moved = chance.whole(-2, 2, *about, book, at) / 2
    if market == "h2h":
        favour = chance.whole(-180, 180, *about)
        odds = {away: -110 - favour, home: -110 + favour}
        return [{"name": name, "price": _american(price)} for name, price in odds.items()]
    if market == "spreads":
        point = chance.whole(-9, 9, *about) + 0.5 + moved
        return [_outcome(world, (*about, book, at), name, line)
                for name, line in ((away, point), (home, -point))]  # fmt: skip
    if market == "totals":
        point = chance.whole(210, 240, *about) + 0.5 + moved
        return [_outcome(world, (*about, book, at), name, point) for name in ("Over", "Under")]
    found = []
    for code in (game.away, game.home):
        for place, player in enumerate(world.roster(code)[:QUOTED]):
            point = max(2, 24 - 2 * place + chance.whole(-3, 3, player.id, "line")) + 0.5 + moved
            for name in ("Over", "Under"):
                outcome = _outcome(world, (*about, book, at, player.id), name, point)
                found.append({"name": name, "description": player.name, **outcome})
    return found


def _outcome(
    world: SourceWorld, about: tuple[object, ...], name: str, point: float
) -> dict[str, Any]:
    price = world.chance.whole(-26, -20, *about, name) * 5
    return {"name": name, "price": _american(price), "point": point}


def _american(price: int) -> int:
    """American odds have nothing between -100 and 100."""
    return price if abs(price) >= 100 else 100
