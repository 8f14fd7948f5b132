"""api.balldontlie.io: box scores, standings; players, games, lines and injuries in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from shared.core.days import ET
from sim.sources.answers.bdl_box import box_scores, games, lines
from sim.sources.answers.bdl_names import player_record, team_record
from sim.sources.exchange import Reply, Request, json_reply, parse_day
from sim.sources.injuries import AVAILABLE
from sim.sources.league import SIDES, Side
from sim.sources.world import SourceWorld

PER_PAGE, MOST = 25, 100
MOST_DAYS = 31


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
    listing = _LISTS.get(path)
    if listing is None:
        return json_reply({"error": "Not found"}, 404)
    try:
        return _page(listing(world, request), request)
    except ValueError as e:
        return json_reply({"error": str(e)}, 400)


def _page(every: Sequence[dict[str, Any]], request: Request) -> Reply:
    """A page of at most `per_page`; the cursor is the last id of the page before."""
    try:
        size = int(request.query.get("per_page") or PER_PAGE)
        cursor = int(request.query.get("cursor") or 0)
    except ValueError:
        return json_reply({"error": "per_page and cursor must be numbers"}, 400)
    if not 1 <= size <= MOST:
        return json_reply({"error": "per_page must be between 1 and 100"}, 400)
    rest = [each for each in every if each.get("id", each.get("player", {}).get("id")) > cursor]
    page = rest[:size]
    meta: dict[str, Any] = {"per_page": size}
    if len(rest) > size:
        meta["next_cursor"] = page[-1].get("id", page[-1].get("player", {}).get("id"))
    return json_reply({"data": page, "meta": meta})


def _active_players(world: SourceWorld, request: Request) -> list[dict[str, Any]]:
    del request
    return [
        player_record(player) | {"team": team_record(team)}
        for team in SIDES
        for player in world.roster(team.tricode)
    ]


def _injuries(world: SourceWorld, request: Request) -> list[dict[str, Any]]:
    """Who is hurt at the instant of asking, whatever the date."""
    local = request.now.astimezone(ET)
    found = [
        {
            "player": player_record(case.player) | {"team_id": team.bdl_id},
            "return_date": f"{local.date() + timedelta(days=3):%b} {local.day}",
            "description": case.reason,
            "status": status,
        }
        for team in SIDES
        for case in world.injuries(team.tricode, local.date())
        if (status := case.status(local.time())) != AVAILABLE
    ]
    return sorted(found, key=lambda case: case["player"]["id"])


def _days(request: Request, first: str, last: str) -> Iterator[date]:
    """The asked days; ValueError when there are none, or more than a month."""
    try:
        start, end = (parse_day(request.query.get(name, "")) for name in (first, last))
    except ValueError as e:
        raise ValueError(f"{first} and {last} are required, as YYYY-MM-DD") from e
    if not 0 <= (end - start).days <= MOST_DAYS:
        raise ValueError(f"{first} to {last}: 1 to {MOST_DAYS} days")
    return (start + timedelta(days=n) for n in range((end - start).days + 1))


def _games(world: SourceWorld, request: Request) -> list[dict[str, Any]]:
    days = _days(request, "start_date", "end_date")
    return [game for day in days for game in games(world, day, request.now)]


def _stats(world: SourceWorld, request: Request) -> list[dict[str, Any]]:
    days = _days(request, "dates[]", "dates[]")
    return [line for day in days for line in lines(world, day, request.now)]


_LISTS: Mapping[str, Callable[[SourceWorld, Request], list[dict[str, Any]]]] = {
    "/v1/players/active": _active_players,
    "/v1/player_injuries": _injuries,
    "/v1/games": _games,
    "/v1/stats": _stats,
}


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
