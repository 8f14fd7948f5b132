"""BettingPros' events and pages of offers, beyond what holds for every scraper."""

from __future__ import annotations

from typing import Any

import pytest

from scrapers.fetchers.bettingpros import MAX_PAGES
from shared.errors import SourceFailure
from tests.scrapers.shapes import DEN_LAC, ORL_NYK, bp_event, offers
from tests.scrapers.world import Site, ask, fetch, game, ok

EVENTS = ok({"events": [bp_event(), bp_event(32, "DEN", "LAC")]})


@pytest.mark.parametrize(
    ("code", "tricode"),
    [("NOR", "NOP"), ("PHO", "PHX"), ("UTH", "UTA"), ("WSH", "WAS"), ("BKN", "BKN")],
)
def test_events_are_matched_by_the_sources_own_team_codes(code: str, tricode: str) -> None:
    games = [game("0022500209", tricode, "NYK", "2025-11-13T00:00:00+00:00")]
    site = Site(ok({"events": [bp_event(1, code), bp_event(2, "XYZ"), {"id": 3}]}))
    fetched = fetch(ask("bp_events", games=games), site)
    assert (len(fetched.records), fetched.covers) == (3, ("0022500209",))
    assert site.query() == {"sport": "NBA", "date": "2025-11-12"}


def test_offers_are_read_page_by_page_for_all_events_at_once() -> None:
    site = Site(EVENTS, offers(1, 3, *[31] * 10), offers(2, 3, *[31] * 10), offers(3, 3, 32))
    fetched = fetch(ask("bp_player_props"), site)
    assert (len(fetched.records), fetched.covers) == (21, (ORL_NYK, DEN_LAC))
    assert [site.query(n)["page"] for n in (1, 2, 3)] == ["1", "2", "3"]
    assert site.query(1) == {
        "sport": "NBA",
        "market_id": "156",
        "event_id": "31:32",
        "book_id": "null",
        "limit": "10",
        "page": "1",
    }
    assert fetched.stats == {"market": "points", "events": 2, "pages": 3}


@pytest.mark.parametrize(("market", "number"), [("rebounds", "157"), ("blocks", "152")])
def test_a_market_is_asked_by_its_number(market: str, number: str) -> None:
    site = Site(EVENTS, offers(1, 1, 31))
    fetch(ask("bp_player_props", market=market), site)
    assert site.query(1)["market_id"] == number


def test_an_unknown_market_is_said_before_anything_is_asked() -> None:
    site = Site(EVENTS)
    with pytest.raises(SourceFailure, match="allowed: points, rebounds") as caught:
        fetch(ask("bp_player_props", market="dunks"), site)
    assert (caught.value.error_type, site.asked) == ("missing_parameter", [])


def test_without_events_no_offers_are_asked_for() -> None:
    site = Site(ok({"events": []}))
    assert not fetch(ask("bp_player_props"), site).records
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    ("pages", "records"),
    [
        # Without a number of pages a page that is not full is the last.
        ([offers(1, None, *[31] * 10), offers(2, None, 31)], 11),
        ([offers(1, None, *[31] * 10), offers(2, None)], 10),
        ([offers(1, 1, *[31] * 10)], 10),
    ],
)
def test_where_the_pages_end(pages: Any, records: int) -> None:
    site = Site(EVENTS, *pages)
    assert len(fetch(ask("bp_player_props"), site).records) == records
    assert len(site.asked) == 1 + len(pages)


@pytest.mark.parametrize(
    ("pages", "message"),
    [
        ([offers(1, 2, *[31] * 10), offers(1, 2, *[31] * 10)], r"asked for page 2, got \[1\]"),
        ([offers(1, 3, *[31] * 10), offers(2, 3)], "page 2 of 3 has no offers"),
    ],
)
def test_pages_that_do_not_add_up_are_malformed(pages: Any, message: str) -> None:
    with pytest.raises(SourceFailure, match=message):
        fetch(ask("bp_player_props"), Site(EVENTS, *pages))


def test_a_list_without_end_is_malformed() -> None:
    site = Site(EVENTS, *(offers(n, 10**6, *[31] * 10) for n in range(1, MAX_PAGES + 5)))
    with pytest.raises(SourceFailure, match=f"more than {MAX_PAGES} pages"):
        fetch(ask("bp_player_props"), site)
