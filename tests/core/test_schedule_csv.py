"""Season schedules as CSV, with what spreadsheets and other people do to them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shared.core.errors import BadInput
from shared.core.games import Game, GameStatus, GameType
from shared.core.schedule_csv import parse_schedule_csv

HEADER = "game_id,tipoff_utc,away,home"
ROW = "0022500165,2025-11-06T00:00:00Z,LAL,BOS"  # 19:00 EST on the 5th


def read(*lines: str, end: str = "\n") -> tuple[Game, ...]:
    """The games of a file `s.csv` of these lines."""
    return parse_schedule_csv(end.join(lines) + end, place="s.csv")


def test_four_columns_are_enough() -> None:
    assert read(HEADER, ROW) == (
        Game(
            game_id="0022500165",
            tip=datetime(2025, 11, 6, tzinfo=UTC),
            away="LAL",
            home="BOS",
            type=GameType.REGULAR,
            season="2025-26",
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + HEADER + "\n" + ROW,
        HEADER + "\r\n" + ROW + "\r\n",
        "\n\n" + HEADER + "\n\n" + ROW + "\n\n,,,\n",
        HEADER + '\n"0022500165","2025-11-06T00:00:00Z","LAL","BOS"\n',
        HEADER + "\n 22500165 , 2025-11-05T19:00:00-05:00 , LAL , BOS \n",
        HEADER + "\n0022500165,2025-11-06 00:00:00+00:00,LAL,BOS\n",
        'home,note,away,tipoff_utc,game_id\nBOS,"2\nlines, 1 comma",LAL,2025-11-06T00:00Z,22500165',
    ],
    ids=["bom", "crlf", "blank lines", "quotes", "zeros and spaces", "offset", "order"],
)
def test_the_same_row_in_another_dress_is_the_same_game(text: str) -> None:
    assert parse_schedule_csv(text, place="s.csv") == read(HEADER, ROW)


def test_columns_that_lie_are_not_read() -> None:
    """Wall times with a fixed -05:00, dates by UTC: only tipoff_utc is an instant."""
    header = f"{HEADER},tipoff_et,game_date_et,planned_tipoff_utc,source_tip_et_WRONG_OFFSET"
    row = f"{ROW},2031-01-01T00:00:00,2025-11-06,2025-01-01T00:00:00Z,nonsense"
    (found,) = read(header, row)
    assert found.day == date(2025, 11, 5)
    assert (found,) == read(HEADER, ROW)


@pytest.mark.parametrize(
    ("flag", "known"),
    [("0", True), ("false", True), ("", True), ("1", False), ("true", False), ("TRUE", False)],
)
def test_tip_tbd_says_that_the_time_is_still_to_be_set(
    flag: str,
    known: bool,
) -> None:
    (found,) = read(HEADER + ",tip_tbd", f"{ROW},{flag}")
    assert (found.tip_known, found.day) == (known, date(2025, 11, 5))


def test_a_midnight_without_teams_is_a_placeholder() -> None:
    (found,) = read(HEADER, "0062500001,2025-12-16T05:00:00Z,,TBD")
    assert (found.tip_known, found.away, found.home) == (False, "", "")
    assert (found.type, found.counts, found.day) == ("cup_final", True, date(2025, 12, 16))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Final               ", GameStatus.FINAL),
        ("PPD", GameStatus.POSTPONED),
        ("postponed", GameStatus.POSTPONED),
        ("Cancelled", GameStatus.CANCELLED),
        ("8:00 pm ET", GameStatus.SCHEDULED),
        ("", GameStatus.SCHEDULED),
    ],
)
def test_the_status_text_says_how_far_a_game_is(text: str, status: GameStatus) -> None:
    (found,) = read(HEADER + ",status", f"{ROW},{text}")
    assert found.status is status


@pytest.mark.parametrize(
    ("game_id", "hint", "kind"),
    [
        ("0012500008", "Regular Season", GameType.PRESEASON),
        ("0062500001", "Regular Season", GameType.CUP_FINAL),
        ("0022500165", "what is this", GameType.REGULAR),
        ("18446819", "Pre Season", GameType.PRESEASON),
        ("18446819", "play-in", GameType.PLAY_IN),
        ("18446819", "allstar", GameType.ALL_STAR),
        ("18446819", "", GameType.REGULAR),
    ],
)
@pytest.mark.parametrize("column", ["game_type", "season_type"])
def test_the_id_says_the_type_and_a_column_only_hints(
    game_id: str, hint: str, kind: GameType, column: str
) -> None:
    (found,) = read(f"{HEADER},{column}", f"{game_id},2025-11-06T00:00:00Z,LAL,BOS,{hint}")
    assert found.type is kind


def test_a_team_outside_the_league_is_kept_as_found() -> None:
    (found,) = read(HEADER, "0012400002,2024-10-05T01:00:00Z,id:15020,UTA")
    assert (found.away, found.home) == ("id:15020", "UTA")


@pytest.mark.parametrize("season", ["2024-25", "2024/25", "2024-2025"])
def test_next_preseason_inside_a_season_file_is_left_out(season: str) -> None:
    found = read(
        f"season,{HEADER}",
        f"{season},0022400061,2024-10-22T23:30:00Z,NYK,BOS",
        f"{season},0012500001,2025-10-04T02:00:00Z,PHX,LAL",
    )
    assert [each.game_id for each in found] == ["0022400061"]


@pytest.mark.parametrize("season", ["", "2025", "22024"])
def test_a_file_that_does_not_clearly_say_its_season_keeps_every_row(season: str) -> None:
    found = read(
        f"season,{HEADER}",
        f"{season},0022400061,2024-10-22T23:30:00Z,NYK,BOS",
        f"{season},0012500001,2025-10-04T02:00:00Z,PHX,LAL",
    )
    assert len(found) == 2


def test_two_seasons_in_one_file_are_both_read() -> None:
    found = read(
        f"season,{HEADER}",
        "2024-25,0022400061,2024-10-22T23:30:00Z,NYK,BOS",
        "2025-26,0022500001,2025-10-21T23:30:00Z,HOU,OKC",
    )
    assert [each.season for each in found] == ["2024-25", "2025-26"]


def test_a_postponed_original_that_kept_its_id_yields_to_its_make_up_game() -> None:
    rows = [
        "0022400524,2025-02-20T03:00:00Z,CHA,LAL,",
        "0022400524,2025-01-10T03:30:00Z,CHA,LAL,PPD",
    ]
    for order in (rows, rows[::-1]):
        (found,) = read(HEADER + ",status", *order)
        assert (found.day, found.counts) == (date(2025, 2, 19), True)


def test_a_header_without_rows_has_no_games() -> None:
    assert read(HEADER) == ()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([HEADER, ROW, "22500166,2025-11-06T00:00:00,LAL,BOS"],
         r"s\.csv line 3 column tipoff_utc: found \[2025-11-06T00:00:00\], .* offset"),
        ([HEADER, "22500166,7:30 pm,LAL,BOS"], r"s\.csv line 2 column tipoff_utc"),
        ([HEADER, "22500166,,LAL,BOS"], r"s\.csv line 2 column tipoff_utc: found \[\]"),
        ([HEADER, ",2025-11-06T00:00:00Z,LAL,BOS"], r"s\.csv line 2 column game_id"),
        ([HEADER + ",tip_tbd", ROW + ",maybe"], r"line 2 column tip_tbd: found \[maybe\]"),
        ([HEADER + ",game_type", "77,2025-11-06T00:00:00Z,LAL,BOS,friendly"],
         r"line 2 column game_type: found \[friendly\], .*play_in"),
        ([HEADER, ROW + ",extra"], r"s\.csv line 2: found \[5 cells\], allowed: 4"),
        ([HEADER, "0022500165,2025-11-06T00:00:00Z,LA"], r"s\.csv line 2: found \[3 cells\]"),
        (["game_id,tipoff_et,away,home", ROW], r"s\.csv line 1: found \[0 columns tipoff_utc"),
        ([HEADER + ",home", ROW + ",BOS"], r"2 columns home"),
        ([HEADER, '"0022500165,2025-11-06T00:00:00Z,LAL,BOS'], r"s\.csv line \d+: .*valid CSV"),
        (["", ""], r"s\.csv line 1: found \[nothing\], .*game_id, tipoff_utc, away, home"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_by_line_and_column(lines: list[str], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read(*lines)


@pytest.mark.parametrize("text", ["../../x", "0022600500;0022600501", "bdl 18444564", "2260006 1"])
def test_an_id_that_could_not_name_a_file_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="line 2 column game_id") as bad:
        parse_schedule_csv(f"{HEADER}\n{text},2025-11-13T00:00:00Z,BOS,NYK\n", place="s.csv")
    assert bad.value.found == text


def test_an_id_that_a_spreadsheet_took_for_a_number_is_read() -> None:
    (found,) = parse_schedule_csv(f"{HEADER}\n22500061.0,2025-11-13T00:00:00Z,BOS,NYK\n", place="s")
    assert found.game_id == "0022500061"
