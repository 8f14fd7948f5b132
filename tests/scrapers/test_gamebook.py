"""The gamebook on hand-written PDFs: a box of both teams, who sat and who was inactive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import httpx
import pytest

from scrapers.base import Ask
from shared.core.targets import TargetKind
from shared.errors import SourceFailure
from sim.sources.pdf import Text, pdf
from tests.scrapers.world import DAY, PAGE, Site, ask, fetch

GAME = "0022500201"
PARAMS = {
    "date": DAY.isoformat(),
    "season": "2025-26",
    "game": GAME,
    "away": "ORL",
    "home": "NYK",
}
HEADER = "POS MIN FG FGA 3P 3PA FT FTA OR DR TOT A PF ST TO BS +/- PTS"
#: After the minutes: 14 numbers, plus-minus, points.
REST = "4 9 1 3 2 2 1 3 4 2 1 0 1 0"
#: Five players of 48 minutes and 20 points are 240:00 and 100.
FIVE = [f"{n} Player {word} F 48:00 {REST} -2 20" for n, word in enumerate("ABCDE", start=1)]
TOTAL = f"240:00 {REST} -10 100"
#: The home team has one point more.
HOME = [*FIVE[:4], f"5 Player E G 48:00 {REST} +3 21"]
HOME_TOTAL = f"240:00 {REST} 10 101"
SAT = (
    "23 Nico Rowan-Birch Jr. DNP - Coach's Decision",
    "9 Otis Teak DND - Injury/Illness - Left Knee; Soreness",
    "0 Uri Fir NWT - Personal",
)
INACTIVE = (
    "Inactive: Magic - Alder (Injury/Illness - Right Ankle; Sprain), Cedar Jr. (G League -",
    "On Assignment)",
    "Knicks - Dale (Rest)",
)


def book(
    *,
    away: Sequence[str] = (*FIVE, *SAT, TOTAL, "44.3% 33.3%"),
    home: Sequence[str] = (*HOME, HOME_TOTAL),
    inactive: Sequence[str] = INACTIVE,
    day: str = "Wednesday, November 12, 2025 Madison Square Garden, New York, NY",
    names: tuple[str, str] = ("Orlando Magic", "NEW YORK KNICKS"),
    more: Sequence[str] = (),
) -> bytes:
    """A scorer's report of these lines, from the top of a page down."""
    lines = [
        "NATIONAL BASKETBALL ASSOCIATION OFFICIAL SCORER'S REPORT FINAL BOX",
        day,
        "Officials: #5 Abel Birch, #6 Bram Cedar, #7 Cato Dogwood",
        f"VISITOR: {names[0]} (7-5)",
        HEADER,
        *away,
        f"HOME: {names[1]} (6-4)",
        HEADER,
        *home,
        "SCORE BY PERIOD 1 2 3 4 FINAL",
        "Magic 25 25 25 25 100",
        *inactive,
        "Technical fouls: none",
        *more,
    ]
    return pdf([[Text(24, 600 - 12 * n, line) for n, line in enumerate(lines)]])


def answer(body: bytes) -> httpx.Response:
    return httpx.Response(200, content=body)


def game_ask(**params: str) -> Ask:
    return ask("nbac_gamebook_pdf", kind=TargetKind.GAME, id_=GAME, params={**PARAMS, **params})


def test_everybody_listed_is_a_record_of_a_team_and_the_book_is_kept() -> None:
    site = Site(answer(book()))
    fetched = fetch(game_ask(), site)
    assert site.asked[0].url.path == "/pdfs/20251112/20251112_ORLNYK.pdf"
    assert fetched.covers == (GAME,)
    assert fetched.attachments["pdf"].startswith(b"%PDF")
    listed = {(r["team"], r["player_name"]): r["status"] for r in fetched.records}
    # 5 + 3 + 2 of the visitors and 5 + 1 of the home team.
    assert len(listed) == len(fetched.records) == 16
    assert listed["ORL", "Player A"] == "active"
    assert listed["ORL", "Nico Rowan-Birch Jr."] == "dnp"
    assert listed["ORL", "Cedar Jr."] == "inactive"
    assert listed["NYK", "Dale"] == "inactive"
    assert fetched.stats["unread_lines"] == 0
    assert fetched.stats["active"] == 10


def test_a_players_numbers_are_read_by_their_columns() -> None:
    records = fetch(game_ask(), Site(answer(book()))).records
    first = next(r for r in records if r["player_name"] == "Player A")
    assert first["game_id"] == GAME
    assert first["game_date"] == "2025-11-12"
    assert (first["jersey"], first["position"], first["minutes"]) == ("1", "F", "48:00")
    assert (first["fgm"], first["fga"], first["reb"], first["ast"]) == (4, 9, 4, 2)
    assert (first["plus_minus"], first["pts"]) == (-2, 20)


def test_a_reason_that_goes_on_in_the_next_line_is_whole() -> None:
    records = fetch(game_ask(), Site(answer(book()))).records
    reasons = {r["player_name"]: r.get("reason") for r in records}
    assert reasons["Cedar Jr."] == "G League - On Assignment"
    assert reasons["Alder"] == "Injury/Illness - Right Ankle; Sprain"
    assert reasons["Otis Teak"] == "DND - Injury/Illness - Left Knee; Soreness"


