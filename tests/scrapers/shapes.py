"""Small answers in the shapes of the sources, written by hand: one case a scraper.

`test_every_scraper` asks each case the same questions: a scraper gets them by being listed here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.core.targets import TargetKind
from tests.scrapers.world import DAY, ok

EVENT = "f54c4a22568ce9dc33fb410d1b0e75e9"
#: The ids of the two games of the day.
ORL_NYK, DEN_LAC = "0022500201", "0022500202"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One scraper, its target, and what its source answers, call by call."""

    whole: Sequence[httpx.Response]
    records: int
    covers: Sequence[str]
    #: Per way of having nothing the answers.
    empty: Sequence[Sequence[httpx.Response]]
    kind: TargetKind = TargetKind.DATE
    id_: str = DAY.isoformat()
    params: Mapping[str, str] = field(default_factory=dict)
    #: Paths of the calls, in order.
    paths: Sequence[str]


def book(*markets: str) -> dict[str, Any]:
    outcomes = [
        {"name": "Over", "description": "A Guard", "price": -110, "point": 20.5},
        {"name": "Under", "description": "A Guard", "price": -115, "point": 20.5},
    ]
    return {
        "key": "draftkings",
        "title": "DraftKings",
        "last_update": "2025-11-12T14:55:00Z",
        "markets": [{"key": market, "outcomes": outcomes} for market in markets],
    }


def event(number: str = EVENT, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "sport_key": "basketball_nba",
        "commence_time": "2025-11-13T00:10:00Z",
        "home_team": "New York Knicks",
        "away_team": "Orlando Magic",
        **more,
    }


def past(data: Any, taken: str = "2025-11-12T14:55:38Z") -> dict[str, Any]:
    return {
        "timestamp": taken,
        "previous_timestamp": "2025-11-12T14:50:38Z",
        "next_timestamp": "2025-11-12T15:00:38Z",
        "data": data,
    }


def bdl_page(*data: Any, cursor: int | None = None) -> httpx.Response:
    return ok({"data": list(data), "meta": {"next_cursor": cursor, "per_page": 100}})


def bdl_team(number: int, code: str, players: int | None = None) -> dict[str, Any]:
    more = {} if players is None else {"players": [{"min": "20"}] * players}
    return {"id": number, "abbreviation": code, "full_name": code, **more}


def bdl_game(status: str = "Final", period: int = 4, players: int | None = None) -> dict[str, Any]:
    return {
        "id": 18446900,
        "date": "2025-11-12",
        "season": 2025,
        "status": status,
        "period": period,
        "visitor_team": bdl_team(22, "ORL", players),
        "home_team": bdl_team(20, "NYK", players),
        "visitor_team_score": 101,
        "home_team_score": 99,
    }


def bdl_lines(
    code: str, number: int, lines: int, minutes: str = "24", **game: Any
) -> list[dict[str, Any]]:
    about = {
        "id": 18446900,
        "date": "2025-11-12",
        "status": "Final",
        "period": 4,
        "home_team_id": 20,
        "visitor_team_id": 22,
        **game,
    }
    team = bdl_team(number, code)
    return [
        {"id": number * 100 + n, "min": minutes, "pts": n, "player": {"id": n}, "team": team,
         "game": about}
        for n in range(lines)
    ]  # fmt: skip


def espn_event(completed: bool = True, away: str = "ORL", home: str = "NY") -> dict[str, Any]:
    sides = (("home", home, "99"), ("away", away, "101"))
    return {
        "id": "422500201",
        "date": "2025-11-13T00:00Z",
        "competitions": [
            {
                "competitors": [
                    {"homeAway": side, "team": {"abbreviation": code}, "score": score}
                    for side, code, score in sides
                ]
            }
        ],
        "status": {"type": {"name": "STATUS_FINAL", "completed": completed}},
    }


def espn_page(content: Any) -> httpx.Response:
    data = json.dumps({"app": {}, "page": {"content": content}})
    page = (
        f"<!DOCTYPE html><html><body><script>window['__espnfitt__']={data};</script></body></html>"
    )
    return httpx.Response(200, content=page.encode())


def espn_scores(*games: tuple[str, str, str]) -> httpx.Response:
    events = [
        {
            "id": number,
            "competitors": [
                {"abbrev": home, "isHome": True},
                {"abbrev": away, "isHome": False},
            ],
        }
        for number, away, home in games
    ]
    return espn_page({"scoreboard": {"evts": events}})


