"""stats.nba.com on hand-written answers."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared.core.targets import TargetKind
from shared.errors import SourceFailure
from tests.scrapers.world import DAY, GAMES, PAGE, Site, ask, cut_off, fetch, game, ok

G1, G2 = "0022500201", "0022500202"
LOG = ["SEASON_ID", "PLAYER_ID", "TEAM_ABBREVIATION", "GAME_ID", "GAME_DATE", "WL", "PTS"]


def schedule(*ids: str, season: str = "2025-26") -> dict[str, Any]:
    games = [{"gameId": id_, "gameStatus": 1} for id_ in ids]
    dates = [{"gameDate": "11/12/2025 00:00:00", "games": games}] if ids else []
    return {"leagueSchedule": {"seasonYear": season, "gameDates": dates}}


def result(headers: list[str], *rows: list[Any]) -> dict[str, Any]:
    return {"resource": "x", "resultSets": [{"name": "x", "headers": headers, "rowSet": rows}]}


def log(game_id: str, away: int, home: int, *, wl: str | None = "W") -> list[list[Any]]:
    """`away` and `home` players of ORL and NYK."""
    teams = ["ORL"] * away + ["NYK"] * home
    return [["22025", i, team, game_id, DAY.isoformat(), wl, 10] for i, team in enumerate(teams)]


def box(
    away: int, home: int, *, minutes: str = "240:00", points: tuple[int, int] = (99, 101)
) -> Any:
    def team(tricode: str, players: int, scored: int) -> dict[str, Any]:
        return {
            "teamTricode": tricode,
            "players": [{"personId": i} for i in range(players)],
            "statistics": {"minutes": minutes, "points": scored},
        }

    return {
        "boxScoreTraditional": {
            "gameId": G1,
            "homeTeam": team("NYK", home, points[1]),
            "awayTeam": team("ORL", away, points[0]),
        }
    }


def game_ask(**more: Any) -> Any:
    return ask("nbac_team_boxscore", kind=TargetKind.GAME, id_=G1, **more)


def test_the_schedule_is_one_record_per_game_of_the_season() -> None:
    site = Site(ok(schedule(G1, G2)))
    fetched = fetch(ask("nbac_schedule_api"), site)
    assert [record["gameId"] for record in fetched.records] == [G1, G2]
    assert fetched.records[0]["gameDate"] == "11/12/2025 00:00:00"
    assert fetched.covers == ("2025-11-12",)
    assert site.asked[0].url.path == "/stats/scheduleleaguev2int"
    assert site.query() == {"LeagueID": "00", "Season": "2025-26"}


def test_a_schedule_of_another_season_is_refused() -> None:
    with pytest.raises(SourceFailure, match="asked for season 2025-26, got \\[2024-25\\]"):
        fetch(ask("nbac_schedule_api"), Site(ok(schedule(G1, season="2024-25"))))


def test_the_player_list_is_keyed_by_its_headers() -> None:
    site = Site(ok(result(["PERSON_ID", "TEAM_ABBREVIATION"], [1, "NYK"], [2, "ORL"])))
    fetched = fetch(ask("nbac_player_list"), site)
    assert list(fetched.records) == [
        {"PERSON_ID": 1, "TEAM_ABBREVIATION": "NYK"},
        {"PERSON_ID": 2, "TEAM_ABBREVIATION": "ORL"},
    ]
    assert fetched.covers == ("2025-11-12",)
    assert site.query() == {"LeagueID": "00", "Season": "2025-26", "Historical": "0"}


def test_player_boxes_cover_the_games_that_are_whole() -> None:
    site = Site(ok(result(LOG, *log(G1, 9, 10), *log(G2, 9, 0))))
    fetched = fetch(ask("nbac_player_boxscore"), site)
    assert (len(fetched.records), fetched.covers) == (28, (G1,))
    query = site.query()
    assert (query["DateFrom"], query["DateTo"], query["PlayerOrTeam"]) == (
        "2025-11-12",
        "2025-11-12",
        "P",
    )
    assert query["SeasonType"] == "Regular Season"


@pytest.mark.parametrize(
    ("rows", "covers"),
    [
        (log(G1, 5, 5), (G1,)),
        # Four of a team's five starters are missing rows, not a short bench.
        (log(G1, 4, 10), ()),
        # Still being played: nobody has won.
        (log(G1, 9, 10, wl=None), ()),
        ([], ()),
    ],
)
def test_a_game_is_whole_with_both_teams_and_a_winner(rows: Any, covers: Any) -> None:
    fetched = fetch(ask("nbac_player_boxscore"), Site(ok(result(LOG, *rows))))
    assert (len(fetched.records), fetched.covers) == (len(rows), covers)


@pytest.mark.parametrize(
    ("ids", "kinds"),
    [
        ([], ["Regular Season"]),
        (["0022500201"], ["Regular Season"]),
        (["0042500101", "0042500102"], ["Playoffs"]),
        (["0052500101"], ["PlayIn"]),
        (["0062500001"], ["Regular Season"]),
        (["0012500001"], ["Pre Season"]),
        # The All-Star game is no game of ours.
        (["0032500001"], ["Regular Season"]),
        # The last night of the play-in is the eve of the playoffs; asked for both if they meet.
        (["0052500101", "0042500101"], ["PlayIn", "Playoffs"]),
    ],
)
def test_the_season_type_follows_the_games_of_the_day(ids: list[str], kinds: list[str]) -> None:
    games = [game(id_, "ORL", "NYK", GAMES[0]["tip"]) for id_ in ids]
    site = Site(ok(result(LOG)))
    fetch(ask("nbac_player_boxscore", games=games), site)
    assert [site.query(i)["SeasonType"] for i in range(len(site.asked))] == kinds


def test_rows_of_another_date_are_refused() -> None:
    rows = [["22025", 1, "ORL", G1, "2025-11-11", "W", 10]]
    with pytest.raises(SourceFailure, match="got rows of \\[2025-11-11\\]"):
        fetch(ask("nbac_player_boxscore"), Site(ok(result(LOG, *rows))))


def test_a_team_box_is_two_records_and_covers_its_game() -> None:
    site = Site(ok(box(13, 14)))
    fetched = fetch(game_ask(), site)
    assert [(r["side"], r["teamTricode"], r["gameId"]) for r in fetched.records] == [
        ("awayTeam", "ORL", G1),
        ("homeTeam", "NYK", G1),
    ]
    assert fetched.covers == (G1,)
    assert site.query() == {
        "GameID": G1,
        "StartPeriod": "0",
        "EndPeriod": "10",
        "StartRange": "0",
        "EndRange": "28800",
        "RangeType": "0",
    }


@pytest.mark.parametrize(
    ("payload", "records"),
    [
        # Before the game: teams without players are no data.
        (box(0, 0), 0),
        (box(0, 14), 1),
        # The third quarter; the end of the fourth with overtime ahead.
        (box(13, 14, minutes="180:00"), 2),
        (box(13, 14, points=(99, 99)), 2),
    ],
)
def test_a_team_box_that_is_not_whole_covers_nothing(payload: Any, records: int) -> None:
    fetched = fetch(game_ask(), Site(ok(payload)))
    assert (len(fetched.records), fetched.covers) == (records, ())


def test_a_team_box_of_overtime_is_whole() -> None:
    """Five more minutes of five players: 265."""
    fetched = fetch(game_ask(), Site(ok(box(13, 14, minutes="265:00"))))
    assert fetched.covers == (G1,)


def test_a_team_box_of_another_game_is_refused() -> None:
    asked = ask("nbac_team_boxscore", kind=TargetKind.GAME, id_=G2)
    with pytest.raises(SourceFailure, match=f"asked for game {G2}, got"):
        fetch(asked, Site(ok(box(13, 14))))


@pytest.mark.parametrize(
    ("scraper", "empty", "full"),
    [
        ("nbac_schedule_api", schedule(), schedule(G1)),
        ("nbac_player_list", result(["ID"]), result(["ID"], [1])),
        ("nbac_player_boxscore", result(LOG), result(LOG, *log(G1, 5, 5))),
        ("nbac_team_boxscore", box(0, 0), box(13, 14)),
    ],
)
class TestEachScraper:
    def asked(self, scraper: str, **more: Any) -> Any:
        if scraper == "nbac_team_boxscore":
            return game_ask(**more)
        return ask(scraper, **more)

    def test_nothing_there_is_no_data(self, scraper: str, empty: Any, full: Any) -> None:
        fetched = fetch(self.asked(scraper), Site(ok(empty)))
        assert (list(fetched.records), tuple(fetched.covers)) == ([], ())

    @pytest.mark.parametrize(
        ("answer", "error_type"),
        [
            (httpx.Response(503), "http_5xx"),
            (httpx.Response(403), "blocked"),
            (PAGE, "error_page"),
            (ok({"message": "no"}), "error_page"),
            (ok({}), "malformed"),
            (ok([]), "malformed"),
        ],
    )
    def test_no_useful_answer_is_a_failure(
        self, scraper: str, empty: Any, full: Any, answer: httpx.Response, error_type: str
    ) -> None:
        with pytest.raises(SourceFailure) as caught:
            fetch(self.asked(scraper), Site(answer))
        assert caught.value.error_type == error_type

    def test_a_cut_off_answer_is_malformed(self, scraper: str, empty: Any, full: Any) -> None:
        with pytest.raises(SourceFailure) as caught:
            fetch(self.asked(scraper), Site(cut_off(full)))
        assert caught.value.error_type == "malformed"

    def test_a_missing_parameter_is_said_before_anything_is_asked(
        self, scraper: str, empty: Any, full: Any
    ) -> None:
        site = Site(ok(full))
        with pytest.raises(SourceFailure) as caught:
            fetch(ask(scraper, kind=TargetKind.TEAM, id_="NYK", params={"team": "NYK"}), site)
        assert (caught.value.error_type, site.asked) == ("missing_parameter", [])
        assert "has: team" in str(caught.value)


@pytest.mark.parametrize(
    ("minutes", "ended"),
    [
        ("240:00", True),
        # Rounded player times fall a little short.
        ("239:14", True),
        ("265:00", True),
        ("290:00", True),
        # Thirty seconds left in the fourth quarter; half of an overtime; nothing played.
        ("237:30", False),
        ("250:00", False),
        ("0:00", False),
        # Not told is not known.
        ("", True),
    ],
)
def test_a_team_box_is_whole_only_at_the_end_of_a_period_that_can_end_a_game(
    minutes: str, *, ended: bool
) -> None:
    fetched = fetch(game_ask(), Site(ok(box(13, 14, minutes=minutes))))
    assert fetched.covers == ((G1,) if ended else ())
