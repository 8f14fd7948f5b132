"""cdn.nba.com: play-by-play, one file per game."""

from __future__ import annotations

from scrapers.base import Ask, Fetched, Http, Record
from scrapers.params import need
from scrapers.payload import records_at
from scrapers.response import Response
from shared.errors import SourceFailure

#: The CDN's answers for a file that does not exist yet.
NOT_THERE = (403, 404)
#: What a 403 says when it is about us and not about the file.
REGION_BLOCK = b"not accessible in this region"


def fetch_play_by_play(ask: Ask, http: Http) -> Fetched:
    """One record per action; covers the game once its end is among them."""
    game = need(ask, "game")
    response = http.get(
        f"/static/json/liveData/playbyplay/playbyplay_{game}.json", accept=(200, *NOT_THERE)
    )
    refuse_region_block(response, ask.scraper)
    if response.status in NOT_THERE:
        return Fetched(records=(), stats={"status": response.status})
    payload = response.json()
    found = records_at(payload, "game", ask.scraper)[0].get("gameId", game)
    if found != game:
        raise SourceFailure("malformed", f"{ask.scraper}: asked for game {game}, got [{found}]")
    actions = records_at(payload, "game.actions[]", ask.scraper)
    covers = (game,) if any(is_game_end(action) for action in actions) else ()
    return Fetched(records=actions, covers=covers)


def is_game_end(action: Record) -> bool:
    """Whether this action is the end of the game (a period's end is another type)."""
    return action.get("actionType") == "game" and action.get("subType") == "end"


def refuse_region_block(response: Response, place: str) -> None:
    """Raise `blocked` when the answer is a region block: it is not the data's absence."""
    if REGION_BLOCK in response.body[:100_000].lower():
        raise SourceFailure(
            "blocked", f"{place}: not accessible in this region", status=response.status
        )
