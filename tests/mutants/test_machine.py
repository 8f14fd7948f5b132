"""The ports on one machine: what no other test looked at."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.files import LocalFiles
from local.journal import LocalJournal, LocalWarehouse
from local.store import RAW, Store, process_mark
from scrapers.limiter import Limiter
from shared.clock import DeliveryClock
from shared.core.errors import BadInput
from shared.core.ports import LoadRequest
from shared.objects import check_name
from shared.schema import Schemas
from sim.clock import ManualClock
from tests.contracts.rows import LOG, log, raw
from tests.contracts.worlds import TABLES
from tipoff.commands.folder_lock import holder, holding


def test_a_name_stays_taken_also_when_its_body_was_removed(tmp_path: Path) -> None:
    """The row is the truth: without it two deliveries could both have created the name."""
    files = LocalFiles(Store(tmp_path), "state", DeliveryClock())
    first = files.create_once("a", b"one")
    (tmp_path / "state" / "a").unlink()
    second = files.create_once("a", b"two")
    assert not second.created
    assert second.stored == first.stored


def test_temporary_files_of_dead_processes_are_swept_and_of_living_ones_not(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    folder = tmp_path / ".tmp"
    folder.mkdir()
    mine = process_mark().replace(":", "-")
    for name in (f"{ended.pid}-1-raw-1-0", f"{os.getpid()}-0-raw-1-0", f"{mine}-raw-1-0"):
        (folder / name).write_bytes(b"half")
    LocalFiles(store, "raw", DeliveryClock())
    assert [path.name for path in folder.iterdir()] == [f"{mine}-raw-1-0"]


def test_a_second_load_of_one_file_answers_the_first_ones_rows(tmp_path: Path) -> None:
    """Two deliveries may read the same file in different releases: the first one counts."""
    schemas = Schemas(TABLES)
    store = Store(tmp_path, schemas)
    warehouse = LocalWarehouse(store, schemas)
    first = LoadRequest(load_id="l", table="t", rows=[raw(0)])
    longer = LoadRequest(load_id="l", table="t", rows=[raw(0), raw(1)])
    assert [warehouse.load(first), warehouse.load(longer)] == [1, 1]
    assert len(list(store.rows(RAW, "t"))) == 1


def test_of_two_rows_with_one_id_the_first_stays(tmp_path: Path) -> None:
    schemas = Schemas(TABLES)
    store = Store(tmp_path, schemas)
    journal = LocalJournal(store, schemas)
    row_id, row = log("a", 1, "loaded")
    journal.append(LOG, [(row_id, row)])
    journal.append(LOG, [(row_id, {**row, "status": "failed"})])
    assert [found["status"] for found in store.rows("nba_orchestration", LOG)] == ["loaded"]


def test_a_folder_is_held_by_one_until_it_lets_go(tmp_path: Path) -> None:
    told = {"command": "first"}
    with holding(tmp_path, told):
        found = holder(tmp_path)
        assert found == {"pid": os.getpid(), **told}
        with (
            pytest.raises(BadInput, match="held by first"),
            holding(tmp_path, {"command": "second"}),
        ):
            pass
    assert holder(tmp_path) is None
    with holding(tmp_path, {"command": "second"}):
        pass


def test_the_seat_of_a_failed_call_is_free_again() -> None:
    limiter = Limiter(1000.0, 1, ManualClock(datetime(2025, 11, 12, 17, tzinfo=UTC)))
    with pytest.raises(RuntimeError), limiter:
        raise RuntimeError
    inside = threading.Event()

    def next_one() -> None:
        with limiter:
            inside.set()

    threading.Thread(target=next_one, daemon=True).start()
    assert inside.wait(5)


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "a/../b", "..", ".", "a//b", "a/", "a\\b", "a\nb", "a\x00b", "\ud800"],
)
def test_a_name_that_could_leave_its_bucket_is_none(name: str) -> None:
    with pytest.raises(BadInput, match="object name"):
        check_name(name)


def test_names_that_are_nearly_the_same_are_different_files(tmp_path: Path) -> None:
    """The two deepest parts of a long name are one file name here, joined by a tilde."""
    files = LocalFiles(Store(tmp_path), "raw", DeliveryClock())
    names = ["p/q/r/s/t~u", "p/q/r/s~t/u", "p/q/r/s%7Et/u"]
    assert all(files.create_once(name, name.encode()).created for name in names)
    assert [files.read(name).decode() for name in names] == names
