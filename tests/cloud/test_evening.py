"""The same evening, embedded and through seven processes on the emulated cloud: equal by id."""

from __future__ import annotations

import pytest

from tests.cloud.emulators import Emulators
from tests.cloud.evening import Side, differences, embedded, on_the_cloud, the_day, ticks_of, told


@pytest.fixture(scope="module")
def sides(emulators: Emulators, tmp_path_factory: pytest.TempPathFactory) -> tuple[Side, Side]:
    """(embedded, cloud)."""
    day = the_day()
    theirs = on_the_cloud(day, emulators, tmp_path_factory.mktemp("evening"))
    return embedded(day, tmp_path_factory.mktemp("embedded")), theirs


def test_both_worlds_come_to_the_same_by_id(sides: tuple[Side, Side]) -> None:
    mine, theirs = sides
    found = differences(mine, theirs)
    table = told(found, mine, theirs)
    print("\n" + table)  # noqa: T201 shown with -s
    assert all(each.equal for each in found), table


def test_the_evening_holds_a_lock_decisions_two_steps_a_window_and_cleanups(
    sides: tuple[Side, Side],
) -> None:
    _, cloud = sides
    day = the_day()
    slots, runs = cloud.kinds["slots"], cloud.kinds["runs"]
    ran = {key[0]: status for key, (status,) in cloud.kinds["executions"].items()}
    assert len(slots) > 0
    assert sum(topic == "controller-tick" for _, topic in ticks_of(day)) == 8
    # The first tip is at 19:00 ET: lines at 13:00, 15:00 and 17:00, each of 12 events twice.
    lines = [one for one in ran if ".betting_lines." in one]
    assert [one.split(".")[2] for one in sorted(lines)] == [
        "20251112T180000Z",
        "20251112T200000Z",
        "20251112T220000Z",
    ]
    for one in lines:
        asked = [key[0].removeprefix(f"{one}.").split(".")[0] for key in runs if one in key[0]]
        assert asked.count("oddsa_events") == 1
        assert asked.count("oddsa_player_props") == asked.count("oddsa_game_lines") == 12
    assert "completed" in {ran[one] for one in ran if ".post_game_window_" in one}
    assert len(cloud.kinds["cleanups"]) == 8
    assert {found for _, found in cloud.kinds["cleanups"].values()} == {"0"}


def test_no_raw_row_is_there_twice_and_every_load_is(sides: tuple[Side, Side]) -> None:
    _, cloud = sides
    assert cloud.repeats["raw rows"] == 0
    loads = cloud.kinds["loads"]
    assert {status for status, _ in loads.values()} == {"loaded"}
    # rows_loaded is the file's own number: the sum is every raw row.
    assert sum(int(rows) for _, rows in loads.values()) == len(cloud.kinds["raw rows"])
