"""stats.nba.com: the schedule, the players, and the boxes of players and teams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from scrapers.base import Ask, Fetched, Http, Record
from scrapers.fetchers.schedule_feed import schedule_of
from scrapers.params import DayGame, day_games, need, need_date, season
from scrapers.payload import list_of, map_of, object_at, result_set
from shared.core.games import GameType, type_of_id
from shared.errors import SourceFailure

LEAGUE = "00"
#: Five start: a team with fewer rows is not whole.
STARTERS = 5
#: Player-minutes of a team: 240 in regulation, 25 more for each overtime. A clock that still
#: runs shows something else; rounding moves a sum by less than a minute.
REGULATION = 240
OVERTIME = 25
ROUNDING = 1.0

#: How leaguegamelog names the part of the season that a game belongs to. Another one's name
#: gives an empty list, not an error. Under which name it lists the cup final is not known
#: here: it is asked under Regular Season.
SEASON_TYPES = {
    GameType.PRESEASON: "Pre Season",
    GameType.REGULAR: "Regular Season",
    GameType.CUP_FINAL: "Regular Season",
    GameType.PLAYOFFS: "Playoffs",
    GameType.PLAY_IN: "PlayIn",
}


def fetch_schedule(ask: Ask, http: Http) -> Fetched:
    """Every game of the season, each with `seasonYear` and its `gameDate`; covers the date."""
    need_date(ask)
    payload = http.get(
        "/stats/scheduleleaguev2int", {"LeagueID": LEAGUE, "Season": season(ask)}
    ).json()
    return schedule_of(ask, payload)


def fetch_player_list(ask: Ask, http: Http) -> Fetched:
    """Every player of the season, keyed by the source's headers; covers the date."""
    day = need_date(ask)
    payload = http.get(
        "/stats/playerindex", {"LeagueID": LEAGUE, "Season": season(ask), "Historical": "0"}
    ).json()
    _check_season(ask, payload)
    records = result_set(payload, ask.scraper)
    return Fetched(records=records, covers=(day.isoformat(),) if records else ())


def fetch_player_boxscore(ask: Ask, http: Http) -> Fetched:
    """One row per player and game of the date; covers the games whose two teams are whole."""
    day, games = need_date(ask), day_games(ask)
    records: list[Record] = []
    kinds = season_types(games)
    for kind in kinds:
        payload = http.get(
            "/stats/leaguegamelog",
            {
                "Counter": "1000",
                "DateFrom": day.isoformat(),
                "DateTo": day.isoformat(),
                "Direction": "DESC",
                "LeagueID": LEAGUE,
                "PlayerOrTeam": "P",
                "Season": season(ask),
                "SeasonType": kind,
                "Sorter": "DATE",
            },
        ).json()
        _check_season(ask, payload)
        records.extend(result_set(payload, ask.scraper))
    for row in records:
        found = str(row.get("GAME_DATE", day.isoformat()))[:10]
        if found != day.isoformat():
            raise SourceFailure(
                "malformed", f"{ask.scraper}: asked for {day.isoformat()}, got rows of [{found}]"
            )
    return Fetched(
        records=records, covers=whole_games(records), stats={"season_types": list(kinds)}
    )


def _check_season(ask: Ask, payload: Any) -> None:
    """Raise `malformed` when the answer says that it is for another season than was asked for."""
    asked = season(ask)
    found = map_of(map_of({"answer": payload}, "answer"), "parameters").get("Season", asked)
    if found != asked:
        raise SourceFailure("malformed", f"{ask.scraper}: asked for season {asked}, got [{found}]")


def season_types(games: Iterable[DayGame] | None) -> tuple[str, ...]:
    """The season types to ask for, by the games' ids; the regular season if none are known."""
    kinds = (type_of_id(game.game_id) for game in games or ())
    names = {SEASON_TYPES[kind] for kind in kinds if kind in SEASON_TYPES}
    return tuple(sorted(names)) or ("Regular Season",)


def whole_games(rows: Iterable[Record]) -> tuple[str, ...]:
    """The ids of the games that have both teams' players and, if the log says it, a winner."""
    players: dict[str, Counter[str]] = {}
    unfinished: set[str] = set()
    for row in rows:
        game = str(row.get("GAME_ID", ""))
        players.setdefault(game, Counter())[str(row.get("TEAM_ABBREVIATION"))] += 1
        # WL is null until the game is final.
        if not row.get("WL", "?"):
            unfinished.add(game)
    return tuple(
        game
        for game, teams in sorted(players.items())
        if len(teams) == len(("away", "home"))
        and min(teams.values()) >= STARTERS
        and game not in unfinished
    )


def fetch_team_boxscore(ask: Ask, http: Http) -> Fetched:
    """One record per team that has players; covers the game when both do and it has ended."""
    game = need(ask, "game")
    payload = http.get(
        "/stats/boxscoretraditionalv3",
        {
            "GameID": game,
            "StartPeriod": "0",
            "EndPeriod": "10",
            "StartRange": "0",
            "EndRange": "28800",
            "RangeType": "0",
        },
    ).json()
    box = object_at(payload, "boxScoreTraditional", ask.scraper)
    found = box.get("gameId", game)
    if found != game:
        raise SourceFailure("malformed", f"{ask.scraper}: asked for game {game}, got [{found}]")
    for side in ("away", "home"):
        code = ask.target.params.get(side)
        found = map_of(box, f"{side}Team").get("teamTricode") or code
        if code is not None and found != code:
            raise SourceFailure("malformed", f"{ask.scraper}: asked for {code}, got [{found}]")
    # Before the game the teams are there without players: that is no data, not two records.
    records = [
        {"gameId": game, "side": side, **team}
        for side in ("awayTeam", "homeTeam")
        if list_of(team := map_of(box, side), "players")
    ]
    return Fetched(records=records, covers=(game,) if is_whole(records) else ())


def is_full_time(minutes: str) -> bool:
    """Whether a team's minutes (240:00) are those of a game that has ended, or are not told."""
    whole, _, seconds = minutes.partition(":")
    if not whole.isdecimal():
        return True
    played = int(whole) + (int(seconds) / 60 if seconds.isdecimal() else 0)
    beyond = played - REGULATION
    return beyond > -ROUNDING and abs(beyond - OVERTIME * round(beyond / OVERTIME)) <= ROUNDING


def is_whole(teams: Sequence[Record]) -> bool:
    """Whether both teams have players, full minutes and unequal points, as far as it says."""
    if len(teams) != len(("away", "home")):
        return False
    if any(len(list_of(team, "players")) < STARTERS for team in teams):
        return False
    totals = [map_of(team, "statistics") for team in teams]
    if not all(is_full_time(str(total.get("minutes") or "")) for total in totals):
        return False
    points = [total.get("points") for total in totals]
    return None in points or points[0] != points[1]
