"""Every simulated source answers in its source's shape, and changes when the world does."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pdfplumber
import pytest

from shared.core.calendar import Calendar
from shared.core.days import wall
from shared.core.games import Game, GameStatus, GameType
from shared.core.schedule_json import load_games
from shared.core.teams import TEAMS
from sim.sources.answers import answer
from sim.sources.exchange import Reply, Request
from sim.sources.pdf import Text, pdf
from sim.sources.season import Change
from sim.sources.timing import Dataset
from sim.sources.world import SourceWorld

DAY = date(2025, 11, 12)
MORNING, NIGHT = wall(DAY, time(8)), wall(DAY + timedelta(days=1), time(4))
FIRST, LATE, CUP, TBD = "0022500213", "0022500224", "0062500001", "0022501225"

GAMES = (
    Game(game_id=FIRST, tip=wall(DAY, time(19)), away="MIL", home="CHA", type=GameType.REGULAR),
    Game(game_id=LATE, tip=wall(DAY, time(22, 30)), away="DEN", home="LAC", type=GameType.REGULAR),
    Game(game_id=CUP, tip=wall(date(2025, 12, 16), time(20, 30)), away="NYK", home="SAS",
         type=GameType.CUP_FINAL),
    Game(game_id=TBD, tip=wall(date(2025, 12, 9), time()), tip_known=False, away="", home="",
         type=GameType.REGULAR),
    Game(game_id="0012500009", tip=wall(date(2025, 10, 3), time(5, 30)), away="MEL", home="NOP",
         type=GameType.PRESEASON),
)  # fmt: skip

STATS, BDL, ODDS = "stats.nba.com", "api.balldontlie.io", "api.the-odds-api.com"
EVENTS = "/v4/sports/basketball_nba/events"
LOG = {
    "Counter": "1000", "DateFrom": "2025-11-12", "DateTo": "2025-11-12", "Direction": "DESC",
    "LeagueID": "00", "PlayerOrTeam": "P", "Season": "2025-26", "SeasonType": "Regular Season",
    "Sorter": "DATE",
}  # fmt: skip


def a_world(*changes: Change, seed: int = 5) -> SourceWorld:
    return SourceWorld(Calendar.of(GAMES), seed=seed, troubles=False, changes=changes)


def ask(
    world: SourceWorld, host: str, path: str, now: datetime, query: Mapping[str, str] | None = None,
    **headers: str,
) -> Reply:  # fmt: skip
    request = Request(host=host, path=path, query=query or {}, headers=headers, now=now)
    return answer(world, request)


def got(reply: Reply) -> Any:
    assert reply.status == 200
    return json.loads(reply.body)


def feed(world: SourceWorld, now: datetime) -> tuple[Game, ...]:
    query = {"LeagueID": "00", "Season": "2025-26"}
    reply = ask(world, STATS, "/stats/scheduleleaguev2int", now, query)
    return load_games(reply.body, place="feed")


def bdl(world: SourceWorld, now: datetime) -> list[Any]:
    reply = ask(world, BDL, "/v1/box_scores", now, {"date": "2025-11-12"}, authorization="k")
    found: list[Any] = got(reply)["data"]
    return found


def out(world: SourceWorld, game_id: str, dataset: Dataset) -> datetime:
    at = world.published(game_id, dataset)
    assert at
    return at


def test_the_schedule_feed_reads_back_as_the_calendar() -> None:
    assert feed(a_world(), wall(date(2025, 9, 1), time(8))) == Calendar.of(GAMES).games


def test_the_feed_s_times_named_est_are_wall_clock_with_a_z() -> None:
    query = {"LeagueID": "00", "Season": "2025-26"}
    payload = got(ask(a_world(), STATS, "/stats/scheduleleaguev2int", MORNING, query))
    days = {day["gameDate"]: day["games"] for day in payload["leagueSchedule"]["gameDates"]}
    game = days["11/12/2025 00:00:00"][0]
    assert game["gameDateTimeEst"] == "2025-11-12T19:00:00Z"
    assert game["gameDateTimeUTC"] == "2025-11-13T00:00:00Z"
    assert game["gameDateUTC"] == "2025-11-12T05:00:00Z"
    assert game["gameStatusText"] == "7:00 pm ET"
    unset = days["12/09/2025 00:00:00"][0]
    assert (unset["gameStatusText"], unset["homeTeam"]["teamId"]) == ("TBD", 0)


def test_the_feed_follows_a_game_from_scheduled_to_live_to_final() -> None:
    world = a_world()
    times = world.times(FIRST)
    assert times
    statuses = [
        next(game for game in feed(world, now) if game.game_id == FIRST).status
        for now in (MORNING, times.start, times.end - timedelta(seconds=1), times.end)
    ]
    assert statuses == ["scheduled", "live", "live", "final"]


def test_the_feed_has_a_change_from_its_instant_on() -> None:
    announced, new = wall(DAY, time(14)), wall(DAY, time(22))
    world = a_world((announced, FIRST, new), (announced, LATE, "postponed"))
    before, after = (
        {game.game_id: game for game in feed(world, now)}
        for now in (announced - timedelta(seconds=1), announced)
    )
    assert before[FIRST].tip == wall(DAY, time(19))
    assert after[FIRST].tip == new
    assert before[LATE].status is GameStatus.SCHEDULED
    assert after[LATE].status is GameStatus.POSTPONED


def test_a_season_without_games_has_no_dates() -> None:
    query = {"LeagueID": "00", "Season": "2031-32"}
    payload = got(ask(a_world(), STATS, "/stats/scheduleleaguev2int", MORNING, query))
    assert payload["leagueSchedule"]["gameDates"] == []


def test_the_player_index_has_450_players_under_its_headers() -> None:
    query = {"LeagueID": "00", "Season": "2025-26", "Historical": "0"}
    table = got(ask(a_world(), STATS, "/stats/playerindex", MORNING, query))["resultSets"][0]
    assert len(table["rowSet"]) == 450
    assert {len(row) for row in table["rowSet"]} == {len(table["headers"])}


def test_the_game_log_has_a_game_s_rows_once_they_are_published() -> None:
    world = a_world()
    at = out(world, FIRST, Dataset.GAME_LOG)

    def rows(now: datetime, **other: str) -> list[dict[str, Any]]:
        table = got(ask(world, STATS, "/stats/leaguegamelog", now, LOG | other))["resultSets"][0]
        return [dict(zip(table["headers"], row, strict=True)) for row in table["rowSet"]]

    assert rows(at - timedelta(seconds=1)) == []
    assert {row["GAME_ID"] for row in rows(at)} == {FIRST}
    assert {row["GAME_ID"] for row in rows(NIGHT)} == {FIRST, LATE}
    score = world.score(FIRST)
    assert score
    for code, points in (("MIL", score.away), ("CHA", score.home)):
        assert sum(r["PTS"] for r in rows(NIGHT) if r["TEAM_ABBREVIATION"] == code) == points
    # Teams instead of players; a wrong season type is empty, not an error.
    assert len(rows(NIGHT, PlayerOrTeam="T")) == 4
    assert rows(NIGHT, SeasonType="Playoffs") == []


def test_a_team_box_has_no_players_until_it_is_published() -> None:
    world = a_world()
    at = out(world, FIRST, Dataset.TEAM_BOX)

    def box(now: datetime) -> dict[str, Any]:
        reply = ask(world, STATS, "/stats/boxscoretraditionalv3", now, {"GameID": FIRST})
        found: dict[str, Any] = got(reply)["boxScoreTraditional"]
        return found

    early = box(at - timedelta(seconds=1))
    assert (early["homeTeam"]["teamTricode"], early["homeTeam"]["players"]) == ("CHA", [])
    team = box(at)["homeTeam"]
    assert team["statistics"]["points"] == sum(p["statistics"]["points"] for p in team["players"])
    assert team["statistics"]["points"] == (team["starters"]["points"] + team["bench"]["points"])


def test_an_unknown_game_s_box_has_two_teams_without_names() -> None:
    reply = ask(a_world(), STATS, "/stats/boxscoretraditionalv3", NIGHT, {"GameID": "0022509999"})
    assert got(reply)["boxScoreTraditional"]["homeTeam"]["teamId"] == 0


def test_play_by_play_is_403_before_the_start_and_ends_late() -> None:
    world = a_world()
    times, whole = world.times(FIRST), out(world, FIRST, Dataset.PLAY_BY_PLAY)
    assert times
    path = f"/static/json/liveData/playbyplay/playbyplay_{FIRST}.json"
    host = "cdn.nba.com"
    assert ask(world, host, path, times.start - timedelta(seconds=1)).status == 403
    counts = []
    for now in (times.start, times.start + timedelta(hours=1), times.end):
        actions = got(ask(world, host, path, now))["game"]["actions"]
        assert "game" not in {action["actionType"] for action in actions}
        counts.append(len(actions))
    assert counts == sorted(set(counts))
    last = got(ask(world, host, path, whole))["game"]["actions"][-1]
    assert (last["actionType"], last["subType"]) == ("game", "end")
    score = world.score(FIRST)
    assert score
    assert (int(last["scoreAway"]), int(last["scoreHome"])) == score


def test_referees_are_there_once_announced() -> None:
    world = a_world()
    path, at = "/wp-json/api/v1/get-game-officials", world.referees_published(DAY)

    def rows(now: datetime) -> list[Any]:
        payload = got(ask(world, "official.nba.com", path, now, {"date": "2025-11-12"}))
        assert set(payload) == {"nba", "gl", "wnba"}
        found: list[Any] = payload["nba"]["Table"]["rows"]
        return found

    assert rows(at - timedelta(seconds=1)) == []
    assert [row["game_id"] for row in rows(at)] == [FIRST, LATE]
    assert len({rows(at)[0][f"official{n}"] for n in (1, 2, 3)}) == 3


def test_an_injury_report_is_a_pdf_that_lists_every_team() -> None:
    world = a_world()
    path = "/referee/injury/Injury-Report_2025-11-12_05PM.pdf"
    at = world.report_published(DAY, time(17))
    assert at
    host = "ak-static.cms.nba.com"
    assert ask(world, host, path, at - timedelta(seconds=1)).status == 403
    reply = ask(world, host, path, at)
    with pdfplumber.open(io.BytesIO(reply.body)) as found:
        lines = found.pages[0].extract_text().splitlines()
    assert lines[0] == "Injury Report: 11/12/25 05:00 PM"
    assert lines[1] == "Game Date Game Time Matchup Team Player Name Current Status Reason"
    # A 12-hour clock without AM or PM, as the league writes it.
    assert lines[2].startswith("11/12/2025 07:00 (ET) MIL@CHA Milwaukee Bucks ")
    text = "\n".join(lines)
    for code in ("MIL", "CHA", "DEN", "LAC"):
        assert TEAMS[code].name in text


@pytest.mark.parametrize(
    "name",
    [
        "2025-11-12_05_00PM",  # minutes before their first day
        "2025-12-23_05PM",  # no minutes after it
        "2025-11-12_09AM",
        "2025-11-12_17PM",
        "2025-13-12_05PM",
        "2025-11-13_05PM",  # no games
        "2025-11-12_11PM",  # not yet
    ],
)
def test_a_report_that_is_not_there_is_403(name: str) -> None:
    path = f"/referee/injury/Injury-Report_{name}.pdf"
    assert ask(a_world(), "ak-static.cms.nba.com", path, wall(DAY, time(23))).status == 403


def test_events_and_their_odds_are_there_until_the_tip() -> None:
    world, tip = a_world(), wall(DAY, time(19))
    query = {
        "apiKey": "k",
        "commenceTimeFrom": "2025-11-12T05:00:00Z",
        "commenceTimeTo": "2025-11-13T04:59:59Z",
    }
    reply = ask(world, ODDS, EVENTS, MORNING, query)
    events = got(reply)
    assert [event["home_team"] for event in events] == ["Charlotte Hornets", "Los Angeles Clippers"]
    assert int(reply.headers["x-requests-remaining"]) > 0
    assert [e["id"] for e in got(ask(world, ODDS, EVENTS, tip, query))] == [events[1]["id"]]
    path = f"{EVENTS}/{events[0]['id']}/odds"
    wanted = {"apiKey": "k", "regions": "us", "markets": "spreads,totals",
              "bookmakers": "draftkings,fanduel"}  # fmt: skip
    priced = ask(world, ODDS, path, MORNING, wanted)
    assert priced.headers["x-requests-last"] == "2"
    books = got(priced)["bookmakers"]
    assert [book["key"] for book in books] == ["draftkings", "fanduel"]
    assert [market["key"] for market in books[0]["markets"]] == ["spreads", "totals"]
    assert ask(world, ODDS, path, tip - timedelta(seconds=1), wanted).status == 200
    assert ask(world, ODDS, path, tip, wanted).status == 404


def test_odds_move_with_time_and_stand_still_for_ten_minutes() -> None:
    world = a_world()
    path = f"{EVENTS}/{world.event_id(FIRST)}/odds"
    query = {"apiKey": "k", "regions": "us", "markets": "player_points"}
    minutes = (0, 9, 10, 240)
    bodies = [ask(world, ODDS, path, MORNING + timedelta(minutes=n), query).body for n in minutes]
    assert bodies[0] == bodies[1] != bodies[2] != bodies[3]
    names = {o["description"] for o in json.loads(bodies[0])["bookmakers"][0]["markets"][0]
             ["outcomes"]}  # fmt: skip
    assert names <= {player.name for code in ("MIL", "CHA") for player in world.roster(code)}


def test_a_box_at_balldontlie_goes_from_nothing_to_some_players_to_all() -> None:
    world = a_world()
    times, whole = world.times(FIRST), out(world, FIRST, Dataset.BDL_BOX)
    assert times
    found = [
        (game["status"], game["period"], len(game["home_team"]["players"]))
        for now in (MORNING, times.start, times.end, whole)
        for game in bdl(world, now)[:1]
    ]
    assert found[0] == ("2025-11-13T00:00:00Z", 0, 0)
    assert found[1] == ("1st Qtr", 1, 5)
    assert found[2] == ("4th Qtr", 4, 5)
    assert found[3][0] == "Final"
    assert found[3][1] >= 4
    assert found[3][2] >= 10


def test_active_players_come_in_pages_until_there_is_no_cursor() -> None:
    world, ids, query = a_world(), [], {"per_page": "100"}
    while True:
        page = got(ask(world, BDL, "/v1/players/active", MORNING, query, authorization="k"))
        ids += [player["id"] for player in page["data"]]
        cursor = page["meta"].get("next_cursor")
        if cursor is None:
            break
        query["cursor"] = str(cursor)
    assert len(ids) == len(set(ids)) == 450


def test_standings_count_the_games_that_are_over() -> None:
    def wins(now: datetime) -> int:
        query = {"season": "2025"}
        reply = ask(a_world(), BDL, "/v1/standings", now, query, authorization="k")
        rows = got(reply)["data"]
        assert len(rows) == 30
        return sum(row["wins"] for row in rows)

    assert (wins(MORNING), wins(NIGHT)) == (0, 2)


@pytest.mark.parametrize("code", ["GS", "UTAH", "gs", "9"])
def test_a_roster_is_found_by_espn_s_code_or_number(code: str) -> None:
    path = f"/apis/site/v2/sports/basketball/nba/teams/{code}"
    team = got(ask(a_world(), "site.api.espn.com", path, MORNING, {"enable": "roster"}))["team"]
    assert len(team["athletes"]) == 15
    assert "athletes" not in got(ask(a_world(), "site.api.espn.com", path, MORNING))["team"]


@pytest.mark.parametrize(
    ("host", "path", "query", "headers", "status"),
    [
        ("www.example.com", "/", {}, {}, 404),
        (STATS, "/stats/nothing", {}, {}, 404),
        (STATS, "/stats/scheduleleaguev2int", {"LeagueID": "00"}, {}, 400),
        (STATS, "/stats/scheduleleaguev2int", {"LeagueID": "00", "Season": "2025"}, {}, 400),
        (STATS, "/stats/boxscoretraditionalv3", {}, {}, 400),
        (STATS, "/stats/leaguegamelog", LOG | {"DateTo": "soon"}, {}, 400),
        (STATS, "/stats/leaguegamelog", {"Season": "2025-26"}, {}, 400),
        ("cdn.nba.com", "/static/nothing.json", {}, {}, 403),
        ("official.nba.com", "/wp-json/api/v1/get-game-officials", {}, {}, 400),
        ("official.nba.com", "/wp-json/api/v1/get-game-officials", {"date": "9999-12-31"}, {}, 400),
        (ODDS, EVENTS, {}, {}, 401),
        (ODDS, EVENTS, {"apiKey": "k", "commenceTimeFrom": "soon"}, {}, 422),
        (ODDS, f"{EVENTS}/{'0' * 32}/odds", {"apiKey": "k", "regions": "us"}, {}, 404),
        (ODDS, f"{EVENTS}/{'0' * 32}/odds", {"apiKey": "k"}, {}, 422),
        (ODDS, f"{EVENTS}/{'0' * 32}/odds", {"apiKey": "k", "regions": "us", "markets": "x"}, {},
         422),
        (BDL, "/v1/standings", {"season": "2025"}, {}, 401),
        (BDL, "/v1/standings", {}, {"authorization": "k"}, 400),
        (BDL, "/v1/box_scores", {}, {"authorization": "k"}, 400),
        (BDL, "/v1/players/active", {"per_page": "500"}, {"authorization": "k"}, 400),
        (BDL, "/v1/nothing", {}, {"authorization": "k"}, 404),
        ("site.api.espn.com", "/apis/site/v2/sports/basketball/nba/teams/XYZ", {}, {}, 400),
    ],
)  # fmt: skip
def test_what_a_source_refuses(
    host: str, path: str, query: dict[str, str], headers: dict[str, str], status: int
) -> None:
    assert ask(a_world(), host, path, MORNING, query, **headers).status == status


@pytest.mark.parametrize("now", [MORNING, NIGHT], ids=["morning", "night"])
def test_a_day_without_games_has_empty_lists(now: datetime) -> None:
    world, day = SourceWorld(Calendar.of(()), seed=1, troubles=False), "2025-11-12"
    assert bdl(world, now) == []
    assert got(ask(world, ODDS, EVENTS, now, {"apiKey": "k"})) == []
    path = "/wp-json/api/v1/get-game-officials"
    officials = got(ask(world, "official.nba.com", path, now, {"date": day}))
    assert officials["nba"]["Table"]["rows"] == []
    assert got(ask(world, STATS, "/stats/leaguegamelog", now, LOG))["resultSets"][0]["rowSet"] == []


def test_a_pdf_of_several_pages_keeps_text_and_places() -> None:
    pages = [[Text(50, 500, "One (of two) \\"), Text(300, 500, "B")], [Text(50, 500, "Two")]]
    body = pdf(pages)
    assert body == pdf(pages)
    with pdfplumber.open(io.BytesIO(body)) as found:
        assert [page.extract_text() for page in found.pages] == ["One (of two) \\ B", "Two"]
        word = found.pages[0].extract_words()[-1]
    assert (word["text"], round(word["x0"])) == ("B", 300)


def test_a_pdf_s_table_of_objects_points_at_them() -> None:
    body = pdf([[Text(50, 500, "A")]])
    start = int(body.rsplit(b"startxref\n", 1)[1].split()[0])
    lines = body[start:].splitlines()
    assert lines[0] == b"xref"
    for number, line in enumerate(lines[3:8], start=1):
        assert body[int(line.split()[0]) :].startswith(b"%d 0 obj" % number)
