"""api.balldontlie.io: box scores by date, standings, active players in pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sim.sources.answers.bdl_box import box_scores
from sim.sources.answers.bdl_names import player_record, team_record
from sim.sources.exchange import Reply, Request, json_reply, parse_day
from sim.sources.league import SIDES, Side
from sim.sources.world import SourceWorld

PER_PAGE, MOST = 25, 100


def answer(world: SourceWorld, request: Request) -> Reply:
    """One of /v1/...; 401 without the Authorization header."""
    if not request.headers.get("authorization"):
        return json_reply({"error": "Unauthorized"}, 401)
    path = request.path.rstrip("/")
    if path == "/v1/box_scores":
        try:
            day = parse_day(request.query.get("date", ""))
        except ValueError:
            return json_reply({"error": "date is required, as YYYY-MM-DD"}, 400)
        return json_reply({"data": box_scores(world, day, request.now)})
    if path == "/v1/standings":
        season = request.query.get("season", "")
        if not (season.isdigit() and len(season) == 4):
            return json_reply({"error": "season is required, as YYYY"}, 400)
        return json_reply({"data": _standings(world, int(season), request.now)})
    if path == "/v1/players/active":
        return _active_players(world, request)
    return json_reply({"error": "Not found"}, 404)


def _active_players(world: SourceWorld, request: Request) -> Reply:
    """A page of at most `per_page`; the cursor is the last id of the page before."""
    try:
        size = int(request.query.get("per_page") or PER_PAGE)
        cursor = int(request.query.get("cursor") or 0)
    except ValueError:
        return json_reply({"error": "per_page and cursor must be numbers"}, 400)
    if not 1 <= size <= MOST:
        return json_reply({"error": "per_page must be between 1 and 100"}, 400)
    every = [
        player_record(player) | {"team": team_record(team)}
        for team in SIDES
        for player in world.roster(team.tricode)
        if player_record(player)["id"] > cursor
    ]
    meta: dict[str, Any] = {"per_page": size}
    if len(every) > size:
        meta["next_cursor"] = every[size - 1]["id"]
    return json_reply({"data": every[:size], "meta": meta})


def _standings(world: SourceWorld, year: int, now: datetime) -> list[dict[str, Any]]:
    season = f"{year}-{(year + 1) % 100:02d}"
    if not any(game.season == season for game in world.calendar(now).games):
        return []
    records = {team.tricode: world.record(team.tricode, season, now) for team in SIDES}

    def standing(team: Side) -> tuple[int, int, str]:
        wins, losses = records[team.tricode]
        return losses - wins, -wins, team.tricode

    ranked = sorted(SIDES, key=standing)
    found = []
    for team in SIDES:
        wins, losses = records[team.tricode]
        same = [other for other in ranked if other.conference == team.conference]
        near = [other for other in ranked if other.division == team.division]
        found.append(
            {
                "team": team_record(team),
                "conference_record": f"{wins // 2}-{losses // 2}",
                "conference_rank": same.index(team) + 1,
                "division_record": f"{wins // 5}-{losses // 5}",
                "division_rank": near.index(team) + 1,
                "wins": wins,
                "losses": losses,
                "home_record": f"{(wins + 1) // 2}-{losses // 2}",
                "road_record": f"{wins // 2}-{(losses + 1) // 2}",
                "season": year,
            }
        )
    return found
