"""The days of the page, served; and a browser to look at them with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.page.days import THANKSGIVING, WEDNESDAY, Site, et, out_of_order, played, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

#: Nothing of the browser may leave this machine or stay on it.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def wednesday(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """12 November 2025, played to its end and looked at a minute after."""
    folder = played(tmp_path_factory.mktemp("wednesday"), WEDNESDAY)
    with served(folder, et("2025-11-13 05:06")) as site:
        yield site


@pytest.fixture(scope="session")
def thanksgiving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A day without games."""
    folder = played(tmp_path_factory.mktemp("thanksgiving"), THANKSGIVING)
    with served(folder, et("2025-11-28 04:59")) as site:
        yield site


@pytest.fixture(scope="session")
def outage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """5 December 2025 at 17:10 ET: between 06:00 and 16:30 nothing ran."""
    folder = out_of_order(tmp_path_factory.mktemp("outage"))
    with served(folder, et("2025-12-05 17:10")) as site:
        yield site


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Headless Chromium with a profile of its own, driven from Python."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("needs chromium: not on the PATH")
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="needs chromium: playwright is not installed"
    )
    with sync_api.sync_playwright() as playwright:
        # Playwright gives each start an empty profile of its own, and removes it.
        started = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield started
        started.close()
