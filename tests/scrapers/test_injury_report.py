"""The injury report: its address, and its PDF, drawn here as the league lays it out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from scrapers.fetchers.injury_pdf import NOT_SUBMITTED, read_report
from scrapers.fetchers.injury_report import paths
from shared.core.targets import TargetKind
from shared.errors import SourceFailure
from sim.sources import pdf as writer
from tests.scrapers.world import PAGE, Site, ask, fetch

#: x, y from the top, in points, and what stands there.
Text = tuple[float, float, str]
#: Where the columns begin.
X = (25.0, 100.0, 175.0, 245.0, 390.0, 530.0, 610.0)
TITLE: list[Text] = [(25, 30, "Injury Report: 11/12/25 11:00 AM"), (700, 30, "Page 1 of 2")]
HEADER = (
    "Game Date", "Game Time", "Matchup", "Team", "Player Name", "Current Status", "Reason",
)  # fmt: skip
FORBIDDEN = httpx.Response(403, content=b"<Error><Code>AccessDenied</Code></Error>")


def write_pdf(pages: list[list[Text]]) -> bytes:
    return writer.pdf(
        [[writer.Text(x, writer.HEIGHT - y, text) for x, y, text in page] for page in pages]
    )


def line(y: float, *cells: str) -> list[Text]:
    return [(x, y, cell) for x, cell in zip(X, cells, strict=False) if cell]


def page(*lines: list[Text], header: bool = True) -> list[Text]:
    texts = [*TITLE, *(line(60, *HEADER) if header else [])]
    return [text for part in (texts, *lines) for text in part]


ONE = page(
    line(80, "11/12/2025", "07:00 (ET)", "ORL@NYK", "Orlando Magic", "Guard, Able", "Out",
         "Injury/Illness - Left Knee; Strain"),
    # A long reason, top-aligned: it goes on below its row.
    line(92, "", "", "", "", "Forward Jr., Baker", "Questionable",
         "Injury/Illness - Right Ankle;"),
    line(104, "", "", "", "", "", "", "Sprain"),
    line(116, "", "", "", "New York Knicks", "Center, Charlie", "Available",
         "G League - Two-Way"),
    line(128, "", "10:30 (ET)", "DEN@LAC", "Denver Nuggets", "", "", NOT_SUBMITTED),
)  # fmt: skip
TWO = page(
    # A long reason, centred on its row: it begins above and ends below.
    line(79, "", "", "", "", "", "", "Injury/Illness - Left Achilles"),
    line(84, "", "", "", "LA Clippers", "Wing, Dog", "Doubtful"),
    line(89, "", "", "", "", "", "", "Tendon; Repair"),
    line(104, "11/13/2025", "07:30 (ET)", "BOS@MIA", "Boston Celtics", "Guard, Echo", "Out",
         "Rest"),
)  # fmt: skip
REPORT = write_pdf([ONE, TWO])


def row(day: str, at: str, matchup: str, team: str, *cells: str) -> dict[str, str]:
    names = ("game_date", "game_time", "matchup", "team", "player_name", "status", "reason")
    return dict(zip(names, (day, at, matchup, team, *cells), strict=True))


ORL_NYK = ("2025-11-12", "07:00 (ET)", "ORL@NYK")
DEN_LAC = ("2025-11-12", "10:30 (ET)", "DEN@LAC")
ROWS = [
    row(*ORL_NYK, "Orlando Magic", "Guard, Able", "Out", "Injury/Illness - Left Knee; Strain"),
    row(*ORL_NYK, "Orlando Magic", "Forward Jr., Baker", "Questionable",
        "Injury/Illness - Right Ankle; Sprain"),
    row(*ORL_NYK, "New York Knicks", "Center, Charlie", "Available", "G League - Two-Way"),
    row(*DEN_LAC, "Denver Nuggets", "", "", NOT_SUBMITTED),
    row(*DEN_LAC, "LA Clippers", "Wing, Dog", "Doubtful",
        "Injury/Illness - Left Achilles Tendon; Repair"),
    row("2025-11-13", "07:30 (ET)", "BOS@MIA", "Boston Celtics", "Guard, Echo", "Out", "Rest"),
]  # fmt: skip


def et(hour: int, minute: int, day: int = 12, month: int = 11) -> datetime:
    """An instant of winter ET: five hours behind UTC."""
    return datetime.fromisoformat(f"2025-{month:02}-{day:02}T{hour:02}:{minute:02}-05:00")


def pdf(body: bytes = REPORT) -> httpx.Response:
    return httpx.Response(200, content=body)


def test_rows_carry_date_time_matchup_and_team_down_and_over_pages() -> None:
    report = read_report(REPORT, "x")
    assert list(report.rows) == ROWS
    assert (report.pages, report.unread_lines) == (2, 0)


def test_a_page_without_header_keeps_the_columns_of_the_one_before() -> None:
    second = page(line(80, "", "", "", "", "Wing, Dog", "Out", "Rest"), header=False)
    report = read_report(write_pdf([ONE, second]), "x")
    assert report.rows[-1] == row(*DEN_LAC, "Denver Nuggets", "Wing, Dog", "Out", "Rest")


def test_a_reason_may_go_on_over_the_page() -> None:
    first = page(line(80, *ORL_NYK_CELLS, "Guard, Able", "Out", "Injury/Illness - Left"))
    second = page(line(80, "", "", "", "", "", "", "Knee; Strain"))
    report = read_report(write_pdf([first, second]), "x")
    assert report.rows[0]["reason"] == "Injury/Illness - Left Knee; Strain"


ORL_NYK_CELLS = ("11/12/2025", "07:00 (ET)", "ORL@NYK", "Orlando Magic")


def test_a_reason_of_three_centred_lines_stays_with_its_row() -> None:
    drawn = page(
        line(80, *ORL_NYK_CELLS, "Guard, Able", "Out", "Rest"),
        line(95, "", "", "", "", "", "", "Injury/Illness - Right Lower"),
        line(104, "", "", "", "", "Forward, Baker", "Out", "Leg; Stress Reaction"),
        line(113, "", "", "", "", "", "", "Management"),
        line(128, "", "", "", "", "Center, Charlie", "Out", "Personal Reasons"),
    )
    reasons = [r["reason"] for r in read_report(write_pdf([drawn]), "x").rows]
    whole = "Injury/Illness - Right Lower Leg; Stress Reaction Management"
    assert reasons == ["Rest", whole, "Personal Reasons"]


def test_words_set_close_together_are_told_apart() -> None:
    """The league's PDFs hold no spaces: words stand about two points apart."""
    wide = {"Guard,": 25.0, "Left": 15.5, "Knee;": 21.5}
    x, words = X[4], []
    for word in ("Guard,", "Able"):
        words.append((x, 80.0, word))
        x += wide.get(word, 0)
    drawn = page(line(80, *ORL_NYK_CELLS, "", "Out", "Rest"), words)
    assert read_report(write_pdf([drawn]), "x").rows[0]["player_name"] == "Guard, Able"


