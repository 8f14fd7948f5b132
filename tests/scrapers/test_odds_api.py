"""The Odds API on hand-written answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from shared.core.targets import TargetKind
from shared.errors import SourceFailure
from tests.scrapers.world import GAMES, PAGE, Site, ask, cut_off, fetch, ok

E1 = "f54c4a22568ce9dc33fb410d1b0e75e9"
CREDITS = {"x_requests_remaining": "481.0", "x_requests_used": "19", "x_requests_last": "1"}


def event(id_: str, away: str, home: str, tip: str) -> dict[str, str]:
    return {"id": id_, "away_team": away, "home_team": home, "commence_time": tip}


ORL_NYK = event(E1, "Orlando Magic", "New York Knicks", "2025-11-13T00:10:00Z")
DEN_LAC = event("e2", "Denver Nuggets", "LA Clippers", "2025-11-13T03:30:00Z")
#: 00:30 ET: the next date's.
AFTER = event("e3", "Denver Nuggets", "LA Clippers", "2025-11-13T05:30:00Z")
#: Teams that do not play that day, and a team that is none of ours.
OTHERS = event("e4", "Utah Jazz", "Miami Heat", "2025-11-13T00:30:00Z")
GUESTS = event("e5", "Melbourne United", "Miami Heat", "2025-11-13T00:30:00Z")
NO_TIME = event("e6", "Orlando Magic", "New York Knicks", "soon")


def odds(*books: Any, id_: str = E1) -> dict[str, Any]:
    return {**ORL_NYK, "id": id_, "bookmakers": list(books)}


BOOK = {
    "key": "draftkings",
    "last_update": "2025-11-12T17:59:00Z",
    "markets": [
        {
            "key": "player_points",
            "last_update": "2025-11-12T17:55:00Z",
            "outcomes": [
                {"name": "Over", "description": "A Guard", "price": -110, "point": 20.5},
                {"name": "Under", "description": "A Guard", "price": -115, "point": 20.5},
            ],
        },
        {"key": "totals", "outcomes": [{"name": "Over", "price": 1.9, "point": 220}]},
    ],
}


def odds_ask(scraper: str = "oddsa_player_props", **more: Any) -> Any:
    params = {"event": E1, "game": "0022500201", "date": "2025-11-12", "season": "2025-26"}
    return ask(scraper, kind=TargetKind.EVENT, id_=E1, **{"params": params, **more})


def test_events_find_a_target_per_game_of_ours() -> None:
    site = Site(ok([ORL_NYK, DEN_LAC, AFTER, OTHERS, GUESTS, NO_TIME], **CREDITS))
    fetched = fetch(ask("oddsa_events"), site)
    assert len(fetched.records) == 6
    assert fetched.covers == ("0022500201", "0022500202")
    assert [target.id for target in fetched.found] == [E1, "e2"]
    # The tip is the schedule's, not the bookmaker's ten minutes later.
    assert fetched.found[0].params == {
        "event": E1,
        "game": "0022500201",
        "away": "ORL",
        "home": "NYK",
        "tip": "2025-11-13T00:00:00+00:00",
        "date": "2025-11-12",
        "season": "2025-26",
    }
    assert fetched.stats == {"credits_left": 481, "credits_used": 19, "credits_cost": 1}


def test_events_are_asked_for_the_whole_et_date() -> None:
    """Midnight ET is 05:00 UTC in November."""
    site = Site(ok([]))
    fetch(ask("oddsa_events"), site)
    assert site.asked[0].url.path == "/v4/sports/basketball_nba/events"
    assert site.query() == {
        "commenceTimeFrom": "2025-11-12T05:00:00Z",
        "commenceTimeTo": "2025-11-13T04:59:59Z",
    }


def test_by_hand_without_games_every_event_of_the_date_is_found() -> None:
    fetched = fetch(ask("oddsa_events", games=None), Site(ok([ORL_NYK, AFTER, OTHERS])))
    assert [(t.id, t.params["tip"], "game" in t.params) for t in fetched.found] == [
        (E1, "2025-11-13T00:10:00+00:00", False),
        ("e4", "2025-11-13T00:30:00+00:00", False),
    ]
    assert fetched.covers == ()


def test_no_events_is_no_data() -> None:
    fetched = fetch(ask("oddsa_events"), Site(ok([], **CREDITS)))
    assert (list(fetched.records), list(fetched.found)) == ([], [])
    assert fetched.stats["credits_left"] == 481


def test_odds_are_one_record_per_outcome() -> None:
    site = Site(ok(odds(BOOK), **CREDITS))
    fetched = fetch(odds_ask(), site)
    assert fetched.records[0] == {
        "event_id": E1,
        "commence_time": "2025-11-13T00:10:00Z",
        "home_team": "New York Knicks",
        "away_team": "Orlando Magic",
        "bookmaker": "draftkings",
        "market": "player_points",
        "last_update": "2025-11-12T17:55:00Z",
        "name": "Over",
        "description": "A Guard",
        "price": -110,
        "point": 20.5,
    }
    # A market without its own update time has its bookmaker's.
    assert fetched.records[2]["last_update"] == "2025-11-12T17:59:00Z"
    assert (len(fetched.records), fetched.covers) == (3, ("0022500201",))
    assert fetched.stats["credits_left"] == 481


@pytest.mark.parametrize(
    ("scraper", "markets"),
    [("oddsa_player_props", "player_points"), ("oddsa_game_lines", "spreads,totals")],
)
def test_each_scraper_asks_for_its_markets(scraper: str, markets: str) -> None:
    site = Site(ok({}))
    fetch(odds_ask(scraper), site)
    assert site.asked[0].url.path == f"/v4/sports/basketball_nba/events/{E1}/odds"
    assert site.query() == {
        "regions": "us",
        "markets": markets,
        "bookmakers": "draftkings,fanduel",
    }


def test_options_choose_markets_and_bookmakers() -> None:
    site = Site(ok({}))
    fetch(odds_ask(markets="player_assists", bookmakers="betmgm"), site)
    assert (site.query()["markets"], site.query()["bookmakers"]) == ("player_assists", "betmgm")


@pytest.mark.parametrize(
    ("answer", "gone"),
    [
        (httpx.Response(204), False),
        (ok({}), False),
        (ok(odds()), False),
        (ok(odds({**BOOK, "markets": []})), False),
        (httpx.Response(404, content=b'{"message": "Event not found"}'), True),
    ],
)
def test_no_odds_is_no_data(answer: httpx.Response, *, gone: bool) -> None:
    fetched = fetch(odds_ask(), Site(answer))
    assert (list(fetched.records), tuple(fetched.covers)) == ([], ())
    assert fetched.stats.get("gone", False) is gone


@pytest.mark.parametrize(
    ("games", "covers"),
    [
        # An event that was named by hand: the day's games tell whose it is.
        (GAMES, ("0022500201",)),
        (GAMES[1:], ()),
        (None, ()),
    ],
)
def test_odds_of_an_event_alone_cover_the_game_of_its_teams(games: Any, covers: Any) -> None:
    fetched = fetch(odds_ask(params={"event": E1}, games=games), Site(ok(odds(BOOK))))
    assert (len(fetched.records), fetched.covers) == (3, covers)


@pytest.mark.parametrize(
    ("answer", "error_type"),
    [
        (httpx.Response(401, content=b'{"message": "Usage quota reached"}'), "blocked"),
        (httpx.Response(422), "http_4xx"),
        (httpx.Response(429), "rate_limited"),
        (PAGE, "error_page"),
        (ok({"message": "Invalid market"}), "error_page"),
        (cut_off(odds(BOOK)), "malformed"),
        (ok({**ORL_NYK}), "malformed"),
        (ok(odds({"key": "x"})), "malformed"),
        (ok(odds(BOOK, id_="e9")), "malformed"),
        (ok([odds(BOOK)]), "malformed"),
    ],
)
def test_odds_that_are_no_useful_answer(answer: httpx.Response, error_type: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        fetch(odds_ask(), Site(answer))
    assert caught.value.error_type == error_type


@pytest.mark.parametrize(
    ("answer", "error_type"),
    [
        (ok({"message": "no"}), "error_page"),
        (cut_off([ORL_NYK]), "malformed"),
        (ok({"events": []}), "malformed"),
        (httpx.Response(404), "http_4xx"),
    ],
)
def test_events_that_are_no_useful_answer(answer: httpx.Response, error_type: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        fetch(ask("oddsa_events"), Site(answer))
    assert caught.value.error_type == error_type


@pytest.mark.parametrize("scraper", ["oddsa_events", "oddsa_player_props", "oddsa_game_lines"])
def test_a_missing_parameter_is_said_before_anything_is_asked(scraper: str) -> None:
    site = Site(ok([]))
    with pytest.raises(SourceFailure) as caught:
        fetch(ask(scraper, kind=TargetKind.GAME, id_="0022500201", params={}), site)
    assert (caught.value.error_type, site.asked) == ("missing_parameter", [])


@pytest.mark.parametrize(
    "text", ["no json", "[1]", '[{"id": "1"}]', '[{"id":1,"away":"A","home":"B","tip":"noon"}]']
)
def test_a_broken_games_option_is_bad_input(text: str) -> None:
    asked = replace(ask("oddsa_events"), options={"games": text})
    with pytest.raises(ValueError, match="option games"):
        fetch(asked, Site(ok([])))


def test_the_games_of_the_day_are_those_of_the_option() -> None:
    fetched = fetch(ask("oddsa_events", games=GAMES[1:]), Site(ok([ORL_NYK, DEN_LAC])))
    assert [target.id for target in fetched.found] == ["e2"]
