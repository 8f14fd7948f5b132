"""www.nba.com: the page of a team's roster, with its data inside."""

from __future__ import annotations

import re
from typing import Any

from shared.core.days import day_of_instant, season_of
from sim.sources.exchange import NOT_FOUND, Reply, Request, dump, text_reply
from sim.sources.league import SIDES, Side
from sim.sources.world import SourceWorld

_TEAM = re.compile(r"/team/([0-9]{10})/([a-z0-9-]+)/roster/?")


def answer(world: SourceWorld, request: Request) -> Reply:
    """The page of a team by its number and name; 404 for one that there is not."""
    found = _TEAM.fullmatch(request.path)
    team = next((t for t in SIDES if found and str(t.nba_id) == found[1]), None)
    if not found or team is None or team.slug != found[2]:
        return NOT_FOUND
    season = season_of(day_of_instant(request.now))
    body = world.once(("nba_web", team.tricode, season), lambda: _page(world, team, season))
    return text_reply(body, 200)


def _page(world: SourceWorld, team: Side, season: str) -> str:
    data = dump(
        {
            "props": {
                "pageProps": {
                    "team": {
                        "info": {"TEAM_ID": team.nba_id, "ABBREVIATION": team.tricode},
                        "roster": [_player(world, team, n, season) for n in range(15)],
                        "coaches": [],
                    }
                }
            },
            "page": "/team/[...params]",
        }
    ).decode()
    return (
        f"<!DOCTYPE html><html><head><title>{team.name} Roster</title></head><body>"
        f'<script id="__NEXT_DATA__" type="application/json">{data}</script></body></html>'
    )


def _player(world: SourceWorld, team: Side, place: int, season: str) -> dict[str, Any]:
    player = world.roster(team.tricode)[place]
    return {
        "TeamID": team.nba_id,
        "SEASON": season[:4],
        "LeagueID": "00",
        "PLAYER": player.name,
        "PLAYER_SLUG": player.slug,
        "NUM": player.jersey,
        "POSITION": player.position,
        "HEIGHT": f"{player.height // 12}-{player.height % 12}",
        "WEIGHT": str(player.weight),
        "BIRTH_DATE": player.born,
        "AGE": int(season[:4]) - int(player.born[:4]),
        "EXP": str(player.id % 12),
        "SCHOOL": "Somewhere",
        "PLAYER_ID": player.id,
        "HOW_ACQUIRED": "",
    }
