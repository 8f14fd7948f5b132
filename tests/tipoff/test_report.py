from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from shared.core.calendar import Calendar
from tests.tipoff.handmade_day import (
    SLOT,
    decision,
    facts,
    game,
    slot,
    with_table,
)
from tipoff.day import Day
from tipoff.facts import Dead, Facts, LostEvent
from tipoff.render import render
from tipoff.report import drawn, report_html
from tipoff.review import review

HOSTILE = '<script>alert("x")</script>'


class Page(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag == name]


def html(given: Facts) -> str:
    return report_html(review(given), given)


def test_the_report_asks_for_nothing_outside_itself() -> None:
    text = html(facts())
    assert not re.search(r"https?://|@import|url\(", text)
    page = Page(text)
    assert not any(page.all(tag) for tag in ("img", "iframe", "object"))
    assert not any("src" in attrs for _, attrs in page.tags)
    # The empty icon keeps browsers from asking for one.
    assert {attrs["href"] for _, attrs in page.tags if "href" in attrs} == {"data:,", "#slots"}
    (meta,) = [m for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert str(meta["content"]).startswith("default-src 'none'; ")


def test_what_comes_from_rows_is_escaped() -> None:
    given = with_table("workflow_decisions", lambda _: [decision(reason=HOSTILE)])
    dead = Dead(subscription="x", attempts=1, error=HOSTILE)
    text = html(replace(given, dead=(dead,)))
    assert HOSTILE not in text
    assert "&lt;script&gt;" in text


def test_every_table_has_a_caption_and_every_scrolling_region_a_name() -> None:
    page = Page(html(facts()))
    assert len(page.all("table")) == len(page.all("caption")) == 4
    regions = [attrs for attrs in page.all("div") if attrs.get("class") == "scroll"]
    assert regions
    for attrs in regions:
        assert attrs["role"] == "region"
        assert attrs["tabindex"] == "0"
        assert "aria-label" in attrs or "aria-labelledby" in attrs
    assert len(page.all("h1")) == 1


def test_what_is_not_met_stands_before_the_picture() -> None:
    text = html(facts(dead=(Dead(subscription="x", attempts=3, error="gone"),)))
    assert text.index("x gave a message up after 3 tries: gone") < text.index("<svg")


def test_the_same_day_gives_the_same_page() -> None:
    assert html(facts()) == html(facts())


def test_marks_of_slots_are_reached_by_the_keyboard_and_idle_skips_are_not() -> None:
    idle = decision("SKIP", "not_due", slot_id=None, decision_id="idle")
    given = with_table("workflow_decisions", lambda rows: [*rows, idle])
    marks = [mark for lane in drawn(review(given), given).workflows for mark in lane.marks]
    assert {mark.kind: mark.focus for mark in marks} == {
        "window on-time": False,
        "run": True,
        "idle": False,
        "execution completed": True,
    }


def test_everything_lies_on_the_axis_between_start_and_end() -> None:
    # The window closes at 14:00 ET, after the picture's end at 05:05.
    given = with_table("daily_expected_schedule", lambda _: [slot(SLOT)])
    given = replace(given, lost=(LostEvent(path="a", lost_at=given.start),))
    picture = drawn(review(given), given)
    for lane in picture.lanes:
        for mark in lane.marks:
            assert 0 <= mark.x <= 100
            if mark.kind.startswith("window"):
                assert mark.x + mark.width <= 100
    (window,) = [m for lane in picture.lanes for m in lane.marks if m.kind.startswith("window")]
    # 08:30 UTC is 22 h 35 min into a span of 24 h 10 min.
    assert window.x == pytest.approx(100 * 1355 / 1450, abs=0.01)


@pytest.mark.parametrize(
    ("day", "labels"),
    [
        # On the autumn switch 01:00 ET comes twice; the even hours still come once.
        (date(2025, 11, 1), ["06:00", "08:00", "22:00", "Sun 2", "02:00", "04:00"]),
        # The spring switch leaves out 02:00.
        (date(2026, 3, 7), ["06:00", "08:00", "22:00", "Sun 8", "04:00"]),
        (date(2025, 11, 12), ["06:00", "08:00", "22:00", "Thu 13", "02:00", "04:00"]),
    ],
)
def test_the_axis_shows_eastern_wall_time_on_days_of_a_switch_too(
    day: date, labels: list[str]
) -> None:
    span = Day(date=day, calendar=Calendar.of(()))
    given = facts(date=day, start=span.start, end=span.end, games=(), tables={})
    ticks = [label for _, label, _ in drawn(review(given), given).ticks]
    assert [*ticks[:2], *ticks[8:]] == labels


def test_a_game_without_a_time_is_no_bar() -> None:
    unset = replace(game(), game=replace(game().game, tip_known=False), ended_at=None)
    given = facts(games=(unset,))
    assert [m.kind for lane in drawn(review(given), given).games for m in lane.marks] == ["off"]
    assert "time to be set" in html(given)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_terminal_is_told_everything_in_what_it_can_write(encoding: str) -> None:
    given = facts(dead=(Dead(subscription="x", attempts=3, error="gone"),))
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding)
    render(review(given), Console(file=out, width=100, color_system=None))
    out.flush()
    text = raw.getvalue().decode(encoding)
    for part in ("ON TIME", "04:00+1", "play_by_play", "1 obligation is not met", "gone"):
        assert part in text


def test_the_next_commands_name_the_folder_as_a_shell_reads_them() -> None:
    given = facts(folder="my data")
    out = io.StringIO()
    console = Console(file=out, width=60)
    render(review(given), console, report=Path("my data/report.html"))
    assert "tipoff status --data 'my data'\n" in out.getvalue()
