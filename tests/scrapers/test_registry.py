from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scrapers.registry import FETCHERS, fetcher
from shared.config import load_config


def test_every_scraper_that_is_available_has_a_fetcher_and_no_other() -> None:
    config = load_config(Path(__file__).parents[2] / "config")
    available = {name for name, entry in config.scrapers.items() if entry.available}
    assert set(FETCHERS) == available
    assert all(callable(FETCHERS[name]) for name in FETCHERS)


def test_a_scraper_without_a_fetcher_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"\[bp_odds\], allowed: one of .*bdl_active_players, "):
        fetcher("bp_odds")


def test_the_registry_imports_no_source_and_no_pdf_library() -> None:
    """Start-up matters: a module is imported when its scraper is first used."""
    code = (
        "import sys; from scrapers.registry import fetcher; "
        "assert not [m for m in sys.modules if m.startswith('scrapers.fetchers.')]; "
        "fetcher('nbac_injury_report'); "
        "assert 'pdfplumber' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
