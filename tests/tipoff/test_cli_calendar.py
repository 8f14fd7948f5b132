"""`tipoff calendar import`: the newest file is the newest schedule, however fast it follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tipoff.cli_run import store_in, tipoff
from tipoff.folder import SIMULATED_NOW

HEADER = "game_id,tipoff_utc,away,home\n"


def season(folder: Path, hour: int) -> Path:
    """A season of one game, on 26 November 2025 ET."""
    file = folder / f"{hour}.csv"
    file.write_text(f"{HEADER}0022500061,2025-11-27T0{hour}:00:00Z,BOS,NYK\n")
    return file


def test_a_schedule_that_came_in_before_the_first_simulated_tick_counts_from_it_on(
    tmp_path: Path,
) -> None:
    """It came in at the machine's time, long after the instant of the tick."""
    data = tmp_path / "data"
    bring = ("calendar", "import", season(tmp_path, 0), "--data", data, "--json")
    tick = ("tick", "evaluate", "--data", data, "--at")
    first = tipoff(*bring).json["schedule"]
    assert tipoff(*tick, "2025-11-26T13:00:00-05:00").code == 0
    shown = tipoff("calendar", "show", "--data", data, "--json").json
    assert shown["schedule"] < "schedules/2026" < first
    # And so does the one that comes in after it.
    other = ("calendar", "import", season(tmp_path, 2), "--data", data, "--json")
    second = tipoff(*other).json["schedule"]
    shown = tipoff("calendar", "show", "--data", data, "--json").json
    assert (shown["schedule"], shown["games"][0]["tip"]) == (second, "2025-11-26T21:00:00-05:00")
    said = tipoff(*tick, "2025-11-26T14:00:00-05:00")
    assert said.code == 0, said.err
    assert "moved" in said.out


@pytest.mark.parametrize("now", [None, "2025-11-26T17:00:00+00:00"])
def test_schedules_of_one_second_are_all_kept_and_the_last_one_counts(
    now: str | None, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    if now is not None:
        data.mkdir()
        store_in(data).set_fact(SIMULATED_NOW, now)
    # In real time too: three imports take less than a second.
    names = [
        tipoff("calendar", "import", season(tmp_path, hour), "--data", data, "--json").json[
            "schedule"
        ]
        for hour in (0, 1, 2)
    ]
    assert names == sorted(set(names))
    shown = tipoff("calendar", "show", "--data", data, "--json").json
    assert (shown["schedule"], shown["games"][0]["tip"]) == (names[-1], "2025-11-26T21:00:00-05:00")
