"""balldontlie.io on hand-written answers."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared.core.targets import TargetKind
from shared.errors import SourceFailure
from tests.scrapers.world import PAGE, Site, ask, cut_off, fetch, ok

SCRAPERS = ["bdl_box_scores", "bdl_standings", "bdl_active_players"]


def page(*data: Any, cursor: int | None = None) -> dict[str, Any]:
    return {"data": list(data), "meta": {"next_cursor": cursor, "per_page": 100}}


def box(
    away: str, home: str, players: int, status: str = "Final", period: int = 4
) -> dict[str, Any]:
    def team(code: str) -> dict[str, Any]:
        return {"abbreviation": code, "players": [{"min": "20"} for _ in range(players)]}

    return {
        "date": "2025-11-12",
        "status": status,
        "period": period,
        "visitor_team": team(away),
        "home_team": team(home),
    }


def test_boxes_cover_the_nba_ids_of_the_games_that_ended() -> None:
    site = Site(ok({"data": [box("ORL", "NYK", 10), box("DEN", "LAC", 10, "3rd Qtr", 3)]}))
    fetched = fetch(ask("bdl_box_scores"), site)
    assert (len(fetched.records), fetched.covers) == (2, ("0022500201",))
    assert site.query() == {"date": "2025-11-12"}


@pytest.mark.parametrize(
    ("found", "records", "covers"),
    [
        # Listed before the tip: a game, no players, no record.
        (box("ORL", "NYK", 0, "2025-11-13T00:00:00Z", 0), 0, ()),
        # Said to be final while the players are still missing.
        (box("ORL", "NYK", 0), 0, ()),
        (box("ORL", "NYK", 4), 1, ()),
        (box("ORL", "NYK", 10, "Final", 3), 1, ()),
        (box("ORL", "NYK", 10, "Final/OT", 5), 1, ("0022500201",)),
        # A game that is none of the day's; the same teams the other way round.
        (box("UTA", "MIA", 10), 1, ()),
        (box("NYK", "ORL", 10), 1, ()),
    ],
)
def test_a_box_is_a_record_with_players_and_whole_when_ended(
    found: Any, records: int, covers: Any
) -> None:
    fetched = fetch(ask("bdl_box_scores"), Site(ok({"data": [found]})))
    assert (len(fetched.records), fetched.covers) == (records, covers)
    assert fetched.stats["games_without_players"] == 1 - records


def test_boxes_of_another_date_are_refused() -> None:
    other = {**box("ORL", "NYK", 10), "date": "2025-11-11T00:00:00.000Z"}
    with pytest.raises(SourceFailure, match="got \\[2025-11-11\\]"):
        fetch(ask("bdl_box_scores"), Site(ok({"data": [other]})))


def test_standings_are_asked_by_the_seasons_first_year() -> None:
    site = Site(ok({"data": [{"team": {"abbreviation": "NYK"}, "wins": 7}]}))
    fetched = fetch(ask("bdl_standings"), site)
    assert (len(fetched.records), fetched.covers) == (1, ("2025-11-12",))
    assert site.query() == {"season": "2025"}


def test_active_players_are_read_page_by_page() -> None:
    pages = [page({"id": 1}, {"id": 2}, cursor=2), page({"id": 3}, cursor=3), page({"id": 4})]
    site = Site(*(ok(p) for p in pages))
    fetched = fetch(ask("bdl_active_players"), site)
    assert [record["id"] for record in fetched.records] == [1, 2, 3, 4]
    assert (fetched.covers, fetched.stats) == (("2025-11-12",), {"pages": 3})
    assert [site.query(i).get("cursor") for i in range(3)] == [None, "2", "3"]
    assert site.query(0)["per_page"] == "100"


def test_a_page_that_fails_fails_the_whole_list() -> None:
    site = Site(ok(page({"id": 1}, cursor=2)), httpx.Response(500))
    with pytest.raises(SourceFailure) as caught:
        fetch(ask("bdl_active_players"), site)
    assert caught.value.error_type == "http_5xx"


def test_a_cursor_that_comes_twice_ends_the_list_as_malformed() -> None:
    with pytest.raises(SourceFailure, match="cursor \\[2\\] came twice"):
        fetch(ask("bdl_active_players"), Site(ok(page({"id": 1}, cursor=2))))


def test_a_list_without_end_is_malformed() -> None:
    site = Site(ok({}))
    site.answers = [ok(page({"id": i}, cursor=i)) for i in range(1, 60)]
    with pytest.raises(SourceFailure, match="more than 50 pages"):
        fetch(ask("bdl_active_players"), site)
    assert len(site.asked) == 50


@pytest.mark.parametrize("scraper", SCRAPERS)
class TestEachScraper:
    def test_an_empty_list_is_no_data(self, scraper: str) -> None:
        fetched = fetch(ask(scraper), Site(ok({"data": []})))
        assert (list(fetched.records), tuple(fetched.covers)) == ([], ())

    @pytest.mark.parametrize(
        ("answer", "error_type"),
        [
            (httpx.Response(401), "blocked"),
            (httpx.Response(429), "rate_limited"),
            (PAGE, "error_page"),
            (ok({"error": "unauthorized"}), "error_page"),
            (ok({"meta": {}}), "malformed"),
            (cut_off({"data": [{"id": 1}]}), "malformed"),
        ],
    )
    def test_no_useful_answer_is_a_failure(
        self, scraper: str, answer: httpx.Response, error_type: str
    ) -> None:
        with pytest.raises(SourceFailure) as caught:
            fetch(ask(scraper), Site(answer))
        assert caught.value.error_type == error_type

    def test_a_missing_parameter_is_said_before_anything_is_asked(self, scraper: str) -> None:
        site = Site(ok({"data": []}))
        with pytest.raises(SourceFailure) as caught:
            fetch(ask(scraper, kind=TargetKind.TEAM, id_="NYK", params={}), site)
        assert (caught.value.error_type, site.asked) == ("missing_parameter", [])
