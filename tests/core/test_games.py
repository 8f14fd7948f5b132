"""What a game is: its day, season, id, type, status, and when its time is still to be set."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from shared.core.errors import BadInput
from shared.core.games import (
    Game,
    GameStatus,
    GameType,
    full_id,
    game_from_record,
    one_of_each,
    parse_instant,
    season_of_id,
    status_of_text,
    tip_is_unset,
    type_of_id,
)
from shared.core.teams import TEAMS

MIDNIGHT_ET = datetime(2025, 12, 9, 5, tzinfo=UTC)  # 00:00 EST
EVENING = datetime(2025, 12, 10, 1, 30, tzinfo=UTC)  # 20:30 EST on the 9th


def game(**changes: object) -> Game:
    """A regular-season game, changed as asked."""
    facts: dict[str, object] = {
        "game_id": "0022500165",
        "tip": EVENING,
        "away": "LAL",
        "home": "BOS",
        "type": GameType.REGULAR,
    }
    return Game(**(facts | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tip", "day"),
    [
        # 19:30 EDT = 23:30 UTC: one date in both zones.
        (datetime(2025, 10, 21, 23, 30, tzinfo=UTC), date(2025, 10, 21)),
        # 22:30 EDT = 02:30 UTC of the next date.
        (datetime(2024, 11, 3, 2, 30, tzinfo=UTC), date(2024, 11, 2)),
        # 00:00 EST = 05:00 UTC: the placeholder of a game without a time.
        (MIDNIGHT_ET, date(2025, 12, 9)),
        # 05:30 EDT in Melbourne's evening.
        (datetime(2025, 10, 3, 9, 30, tzinfo=UTC), date(2025, 10, 3)),
    ],
)
def test_a_game_belongs_to_the_et_date_of_its_tip(tip: datetime, day: date) -> None:
    assert game(tip=tip).day == day


def test_a_tip_with_another_offset_is_kept_as_the_same_instant_in_utc() -> None:
    tip = game(tip=datetime(2025, 12, 9, 20, 30, tzinfo=timezone(timedelta(hours=-5)))).tip
    assert (tip, tip.tzinfo) == (EVENING, UTC)


def test_a_naive_tip_is_refused() -> None:
    with pytest.raises(BadInput, match=r"game 0022500165 tip.*offset"):
        game(tip=datetime(2025, 12, 9, 20, 30))


def test_a_game_without_a_time_stands_at_midnight_of_its_day() -> None:
    unset = game(tip_known=False)
    assert (unset.tip, unset.day) == (MIDNIGHT_ET, date(2025, 12, 9))


@pytest.mark.parametrize("kind", GameType)
@pytest.mark.parametrize("status", GameStatus)
def test_games_count_by_type_unless_they_are_called_off(kind: GameType, status: GameStatus) -> None:
    wanted = kind not in {"preseason", "all_star"} and status not in {"postponed", "cancelled"}
    assert game(type=kind, status=status).counts is wanted


@pytest.mark.parametrize(
    ("game_id", "kind", "season"),
    [
        ("0012500008", GameType.PRESEASON, "2025-26"),
        ("0022500165", GameType.REGULAR, "2025-26"),
        ("0032400001", GameType.ALL_STAR, "2024-25"),
        ("0042300405", GameType.PLAYOFFS, "2023-24"),
        ("0052600101", GameType.PLAY_IN, "2026-27"),
        ("0062500001", GameType.CUP_FINAL, "2025-26"),
        ("0029900001", GameType.REGULAR, "1999-00"),
        ("0092500001", None, None),
        ("1022500165", None, None),  # another league
        ("22500165", None, None),
        ("bdl-1", None, None),
    ],
)
def test_an_nba_id_names_type_and_season(
    game_id: str, kind: GameType | None, season: str | None
) -> None:
    assert (type_of_id(game_id), season_of_id(game_id)) == (kind, season)


def test_the_season_of_a_source_id_follows_from_the_day() -> None:
    assert game(game_id="18446819").season == "2025-26"


def test_the_season_of_the_id_wins_over_the_day() -> None:
    # The 2019-20 season was finished in the summer and autumn of 2020.
    bubble = game(game_id="0041900406", tip=datetime(2020, 10, 12, 0, 30, tzinfo=UTC))
    assert bubble.season == "2019-20"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("22500165", "0022500165"),
        ("0022500165", "0022500165"),
        ("22400165", "0022400165"),  # one season beside: a bubble, a late make-up
        ("1037684", "1037684"),  # 0001037684 is no NBA id
        ("18446819", "18446819"),  # 0018446819 would be a preseason game of 1984-85
        ("id:15", "id:15"),
    ],
)
def test_dropped_zeros_are_put_back_only_where_an_nba_id_comes_out(text: str, found: str) -> None:
    assert full_id(text, EVENING) == found


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Final               ", GameStatus.FINAL),
        ("Final/OT", GameStatus.FINAL),
        ("final", GameStatus.FINAL),
        ("PPD", GameStatus.POSTPONED),
        ("Postponed - weather", GameStatus.POSTPONED),
        ("Canceled", GameStatus.CANCELLED),
        ("Cancelled", GameStatus.CANCELLED),
        ("Halftime", GameStatus.LIVE),
        ("7:30 pm ET", None),
        ("TBD", None),
        ("2025-12-10T01:30:00Z", None),
        ("", None),
    ],
)
def test_status_texts_are_read_by_their_first_word(text: str, status: GameStatus | None) -> None:
    assert status_of_text(text) is status


@pytest.mark.parametrize(
    ("tip", "text", "teams", "said", "unset"),
    [
        (MIDNIGHT_ET, "TBD", False, None, True),
        (MIDNIGHT_ET, "TBD  ", True, None, True),  # play-off game, teams known
        (MIDNIGHT_ET, "", False, None, True),
        (MIDNIGHT_ET, "", True, None, True),  # nothing says that it is a real tip
        (MIDNIGHT_ET, "12:00 am ET", True, None, False),  # noon in Beijing
        (MIDNIGHT_ET, "", True, False, False),
        (MIDNIGHT_ET, "", False, False, True),
        (EVENING, "TBD", True, None, True),
        (EVENING, "", True, True, True),
        (EVENING, "8:30 pm ET", False, None, False),  # a cup final whose time is set
        (EVENING, "", True, None, False),
    ],
)
def test_when_a_tip_is_only_a_placeholder(
    tip: datetime,
    text: str,
    teams: bool,
    said: bool | None,
    unset: bool,
) -> None:
    assert tip_is_unset(tip, text, teams_known=teams, said=said) is unset


@pytest.mark.parametrize(
    "text", ["2025-12-10T01:30:00", "2025-12-10", "8:30 pm", "", "0001-01-01T00:00:00Z"]
)
def test_only_instants_with_an_offset_and_a_sane_year_are_read(text: str) -> None:
    with pytest.raises(BadInput, match="offset"):
        parse_instant(text, "here")


def test_of_two_rows_the_one_that_is_not_called_off_wins() -> None:
    original = game(status=GameStatus.POSTPONED)
    makeup = game(tip=EVENING + timedelta(days=30))
    assert one_of_each([original, makeup]) == (makeup,)
    assert one_of_each([makeup, original]) == (makeup,)


def test_of_two_rows_alike_in_that_the_later_wins() -> None:
    early, late = game(), game(tip=EVENING + timedelta(minutes=30))
    assert one_of_each([early, late]) == (late,)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tip": "2025-12-10T01:30:00"}, r"schedule\[3\]\.tip: found \[2025-12-10T01:30:00\]"),
        ({"tip_known": 1}, r"schedule\[3\]\.tip_known: found \[1\], allowed: true or false"),
        ({"type": "friendly"}, r"schedule\[3\]\.type: found \[friendly\], .*all_star"),
        ({"status": "done"}, r"schedule\[3\]\.status: found \[done\], .*postponed"),
        ({"game_id": ""}, r"schedule\[3\]\.game_id"),
        ({"arena": "TD Garden"}, r"schedule\[3\]\.arena: .*game_id, tip, tip_known"),
        ({"home": None}, r"schedule\[3\]\.home: found \[None\], allowed: a string"),
    ],
)
def test_a_record_with_a_wrong_key_is_refused_by_name(change: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        game_from_record(game().to_record() | change, "schedule[3]")


def test_a_record_that_is_no_object_is_refused() -> None:
    with pytest.raises(BadInput, match=r"schedule\[0\]: found \[str\]"):
        game_from_record("0022500165", "schedule[0]")


def test_there_are_thirty_teams_and_no_code_is_used_twice() -> None:
    codes = [(code, *team) for code, team in TEAMS.items()]
    assert [len(set(column)) for column in zip(*codes, strict=True)] == [30] * 5
    assert sorted(team.nba_id for team in TEAMS.values()) == list(range(1610612737, 1610612767))


def test_the_codes_that_differ_between_sources() -> None:
    assert {c: t.espn for c, t in TEAMS.items() if t.espn != c} == {
        "GSW": "GS", "NOP": "NO", "NYK": "NY", "SAS": "SA", "UTA": "UTAH", "WAS": "WSH",
    }  # fmt: skip
    assert {c: t.bbref for c, t in TEAMS.items() if t.bbref != c} == {
        "BKN": "BRK", "CHA": "CHO", "PHX": "PHO",
    }  # fmt: skip