def espn_team(code: str, played: int, sat: int = 0, columns: int = 3) -> dict[str, Any]:
    labels = ["MIN", "PTS", "FG"]
    athletes = [
        {"athlt": {"id": str(n), "dspNm": f"{code} {n}", "pos": "G", "jersey": "7"},
         "stats": ["30", "12", "5-11", "x"][:columns] if n < played else []}
        for n in range(played + sat)
    ]  # fmt: skip
    return {
        "tm": {"id": "18", "abbrev": code},
        "stats": [
            {"type": "starters", "lbls": labels, "athlts": athletes[:5]},
            {"type": "bench", "lbls": labels, "athlts": athletes[5:]},
        ],
    }


def espn_box(*teams: Any, state: str = "post", number: str = "422500201") -> httpx.Response:
    strip = {"gid": number, "statusState": state}
    return espn_page({"gamepackage": {"gmStrp": strip, "bxscr": list(teams)}})


def bp_event(number: int = 31, away: str = "ORL", home: str = "NYK") -> dict[str, Any]:
    return {"id": number, "visitor": away, "home": home, "scheduled": "2025-11-13 00:00:00"}


def offers(page: int, pages: int | None, *events: int) -> httpx.Response:
    told = {} if pages is None else {"_pagination": {"page": page, "total_pages": pages}}
    found = [
        {"id": f"{page}-{number}-{n}", "event_id": number, "market_id": 156, "selections": []}
        for n, number in enumerate(events)
    ]
    return ok({"offers": found, **told})


_ODDS: dict[str, Any] = {"kind": TargetKind.EVENT, "id_": EVENT,
         "params": {"event": EVENT, "game": ORL_NYK, "date": "2025-11-12"}}  # fmt: skip
_V4, _PAST = "/v4/sports/basketball_nba", "/v4/historical/sports/basketball_nba"
_NO_ODDS = ([httpx.Response(204)], [ok({})], [httpx.Response(404)])
_NO_DATA = ([ok({"data": []})],)

