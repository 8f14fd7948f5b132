"""The page in headless Chromium: what it shows, by mouse and by keyboard, light, dark and small."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import pytest

from tests.page.days import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Open = Callable[..., Any]
Scheme = Literal["light", "dark"]

#: What is read of each slot: expected time, workflow and verdict.
SLOTS = """rows => rows.map(row => [row.cells[0], row.cells[1], row.cells[3]]
    .map(cell => cell.textContent.trim()))"""

NIGHT = "2025-11-12"


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Opens a page in a context of its own; fails when it says anything on its console."""
    said: list[str] = []
    contexts = []

    def start(url: str, *, width: int = 1280, scheme: Scheme = "light", **more: Any) -> Page:
        viewport: Any = {"width": width, "height": 900}
        context = browser.new_context(viewport=viewport, color_scheme=scheme, **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(url)
        return page

    yield start
    for context in contexts:
        context.close()
    assert said == []


def tip(page: Page) -> str:
    """What is shown of the mark that the pointer or the keyboard is on."""
    shown = page.locator("#tip")
    return str(shown.inner_text()) if shown.is_visible() else ""


@contextmanager
def timed(limit: float, what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    took = time.perf_counter() - began
    print(f"{what}: {took:.2f} s")  # noqa: T201 a figure
    assert took < limit


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def violations(page: Page) -> list[str]:
    """What axe-core finds serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {[node['html'][:120] for node in each['nodes'][:3]]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


# --- what it shows -------------------------------------------------------------------------------


def test_one_request_brings_everything_and_it_is_small_and_quick(
    browser: Browser, opened: Open, wednesday: Site
) -> None:
    asked: list[tuple[str, int]] = []
    context = browser.new_context()
    page = context.new_page()
    page.on("response", lambda answer: asked.append((answer.url, len(answer.body()))))
    with timed(10, "the day's page, to its load event"):
        page.goto(f"{wednesday.url}/?date={NIGHT}")
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate(
        "(({encodedBodySize, decodedBodySize}) => [encodedBodySize, decodedBodySize])"
        "(performance.getEntriesByType('navigation')[0])"
    )
    context.close()
    print(f"page weight: {sizes[1]} bytes, {sizes[0]} packed")  # noqa: T201 a figure
    assert [url for url, _ in asked if not url.startswith("data:")] == [
        f"{wednesday.url}/?date={NIGHT}"
    ]
    assert sizes[1] < 200_000
    assert sizes[0] < 30_000


def test_a_full_day_shows_its_games_and_the_state_of_every_slot(
    opened: Open, wednesday: Site
) -> None:
    page = opened(f"{wednesday.url}/?date={NIGHT}")
    assert page.title() == "Tipoff: game day 2025-11-12"
    assert page.locator("h1").inner_text() == "Wednesday 12 November 2025"
    assert page.locator(".plot g.mark.game").count() == 12
    found = page.locator("section:has(#slots) tbody tr").evaluate_all(SLOTS)
    told = page.request.get(f"{wednesday.url}/api/day/{NIGHT}").json()
    assert [(name, text.split(" ", 1)[1]) for _, name, text in found] == [
        (slot["workflow"], slot["verdict"]) for slot in told["slots"]
    ]
    assert len(found) == 23
    assert ["13:00", "betting_lines", "● ON TIME"] in found
    # The officials are found at 10:00: later polls of that day need no run.
    assert ["12:00", "referee_discovery", "○ SATISFIED"] in found


def test_executions_sources_and_repairs_are_told(opened: Open, wednesday: Site) -> None:
    page = opened(f"{wednesday.url}/?date={NIGHT}")
    assert page.locator(".plot g.mark.execution").count() >= 20
    source = page.locator("section:has(#sources) tr:has(th:text('odds_api'))").inner_text()
    assert re.search(r"The Odds API\t\d+\t\d+", source)
    # Credits are spent and left, as the source's answers said.
    assert re.search(r"\t\d+\t\d+$", source.strip())
    healed = page.locator("section:has(#healed) tbody").inner_text()
    assert "cleanup tick" in healed
    assert "retry:" in healed
    books = page.locator("section:has(#completeness) tbody").inner_text()
    assert re.search(r"player_boxscores\tgames\t12\t12\t0\t0", books)


def test_a_day_without_games_says_so(opened: Open, thanksgiving: Site) -> None:
    page = opened(thanksgiving.url)
    assert page.locator("h1").inner_text() == "Thursday 27 November 2025"
    assert "No games count on this day" in page.locator("header").inner_text()
    assert page.locator(".plot g.mark.game").count() == 0
    found = page.locator("section:has(#slots) tbody tr").evaluate_all(SLOTS)
    # Four refreshes and the morning.
    assert [name for _, name, _ in found] == [
        "schedule_refresh",
        "morning_operations",
        *["schedule_refresh"] * 3,
    ]
    assert {verdict for _, _, verdict in found} == {"● ON TIME"}
    assert violations(page) == []


def test_an_outage_is_seen_with_what_was_missed_and_why(opened: Open, outage: Site) -> None:
    page = opened(outage.url)
    assert "✗" in page.locator(".verdict").inner_text()
    alerts = page.locator("section:has(#alerts)").inner_text()
    assert "CRITICAL cleanup_silent" in alerts
    found = page.locator("section:has(#slots) tbody tr").evaluate_all(SLOTS)
    aborted = [(when, name) for when, name, verdict in found if verdict == "✗ ABORTED"]
    # Their windows opened and closed while nothing ran; the refresh of 11:00 was still of use.
    assert ("09:00", "referee_discovery") in aborted
    assert ("11:00", "injury_discovery") in aborted
    assert ["11:00", "schedule_refresh", "◐ LATE"] in found
    # All at one tick: a mark a row, which says it of each slot.
    marks = page.locator(".plot g.mark.abort")
    told = "\n".join(marks.nth(n).get_attribute("aria-label") for n in range(marks.count()))
    assert told.count("ABORT ") == len(aborted) > marks.count()
    warned = page.locator("section:has(#events)").inner_text()
    assert "ABORT, missed" in warned
    assert page.locator(".plot line.now").count() == 1
    assert violations(page) == []


# --- by pointer and by keyboard ------------------------------------------------------------------


def test_the_pointer_on_a_mark_shows_its_reason(opened: Open, wednesday: Site) -> None:
    page = opened(f"{wednesday.url}/?date={NIGHT}")
    page.locator("g.lane[aria-label=betting_lines] g.mark.run").first.hover()
    assert tip(page).startswith("RUN betting_lines 13:00 ET, due: ")
    page.mouse.move(2, 2)
    assert tip(page) == ""


def test_every_decisions_reason_is_reached_by_keyboard(opened: Open, wednesday: Site) -> None:
    page = opened(f"{wednesday.url}/?date={NIGHT}")
    told = page.request.get(f"{wednesday.url}/api/day/{NIGHT}").json()
    lanes = page.locator(".plot g.lane")
    # One stop of Tab a row: it begins at the region, then row by row.
    page.locator(".plot").focus()
    reasons = []
    for number in range(lanes.count()):
        page.keyboard.press("Tab")
        marks = lanes.nth(number).locator("g.mark")
        page.keyboard.press("Home")
        for _ in range(marks.count()):
            reasons.append(tip(page))
            page.keyboard.press("ArrowRight")
    lines = "\n".join(reasons).splitlines()
    decisions = [text for text in lines if re.match(r"(RUN|SKIP|ABORT) ", text)]
    assert len(decisions) == sum(told["counts"]["decisions"].values())
    assert all(re.search(r" ET, \w+: .", text) for text in decisions)
    assert len([text for text in reasons if re.search(r"\): tip \d", text)]) == 12
    assert all(reasons)


def test_arrows_cross_rows_and_escape_hides_what_is_shown(opened: Open, outage: Site) -> None:
    page = opened(outage.url)
    page.locator("g.lane[aria-label=referee_discovery] g.mark.abort").first.focus()
    assert tip(page).startswith("ABORT referee_discovery")
    page.keyboard.press("ArrowDown")
    below = tip(page)
    assert below
    assert "referee_discovery" not in below
    page.keyboard.press("ArrowUp")
    assert "referee_discovery" in tip(page)
    page.keyboard.press("Escape")
    assert tip(page) == ""


def test_the_picture_can_be_passed_by(opened: Open, wednesday: Site) -> None:
    page = opened(f"{wednesday.url}/?date={NIGHT}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == (
        "Skip the picture, go to the slots"
    )
    page.keyboard.press("Enter")
    page.wait_for_url("**#slots")


def test_without_javascript_the_reasons_are_titles_and_the_tables_are_whole(
    opened: Open, wednesday: Site
) -> None:
    page = opened(f"{wednesday.url}/?date={NIGHT}", java_script_enabled=False)
    mark = page.locator("g.lane[aria-label=betting_lines] g.mark.run > title").first
    assert mark.text_content().startswith("RUN betting_lines 13:00 ET, due: ")
    assert page.locator("section:has(#slots) tbody tr").count() == 23
    assert not page.locator("#theme").is_visible()


# --- from day to day -----------------------------------------------------------------------------


def test_days_are_chosen_by_links_and_by_date(opened: Open, wednesday: Site) -> None:
    page = opened(wednesday.url)
    # 05:06 ET is the next game day already.
    assert page.locator("h1").inner_text() == "Thursday 13 November 2025"
    page.locator("nav a[rel=prev]").click()
    assert page.locator("h1").inner_text() == "Wednesday 12 November 2025"
    page.get_by_label("Day", exact=True).fill("2025-11-10")
    page.get_by_role("button", name="Show").click()
    assert page.locator("h1").inner_text() == "Monday 10 November 2025"
    assert "No plan was locked for this day." in page.locator("main").inner_text()
    page.locator("nav a[rel=next]").click()
    assert page.locator("h1").inner_text() == "Tuesday 11 November 2025"
    page.get_by_role("link", name="Today").click()
    assert page.locator("h1").inner_text() == "Thursday 13 November 2025"


# --- themes, sizes, rules ------------------------------------------------------------------------


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_the_theme_follows_the_machine_and_the_button(opened: Open, wednesday: Site) -> None:
    url = f"{wednesday.url}/?date={NIGHT}"
    light, dark = opened(url), opened(url, scheme="dark")
    assert background(light) == "rgb(255, 255, 255)"
    assert background(dark) == "rgb(20, 24, 29)"
    button = light.get_by_role("button", name="Theme")
    button.click()
    button.click()
    assert button.inner_text() == "Theme: dark"
    assert background(light) == "rgb(20, 24, 29)"
    light.reload()
    assert background(light) == "rgb(20, 24, 29)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_serious_and_nothing_is_cut_off(
    opened: Open, wednesday: Site, scheme: Scheme, width: int
) -> None:
    page = opened(f"{wednesday.url}/?date={NIGHT}", scheme=scheme, width=width)
    assert overflow(page) <= 0
    assert violations(page) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_no_label_of_the_picture_lies_over_another(
    opened: Open, wednesday: Site, width: int
) -> None:
    page = opened(f"{wednesday.url}/?date={NIGHT}", width=width)
    over = page.evaluate(
        """() => {
            const boxes = [...document.querySelectorAll('.chart text, .chart .execution rect')]
                .filter(each => each.tagName !== 'text' || !each.closest('.execution'))
                .map(each => [each.getBoundingClientRect(), each.textContent]);
            const hits = [];
            boxes.forEach(([a, one], n) => boxes.slice(n + 1).forEach(([b, two]) => {
                const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
                const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                if (wide > 1 && high > 1) hits.push([one, two]);
            }));
            return hits;
        }"""
    )
    # Where the plot scrolls, what is outside its window lies under the names' column.
    assert over == [] or width == 360


def test_the_names_of_rows_fit_their_column(opened: Open, wednesday: Site) -> None:
    page = opened(f"{wednesday.url}/?date={NIGHT}", width=360)
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.names text')]
            .filter(each => each.getBoundingClientRect().right
                > each.ownerSVGElement.getBoundingClientRect().right)
            .map(each => each.textContent)"""
    )
    assert cut == []
