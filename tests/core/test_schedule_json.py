"""The league's own feed, with the fields that lie and the ones that mean nothing."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.core.calendar import Calendar
from shared.core.errors import BadInput
from shared.core.games import Game, GameStatus, GameType
from shared.core.schedule_json import load_games, parse_schedule_json


def entry(**changes: Any) -> dict[str, Any]:
    """A game as the feed writes it: 22:00 ET, which is 02:00 UTC of the next date."""
    return {
        "gameId": "0022400062",
        "gameStatus": 1,
        "gameStatusText": "10:00 pm ET",
        "gameDateTimeEst": "2024-10-22T22:00:00Z",  # ends in Z and is ET
        "gameDateUTC": "2024-10-22T04:00:00Z",
        "gameDateTimeUTC": "2024-10-23T02:00:00Z",
        "homeTeamTime": "2024-10-22T19:00:00Z",
        "postponedStatus": "A",
        "homeTeam": {"teamId": 1610612747, "teamTricode": "LAL"},
        "awayTeam": {"teamId": 1610612750, "teamTricode": "MIN"},
    } | changes


UNSET = {
    "gameId": "0062400001",
    "gameStatusText": "TBD",
    "gameDateTimeUTC": "2024-12-17T05:00:00Z",
    "gameDateUTC": "2024-12-17T05:00:00Z",
    "homeTeam": {"teamId": 0, "teamTricode": ""},
    "awayTeam": {"teamId": 0, "teamTricode": ""},
}


def feed(*entries: object, **league: Any) -> dict[str, Any]:
    """A feed with one date of `entries`."""
    dates = [{"gameDate": "10/22/2024 00:00:00", "games": list(entries)}]
    return {"meta": {}, "leagueSchedule": {"seasonYear": "2024-25", "gameDates": dates} | league}


def only(payload: object) -> Game:
    """The one game of `payload`."""
    (found,) = parse_schedule_json(payload)
    return found


def test_only_the_utc_field_is_an_instant() -> None:
    assert only(feed(entry())) == Game(
        game_id="0022400062",
        tip=datetime(2024, 10, 23, 2, tzinfo=UTC),
        away="MIN",
        home="LAL",
        type=GameType.REGULAR,
        season="2024-25",
    )
    assert only(feed(entry())).day == date(2024, 10, 22)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"gameStatusText": "TBD       "},
        {"gameDateTimeUTC": ""},
        {"gameDateTimeUTC": None},
        {"gameDateTimeUTC": "0001-01-01T00:00:00Z"},
        {"homeTeam": {"teamTricode": None}, "awayTeam": {"teamTricode": "TBD"}},
        {"gameStatusText": ""},
    ],
)
def test_a_game_without_a_time_has_a_day_and_no_tip(changes: dict[str, Any]) -> None:
    found = only(feed(entry(**(UNSET | changes))))
    assert (found.tip_known, found.day) == (False, date(2024, 12, 17))
    assert (found.away, found.home, found.type) == ("", "", "cup_final")


def test_a_cup_final_with_a_time_and_no_teams_has_a_tip() -> None:
    when = {"gameStatusText": "8:30 pm ET", "gameDateTimeUTC": "2024-12-18T01:30:00Z"}
    found = only(feed(entry(**(UNSET | when))))
    assert (found.tip_known, found.day) == (True, date(2024, 12, 17))


@pytest.mark.parametrize(
    ("number", "text", "status"),
    [
        (1, "10:00 pm ET", GameStatus.SCHEDULED),
        (1, None, GameStatus.SCHEDULED),
        (2, "Q3 04:12", GameStatus.LIVE),
        (3, "Final               ", GameStatus.FINAL),
        (3, "Final/OT2", GameStatus.FINAL),
        (1, "PPD", GameStatus.POSTPONED),
        (3, "PPD       ", GameStatus.POSTPONED),
        (1, "Postponed", GameStatus.POSTPONED),
        (1, "Cancelled", GameStatus.CANCELLED),
        # The number says live, whatever the text's first word.
        (2, "Final", GameStatus.LIVE),
    ],
)
@pytest.mark.parametrize("postponed_status", ["A", "N", "Y", ""])
def test_the_text_says_called_off_and_the_number_the_rest(
    number: int, text: str | None, status: GameStatus, postponed_status: str
) -> None:
    changes = {"gameStatus": number, "gameStatusText": text, "postponedStatus": postponed_status}
    assert only(feed(entry(**changes))).status is status


def test_a_postponed_original_that_kept_its_id_yields_to_its_make_up_game() -> None:
    original = entry(gameStatusText="PPD")
    makeup = entry(gameDateTimeUTC="2025-02-20T03:00:00Z")
    assert only(feed(makeup, original)) == only(feed(original, makeup))
    assert only(feed(makeup, original)).day == date(2025, 2, 19)


def test_games_of_another_season_are_left_out_if_the_feed_says_its_own() -> None:
    games = (entry(), entry(gameId="0012500001", gameDateTimeUTC="2025-10-04T02:00:00Z"))
    assert len(parse_schedule_json(feed(*games))) == 1
    assert len(parse_schedule_json(feed(*games, seasonYear=""))) == 2
    nameless = feed(*games)
    del nameless["leagueSchedule"]["seasonYear"]
    assert len(parse_schedule_json(nameless)) == 2


def test_a_preseason_guest_needs_no_tricode_of_ours() -> None:
    guest = {"teamId": 15016, "teamTricode": "MEL"}
    found = only(feed(entry(gameId="0012400002", awayTeam=guest)))
    assert (found.away, found.type) == ("MEL", "preseason")


@pytest.mark.parametrize("payload", [feed(), feed(gameDates=[])])
def test_a_feed_without_games_has_none(payload: object) -> None:
    assert parse_schedule_json(payload) == ()


def without(key: str) -> dict[str, Any]:
    """The entry without one of its keys."""
    return {k: v for k, v in entry().items() if k != key}


PATH = r"scheduleLeagueV2\.leagueSchedule"
GAME = PATH + r"\.gameDates\[0\]\.games\[1\]"


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ("<html>Access Denied</html>", r"scheduleLeagueV2: found \[str .*key leagueSchedule"),
        ([], r"scheduleLeagueV2: found \[list"),
        (None, r"scheduleLeagueV2: found \[NoneType"),
        ({"message": "blocked"}, PATH + r": found \[nothing\], allowed: an object"),
        ({"leagueSchedule": []}, PATH + r": found \[\[\]\], allowed: an object"),
        ({"leagueSchedule": {}}, PATH + r"\.gameDates: found \[nothing\]"),
        ({"leagueSchedule": {"gameDates": [{}]}}, PATH + r"\.gameDates\[0\]\.games"),
        ({"leagueSchedule": {"gameDates": ["x"]}}, PATH + r"\.gameDates\[0\]: found \[str"),
        (feed(entry(), "x"), GAME + r": found \[str"),
        (feed(entry(), without("gameId")), GAME + r"\.gameId: found \[nothing\]"),
        (feed(entry(), entry(gameId=" ")), GAME + r"\.gameId: found \[\]"),
        (feed(entry(), entry(gameId=22400062)), GAME + r"\.gameId: found \[22400062\]"),
        (feed(entry(), without("gameDateTimeUTC")), GAME + r"\.gameDateTimeUTC"),
        (feed(entry(), entry(gameDateTimeUTC="2024-10-23T02:00:00")), r"gameDateTimeUTC.*offset"),
        (feed(entry(), without("gameStatusText")), GAME + r"\.gameStatusText"),
        (feed(entry(), entry(gameStatus=7)), GAME + r"\.gameStatus: found \[7\], allowed: 1, 2"),
        (feed(entry(), entry(gameStatus=True)), GAME + r"\.gameStatus: found \[True\]"),
        (feed(entry(), without("homeTeam")), GAME + r"\.homeTeam: found \[nothing\]"),
        (feed(entry(), entry(awayTeam={})), GAME + r"\.awayTeam\.teamTricode: found \[nothing\]"),
    ],
)
def test_a_wrong_feed_is_refused_by_its_path(payload: object, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        parse_schedule_json(payload)


def test_a_file_is_read_by_what_it_holds() -> None:
    expected = parse_schedule_json(feed(entry()))
    normal = Calendar.of(expected).to_records()
    table = "game_id,tipoff_utc,away,home\n22400062,2024-10-23T02:00:00Z,MIN,LAL\n"
    for text in (json.dumps(feed(entry())), json.dumps(normal), table):
        assert load_games(text, place="file") == expected
        assert load_games(b"\xef\xbb\xbf" + text.encode(), place="file") == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\n <!DOCTYPE html><html>", r"file: found \[<!DOCTYPE html><html>\].*not a web page"),
        ('{"leagueSchedule": ', r"file: found \[.*line 1 column.*valid JSON"),
        (b"\xff\xfe\x00", r"file: found \[byte 0 that is not UTF-8\]"),
        ('[{"game_id": "1"}]', r"file\[0\]\.tip: found \[None\]"),
        ("", r"file line 1: found \[nothing\]"),
        ("Access Denied", r"file line 1: .*game_id"),
    ],
)
def test_what_is_no_schedule_is_refused(text: str | bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        load_games(text, place="file")
