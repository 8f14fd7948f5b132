"""Play-by-play and referees on hand-written answers."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from scrapers.params import day_games
from shared.core.targets import TargetKind
from shared.errors import SourceFailure
from tests.scrapers.world import PAGE, Site, ask, cut_off, fetch, ok

G1, G2 = "0022500201", "0022500202"
END = {"actionNumber": 700, "actionType": "game", "subType": "end", "period": 4}
PERIOD_END = {"actionNumber": 699, "actionType": "period", "subType": "end", "period": 4}
SHOT = {"actionNumber": 7, "actionType": "2pt", "subType": "Layup", "period": 1}


def actions(*found: dict[str, Any]) -> dict[str, Any]:
    return {"meta": {"code": 200}, "game": {"gameId": G1, "actions": list(found)}}


def pbp(**more: Any) -> Any:
    return ask("nbac_play_by_play", kind=TargetKind.GAME, id_=G1, **more)


@pytest.mark.parametrize(
    ("found", "covers"),
    [
        ([SHOT, PERIOD_END, END], (G1,)),
        # The fourth period's end may be followed by overtime.
        ([SHOT, PERIOD_END], ()),
        ([], ()),
    ],
)
def test_play_by_play_covers_its_game_once_the_end_is_there(found: Any, covers: Any) -> None:
    site = Site(ok(actions(*found)))
    fetched = fetch(pbp(), site)
    assert (list(fetched.records), fetched.covers) == (found, covers)
    assert site.asked[0].url.path == f"/static/json/liveData/playbyplay/playbyplay_{G1}.json"


@pytest.mark.parametrize("code", [403, 404])
def test_play_by_play_before_the_tip_is_no_data(code: int) -> None:
    fetched = fetch(pbp(), Site(httpx.Response(code, content=b"<Error>AccessDenied</Error>")))
    assert (list(fetched.records), fetched.stats) == ([], {"status": code})


@pytest.mark.parametrize(
    ("answer", "error_type"),
    [
        (httpx.Response(403, content=b"This page is Not Accessible in this region."), "blocked"),
        (httpx.Response(500), "http_5xx"),
        (PAGE, "error_page"),
        (ok({"game": {"gameId": G1}}), "malformed"),
        (ok({"game": {"gameId": G2, "actions": []}}), "malformed"),
        (cut_off(actions(SHOT, END)), "malformed"),
    ],
)
def test_play_by_play_that_is_no_useful_answer(answer: httpx.Response, error_type: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        fetch(pbp(), Site(answer))
    assert caught.value.error_type == error_type


def officials(*rows: dict[str, Any]) -> dict[str, Any]:
    other = {"Table": {"rows": [{"game_id": "2022500001", "official1": "G. League"}]}}
    replay = {"rows": [{"replaycenter_official": "R. Centre"}]}
    return {"nba": {"Table": {"rows": list(rows)}, "Table1": replay}, "gl": other, "wnba": other}


def crew(game_id: Any, away: str, home: str, first: str = "A. Whistle") -> dict[str, Any]:
    return {
        "game_id": game_id,
        "away_team_abbr": away,
        "home_team_abbr": home,
        "official1": first,
        "official2": "",
        "official3": None,
    }


def test_referees_are_the_nba_rows_only_and_cover_the_games_with_a_crew() -> None:
    rows = [crew(G1, "ORL", "NYK"), crew(G2, "DEN", "LAC", first="")]
    site = Site(ok(officials(*rows)))
    fetched = fetch(ask("nbac_referee_assignments"), site)
    assert (len(fetched.records), fetched.covers, fetched.whole) == (1, (G1,), False)
    assert site.query() == {"date": "2025-11-12"}


@pytest.mark.parametrize(
    ("row", "games"),
    [
        # By the teams when the day's games are known, by its own id otherwise; numbers lose
        # their leading zeros.
        (crew(None, "ORL", "NYK"), True),
        (crew(22500201, "ORL", "NYK"), False),
        (crew(G1, "", ""), False),
    ],
)
def test_a_crew_finds_its_game(row: dict[str, Any], *, games: bool) -> None:
    asked = (
        ask("nbac_referee_assignments") if games else ask("nbac_referee_assignments", games=None)
    )
    assert fetch(asked, Site(ok(officials(row)))).covers == (G1,)


def test_crews_of_all_games_are_the_whole_and_none_are_no_data() -> None:
    asked = ask("nbac_referee_assignments")
    games = [game for game in day_games(asked) or () if game.game_id]
    rows = [crew(game.game_id, game.away, game.home) for game in games]
    fetched = fetch(asked, Site(ok(officials(*rows))))
    assert fetched.whole
    assert len(fetched.records) == len(fetched.covers) == len(games) > 1
    blank = [{**row, "official1": ""} for row in rows]
    assert list(fetch(asked, Site(ok(officials(*blank)))).records) == []


def test_no_referees_yet_is_no_data() -> None:
    fetched = fetch(ask("nbac_referee_assignments"), Site(ok(officials())))
    assert (list(fetched.records), fetched.covers) == ([], ())


@pytest.mark.parametrize(
    ("answer", "error_type"),
    [
        (httpx.Response(404), "http_4xx"),
        (PAGE, "error_page"),
        (ok({"gl": {}, "wnba": {}}), "malformed"),
        (cut_off(officials(crew(G1, "ORL", "NYK"))), "malformed"),
    ],
)
def test_referees_that_are_no_useful_answer(answer: httpx.Response, error_type: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        fetch(ask("nbac_referee_assignments"), Site(answer))
    assert caught.value.error_type == error_type


@pytest.mark.parametrize("scraper", ["nbac_play_by_play", "nbac_referee_assignments"])
@pytest.mark.parametrize("params", [{}, {"date": "", "game": ""}, {"date": "12.11.2025"}])
def test_a_missing_parameter_is_said_before_anything_is_asked(
    scraper: str, params: dict[str, str]
) -> None:
    site = Site(ok({}))
    with pytest.raises(SourceFailure) as caught:
        fetch(ask(scraper, kind=TargetKind.TEAM, id_="NYK", params=params), site)
    assert (caught.value.error_type, site.asked) == ("missing_parameter", [])