def test_a_book_that_is_not_out_under_either_name_is_no_data() -> None:
    site = Site(httpx.Response(404))
    fetched = fetch(game_ask(), site)
    assert (list(fetched.records), tuple(fetched.covers)) == ([], ())
    assert [request.url.path.rpartition("/")[2] for request in site.asked] == [
        "20251112_ORLNYK.pdf",
        "20251112_ORLNYK_book.pdf",
    ]


def test_the_long_book_is_read_where_the_short_one_is_not_there() -> None:
    site = Site(httpx.Response(404), answer(book()))
    fetched = fetch(game_ask(), site)
    assert fetched.stats["book"] == "20251112_ORLNYK_book.pdf"
    assert fetched.covers == (GAME,)


def test_the_boxes_of_single_quarters_add_no_player_a_second_time() -> None:
    quarter = ("1st QUARTER ONLY", "VISITOR: Orlando Magic", HEADER, *FIVE, "HOME: NEW YORK KNICKS")
    fetched = fetch(game_ask(), Site(answer(book(more=quarter))))
    assert len(fetched.records) == 16
    assert fetched.covers == (GAME,)


def test_a_player_listed_twice_is_one_record() -> None:
    twice = (*FIVE, SAT[0], SAT[0], TOTAL)
    fetched = fetch(game_ask(), Site(answer(book(away=twice))))
    names = [r["player_name"] for r in fetched.records]
    assert names.count("Nico Rowan-Birch Jr.") == 1
    assert fetched.stats["repeated_rows"] == 1


@pytest.mark.parametrize(
    ("away", "records"),
    [
        # No player: 6 of the home team and 2 inactive visitors are left.
        ((), 8),
        # Four of five: the points do not add up.
        ((*FIVE[:4], TOTAL), 12),
        # Not over: 200 of 240 minutes.
        ((*FIVE, f"200:00 {REST} -10 100"), 13),
        # Without the team's row nothing says that these are all.
        (FIVE, 13),
    ],
)
def test_a_game_is_not_covered_until_the_players_add_up(away: list[str], records: int) -> None:
    fetched = fetch(game_ask(), Site(answer(book(away=away))))
    assert len(fetched.records) == records
    assert fetched.covers == ()


def test_a_line_of_a_new_layout_is_counted_as_unread() -> None:
    fetched = fetch(game_ask(), Site(answer(book(away=("Player without numbers", *FIVE, TOTAL)))))
    assert fetched.stats["unread_lines"] == 1


@pytest.mark.parametrize(
    ("response", "error_type"),
    [
        (httpx.Response(403), "blocked"),
        (httpx.Response(500), "http_5xx"),
        (httpx.Response(422), "http_4xx"),
        (PAGE, "error_page"),
        (httpx.Response(404, content=b"Not accessible in this region."), "blocked"),
        (answer(b"not a PDF"), "malformed"),
        (answer(book()[:-200]), "malformed"),
        (answer(b"%PDF-1.4\n%%EOF\n"), "malformed"),
        (answer(pdf([[Text(24, 500, "Injury Report: 11/12/25")]])), "malformed"),
        (answer(book(names=("Orlando Magic", "BOSTON CELTICS"))), "malformed"),
        (answer(book(day="Tuesday, November 11, 2025 Arena")), "malformed"),
    ],
)
def test_a_book_that_is_no_useful_answer(response: httpx.Response, error_type: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        fetch(game_ask(), Site(response))
    assert caught.value.error_type == error_type


@pytest.mark.parametrize(
    "params",
    [
        {"away": "UNK", "home": "UNK"},
        {"away": ""},
        {"home": "SEA"},
        {"date": ""},
        {"date": "12.11.2025"},
        # Team Stars of an All-Star game have no book of this kind.
        {"game": "0032500001", "away": "STR", "home": "WLD"},
    ],
)
def test_what_is_missing_or_unknown_is_said_before_anything_is_asked(
    params: dict[str, str],
) -> None:
    site = Site(answer(book()))
    with pytest.raises(SourceFailure) as caught:
        fetch(game_ask(**params), site)
    assert (caught.value.error_type, site.asked) == ("missing_parameter", [])


def test_a_guest_of_the_preseason_has_a_book_too() -> None:
    # A Melbourne team at New York, in October.
    params: dict[str, Any] = {"game": "0012500001", "away": "MEL", "date": "2025-10-08"}
    day = "Wednesday, October 8, 2025 Madison Square Garden"
    body = book(names=("Melbourne United", "NEW YORK KNICKS"), day=day)
    asked = ask(
        "nbac_gamebook_pdf",
        kind=TargetKind.GAME,
        id_="0012500001",
        day=date(2025, 10, 8),
        params={**PARAMS, **params},
    )
    assert fetch(asked, Site(answer(body))).covers == ("0012500001",)


@pytest.mark.parametrize(
    ("code", "name", "nickname"),
    [
        ("POR", "PORTLAND TRAIL BLAZERS", "Trail Blazers"),
        ("PHI", "PHILADELPHIA 76ERS", "76ers"),
        ("LAC", "LA CLIPPERS", "Clippers"),
        ("LAC", "Los Angeles Clippers", "Clippers"),
    ],
)
def test_every_way_to_write_a_team_is_known(code: str, name: str, nickname: str) -> None:
    body = book(names=("Orlando Magic", name), inactive=(f"Inactive: {nickname} - Dale (Rest)",))
    fetched = fetch(game_ask(home=code), Site(answer(body)))
    assert {r["team"] for r in fetched.records} == {"ORL", code}
    assert [r["team"] for r in fetched.records if r["status"] == "inactive"] == [code]
