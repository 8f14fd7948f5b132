"""Rosters that are pages: the league's own with data inside, Basketball-Reference's table."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import httpx
import pytest

from scrapers.base import Ask
from shared.core.targets import TargetKind
from shared.errors import SourceFailure
from tests.scrapers.world import PAGE, Site, ask, fetch

NBA, BR = "nbac_roster", "br_season_roster"
KNICKS = 1610612752


def team_ask(scraper: str, team: str = "NYK", **more: Any) -> Ask:
    return ask(scraper, kind=TargetKind.TEAM, id_=team, **more)


def page(body: str, head: str = "") -> httpx.Response:
    text = f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"
    return httpx.Response(200, content=text.encode())


# --- www.nba.com ---------------------------------------------------------------------------------


def player(number: int, **more: Any) -> dict[str, Any]:
    known = {"TeamID": KNICKS, "SEASON": "2025", "PLAYER": f"P {number}", "PLAYER_ID": number}
    return {**known, **more}


def nba_page(*players: dict[str, Any], data: Any = None) -> httpx.Response:
    """The page of a roster; `data` instead of what such a page carries."""
    carried = data or {"props": {"pageProps": {"team": {"roster": list(players)}}}}
    script = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(carried)}</script>'
    return page(f"<h1>Knicks</h1>{script}")


@pytest.mark.parametrize(
    ("team", "path"),
    [
        ("NYK", "/team/1610612752/knicks/roster"),
        ("POR", "/team/1610612757/trail-blazers/roster"),
        ("PHI", "/team/1610612755/76ers/roster"),
    ],
)
def test_a_roster_is_asked_by_the_leagues_number_and_name(team: str, path: str) -> None:
    site = Site(nba_page())
    fetch(team_ask(NBA, team), site)
    assert [request.url.path for request in site.asked] == [path]


def test_the_players_of_the_pages_data_are_records_each_once() -> None:
    fetched = fetch(team_ask(NBA), Site(nba_page(player(1), player(2), player(1))))
    assert [record["PLAYER_ID"] for record in fetched.records] == [1, 2]
    assert fetched.covers == ("NYK",)
    assert fetched.stats["repeated_rows"] == 1


def test_a_roster_without_players_is_no_data() -> None:
    fetched = fetch(team_ask(NBA), Site(nba_page()))
    assert (list(fetched.records), tuple(fetched.covers)) == ([], ())


@pytest.mark.parametrize(
    ("answer", "error_type"),
    [
        (httpx.Response(403), "blocked"),
        (httpx.Response(404), "http_4xx"),
        (httpx.Response(503), "http_5xx"),
        # Whole pages, of somebody else.
        (page("<p>Access denied</p>", "<title>Denied</title>"), "error_page"),
        (page("<p>This content is not accessible in this region.</p>"), "blocked"),
        (PAGE, "error_page"),
        (httpx.Response(200, content=b""), "malformed"),
        (httpx.Response(200, content=b'{"players": []}'), "malformed"),
        (httpx.Response(200, content=nba_page(player(1)).content[:120]), "malformed"),
        (page('<script id="__NEXT_DATA__">{"props":</script>'), "malformed"),
        (nba_page(data={"props": {"pageProps": {}}, "page": "/404"}), "malformed"),
        (nba_page(data={"props": {"pageProps": {"team": {"roster": None}}}}), "malformed"),
        (nba_page(data={"props": {"pageProps": {"team": {"roster": ["A"]}}}}), "malformed"),
        (nba_page(player(1, TeamID=1610612738)), "malformed"),
        (nba_page(player(1, SEASON="2024")), "malformed"),
    ],
)
def test_a_page_of_the_league_that_is_no_useful_answer(
    answer: httpx.Response, error_type: str
) -> None:
    with pytest.raises(SourceFailure) as caught:
        fetch(team_ask(NBA), Site(answer))
    assert caught.value.error_type == error_type


# --- Basketball-Reference ------------------------------------------------------------------------

HEAD = (
    '<link rel="canonical" href="https://www.basketball-reference.com/teams/NYK/2026.html">'
    "<title>2025-26 New York Knicks Roster and Stats</title>"
)
REPEATED = (
    '<tr class="thead"><th data-stat="number">No.</th><th data-stat="player">Player</th></tr>'
)


def br_row(code: str, name: str, position: str = "G") -> str:
    return (
        '<tr><th data-stat="number">5</th>'
        f'<td data-append-csv="{code}" data-stat="player"><a href="#">{name}</a></td>'
        f'<td data-stat="pos">{position}</td><td data-stat="college"></td></tr>'
    )


def br_table(*rows: str) -> str:
    return f'<table id="roster"><tbody>{"".join(rows)}</tbody></table>'


def br_page(*rows: str) -> httpx.Response:
    return page(br_table(*rows), HEAD)


@pytest.mark.parametrize(
    ("team", "day", "path"),
    [
        ("NYK", date(2025, 11, 12), "/teams/NYK/2026.html"),
        # The season's last year, also after the turn of the year.
        ("PHX", date(2026, 3, 8), "/teams/PHO/2026.html"),
        ("BKN", date(2024, 12, 31), "/teams/BRK/2025.html"),
        ("CHA", date(2025, 6, 20), "/teams/CHO/2025.html"),
    ],
)
def test_a_season_roster_is_asked_by_the_sites_code_and_the_last_year(
    team: str, day: date, path: str
) -> None:
    site = Site(page(br_table(), ""))
    fetch(team_ask(BR, team, day=day), site)
    assert [request.url.path for request in site.asked] == [path]


def test_the_rows_of_the_table_are_records_each_once() -> None:
    rows = (br_row("rowanni01", "Nico Rowan"), REPEATED, br_row("teakot01", "Otis Teak&nbsp;(TW)"))
    fetched = fetch(team_ask(BR), Site(br_page(*rows, rows[0])))
    first, second = fetched.records
    assert (first["player"], first["player_id"], first["two_way"]) == (
        "Nico Rowan",
        "rowanni01",
        False,
    )
    assert (second["player"], second["two_way"]) == ("Otis Teak", True)
    assert (first["team"], first["season"], first["college"]) == ("NYK", "2025-26", None)
    assert fetched.covers == ("NYK",)
    assert fetched.stats["repeated_rows"] == 1


def test_a_table_that_the_site_hides_in_a_comment_is_found() -> None:
    hidden = f"<!-- other --><div><!-- {br_table(br_row('a01', 'A B'))} --></div>"
    assert len(fetch(team_ask(BR), Site(page(hidden, HEAD))).records) == 1


@pytest.mark.parametrize("body", [br_table(), br_table(REPEATED), "<h1>Knicks</h1>"])
def test_the_teams_page_without_a_roster_is_no_data(body: str) -> None:
    fetched = fetch(team_ask(BR), Site(page(body, HEAD)))
    assert (list(fetched.records), tuple(fetched.covers)) == ([], ())


@pytest.mark.parametrize(
    ("answer", "error_type"),
    [
        (httpx.Response(403), "blocked"),
        (httpx.Response(404), "http_4xx"),
        # What the site says to those who ask more than 20 times a minute.
        (httpx.Response(429), "rate_limited"),
        (httpx.Response(503), "http_5xx"),
        (page("<p>Just a moment</p>", "<title>Just a moment</title>"), "error_page"),
        (PAGE, "error_page"),
        (httpx.Response(200, content=b""), "malformed"),
        (httpx.Response(200, content=b"{}"), "malformed"),
        (httpx.Response(200, content=br_page(br_row("a", "A B")).content[:-20]), "malformed"),
        (page(br_table(br_row("a", "A B")), HEAD.replace("NYK", "BOS")), "malformed"),
        (br_page('<tr><td data-stat="player">A B</td></tr>'), "malformed"),
        (br_page(br_row("a", "")), "malformed"),
    ],
)
def test_a_page_of_the_site_that_is_no_useful_answer(
    answer: httpx.Response, error_type: str
) -> None:
    with pytest.raises(SourceFailure) as caught:
        fetch(team_ask(BR), Site(answer))
    assert caught.value.error_type == error_type


@pytest.mark.parametrize("scraper", [NBA, BR])
@pytest.mark.parametrize("more", [{"team": "SEA"}, {"params": {}}, {"params": {"team": "NYK"}}])
def test_a_parameter_that_is_missing_or_unknown_is_said_before_anything_is_asked(
    scraper: str, more: dict[str, Any]
) -> None:
    site = Site(nba_page())
    with pytest.raises(SourceFailure) as caught:
        fetch(team_ask(scraper, **more), site)
    assert (caught.value.error_type, site.asked) == ("missing_parameter", [])
