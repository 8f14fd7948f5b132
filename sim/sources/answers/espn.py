"""site.api.espn.com: one team and, if asked for, its athletes; and the scores of a date."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from shared.core.games import Game
from shared.core.teams import TEAMS
from sim.sources.exchange import NOT_FOUND, Reply, Request, json_reply, parse_day
from sim.sources.league import SIDES, Side, side
from sim.sources.people import Player
from sim.sources.world import SourceWorld

_TEAM = re.compile(r"/apis/site/v2/sports/basketball/nba/teams/([A-Za-z0-9]+)/?")
_SCOREBOARD = "/apis/site/v2/sports/basketball/nba/scoreboard"
_POSITIONS = {"G": ("3", "Guard"), "F": ("7", "Forward"), "C": ("9", "Center")}
#: ESPN's athlete ids are the league's with another start.
_FIRST_ID = 2_640_000


def answer(world: SourceWorld, request: Request) -> Reply:
    """A team by ESPN's code or number; 400 for one that there is not, as ESPN says it."""
    if request.path.rstrip("/") == _SCOREBOARD:
        return _scores(world, request)
    found = _TEAM.fullmatch(request.path)
    if not found:
        return NOT_FOUND
    wanted = found[1].upper()
    team = next((t for t in SIDES if wanted in (t.espn, str(t.espn_id))), None)
    if team is None:
        return json_reply({"code": 400, "message": "Failed to get league teams summary."}, 400)
    enabled = request.query.get("enable", "").split(",")
    with_roster = "roster" in enabled
    body = world.once(
        ("espn", team.tricode, with_roster),
        lambda: json_reply(_payload(world, team, with_roster=with_roster)).body,
    )
    return json_reply(body)


def _payload(world: SourceWorld, team: Side, *, with_roster: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": str(team.espn_id),
        "uid": f"s:40~l:46~t:{team.espn_id}",
        "slug": team.name.lower().replace(" ", "-"),
        "location": team.city,
        "name": team.nick,
        "nickname": team.nick,
        "abbreviation": team.espn,
        "displayName": team.name,
        "shortDisplayName": team.nick,
        "color": "1d428a",
        "alternateColor": "ffc72c",
        "isActive": True,
        "logos": [],
        "record": {"items": []},
        "links": [],
    }
    if with_roster:
        players = world.roster(team.tricode)
        found["athletes"] = [_athlete(player) for player in players]
    return {"team": found}


def _athlete(player: Player) -> dict[str, Any]:
    number = player.id - 1_640_000 + _FIRST_ID
    letter = player.position[0]
    place, name = _POSITIONS[letter]
    return {
        "id": str(number),
        "uid": f"s:40~l:46~a:{number}",
        "firstName": player.first,
        "lastName": player.last,
        "fullName": player.name,
        "displayName": player.name,
        "shortName": player.short,
        "weight": float(player.weight),
        "displayWeight": f"{player.weight} lbs",
        "height": float(player.height),
        "displayHeight": f"{player.height // 12}' {player.height % 12}\"",
        "dateOfBirth": f"{player.born}T07:00Z",
        "slug": player.slug,
        "jersey": player.jersey,
        "position": {"id": place, "name": name, "displayName": name, "abbreviation": letter},
        "injuries": [],
        "experience": {"years": 1 + player.id % 12},
        "status": {"id": "1", "name": "Active", "type": "active", "abbreviation": "Active"},
        "links": [],
    }


def event_id(game_id: str) -> str:
    """ESPN's id of a game: nine digits that begin with 4."""
    return f"4{game_id[-8:]}"


def _scores(world: SourceWorld, request: Request) -> Reply:
    text = request.query.get("dates", "")
    try:
        day = parse_day(f"{text[:4]}-{text[4:6]}-{text[6:]}")
    except ValueError:
        return json_reply({"code": 400, "message": "Invalid date"}, 400)
    events = [
        _event(world, game, request.now)
        for game in world.on(day, request.now)
        if game.away in TEAMS and game.home in TEAMS
    ]
    return json_reply({"leagues": [], "day": {"date": day.isoformat()}, "events": events})


def _event(world: SourceWorld, game: Game, now: datetime) -> dict[str, Any]:
    phase = world.phase(game.game_id, now)
    away, home = world.score_at(game.game_id, phase)
    sides = (("home", side(game.home), home), ("away", side(game.away), away))
    return {
        "id": event_id(game.game_id),
        "uid": f"s:40~l:46~e:{event_id(game.game_id)}",
        "date": game.tip.strftime("%Y-%m-%dT%H:%MZ"),
        "name": f"{side(game.away).name} at {side(game.home).name}",
        "shortName": f"{side(game.away).espn} @ {side(game.home).espn}",
        "competitions": [
            {
                "id": event_id(game.game_id),
                "competitors": [
                    {
                        "id": str(team.espn_id),
                        "homeAway": which,
                        "team": {
                            "id": str(team.espn_id),
                            "abbreviation": team.espn,
                            "displayName": team.name,
                        },
                        "score": str(points),
                    }
                    for which, team, points in sides
                ],
            }
        ],
        "status": status_of(phase),
    }


def status_of(phase: int) -> dict[str, Any]:
    """How ESPN names the state of a game in `phase`."""
    name, state, words = (
        ("STATUS_SCHEDULED", "pre", "Scheduled") if phase == 0
        else ("STATUS_FINAL", "post", "Final") if phase > 4
        else ("STATUS_IN_PROGRESS", "in", f"Q{phase}")
    )  # fmt: skip
    return {
        "period": min(phase, 4),
        "type": {
            "name": name,
            "state": state,
            "completed": state == "post",
            "description": words,
            "detail": words,
        },
    }
