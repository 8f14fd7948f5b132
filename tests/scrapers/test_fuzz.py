"""Fuzzing every parser: a new scraper is in it as soon as it is in the registry."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pytest

from tests.fresh import new_seed
from tests.scrapers.fuzz import KINDS, SCRAPERS, examples_of, fuzz, small, table
from tests.scrapers.mutations import data_of
from tests.scrapers.places import misplaced

#: A scraper and a kind of answers; PDFs a twelfth of it, 3 at least.
FEW = 12
#: Of the soak: about 8,000 answers, 25 s of one core.
MANY = 80


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scraper", SCRAPERS)
def test_no_answer_breaks_a_scraper(
    scraper: str, kind: str, record_property: Callable[[str, object], None]
) -> None:
    wanted = examples_of(scraper, kind, FEW)
    seen = fuzz(scraper, kind, wanted)
    record_property("answers", seen.total())
    # Fewer only where there are no more different ones.
    assert seen.total() >= min(wanted, 3)


@pytest.mark.parametrize("scraper", SCRAPERS)
def test_null_in_any_place_of_an_answer_breaks_no_scraper(scraper: str) -> None:
    known = small(scraper)
    # A PDF, or a page without data in it, has no such places.
    if known is not None and any(data_of(reply.body) for reply in known.replies):
        assert misplaced(known, [None]) > 0


@pytest.mark.soak
@pytest.mark.parametrize("scraper", SCRAPERS)
def test_nothing_of_another_kind_in_any_place_of_an_answer_breaks_a_scraper(scraper: str) -> None:
    if (known := small(scraper)) is not None:
        misplaced(known)


@pytest.mark.soak
def test_no_answer_breaks_a_scraper_however_many_are_tried(
    record_property: Callable[[str, object], None],
) -> None:
    """Others with every commit; `python -m tests.scrapers.fuzz 80 SEED` tries them again."""
    began = time.monotonic()
    rows = table(MANY, new_seed())
    total = sum(seen.total() for seen in rows.values())
    record_property("answers", total)
    sys.stdout.write(f"{total} answers in {time.monotonic() - began:.0f} s\n")
    assert set(rows) == set(SCRAPERS)
    assert total > 2 * MANY * len(SCRAPERS)
