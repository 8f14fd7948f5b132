"""Journal and warehouse: every row once, no bad row at all."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import pytest

from shared.core.errors import BadInput
from shared.core.ports import LoadRequest, Row
from tests.contracts.rows import LOG, log, raw
from tests.contracts.worlds import World


def by_index(rows: Sequence[Row]) -> list[Row]:
    """Loaded rows have no order but their own column's."""
    return sorted(rows, key=itemgetter("record_index"))


def test_rows_come_back_as_they_were_appended(world: World) -> None:
    world.journal.append(LOG, [log("b", 1, "loaded"), log("a", 1, "failed")])
    world.journal.append(LOG, [log("c", 1, "loaded")])
    found = sorted(world.rows(LOG), key=itemgetter("gcs_path"))
    rows = [log("a", 1, "failed"), log("b", 1, "loaded"), log("c", 1, "loaded")]
    assert found == [row for _, row in rows]


def test_a_repeated_row_is_one_row(world: World) -> None:
    a, b = log("a", 1, "loaded"), log("b", 1, "loaded")
    world.journal.append(LOG, [a])
    world.journal.append(LOG, [a, b])
    assert sorted(world.rows(LOG), key=itemgetter("gcs_path")) == [a[1], b[1]]


def test_no_rows_are_fine(world: World) -> None:
    world.journal.append(LOG, [])
    assert list(world.rows(LOG)) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"processing_id": None}, "processing_id"),
        ({"status": 1}, "status"),
        ({"processed_at": "2025-11-12T18:00:00"}, "processed_at"),  # without its offset
        ({"gcs_generation": "seven"}, "gcs_generation"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_one_bad_row_stops_all_before_anything_is_written(
    world: World, change: dict[str, Any], place: str
) -> None:
    good = log("a", 1, "loaded")
    bad = ("bad", {**log("b", 1, "loaded")[1], **change})
    with pytest.raises(BadInput, match=rf"{LOG}\.{place}"):
        world.journal.append(LOG, [good, bad])
    assert list(world.rows(LOG)) == []


def test_a_row_without_a_required_column_is_refused(world: World) -> None:
    with pytest.raises(BadInput, match="REQUIRED"):
        world.journal.append(LOG, [("x", {"processing_id": "x"})])


def test_an_unknown_table_is_refused(world: World) -> None:
    with pytest.raises(BadInput, match="no_such_table"):
        world.journal.append("no_such_table", [("x", {})])


def test_loads_answers_the_terminal_status_of_the_files_asked_for(world: World) -> None:
    world.journal.append(
        LOG,
        [
            log("a", 1, "loaded"),
            log("b", 1, "failed"),
            log("c", 1, "running"),
            log("d", 1, "failed"),
            log("d", 1, "loaded"),  # a repair: loaded wins
            log("e", 2, "loaded"),
        ],
    )
    asked = [("a", 1), ("b", 1), ("c", 1), ("d", 1), ("e", 1), ("f", 1)]
    expected = {("a", 1): "loaded", ("b", 1): "failed", ("d", 1): "loaded"}
    assert dict(world.journal.loads(iter(asked))) == expected


def test_loads_of_many_files_answers_all_of_them(world: World) -> None:
    files = [(f"p/{n:04d}.json", n + 1) for n in range(1_203)]
    world.journal.append(LOG, [log(path, generation, "loaded") for path, generation in files])
    assert world.journal.loads(files) == dict.fromkeys(files, "loaded")
    assert world.journal.loads([]) == {}


def test_a_file_is_loaded_once_under_its_id(world: World) -> None:
    request = LoadRequest(load_id="load-1", table="odds_game_lines", rows=[raw(0), raw(1)])
    assert world.warehouse.load(request) == 2
    assert world.warehouse.load(request) == 2
    assert by_index(world.raw_rows("odds_game_lines")) == [raw(0), raw(1)]


def test_two_loads_of_one_table_add_up(world: World) -> None:
    for load_id in ("load-1", "load-2"):
        world.warehouse.load(LoadRequest(load_id=load_id, table="t", rows=[raw(0)]))
    assert len(world.raw_rows("t")) == 2


def test_a_load_without_rows_is_a_load(world: World) -> None:
    assert world.warehouse.load(LoadRequest(load_id="none", table="t", rows=[])) == 0


@pytest.mark.parametrize("table", ["", "Odds", "odds-lines", "odds;drop", "a.b"])
def test_a_raw_table_name_is_plain(world: World, table: str) -> None:
    with pytest.raises(BadInput, match="raw table"):
        world.warehouse.load(LoadRequest(load_id="x", table=table, rows=[]))


def test_a_bad_raw_row_loads_nothing_and_the_id_stays_free(world: World) -> None:
    bad = {**raw(1), "record": "no json"}
    with pytest.raises(BadInput, match="record"):
        world.warehouse.load(LoadRequest(load_id="x", table="t", rows=[raw(0), bad]))
    assert list(world.raw_rows("t")) == []
    assert world.warehouse.load(LoadRequest(load_id="x", table="t", rows=[raw(0)])) == 1
