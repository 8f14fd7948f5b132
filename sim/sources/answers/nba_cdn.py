"""cdn.nba.com: play-by-play while and after a game, and the schedule's second address."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from shared.core.days import day_of_instant, season_of
from sim.sources.answers.schedule_feed import schedule
from sim.sources.exchange import Reply, Request, dump, json_reply, text_reply, z
from sim.sources.plays import Play
from sim.sources.timing import Dataset, Times
from sim.sources.world import SourceWorld

_PLAYS = re.compile(r"/static/json/liveData/playbyplay/playbyplay_([0-9]{10})\.json")
_SCHEDULES = ("/static/json/staticData/scheduleLeagueV2_1.json",
              "/static/json/staticData/scheduleLeagueV2.json")  # fmt: skip
_SCORES = {"3pt": 3, "2pt": 2, "freethrow": 1}


def answer(world: SourceWorld, request: Request) -> Reply:
    """A file of the CDN; 403 for everything that is not there, as the storage behind it says."""
    if request.path in _SCHEDULES:
        season = season_of(day_of_instant(request.now))
        return json_reply(schedule(world, season, request.now))
    found = _PLAYS.fullmatch(request.path)
    body = _play_by_play(world, found[1], request.now) if found else None
    if body is None:
        return text_reply(
            '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>',
            403,
            "application/xml",
        )
    return json_reply(body)


def _play_by_play(world: SourceWorld, game_id: str, now: datetime) -> bytes | None:
    """The actions so far; None before the start. The end of the game comes late."""
    times = world.times(game_id)
    if times is None or not world.phase(game_id, now):
        return None
    every = world.plays(game_id)
    if world.is_out(game_id, Dataset.PLAY_BY_PLAY, now):
        number = len(every)
    else:
        done = (now - times.start) / (times.end - times.start)
        number = sum(1 for play in every[:-1] if play.place <= done)
    return dump(_payload(game_id, every[:number], times))


def _payload(game_id: str, plays: tuple[Play, ...], times: Times) -> dict[str, Any]:
    at = times.start + (times.end - times.start) * plays[-1].place
    return {
        "meta": {
            "version": 1,
            "code": 200,
            "request": f"http://nba.cloud/games/{game_id}/playbyplay?Format=json",
            "time": at.strftime("%Y-%m-%d %H:%M:%S.%f"),
        },
        "game": {
            "gameId": game_id,
            "actions": [_action(n, play, times) for n, play in enumerate(plays, start=1)],
        },
    }


def _action(number: int, play: Play, times: Times) -> dict[str, Any]:
    at = times.start + (times.end - times.start) * play.place
    instant = z(at.replace(microsecond=0))
    who, team, points = play.player, play.team, _SCORES.get(play.kind, 0)
    found: dict[str, Any] = {
        "actionNumber": number * 2,
        "clock": f"PT{play.left // 60:02d}M{play.left % 60:02d}.00S",
        "timeActual": instant,
        "period": play.period,
        "periodType": "REGULAR",
        "actionType": play.kind,
        "subType": play.sub if not points else ("1 of 1" if points == 1 else "Jump Shot"),
        "qualifiers": [],
        "personId": who.id if who else 0,
        "x": None,
        "y": None,
        "possession": team.nba_id if team else 0,
        "scoreHome": str(play.home),
        "scoreAway": str(play.away),
        "edited": instant,
        "orderNumber": number * 10000,
        "isTargetScoreLastPeriod": False,
        "xLegacy": None,
        "yLegacy": None,
        "isFieldGoal": int(points > 1),
        "side": None,
        "description": f"{who.short} {play.kind}" if who else f"{play.kind.title()} {play.sub}",
        "personIdsFilter": [who.id] if who else [],
    }
    if who and team:
        found |= {
            "teamId": team.nba_id,
            "teamTricode": team.tricode,
            "playerName": who.last,
            "playerNameI": who.short,
            "shotResult": "Made",
            "pointsTotal": points,
        }
    return found
