"""www.espn.com: a game's box score, read from the data that its page carries for the browser.

ESPN has game ids of its own: they are looked up on the page of the day's scores, by the teams.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from scrapers.base import Ask, Fetched, Http, Record
from scrapers.fetchers.espn import TRICODES
from scrapers.params import day_games, given, need, need_date
from scrapers.payload import list_of, map_of, object_at, records_at
from scrapers.response import Response, strict
from shared.errors import SourceFailure

#: What stands before the page's data.
DATA = b"window['__espnfitt__']="
#: The state of a game that is over.
ENDED = "post"
#: Five start: a team with fewer players is not whole.
STARTERS = 5


def fetch_game_boxscore(ask: Ask, http: Http) -> Fetched:
    """One record per player of the box; covers the game when both teams are there and it is over.

    The parameter `espn` names ESPN's id and saves the look-up. A game that ESPN does not list,
    or whose box is still empty, has no records.
    """
    game, day = need(ask, "game"), need_date(ask)
    number = given(ask, "espn")
    if number is None:
        teams = _teams(ask, game)
        scores = http.get(f"/nba/scoreboard/_/date/{day:%Y%m%d}")
        number = _listed(ask, page_data(scores, ask.scraper), teams)
    if number is None:
        return Fetched(records=(), stats={"listed": False})
    page = http.get("/nba/boxscore", {"gameId": number})
    found = object_at(page_data(page, ask.scraper), "page.content.gamepackage", ask.scraper)
    strip = map_of(found, "gmStrp")
    if str(strip.get("gid", number)) != number:
        raise SourceFailure(
            "malformed", f"{ask.scraper}: asked for game {number}, got [{strip['gid']}]"
        )
    records = [
        {"game_id": game, "espn_game_id": number, **player}
        for team in list_of(found, "bxscr")
        for player in _players(team, ask.scraper)
    ]
    ended = ENDED in (strip.get("statusState"), map_of(strip, "status").get("state"))
    covers = (game,) if ended and _is_whole(records) else ()
    return Fetched(records=records, covers=covers, stats={"espn": number})


def page_data(response: Response, place: str) -> Any:
    """The data that a page carries; `error_page` for a page without, `malformed` if cut off."""
    _, marker, rest = response.body.partition(DATA)
    if not marker:
        words = " ".join(response.body[:200].decode("utf-8", "replace").split())
        raise SourceFailure("error_page", f"{place}: a page without data: [{words}]")
    try:
        return strict(rest.decode().lstrip(), more=True)
    except (ValueError, RecursionError) as e:
        raise SourceFailure(
            "malformed", f"{place}: the page's data is cut off after {len(rest)} bytes: {e}"
        ) from e


def _teams(ask: Ask, game: str) -> tuple[str, str]:
    """The game's away and home tricodes, from the target or from the day's games."""
    params = ask.target.params
    if params.get("away") and params.get("home"):
        return params["away"], params["home"]
    for each in day_games(ask) or ():
        if each.game_id == game:
            return each.away, each.home
    raise SourceFailure(
        "missing_parameter", f"{ask.scraper}: needs the teams of game {game}, or ESPN's id of it"
    )


def _listed(ask: Ask, payload: Any, teams: tuple[str, str]) -> str | None:
    """ESPN's id of the game between `teams` (away, home) on the day's page."""
    for event in records_at(payload, "page.content.scoreboard.evts[]", ask.scraper):
        found = {
            bool(each.get("isHome")): TRICODES.get(str(each.get("abbrev")))
            for each in records_at(event, "competitors[]", ask.scraper)
        }
        if (found.get(False), found.get(True)) == teams and event.get("id"):
            return str(event["id"])
    return None


def _players(team: Any, place: str) -> Iterator[Record]:
    """The players of one team's box, each with the values by their labels."""
    whose = object_at(team, "tm", place)
    code = str(whose.get("abbrev"))
    for group in records_at(team, "stats[]", place):
        labels = [str(label) for label in list_of(group, "lbls") or list_of(group, "keys")]
        for each in list_of(group, "athlts"):
            athlete = object_at(each, "athlt", place)
            values = list_of(each, "stats")
            if values and len(values) != len(labels):
                raise SourceFailure(
                    "malformed",
                    f"{place}: {len(values)} values for {len(labels)} labels of [{code}]",
                )
            yield {
                "team": TRICODES.get(code, code),
                "player_id": athlete.get("id"),
                "player_name": athlete.get("dspNm"),
                "position": athlete.get("pos"),
                "jersey": athlete.get("jersey"),
                "starter": group.get("type") == "starters",
                "did_not_play": not values,
                "stats": dict(zip(labels, values, strict=True)) if values else {},
            }


def _is_whole(players: Sequence[Record]) -> bool:
    played: dict[str, int] = {}
    for player in players:
        if not player["did_not_play"]:
            played[player["team"]] = played.get(player["team"], 0) + 1
    return len(played) == len(("away", "home")) and min(played.values()) >= STARTERS
