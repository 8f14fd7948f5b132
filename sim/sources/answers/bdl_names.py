"""Teams and players as balldontlie numbers and names them."""

from __future__ import annotations

from typing import Any

from sim.sources.league import Side
from sim.sources.people import Player

#: This source's player ids are the league's with another start.
_FIRST_ID = 1_640_000


def team_record(team: Side) -> dict[str, Any]:
    """A team."""
    return {
        "id": team.bdl_id,
        "conference": team.conference,
        "division": team.division,
        "city": team.city,
        "name": team.nick,
        "full_name": team.name,
        "abbreviation": team.tricode,
    }


def player_record(player: Player) -> dict[str, Any]:
    """A player, without the team."""
    return {
        "id": player.id - _FIRST_ID,
        "first_name": player.first,
        "last_name": player.last,
        "position": player.position,
        "height": f"{player.height // 12}-{player.height % 12}",
        "weight": str(player.weight),
        "jersey_number": player.jersey,
        "college": "Somewhere",
        "country": "USA",
        "draft_year": int(player.born[:4]) + 20,
        "draft_round": 1,
        "draft_number": 1 + player.id % 30,
    }