CASES: Mapping[str, Case] = {
    "oddsa_events": Case(
        whole=[ok([event()])], records=1, covers=[ORL_NYK],
        empty=[[ok([])]], paths=[f"{_V4}/events"],
    ),
    "oddsa_player_props": Case(
        whole=[ok(event(bookmakers=[book("player_points")]))], records=2, covers=[ORL_NYK],
        empty=[*_NO_ODDS, [ok(event(bookmakers=[]))]], paths=[f"{_V4}/events/{EVENT}/odds"],
        **_ODDS,
    ),
    "oddsa_game_lines": Case(
        whole=[ok(event(bookmakers=[book("spreads", "totals")]))], records=4, covers=[ORL_NYK],
        empty=[*_NO_ODDS, [ok(event(bookmakers=[]))]], paths=[f"{_V4}/events/{EVENT}/odds"],
        **_ODDS,
    ),
    "oddsa_events_his": Case(
        whole=[ok(past([event()]))], records=1, covers=[ORL_NYK],
        empty=[[ok(past([]))], [httpx.Response(204)]], paths=[f"{_PAST}/events"],
    ),
    "oddsa_player_props_his": Case(
        whole=[ok(past(event(bookmakers=[book("player_points")])))], records=2, covers=[ORL_NYK],
        empty=[*_NO_ODDS, [ok(past({}))], [ok(past(None))], [ok(past(event(bookmakers=[])))]],
        paths=[f"{_PAST}/events/{EVENT}/odds"], **_ODDS,
    ),
    "oddsa_game_lines_his": Case(
        whole=[ok(past(event(bookmakers=[book("spreads", "totals")])))], records=4,
        covers=[ORL_NYK],
        empty=[*_NO_ODDS, [ok(past({}))], [ok(past(event(bookmakers=[])))]],
        paths=[f"{_PAST}/events/{EVENT}/odds"], **_ODDS,
    ),
    "oddsa_team_players": Case(
        whole=[
            ok([{"id": "par_2", "full_name": "Orlando Magic"},
                {"id": "par_1", "full_name": "New York Knicks"}]),
            ok([{"id": "par_11", "full_name": "A Guard"}, {"id": "par_12", "full_name": "B"}]),
        ],
        records=2, covers=["NYK"],
        empty=[[ok([{"id": "par_1", "full_name": "New York Knicks"}]), ok([])]],
        kind=TargetKind.TEAM, id_="NYK", params={"team": "NYK", "date": "2025-11-12"},
        paths=[f"{_V4}/participants", f"{_V4}/participants/par_1/players"],
    ),
    "bdl_box_scores": Case(
        whole=[ok({"data": [bdl_game(players=8)]})], records=1, covers=[ORL_NYK],
        # Listed before its tip: a game and no players.
        empty=[*_NO_DATA, [ok({"data": [bdl_game("2025-11-13T00:00:00Z", 0, 0)]})]],
        paths=["/v1/box_scores"],
    ),
    "bdl_standings": Case(
        whole=[ok({"data": [{"team": bdl_team(20, "NYK"), "wins": 7, "losses": 4}]})], records=1,
        covers=["2025-11-12"], empty=_NO_DATA, paths=["/v1/standings"],
    ),
    "bdl_active_players": Case(
        whole=[bdl_page({"id": 1}, {"id": 2}, cursor=2), bdl_page({"id": 3})], records=3,
        covers=["2025-11-12"], empty=_NO_DATA, paths=["/v1/players/active"] * 2,
    ),
    "bdl_games": Case(
        whole=[bdl_page(bdl_game(), cursor=9), bdl_page({**bdl_game("3rd Qtr", 3), "id": 2})],
        records=2, covers=[ORL_NYK], empty=_NO_DATA, paths=["/v1/games"] * 2,
    ),
    "bdl_player_box_scores": Case(
        whole=[
            bdl_page(*bdl_lines("ORL", 22, 8), cursor=8),
            bdl_page(*bdl_lines("NYK", 20, 7)),
        ],
        records=15, covers=[ORL_NYK], empty=_NO_DATA, paths=["/v1/stats"] * 2,
    ),
    "bdl_injuries": Case(
        whole=[
            bdl_page({"player": {"id": 1, "team_id": 20}, "status": "Out"}, cursor=1),
            bdl_page({"player": {"id": 2, "team_id": 22}, "status": "Doubtful"}),
        ],
        records=2, covers=["2025-11-12"], empty=_NO_DATA, paths=["/v1/player_injuries"] * 2,
    ),
    "espn_roster": Case(
        whole=[ok({"team": {"abbreviation": "NY", "athletes": [{"fullName": "A Guard"}]}})],
        records=1, covers=["NYK"],
        empty=[[ok({"team": {"abbreviation": "NY", "athletes": []}})]],
        kind=TargetKind.TEAM, id_="NYK", params={"team": "NYK", "date": "2025-11-12"},
        paths=["/apis/site/v2/sports/basketball/nba/teams/NY"],
    ),
    "espn_scoreboard": Case(
        whole=[ok({"day": {"date": "2025-11-12"},
                   "events": [espn_event(), espn_event(completed=False, away="DEN", home="LAC")]})],
        records=2, covers=[ORL_NYK],
        empty=[[ok({"events": []})]], paths=["/apis/site/v2/sports/basketball/nba/scoreboard"],
    ),
    "espn_game_boxscore": Case(
        whole=[
            espn_scores(("422500202", "DEN", "LAC"), ("422500201", "ORL", "NY")),
            espn_box(espn_team("ORL", 9, 2), espn_team("NY", 8, 1)),
        ],
        # 9 + 2 and 8 + 1 players, those who sat it out included.
        records=20, covers=[ORL_NYK],
        empty=[
            [espn_scores()],
            [espn_scores(("422500202", "DEN", "LAC"))],
            [espn_scores(("422500201", "ORL", "NY")), espn_box(state="pre")],
        ],
        kind=TargetKind.GAME, id_=ORL_NYK,
        params={"game": ORL_NYK, "away": "ORL", "home": "NYK", "date": "2025-11-12"},
        paths=["/nba/scoreboard/_/date/20251112", "/nba/boxscore"],
    ),
    "bp_events": Case(
        whole=[ok({"events": [bp_event(), bp_event(32, "DEN", "LAC")]})], records=2,
        covers=[ORL_NYK, DEN_LAC], empty=[[ok({"events": []})]], paths=["/v3/events"],
    ),
    "bp_player_props": Case(
        whole=[
            ok({"events": [bp_event(), bp_event(32, "DEN", "LAC")]}),
            offers(1, 2, *[31] * 10),
            offers(2, 2, 31, 31),
        ],
        records=12, covers=[ORL_NYK],
        empty=[[ok({"events": []})], [ok({"events": [bp_event()]}), offers(1, 0)]],
        paths=["/v3/events", "/v3/offers", "/v3/offers"],
    ),
}  # fmt: skip
