"""scheduleLeagueV2, as stats.nba.com and cdn.nba.com both give it.

Its traps are kept: times named Est, and the teams' own, end in Z but are wall clock, and
postponedStatus says nothing. A body hangs only on the season and on how many moments passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from shared.core.days import ET, wall
from shared.core.games import CALLED_OFF, Game, GameStatus, GameType
from sim.sources.exchange import dump, z
from sim.sources.league import side
from sim.sources.world import SourceWorld

#: Bodies kept in memory: they are about 2 MB each.
KEPT = 4
_LABELS: Mapping[GameType, tuple[str, str]] = {
    GameType.PRESEASON: ("Preseason", ""),
    GameType.CUP_FINAL: ("Emirates NBA Cup", "Championship"),
    GameType.ALL_STAR: ("All-Star Game", ""),
    GameType.PLAY_IN: ("SoFi Play-In Tournament", ""),
    GameType.PLAYOFFS: ("Playoffs", ""),
}
_MEDIA = ("Tv", "Radio", "Ott")
_NO_BROADCASTS: Mapping[str, list[Any]] = {
    f"{scope}{media}Broadcasters": [] for scope in ("national", "home", "away", "intl")
    for media in _MEDIA
}  # fmt: skip
_NO_TIME = "0001-01-01T00:00:00Z"


def schedule(world: SourceWorld, season: str, now: datetime) -> bytes:
    """The feed of `season` (2025-26) at `now`."""
    kept = world.once("schedules", dict[tuple[str, int], bytes])
    key = (season, world.moment(now))
    body = kept.get(key)
    if body is None:
        body = _schedule(world, season, now)
        if len(kept) >= KEPT:
            kept.clear()
        kept[key] = body
    return body


def _schedule(world: SourceWorld, season: str, now: datetime) -> bytes:
    changed = world.moment(now)
    at = world.moments()[changed - 1] if changed else wall(date(int(season[:4]), 8, 16), time(5))
    games = [game for game in world.calendar(now).games if game.season == season]
    head = dump(
        {
            "meta": {
                "version": 1,
                "request": f"http://nba.cloud/league/00/{season}/scheduleleaguev2?Format=json",
                "time": z(at),
            }
        }
    )
    days = [
        b'{"gameDate":"%s","games":[%s]}'
        % (
            day.strftime("%m/%d/%Y 00:00:00").encode(),
            b",".join(_entry(world, game, n, now) for n, game in enumerate(group, start=1)),
        )
        for day, group in groupby(games, key=lambda game: game.day)
    ]
    return b'%s,"leagueSchedule":{"seasonYear":"%s","leagueId":"00","gameDates":[%s],%s}}' % (
        head[:-1],
        season.encode(),
        b",".join(days),
        b'"weeks":[],"broadcasterList":[]',
    )


def _entry(world: SourceWorld, game: Game, number: int, now: datetime) -> bytes:
    """One game's JSON; the parts that change with time are in the key."""
    phase = world.phase(game.game_id, now)
    key = ("entry", game.game_id, game.tip, game.status, number, phase)
    return world.once(key, lambda: dump(game_entry(world, game, number, phase)))


def game_entry(world: SourceWorld, game: Game, number: int, phase: int) -> dict[str, Any]:
    """One game as the feed writes it."""
    label, sub = _LABELS.get(game.type, ("", ""))
    if game.type is GameType.REGULAR and not (game.away and game.home):
        label = "Emirates NBA Cup"
    local = game.tip.astimezone(ET)
    known = game.tip_known
    midnight = wall(game.day, time())
    teams = f"{game.away}{game.home}"
    away, home = world.score_at(game.game_id, phase)
    off = game.status in CALLED_OFF
    est = local.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "gameId": game.game_id,
        "gameCode": f"{game.day:%Y%m%d}/{teams}" if teams else "",
        "gameStatus": 1 if off else {0: 1, 5: 3}.get(phase, 2),
        "gameStatusText": status_text(world, game, phase),
        "gameSequence": number,
        "gameDateEst": f"{game.day}T00:00:00Z",
        "gameTimeEst": local.strftime("1900-01-01T%H:%M:%SZ") if known else _NO_TIME,
        "gameDateTimeEst": est,
        "gameDateUTC": z(midnight),
        "gameTimeUTC": game.tip.strftime("1900-01-01T%H:%M:%SZ"),
        "gameDateTimeUTC": z(game.tip),
        "awayTeamTime": est if known else _NO_TIME,
        "homeTeamTime": est if known else _NO_TIME,
        "day": f"{game.day:%a}",
        "monthNum": game.day.month,
        "weekNumber": 0,
        "weekName": "",
        "ifNecessary": False,
        "seriesGameNumber": "",
        "gameLabel": label,
        "gameSubLabel": sub,
        "seriesText": "",
        "arenaName": f"{side(game.home).city} Arena" if game.home else "",
        "arenaState": "",
        "arenaCity": side(game.home).city if game.home else "",
        "postponedStatus": "A",
        "branchLink": "",
        "gameSubtype": "in-season-knockout" if label == "Emirates NBA Cup" else "",
        "broadcasters": _NO_BROADCASTS,
        "homeTeam": _team(world, game, game.home, home, phase),
        "awayTeam": _team(world, game, game.away, away, phase),
        "pointsLeaders": [],
    }


def status_text(world: SourceWorld, game: Game, phase: int) -> str:
    """The league's free text; Final carries its trailing spaces."""
    if game.status in CALLED_OFF:
        return "PPD" if game.status is GameStatus.POSTPONED else "Cancelled"
    if phase == 0:
        if not game.tip_known:
            return "TBD"
        local = game.tip.astimezone(ET)
        return f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'} ET"
    times = world.times(game.game_id)
    if phase > 4:
        return ("Final/OT" if times and times.overtime else "Final").ljust(20)
    return f"Q{phase} 12:00"


def _team(world: SourceWorld, game: Game, tricode: str, points: int, phase: int) -> dict[str, Any]:
    times = world.times(game.game_id)
    wins = losses = 0
    if phase > 4 and times:
        wins, losses = world.record(tricode, game.season, times.end)
    team = side(tricode)
    named = bool(tricode)
    return {
        "teamId": team.nba_id if named else 0,
        "teamName": team.nick if named else "",
        "teamCity": team.city if named else "",
        "teamTricode": tricode,
        "teamSlug": team.slug if named else "",
        "wins": wins,
        "losses": losses,
        "score": points,
        "seed": 0,
    }
