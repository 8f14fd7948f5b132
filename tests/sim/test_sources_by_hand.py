"""The simulated sources of the scrapers that are run by hand: shapes, pages, refusals, credits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from shared.core.calendar import Calendar
from shared.core.days import wall
from shared.core.games import Game, GameType
from sim.sources.answers import answer
from sim.sources.exchange import Reply, Request
from sim.sources.world import SourceWorld

DAY = date(2025, 11, 12)
MORNING, NIGHT = wall(DAY, time(8)), wall(DAY + timedelta(days=1), time(4))
FIRST, SECOND = "0022500213", "0022500224"
GAMES = (
    Game(game_id=FIRST, tip=wall(DAY, time(19)), away="MIL", home="CHA", type=GameType.REGULAR),
    Game(game_id=SECOND, tip=wall(DAY, time(22, 30)), away="PHX", home="LAC",
         type=GameType.REGULAR),
)  # fmt: skip
ODDS, BDL, BP = "api.the-odds-api.com", "api.balldontlie.io", "api.bettingpros.com"
ESPN, ESPN_WEB = "site.api.espn.com", "www.espn.com"
V4, PAST = "/v4/sports/basketball_nba", "/v4/historical/sports/basketball_nba"
KEYS: Mapping[str, tuple[str, str]] = {BDL: ("authorization", "k"), BP: ("x-api-key", "k")}
SCORES = "/apis/site/v2/sports/basketball/nba/scoreboard"


def a_world() -> SourceWorld:
    return SourceWorld(Calendar.of(GAMES), seed=5, troubles=False)


def ask(
    host: str,
    path: str,
    query: Mapping[str, str] | None = None,
    *,
    now: datetime = MORNING,
    world: SourceWorld | None = None,
) -> Reply:
    headers = dict([KEYS[host]]) if host in KEYS else {}
    key = {"apiKey": "k"} if host == ODDS else {}
    request = Request(
        host=host, path=path, query={**(query or {}), **key}, headers=headers, now=now
    )
    return answer(world or a_world(), request)


def got(reply: Reply) -> Any:
    assert reply.status == 200, reply.body
    return json.loads(reply.body)


@pytest.mark.parametrize(
    ("host", "path", "query", "status"),
    [
        (ODDS, f"{PAST}/events", {}, 422),
        (ODDS, f"{PAST}/events", {"date": "noon"}, 422),
        # Nobody knows tomorrow's odds.
        (ODDS, f"{PAST}/events", {"date": "2025-11-13T00:00:00Z"}, 422),
        (ODDS, f"{PAST}/events/{'0' * 32}/odds", {"date": "2025-11-12T12:00:00Z"}, 422),
        (ODDS, f"{PAST}/events/{'0' * 32}/odds",
         {"date": "2025-11-12T12:00:00Z", "regions": "us"}, 404),
        (ODDS, f"{V4}/participants/par_000000000000/players", {}, 404),
        (ODDS, f"{V4}/participants/1/players", {}, 404),
        (BDL, "/v1/games", {}, 400),
        (BDL, "/v1/games", {"start_date": "2025-11-12"}, 400),
        (BDL, "/v1/games", {"start_date": "2025-11-12", "end_date": "2025-11-11"}, 400),
        (BDL, "/v1/games", {"start_date": "2025-11-12", "end_date": "2026-11-12"}, 400),
        (BDL, "/v1/stats", {"date": "2025-11-12"}, 400),
        (BDL, "/v1/player_injuries", {"per_page": "101"}, 400),
        (BDL, "/v1/player_injuries", {"cursor": "x"}, 400),
        (BDL, "/v1/odds", {}, 404),
        (ESPN, SCORES, {}, 400),
        (ESPN, SCORES, {"dates": "2025-11-12"}, 400),
        (ESPN_WEB, "/nba/boxscore", {}, 404),
        (ESPN_WEB, "/nba/boxscore", {"gameId": "1"}, 404),
        (ESPN_WEB, "/nba/scoreboard/_/date/20251199", {}, 404),
        (ESPN_WEB, "/nba/standings", {}, 404),
        (BP, "/v3/events", {"date": "2025-11-12"}, 400),
        (BP, "/v3/events", {"sport": "NBA", "date": "today"}, 400),
        (BP, "/v3/offers", {"sport": "NBA", "market_id": "156"}, 400),
        (BP, "/v3/offers", {"sport": "NBA", "market_id": "1", "event_id": "1"}, 400),
        (BP, "/v3/offers", {"sport": "NBA", "market_id": "156", "event_id": "1", "limit": "11"},
         400),
        (BP, "/v3/odds", {"sport": "NBA"}, 404),
    ],
)  # fmt: skip
def test_what_a_source_refuses(host: str, path: str, query: dict[str, str], status: int) -> None:
    assert ask(host, path, query).status == status


@pytest.mark.parametrize(("host", "status"), [(ODDS, 401), (BDL, 401), (BP, 403)])
def test_without_a_key_nothing_is_told(host: str, status: int) -> None:
    path = {ODDS: f"{PAST}/events", BDL: "/v1/games", BP: "/v3/events"}[host]
    request = Request(host=host, path=path, query={"sport": "NBA"}, headers={}, now=MORNING)
    assert answer(a_world(), request).status == status


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        # Snapshots are taken 38 seconds into every five minutes.
        ("2025-11-12T12:00:00Z", "2025-11-12T11:55:38Z"),
        ("2025-11-12T12:00:37Z", "2025-11-12T11:55:38Z"),
        ("2025-11-12T12:00:38Z", "2025-11-12T12:00:38Z"),
        ("2025-11-12T12:04:59Z", "2025-11-12T12:00:38Z"),
    ],
)
def test_a_snapshot_is_the_last_one_at_or_before_the_asked_instant(asked: str, taken: str) -> None:
    found = got(ask(ODDS, f"{PAST}/events", {"date": asked}))
    assert found["timestamp"] == taken
    assert found["previous_timestamp"] < taken < found["next_timestamp"]
    assert len(found["data"]) == 2


@pytest.mark.parametrize(
    ("path", "query", "cost"),
    [
        (f"{V4}/events", {}, "0"),
        (f"{PAST}/events", {"date": "2025-11-12T12:00:00Z"}, "1"),
        # A year ago nothing was listed: that costs nothing.
        (f"{PAST}/events", {"date": "2024-11-12T12:00:00Z"}, "0"),
        (f"{V4}/participants", {}, "1"),
        ("odds", {"regions": "us,uk", "markets": "h2h,totals"}, "4"),
        ("odds", {"bookmakers": "draftkings,fanduel", "markets": "h2h,totals"}, "2"),
        ("odds_his", {"regions": "us", "markets": "h2h,totals"}, "20"),
    ],
)
def test_what_a_call_costs(path: str, query: dict[str, str], cost: str) -> None:
    world = a_world()
    if path.startswith("odds"):
        base = PAST if path == "odds_his" else V4
        path = f"{base}/events/{world.event_id(FIRST)}/odds"
        query = {**query, "date": "2025-11-12T12:00:00Z"}
    reply = ask(ODDS, path, query, world=world)
    assert reply.status == 200
    assert reply.headers["x-requests-last"] == cost
    assert int(reply.headers["x-requests-remaining"]) > 0


@pytest.mark.parametrize(
    ("path", "query", "number"),
    [
        ("/v1/games", {"start_date": "2025-11-12", "end_date": "2025-11-12"}, 2),
        ("/v1/stats", {"dates[]": "2025-11-12"}, 46),
        ("/v1/player_injuries", {}, 70),
    ],
)
def test_pages_follow_their_cursors_to_the_end(
    path: str, query: dict[str, str], number: int
) -> None:
    world, seen, cursor = a_world(), [], ""
    while True:
        page = got(
            ask(BDL, path, {**query, "per_page": "9", "cursor": cursor}, now=NIGHT, world=world)
        )
        assert len(page["data"]) <= 9
        seen += [each.get("id") or each["player"]["id"] for each in page["data"]]
        cursor = str(page["meta"].get("next_cursor", ""))
        if not cursor:
            break
    assert len(set(seen)) == len(seen) >= number // 2
    whole = got(ask(BDL, path, {**query, "per_page": "100"}, now=NIGHT, world=world))["data"]
    assert seen == [each.get("id") or each["player"]["id"] for each in whole]


def test_offers_come_in_pages_of_ten_at_most() -> None:
    world = a_world()
    events = got(ask(BP, "/v3/events", {"sport": "NBA", "date": "2025-11-12"}, world=world))[
        "events"
    ]
    # This source has team codes of its own.
    assert [(e["visitor"], e["home"]) for e in events] == [("MIL", "CHA"), ("PHO", "LAC")]
    ids = ":".join(str(event["id"]) for event in events)
    query = {"sport": "NBA", "market_id": "156", "event_id": ids, "limit": "10"}
    pages = [
        got(ask(BP, "/v3/offers", {**query, "page": str(n)}, world=world)) for n in (1, 2, 3, 4, 5)
    ]
    # Eight players of each of four teams.
    assert [len(page["offers"]) for page in pages] == [10, 10, 10, 2, 0]
    assert {page["_pagination"]["total_pages"] for page in pages} == {4}
    found = [offer["id"] for page in pages for offer in page["offers"]]
    assert len(set(found)) == 32


def test_espns_page_carries_its_data_and_ends_its_script_once() -> None:
    world = a_world()
    page = ask(ESPN_WEB, "/nba/scoreboard/_/date/20251112", world=world).body
    assert page.count(b"</script>") == 1
    data = page.partition(b"window['__espnfitt__']=")[2].partition(b";</script>")[0]
    events = json.loads(data)["page"]["content"]["scoreboard"]["evts"]
    number = events[0]["id"]
    assert number == got(ask(ESPN, SCORES, {"dates": "20251112"}, world=world))["events"][0]["id"]
    for path, query in (("/nba/boxscore", {"gameId": number}),
                        (f"/nba/boxscore/_/gameId/{number}", {})):  # fmt: skip
        assert b'"bxscr":[]' in ask(ESPN_WEB, path, query, world=world).body
