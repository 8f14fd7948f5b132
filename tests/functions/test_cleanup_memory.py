"""cleanup: what an instance has seen loaded it does not ask for again; another one does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pytest

from shared.core.messages import FileReady, Tick
from shared.core.ports import FileKey, Row
from shared.core.workflows import Step
from tests.functions.worlds import Here, order


@pytest.fixture
def asked(here: Here) -> list[int]:
    """How many files each question for loads named."""
    counts: list[int] = []
    answer = here.journal.loads

    class Counting:
        def append(self, table: str, rows: Sequence[tuple[str, Row]]) -> None:
            here.journal.append(table, rows)

        def loads(self, files: Iterable[FileKey]) -> Mapping[FileKey, str]:
            keys = list(files)
            counts.append(len(keys))
            return answer(keys)

    here.world = replace(here.world, journal=Counting())
    return counts


def write(here: Here, *, load: bool = True) -> FileReady:
    """A file written now, and loaded or not."""
    run = order("referee_discovery", here.clock.now(), steps=(Step(scrapers=("bdl_standings",)),))
    name = f"e{here.clock.now():%H%M}"
    here.deliver("executor", replace(run, execution_id=name, slot_id=name))
    (chunk,) = here.pulled("scrape-balldontlie")
    here.deliver("scraper", chunk)
    (file,) = here.pulled("files-ready")
    assert isinstance(file, FileReady)
    if load:
        here.deliver("loader", file)
    return file


def cleaned(here: Here, text: str) -> tuple[int, int]:
    """Files checked and missing, as a cleanup at an ET wall time tells them."""
    here.at(text)
    here.deliver("cleanup", Tick())
    row = here.rows("cleanup_operations")[-1]
    return row["files_checked"], row["missing_files_found"]


def test_a_file_that_was_seen_loaded_is_counted_and_not_asked_for_again(
    here: Here, asked: list[int]
) -> None:
    here.at("09:00")
    write(here)
    assert [cleaned(here, text) for text in ("09:30", "09:45", "10:00")] == [(1, 0)] * 3
    assert asked == [1]


def test_only_what_is_new_or_missing_is_asked_for(here: Here, asked: list[int]) -> None:
    here.at("09:00")
    write(here)
    assert cleaned(here, "09:30") == (1, 0)
    write(here, load=False)
    assert cleaned(here, "10:00") == (2, 1)
    assert cleaned(here, "10:15") == (2, 1)
    assert asked == [1, 1, 1]


def test_a_new_instance_asks_for_everything(here: Here, asked: list[int]) -> None:
    here.at("09:00")
    write(here)
    assert cleaned(here, "09:30") == (1, 0)
    here.world.built.clear()
    assert cleaned(here, "09:45") == (1, 0)
    assert asked == [1, 1]


def test_what_left_the_last_days_is_forgotten(here: Here, asked: list[int]) -> None:
    here.at("09:00")
    write(here)
    assert cleaned(here, "09:30") == (1, 0)
    here.clock.advance(4 * 24 * 3600)
    here.deliver("cleanup", Tick())
    assert here.rows("cleanup_operations")[-1]["files_checked"] == 0
    assert asked == [1]


def test_a_file_that_was_refused_stays_missing(here: Here, asked: list[int]) -> None:
    here.at("09:00")
    file = write(here, load=False)
    here.deliver("loader", replace(file, table="no table"))
    assert [row["status"] for row in here.rows("file_processing_log")] == ["failed"]
    assert [cleaned(here, text) for text in ("09:30", "09:45", "14:00")] == [(1, 1)] * 3
    assert here.pulled("files-ready") == []
