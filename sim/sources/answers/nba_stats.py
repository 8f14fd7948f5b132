"""stats.nba.com: schedule, players, game log and scoreboard of a date, a game's box, lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sim.sources.answers.game_log import game_log
from sim.sources.answers.nba_box import box_score
from sim.sources.answers.nba_lists import player_movement, scoreboard
from sim.sources.answers.schedule_feed import schedule
from sim.sources.exchange import NOT_FOUND, Reply, Request, json_reply, text_reply
from sim.sources.league import SIDES
from sim.sources.world import SourceWorld

SEASON = re.compile(r"[12][0-9]{3}-[0-9]{2}")
_INDEX = (
    "PERSON_ID PLAYER_LAST_NAME PLAYER_FIRST_NAME PLAYER_SLUG TEAM_ID TEAM_SLUG IS_DEFUNCT "
    "TEAM_CITY TEAM_NAME TEAM_ABBREVIATION JERSEY_NUMBER POSITION HEIGHT WEIGHT COLLEGE COUNTRY "
    "DRAFT_YEAR DRAFT_ROUND DRAFT_NUMBER ROSTER_STATUS PTS REB AST STATS_TIMEFRAME FROM_YEAR "
    "TO_YEAR"
)
_PLAYERS = _INDEX.split()


def answer(world: SourceWorld, request: Request) -> Reply:
    """One of /stats/... or a list; 400 for a required parameter that is missing or wrong."""
    known = _ANSWERS.get(request.path)
    if known is None:
        return NOT_FOUND
    make, required = known
    for name in required:
        if not request.query.get(name):
            return _refuse(f"The {name} property is required.")
    if "Season" in required and not SEASON.fullmatch(request.query["Season"]):
        return _refuse("The field Season must match the regular expression '^(\\d{4}-\\d{2})$'.")
    return make(world, request)


def _refuse(why: str) -> Reply:
    return text_reply(why, 400, "text/plain; charset=utf-8")


def _schedule(world: SourceWorld, request: Request) -> Reply:
    return json_reply(schedule(world, request.query["Season"], request.now))


def _player_index(world: SourceWorld, request: Request) -> Reply:
    season = request.query["Season"]

    def make() -> dict[str, Any]:
        rows = [
            [
                player.id, player.last, player.first, player.slug, team.nba_id, team.slug, 0,
                team.city, team.nick, team.tricode, player.jersey, player.position,
                f"{player.height // 12}-{player.height % 12}", str(player.weight), "Somewhere",
                "USA", int(player.born[:4]) + 20, 1, 1 + player.id % 30, 1.0, None, None, None,
                "Season", str(int(player.born[:4]) + 20), season[:4],
            ]
            for team in SIDES
            for player in world.roster(team.tricode)
        ]  # fmt: skip
        return {
            "resource": "playerindex",
            "parameters": {"LeagueID": "00", "Season": season, "Historical": 0},
            "resultSets": [{"name": "PlayerIndex", "headers": _PLAYERS, "rowSet": rows}],
        }

    body = world.once(("playerindex", season), lambda: json_reply(make()).body)
    return json_reply(body)


def _game_log(world: SourceWorld, request: Request) -> Reply:
    start, end = _date(request.query["DateFrom"]), _date(request.query["DateTo"])
    if start is None or end is None:
        return _refuse("The fields DateFrom and DateTo must be dates.")
    return json_reply(game_log(world, request.query, start, end, request.now))


def _date(text: str) -> date | None:
    """The source takes ISO dates and MM/DD/YYYY."""
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 (a date has no zone)
        except ValueError:
            continue
    return None


def _scoreboard(world: SourceWorld, request: Request) -> Reply:
    day = _date(request.query["GameDate"])
    if day is None:
        return _refuse("The field GameDate must be a date.")
    return json_reply(scoreboard(world, day, request.now))


def _movement(world: SourceWorld, request: Request) -> Reply:
    return json_reply(player_movement(world, request.now))


def _box(world: SourceWorld, request: Request) -> Reply:
    return json_reply(box_score(world, request.query["GameID"], request.now))


_ANSWERS: Mapping[str, tuple[Callable[[SourceWorld, Request], Reply], Sequence[str]]] = {
    "/stats/scheduleleaguev2int": (_schedule, ("LeagueID", "Season")),
    "/stats/scheduleleaguev2": (_schedule, ("LeagueID", "Season")),
    "/stats/playerindex": (_player_index, ("LeagueID", "Season")),
    "/stats/leaguegamelog": (
        _game_log,
        ("LeagueID", "Season", "SeasonType", "PlayerOrTeam", "Direction", "Sorter", "DateFrom",
         "DateTo"),
    ),
    "/stats/boxscoretraditionalv3": (_box, ("GameID",)),
    "/stats/scoreboardV2": (_scoreboard, ("GameDate", "LeagueID", "DayOffset")),
    "/js/data/playermovement/NBA_Player_Movement.json": (_movement, ()),
}  # fmt: skip
