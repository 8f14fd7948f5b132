"""ESPN's scores and box pages, beyond what holds for every scraper."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared.core.targets import TargetKind
from shared.errors import SourceFailure
from tests.scrapers.shapes import ORL_NYK, espn_box, espn_event, espn_page, espn_scores, espn_team
from tests.scrapers.world import Site, ask, fetch, ok

SCORES = espn_scores(("422500201", "ORL", "NY"))
WHOLE = (espn_team("ORL", 8), espn_team("NY", 8))


def box_ask(**params: str) -> Any:
    known = {"game": ORL_NYK, "away": "ORL", "home": "NYK", "date": "2025-11-12", **params}
    return ask("espn_game_boxscore", kind=TargetKind.GAME, id_=ORL_NYK, params=known)


@pytest.mark.parametrize(
    ("event", "covers"),
    [
        (espn_event(), (ORL_NYK,)),
        (espn_event(completed=False), ()),
        (espn_event(away="UTAH"), ()),
        (espn_event(away="EAST", home="WEST"), ()),
        ({"id": "1"}, ()),
        ({"id": "1", "competitions": [], "status": None}, ()),
        ({"id": "1", "competitions": [None]}, ()),
        ({"id": "1", "competitions": [{"competitors": [None, "x", {"homeAway": "home"}]}]}, ()),
    ],
)
def test_a_score_covers_its_game_when_it_is_over(event: Any, covers: Any) -> None:
    site = Site(ok({"events": [event]}))
    fetched = fetch(ask("espn_scoreboard"), site)
    assert (len(fetched.records), fetched.covers) == (1, covers)
    assert site.query() == {"dates": "20251112"}


def test_the_scores_of_another_date_are_refused() -> None:
    """ESPN answers with its own today when it does not like the date."""
    payload = {"day": {"date": "2025-11-13"}, "events": [espn_event()]}
    with pytest.raises(SourceFailure, match=r"asked for 2025-11-12, got \[2025-11-13\]"):
        fetch(ask("espn_scoreboard"), Site(ok(payload)))


def test_a_game_is_found_by_its_teams_and_its_players_are_records() -> None:
    site = Site(SCORES, espn_box(espn_team("ORL", 6, 1), espn_team("NY", 5)))
    fetched = fetch(box_ask(), site)
    assert site.query() == {"gameId": "422500201"}
    assert fetched.records[0] == {
        "game_id": ORL_NYK,
        "espn_game_id": "422500201",
        "team": "ORL",
        "player_id": "0",
        "player_name": "ORL 0",
        "position": "G",
        "jersey": "7",
        "starter": True,
        "did_not_play": False,
        "stats": {"MIN": "30", "PTS": "12", "FG": "5-11"},
    }
    sat = [r for r in fetched.records if r["did_not_play"]]
    assert [(r["player_name"], r["starter"], r["stats"]) for r in sat] == [("ORL 6", False, {})]
    # ESPN's NY is our NYK.
    assert {record["team"] for record in fetched.records} == {"ORL", "NYK"}


def test_espns_id_saves_the_look_up() -> None:
    site = Site(espn_box(*WHOLE, number="77"))
    assert fetch(box_ask(espn="77"), site).covers == (ORL_NYK,)
    assert [request.url.path for request in site.asked] == ["/nba/boxscore"]


def test_the_teams_of_a_game_that_is_named_alone_are_those_of_the_day() -> None:
    alone = {"game": ORL_NYK, "date": "2025-11-12"}
    asked = ask("espn_game_boxscore", kind=TargetKind.GAME, id_=ORL_NYK, params=alone)
    assert fetch(asked, Site(SCORES, espn_box(*WHOLE))).covers == (ORL_NYK,)
    unknown = ask(
        "espn_game_boxscore", kind=TargetKind.GAME, id_="1", params={**alone, "game": "1"}
    )
    site = Site(SCORES)
    with pytest.raises(SourceFailure, match="needs the teams of game 1") as caught:
        fetch(unknown, site)
    assert (caught.value.error_type, site.asked) == ("missing_parameter", [])


@pytest.mark.parametrize(
    ("box", "covers"),
    [
        (espn_box(*WHOLE), (ORL_NYK,)),
        (espn_box(espn_team("ORL", 5), espn_team("NY", 5)), (ORL_NYK,)),
        (espn_box(*WHOLE, state="in"), ()),
        (espn_box(espn_team("ORL", 8)), ()),
        (espn_box(espn_team("ORL", 8), espn_team("NY", 4, 6)), ()),
    ],
)
def test_a_box_is_whole_with_five_players_of_each_team_and_an_end(box: Any, covers: Any) -> None:
    assert fetch(box_ask(), Site(SCORES, box)).covers == covers


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (espn_box(*WHOLE, number="9"), r"asked for game 422500201, got \[9\]"),
        (espn_box(espn_team("ORL", 8, columns=2)), "2 values for 3 labels"),
        (espn_page({"gamepackage": {"bxscr": [{"stats": []}]}}), "tm is missing"),
        (espn_page({"gamepackage": None}), "gamepackage is missing"),
        (httpx.Response(200, content=b"<html><h1>Oops</h1></html>"), "a page without data"),
        (
            httpx.Response(200, content=b"<script>window['__espnfitt__']={\"page\":"),
            "the page's data is cut off",
        ),
    ],
)
def test_a_page_that_is_no_box_of_the_game(page: httpx.Response, message: str) -> None:
    with pytest.raises(SourceFailure, match=message):
        fetch(box_ask(), Site(SCORES, page))
