"""The league's lists on hand-written answers: scoreboard, movements, the schedule's files."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from scrapers.base import Ask
from shared.core.targets import TargetKind
from shared.errors import SourceFailure
from tests.scrapers.world import PAGE, Site, ask, cut_off, fetch, game, ok

BOARD, MOVES = "nbac_scoreboard_v2", "nbac_player_movement"
FILES = {
    "nbac_schedule": "/static/json/staticData/scheduleLeagueV2.json",
    "nbac_schedule_cdn": "/static/json/staticData/scheduleLeagueV2_1.json",
}
HEADERS = ["GAME_DATE_EST", "GAME_ID", "GAME_STATUS_ID", "HOME_TEAM_ID", "VISITOR_TEAM_ID"]
LINES = ["GAME_ID", "TEAM_ID", "TEAM_ABBREVIATION", "PTS_QTR1", "PTS_QTR4", "PTS_OT1", "PTS"]
FIRST, SECOND = "0022500201", "0022500202"


def board(*games: list[Any], lines: tuple[list[Any], ...] = ()) -> dict[str, Any]:
    return {
        "resource": "scoreboardV2",
        "resultSets": [
            {"name": "GameHeader", "headers": HEADERS, "rowSet": list(games)},
            {"name": "LineScore", "headers": LINES, "rowSet": list(lines)},
        ],
    }


def header(id_: str = FIRST, status: int = 3, day: str = "2025-11-12T00:00:00") -> list[Any]:
    return [day, id_, status, 2, 1]


def test_the_scoreboards_sets_become_one_record_a_game() -> None:
    lines = ([FIRST, 1, "ORL", 20, 25, None, 98], [FIRST, 2, "NYK", 30, 24, 9, 107])
    site = Site(ok(board(header(), lines=lines)))
    fetched = fetch(ask(BOARD), site)
    assert site.query()["GameDate"] == "11/12/2025"
    (record,) = fetched.records
    assert (record["gameId"], record["gameStatus"]) == (FIRST, 3)
    assert record["awayTeam"]["teamTricode"] == "ORL"
    assert record["homeTeam"] == {
        "teamId": 2,
        "teamTricode": "NYK",
        "score": 107,
        "periods": [30, 24, 9],
    }


def test_only_games_that_are_over_and_were_asked_for_are_covered() -> None:
    # The last is over too, and an All-Star game.
    games = (header(), header(SECOND, status=2), header("0032500001"))
    fetched = fetch(ask(BOARD), Site(ok(board(*games))))
    assert len(fetched.records) == 3
    assert fetched.covers == (FIRST,)
    by_hand = fetch(ask(BOARD, games=None), Site(ok(board(*games))))
    assert by_hand.covers == (FIRST, "0032500001")


def test_a_game_that_is_listed_twice_is_one_record() -> None:
    assert len(fetch(ask(BOARD), Site(ok(board(header(), header())))).records) == 1


def test_a_date_without_games_is_no_data() -> None:
    fetched = fetch(ask(BOARD, games=[]), Site(ok(board())))
    assert (list(fetched.records), tuple(fetched.covers)) == ([], ())


def moves(*rows: Any) -> dict[str, Any]:
    return {"NBA_Player_Movement": {"columns": [], "rows": list(rows)}}


def move(player: int, day: str = "2025-11-12") -> dict[str, Any]:
    return {"Transaction_Type": "Trade", "TRANSACTION_DATE": f"{day}T00:00:00", "PLAYER_ID": player}


def test_the_movements_say_how_fresh_they_are() -> None:
    rows = (move(1, "2025-11-10"), move(2), move(3), move(2))
    site = Site(ok(moves(*rows)))
    fetched = fetch(ask(MOVES), site)
    assert site.asked[0].url.path == "/js/data/playermovement/NBA_Player_Movement.json"
    assert len(fetched.records) == 3
    assert fetched.covers == ("2025-11-12",)
    assert fetched.stats == {"newest": "2025-11-12", "repeated_rows": 1, "of_the_date": 2}


def test_an_empty_list_of_movements_is_no_data() -> None:
    fetched = fetch(ask(MOVES), Site(ok(moves())))
    assert (list(fetched.records), tuple(fetched.covers)) == ([], ())


def feed(*ids: str, year: str = "2025-26") -> dict[str, Any]:
    games = [{"gameId": id_} for id_ in ids]
    days = [{"gameDate": "11/12/2025 00:00:00", "games": games}]
    return {"leagueSchedule": {"seasonYear": year, "gameDates": days}}


@pytest.mark.parametrize("scraper", FILES)
class TestScheduleFiles:
    def test_each_has_its_file_and_gives_every_game_once(self, scraper: str) -> None:
        site = Site(ok(feed(FIRST, SECOND, FIRST)))
        fetched = fetch(ask(scraper), site)
        assert [request.url.path for request in site.asked] == [FILES[scraper]]
        assert [record["gameId"] for record in fetched.records] == [FIRST, SECOND]
        assert {record["seasonYear"] for record in fetched.records} == {"2025-26"}
        assert fetched.covers == ("2025-11-12",)

    def test_a_season_without_games_is_no_data(self, scraper: str) -> None:
        fetched = fetch(ask(scraper), Site(ok(feed())))
        assert (list(fetched.records), tuple(fetched.covers)) == ([], ())

    @pytest.mark.parametrize(
        ("answer", "error_type"),
        [
            # Unlike a game's own file this one is always there.
            (httpx.Response(403), "blocked"),
            (httpx.Response(404), "http_4xx"),
            (ok(feed(FIRST, year="2024-25")), "malformed"),
        ],
    )
    def test_a_file_that_is_not_there_or_of_another_season_fails(
        self, scraper: str, answer: httpx.Response, error_type: str
    ) -> None:
        with pytest.raises(SourceFailure) as caught:
            fetch(ask(scraper), Site(answer))
        assert caught.value.error_type == error_type


WHOLE = {
    BOARD: board(header()),
    MOVES: moves(move(1)),
    "nbac_schedule": feed(FIRST),
    "nbac_schedule_cdn": feed(FIRST),
}


@pytest.mark.parametrize("scraper", WHOLE)
@pytest.mark.parametrize(
    ("answer", "error_type"),
    [
        (httpx.Response(429), "rate_limited"),
        (httpx.Response(500), "http_5xx"),
        (PAGE, "error_page"),
        (ok({"message": "Something went wrong"}), "error_page"),
        (httpx.Response(200), "malformed"),
        (ok([]), "malformed"),
        (ok({}), "malformed"),
        (ok({"resultSets": [{"name": "Other"}]}), "malformed"),
        (ok({"resultSets": [{"name": "GameHeader", "headers": ["A"]}]}), "malformed"),
        (ok(board(["too short"])), "malformed"),
        (ok(board(["2025-11-12", None, 3, 2, 1])), "malformed"),
        (ok(board(header(day="2025-11-11T00:00:00"))), "malformed"),
        (ok({"NBA_Player_Movement": {"rows": None}}), "malformed"),
        (ok({"leagueSchedule": {"seasonYear": "2025-26"}}), "malformed"),
    ],
)
def test_what_is_no_useful_answer_fails(
    scraper: str, answer: httpx.Response, error_type: str
) -> None:
    with pytest.raises(SourceFailure) as caught:
        fetch(ask(scraper), Site(answer))
    assert caught.value.error_type == error_type


@pytest.mark.parametrize("scraper", WHOLE)
def test_an_answer_that_is_cut_off_fails(scraper: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        fetch(ask(scraper), Site(cut_off(WHOLE[scraper])))
    assert caught.value.error_type == "malformed"


@pytest.mark.parametrize("scraper", WHOLE)
def test_a_date_that_is_missing_is_said_before_anything_is_asked(scraper: str) -> None:
    site = Site(ok(WHOLE[scraper]))
    asked: Ask = ask(scraper, kind=TargetKind.TEAM, id_="NYK", params={})
    with pytest.raises(SourceFailure) as caught:
        fetch(asked, site)
    assert (caught.value.error_type, site.asked) == ("missing_parameter", [])


def test_a_preseason_game_is_a_record_and_covers_nothing_where_it_does_not_count() -> None:
    guest = header("0012500009")
    asked = ask(BOARD, games=[game(FIRST, "ORL", "NYK", "2025-11-13T00:00:00+00:00")])
    fetched = fetch(asked, Site(ok(board(guest))))
    assert len(fetched.records) == 1
    assert fetched.covers == ()
