"""www.espn.com: pages of a day's scores and of a game's box, with their data inside.

A box is empty before its game, has the starters alone until it is published, and all players
after that.
"""

from __future__ import annotations

import re
from typing import Any

from shared.core.games import Game
from shared.core.teams import TEAMS
from sim.sources.answers.espn import event_id, status_of
from sim.sources.boxes import STARTERS, Line, TeamBox
from sim.sources.exchange import NOT_FOUND, Reply, Request, dump, parse_day, text_reply, z
from sim.sources.league import side
from sim.sources.timing import Dataset
from sim.sources.world import SourceWorld

_SCORES = re.compile(r"/nba/scoreboard/_/date/([0-9]{4})([0-9]{2})([0-9]{2})")
_BOX = re.compile(r"/nba/boxscore(?:/_/gameId/([0-9]+))?")
LABELS = ("MIN", "PTS", "FG", "3PT", "FT", "REB", "AST", "TO", "STL", "BLK", "OREB", "DREB",
          "PF", "+/-")  # fmt: skip


def answer(world: SourceWorld, request: Request) -> Reply:
    """A page; 404 for a date or a game that there is not."""
    path = request.path.rstrip("/")
    if found := _SCORES.fullmatch(path):
        return _scores(world, request, "-".join(found.groups()))
    if found := _BOX.fullmatch(path):
        return _box_page(world, request, found[1] or request.query.get("gameId", ""))
    return NOT_FOUND


def _page(title: str, content: Any) -> Reply:
    data = dump({"app": {}, "page": {"type": "nba", "content": content}}).decode()
    # As in any page, what would end the script is written otherwise.
    script = f"window['__espnfitt__']={data.replace('</', '<' + chr(92) + '/')};"
    return text_reply(
        f"<!DOCTYPE html><html><head><title>{title}</title></head><body><div id='espnfitt'></div>"
        f"<script>{script}</script></body></html>",
        200,
    )


def _scores(world: SourceWorld, request: Request, text: str) -> Reply:
    try:
        day = parse_day(text)
    except ValueError:
        return NOT_FOUND
    events = [
        {
            "id": event_id(game.game_id),
            "date": z(game.tip),
            "competitors": [
                {
                    "id": str(side(code).espn_id),
                    "abbrev": side(code).espn,
                    "displayName": side(code).name,
                    "isHome": code == game.home,
                }
                for code in (game.home, game.away)
            ],
            "status": status_of(world.phase(game.game_id, request.now))["type"],
        }
        for game in _games(world, request)
        if game.day == day
    ]
    return _page(f"NBA Scoreboard {day}", {"scoreboard": {"evts": events}})


def _games(world: SourceWorld, request: Request) -> list[Game]:
    every = world.calendar(request.now).games
    return [game for game in every if game.away in TEAMS and game.home in TEAMS]


def _box_page(world: SourceWorld, request: Request, number: str) -> Reply:
    game = next((g for g in _games(world, request) if event_id(g.game_id) == number), None)
    if game is None:
        return NOT_FOUND
    phase = world.phase(game.game_id, request.now)
    whole = phase > 4 and world.is_out(game.game_id, Dataset.TEAM_BOX, request.now)
    shown = phase if whole else min(phase, 4)
    status = status_of(shown)["type"]
    box = world.box(game.game_id) if phase else None
    package: dict[str, Any] = {
        "gmStrp": {
            "gid": number,
            "statusState": status["state"],
            "status": {"desc": status["description"], "state": status["state"]},
            "tms": [{"abbrev": side(code).espn} for code in (game.home, game.away)],
        },
        "bxscr": [_team(team, whole=whole) for team in (box.away, box.home)] if box else [],
    }
    return _page("NBA Box Score", {"gamepackage": package})


def _team(box: TeamBox, *, whole: bool) -> dict[str, Any]:
    starters, bench = box.players[:STARTERS], box.players[STARTERS:] if whole else ()
    return {
        "tm": {"id": str(box.team.espn_id), "abbrev": box.team.espn, "dspNm": box.team.name},
        "stats": [
            {
                "type": kind,
                "lbls": list(LABELS),
                "athlts": [
                    {
                        "athlt": {
                            "id": str(player.id + 1_000_000),
                            "dspNm": player.name,
                            "pos": player.position[0],
                            "jersey": player.jersey,
                        },
                        "stats": _values(line) if whole else ["0"] * len(LABELS),
                    }
                    for player, line in group
                ],
            }
            for kind, group in (("starters", starters), ("bench", bench))
        ],
    }


def _values(line: Line) -> list[str]:
    return [
        str(line.seconds // 60), str(line.pts), f"{line.fgm}-{line.fga}",
        f"{line.fg3m}-{line.fg3a}", f"{line.ftm}-{line.fta}", str(line.reb), str(line.ast),
        str(line.tov), str(line.stl), str(line.blk), str(line.oreb), str(line.dreb),
        str(line.pf), f"{line.plus_minus:+d}",
    ]  # fmt: skip
