"""balldontlie.io's games and lines: which games are whole, and which answers are others'."""

from __future__ import annotations

from typing import Any

import pytest

from shared.errors import SourceFailure
from tests.scrapers.shapes import ORL_NYK, bdl_game, bdl_lines, bdl_page
from tests.scrapers.world import Site, ask, fetch, ok


def lines(away: int = 8, home: int = 8, **game: Any) -> list[dict[str, Any]]:
    return [*bdl_lines("ORL", 22, away, **game), *bdl_lines("NYK", 20, home, **game)]


def test_games_are_asked_for_one_date_in_the_largest_pages() -> None:
    site = Site(bdl_page(bdl_game(), cursor=7), bdl_page())
    fetched = fetch(ask("bdl_games"), site)
    day = {"start_date": "2025-11-12", "end_date": "2025-11-12", "per_page": "100"}
    assert [site.query(0), site.query(1)] == [day, {**day, "cursor": "7"}]
    assert fetched.stats == {"pages": 2}


@pytest.mark.parametrize(
    ("game", "covers"),
    [
        (bdl_game(), (ORL_NYK,)),
        (bdl_game("Final", 5), (ORL_NYK,)),
        # Said to be final too early; still played; not begun.
        (bdl_game("Final", 3), ()),
        (bdl_game("4th Qtr", 4), ()),
        (bdl_game("2025-11-13T00:00:00Z", 0), ()),
    ],
)
def test_a_game_is_covered_when_it_has_ended(game: Any, covers: Any) -> None:
    assert fetch(ask("bdl_games"), Site(bdl_page(game))).covers == covers


@pytest.mark.parametrize(
    ("found", "covers"),
    [
        (lines(), (ORL_NYK,)),
        (lines(5, 5), (ORL_NYK,)),
        (lines(5, 4), ()),
        (lines(8, 0), ()),
        # Eight lines of players who did not play are no team.
        (lines(8, 0) + bdl_lines("NYK", 20, 8, minutes="00"), ()),
        (lines(8, 0) + bdl_lines("NYK", 20, 8, minutes=""), ()),
        (lines(status="3rd Qtr", period=3), ()),
        # Another pair's game, and one whose teams do not say who they are.
        (bdl_lines("UTA", 22, 8) + bdl_lines("NYK", 20, 8), ()),
        ([{"id": 1, "min": "20"}] * 12, ()),
    ],
)
def test_a_games_lines_are_whole_with_five_players_of_each_team(found: Any, covers: Any) -> None:
    fetched = fetch(ask("bdl_player_box_scores"), Site(bdl_page(*found)))
    assert (len(fetched.records), fetched.covers) == (len(found), covers)


def test_lines_are_asked_by_date_in_the_sources_own_spelling() -> None:
    site = Site(bdl_page(*lines()))
    fetch(ask("bdl_player_box_scores"), site)
    assert site.query() == {"dates[]": "2025-11-12", "per_page": "100"}


@pytest.mark.parametrize(
    ("scraper", "payload"),
    [
        ("bdl_games", {**bdl_game(), "date": "2025-11-11"}),
        ("bdl_player_box_scores", lines(date="2025-11-11T00:00:00.000Z")[0]),
    ],
)
def test_another_dates_games_are_refused(scraper: str, payload: Any) -> None:
    with pytest.raises(SourceFailure, match=r"asked for 2025-11-12, got \[2025-11-11\]"):
        fetch(ask(scraper), Site(ok({"data": [payload]})))


@pytest.mark.parametrize("scraper", ["bdl_games", "bdl_player_box_scores", "bdl_injuries"])
def test_pages_end_or_the_run_fails(scraper: str) -> None:
    with pytest.raises(SourceFailure, match=r"cursor \[2\] came twice"):
        fetch(ask(scraper), Site(bdl_page({"id": 1}, cursor=2)))
    site = Site(*(bdl_page({"id": n}, cursor=n) for n in range(1, 60)))
    with pytest.raises(SourceFailure, match="more than 50 pages"):
        fetch(ask(scraper), site)