def test_a_line_that_fits_no_row_is_counted() -> None:
    drawn = page(
        line(80, *ORL_NYK_CELLS, "Guard, Able", "Out", "Rest"), line(92, "", "", "", "", "Jr.")
    )
    report = read_report(write_pdf([drawn]), "x")
    assert (len(report.rows), report.unread_lines) == (1, 1)


def test_a_report_without_players_is_empty_and_valid() -> None:
    report = read_report(write_pdf([page()]), "x")
    assert (list(report.rows), report.pages) == ([], 1)


@pytest.mark.parametrize(
    ("body", "error_type"),
    [
        (b"<html>consent</html>", "error_page"),
        (b"", "malformed"),
        (b"plain text", "malformed"),
        (b"%PDF-1.4\ngarbage", "malformed"),
        (REPORT[: len(REPORT) // 3], "malformed"),
        # Without its end a PDF may still open, and lack its last pages.
        (REPORT[:-10], "malformed"),
        (write_pdf([TITLE]), "malformed"),
        (write_pdf([page(line(80, "", "", "", "", "Guard, Able", "Out", "Rest"))]), "malformed"),
        (write_pdf([page(line(80, "12 November", "", "", "", "A", "Out", "x"))]), "malformed"),
    ],
)
def test_a_body_that_is_no_report_is_a_failure(body: bytes, error_type: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        read_report(body, "nbac_injury_report")
    assert caught.value.error_type == error_type
    assert "nbac_injury_report: " in str(caught.value)


def slots(day: date, now: datetime) -> str:
    """The slots that are asked, in order: what stands in the addresses after the date."""
    start = f"/referee/injury/Injury-Report_{day.isoformat()}_"
    found = paths(day, now)
    assert all(path.startswith(start) and path.endswith(".pdf") for path in found)
    return " ".join(path.removeprefix(start).removesuffix(".pdf") for path in found)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # Whole hours until 2025-12-22, twelve-hour clock.
        (et(13, 40), "01PM 12PM 11AM"),
        (et(11, 0), "11AM 10AM 09AM"),
        # Not over midnight: yesterday's report is not today's.
        (et(1, 5), "01AM 12AM"),
        (et(23, 59, day=11), ""),
        # A day in the past is asked for its last hours.
        (et(9, 0, day=20), "11PM 10PM 09PM"),
    ],
)
def test_the_address_names_the_hour(now: datetime, expected: str) -> None:
    assert slots(date(2025, 11, 12), now) == expected


@pytest.mark.parametrize(
    ("day", "now", "expected"),
    [
        (22, et(12, 40, 22, 12), "12PM 11AM 10AM"),
        (23, et(12, 10, 23, 12), "12_00PM 11_45AM 11_30AM"),
        (23, et(11, 29, 23, 12), "11_15AM 11_00AM 10_45AM"),
        (23, et(0, 20, 23, 12), "12_15AM 12_00AM"),
        (23, et(8, 0, 24, 12), "11_45PM 11_30PM 11_15PM"),
    ],
)
def test_the_address_names_quarters_since_2025_12_23(
    day: int, now: datetime, expected: str
) -> None:
    assert slots(date(2025, 12, day), now) == expected


def test_the_address_is_eastern_wall_time_in_summer_too() -> None:
    """17:20 UTC is 13:20 in April (four hours behind)."""
    now = datetime(2026, 4, 10, 17, 20, tzinfo=UTC)
    assert slots(date(2026, 4, 10), now) == "01_15PM 01_00PM 12_45PM"


def test_the_newest_report_that_is_there_is_read_and_kept() -> None:
    site = Site(FORBIDDEN, pdf())
    fetched = fetch(ask("nbac_injury_report", now=et(13, 5)), site)
    assert [request.url.path.rpartition("_")[2] for request in site.asked] == [
        "01PM.pdf",
        "12PM.pdf",
    ]
    assert list(fetched.records) == ROWS
    assert fetched.attachments == {"pdf": REPORT}
    assert fetched.stats == {
        "report": "Injury-Report_2025-11-12_12PM.pdf",
        "asked": 2,
        "pages": 2,
        "unread_lines": 0,
    }


def test_games_are_covered_when_listed_and_submitted() -> None:
    """Denver has not submitted; Boston plays tomorrow."""
    fetched = fetch(ask("nbac_injury_report"), Site(pdf()))
    assert fetched.covers == ("0022500201",)
    by_hand = fetch(ask("nbac_injury_report", games=None), Site(pdf()))
    assert by_hand.covers == ("2025-11-12",)


def test_a_report_without_players_is_no_data_and_kept() -> None:
    empty = write_pdf([page()])
    fetched = fetch(ask("nbac_injury_report"), Site(pdf(empty)))
    assert (list(fetched.records), fetched.covers) == ([], ())
    assert fetched.attachments == {"pdf": empty}


def test_no_report_in_any_slot_is_no_data() -> None:
    site = Site(FORBIDDEN)
    fetched = fetch(ask("nbac_injury_report"), site)
    assert (list(fetched.records), fetched.attachments, len(site.asked)) == ([], {}, 3)


@pytest.mark.parametrize("code", [200, 403])
def test_a_region_block_is_a_failure_and_not_no_data(code: int) -> None:
    site = Site(httpx.Response(code, content=b"Content is not accessible in this region."))
    with pytest.raises(SourceFailure) as caught:
        fetch(ask("nbac_injury_report"), site)
    assert (caught.value.error_type, len(site.asked)) == ("blocked", 1)


@pytest.mark.parametrize(
    ("answer", "error_type"),
    [
        (httpx.Response(404), "http_4xx"),
        (httpx.Response(503), "http_5xx"),
        (PAGE, "error_page"),
        (pdf(REPORT[:200]), "malformed"),
    ],
)
def test_a_report_that_is_no_useful_answer(answer: httpx.Response, error_type: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        fetch(ask("nbac_injury_report"), Site(answer))
    assert caught.value.error_type == error_type


def test_a_missing_parameter_is_said_before_anything_is_asked() -> None:
    site = Site(pdf())
    asked: Any = ask("nbac_injury_report", kind=TargetKind.TEAM, id_="NYK", params={})
    with pytest.raises(SourceFailure) as caught:
        fetch(asked, site)
    assert (caught.value.error_type, site.asked) == ("missing_parameter", [])
