"""loader and cleanup: a file is loaded once, and one that never arrived is announced again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.core.ids import load_id
from shared.core.messages import FileReady, Tick
from shared.core.ports import Row
from shared.core.workflows import Step
from shared.errors import PortUnavailable
from tests.core.made import NOV_12, at
from tests.functions.worlds import Here, order

PATH = "a/b/2025-11-12/x/1.json"


def ready(here: Here, body: bytes | None = b'{"records": [{"n": 1}, {"n": 2}]}') -> FileReady:
    generation = 1 if body is None else here.raw.create_once(PATH, body).stored.generation
    return FileReady(
        load_id=load_id(PATH, generation),
        path=PATH,
        generation=generation,
        scraper="bdl_standings",
        dataset="standings",
        table="bdl_standings",
        target_date=NOV_12,
        run_id="r",
        record_count=2,
    )


def test_a_file_is_loaded_once_however_often_it_is_announced(here: Here) -> None:
    file = ready(here)
    for _ in range(3):
        here.deliver("loader", file)
    rows = here.warehouse.rows("bdl_standings")
    assert [(row["record_index"], row["record"]) for row in rows] == [
        (0, '{"n":1}'),
        (1, '{"n":2}'),
    ]
    assert {row["game_date"] for row in rows} == {"2025-11-12"}
    (log,) = here.rows("file_processing_log")
    assert (log["status"], log["rows_loaded"], log["error_message"]) == ("loaded", 2, None)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"no json", "a JSON object with records"),
        (b"[1]", "a JSON object with records"),
        (b"{}", "a JSON object with records"),
        (b'{"records": 7}', "allowed: a list"),
        (b"\xff\xfe", "a JSON object with records"),
        (None, "no object"),
    ],
)
def test_a_file_that_can_never_be_loaded_is_logged_failed_and_acked(
    here: Here, body: bytes | None, message: str
) -> None:
    here.deliver("loader", ready(here, body))
    (log,) = here.rows("file_processing_log")
    assert (log["status"], log["rows_loaded"]) == ("failed", 0)
    assert message in log["error_message"]
    assert here.warehouse.rows("bdl_standings") == []


def test_a_file_without_a_table_is_acked_and_not_logged(here: Here) -> None:
    here.deliver("loader", replace(ready(here), table=None))
    assert here.rows("file_processing_log") == []


def test_a_load_whose_log_failed_is_logged_by_the_redelivery(here: Here) -> None:
    file = ready(here)
    here.deliver_without_tables("loader", file)
    here.deliver("loader", file)
    assert len(here.warehouse.rows("bdl_standings")) == 2
    assert len(here.rows("file_processing_log")) == 1


def lose(here: Here, count: int = 1) -> None:
    """Files written at 09:00 whose announcements nobody ever got."""
    for n in range(count):
        run = order(
            "referee_discovery", here.at("09:00"), steps=(Step(scrapers=("bdl_standings",)),)
        )
        decided = here.clock.now() + timedelta(seconds=n)
        made = replace(run, execution_id=f"e{n:02d}", slot_id=f"s{n}", decided_at=decided)
        here.deliver("executor", made)
        (chunk,) = here.pulled("scrape-balldontlie")
        here.deliver("scraper", chunk)
    here.pulled()


def cleaned(here: Here, text: str) -> Sequence[FileReady]:
    """What a cleanup at an ET wall time announces."""
    here.at(text)
    here.deliver("cleanup", Tick())
    return here.pulled("files-ready")


def last(here: Here) -> Row:
    return here.rows("cleanup_operations")[-1]


def test_a_lost_announcement_is_healed_by_the_tick_after_30_minutes(here: Here) -> None:
    lose(here)
    assert cleaned(here, "09:15") == []
    assert last(here)["files_checked"] == 0
    (again,) = cleaned(here, "09:30")
    assert again.republished == 1
    found = last(here)
    assert (found["missing_files_found"], found["republished_count"]) == (1, 1)
    assert found["missing_files"][0]["age_minutes"] == 30
    here.deliver("loader", again)
    assert cleaned(here, "09:45") == []
    assert (last(here)["files_checked"], last(here)["missing_files_found"]) == (1, 0)


def test_a_file_that_never_loads_is_announced_three_times_and_stays_listed(here: Here) -> None:
    lose(here)
    quarters = [f"{h:02d}:{m}" for h in (9, 10, 11, 12) for m in ("00", "15", "30", "45")]
    going = [text for text in quarters if cleaned(here, text)]
    # 30 minutes after the first, 60 minutes after the second.
    assert going == ["09:30", "10:00", "11:00"]
    assert last(here)["missing_files_found"] == 1
    assert last(here)["missing_files"][0]["republished"] is False


def test_cleanup_fails_closed_when_the_loads_cannot_be_read(here: Here) -> None:
    lose(here)
    here.journal.blind = True
    assert cleaned(here, "09:30") == []
    found = last(here)
    assert found["republished_count"] == 0
    assert found["errors"][0].startswith("the loads could not be read, nothing is announced")
    assert here.log.of("ERROR")
    here.journal.blind = False
    assert len(cleaned(here, "09:45")) == 1


@pytest.mark.parametrize(("files", "going"), [(9, 9), (12, 5)])
def test_a_storm_is_answered_with_a_probe(here: Here, files: int, going: int) -> None:
    lose(here, files)
    assert len(cleaned(here, "09:45")) == going
    assert last(here)["missing_files_found"] == files


def test_a_redelivered_tick_announces_nothing_more(here: Here) -> None:
    lose(here)
    assert len(cleaned(here, "09:30")) == 1
    assert cleaned(here, "09:30") == []
    assert len(here.rows("cleanup_operations")) == 1


def test_a_crash_before_the_announcement_is_made_good_by_the_same_tick(here: Here) -> None:
    lose(here)
    here.shut.add("files-ready")
    with pytest.raises(PortUnavailable):
        cleaned(here, "09:30")
    here.shut.clear()
    assert len(cleaned(here, "09:30")) == 1
    # The claim was made once, so the next is the second.
    assert [f.republished for f in cleaned(here, "10:00")] == [2]


def test_a_crash_that_no_redelivery_mends_is_taken_up_by_the_sweep(here: Here) -> None:
    lose(here)
    here.shut.add("files-ready")
    with pytest.raises(PortUnavailable):
        cleaned(here, "09:30")
    here.shut.clear()
    here.clock.set(at("09:40"))
    here.deliver("executor", Tick())
    assert len(here.pulled("files-ready")) == 1
    assert len(here.rows("cleanup_operations")) == 1
