"""A day that is run again, killed, or run elsewhere ends in the same rows."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.day.conftest import CONFIG, ROOT, WEDNESDAY, play, store_in
from tipoff.commands.compare import Difference, differences
from tipoff.day import Day

#: Plays the day and says on stdout how many deliveries were made, after every batch.
CHILD = """
import sys
from pathlib import Path
from datetime import date
from shared.settings import Settings
from tests.day.conftest import sample_season
from tipoff.day import Day, opened, run

day = Day(date=date.fromisoformat(sys.argv[2]), calendar=sample_season())
with opened(day, Settings(data=Path(sys.argv[1]))) as world:
    run(day, world, on_progress=lambda at, made: print(len(made), flush=True))
print("done", flush=True)
"""


def different(first: Path, second: Path) -> list[Difference]:
    """What `tipoff compare` finds."""
    return differences(store_in(first), store_in(second), CONFIG / "tables")[1]


def test_running_the_day_again_adds_no_effect(folder: Path, wednesday: Day, tmp_path: Path) -> None:
    again = tmp_path / "again"
    shutil.copytree(folder, again)
    assert play(again, wednesday) == 0
    assert not different(folder, again)


def test_another_folder_and_the_same_seed_give_the_same_day(
    folder: Path, wednesday: Day, tmp_path: Path
) -> None:
    play(tmp_path, wednesday)
    assert not different(folder, tmp_path)


def start(folder: Path) -> subprocess.Popen[str]:
    """The day in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), WEDNESDAY.isoformat()],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_after(child: subprocess.Popen[str], deliveries: int) -> bool:
    """kill -9 once so many deliveries were made, in the midst of the next; False if it ended."""
    assert child.stdout is not None
    made = 0
    for line in child.stdout:
        if line.strip() == "done":
            child.communicate()
            return False
        made += int(line)
        if made >= deliveries:
            child.send_signal(signal.SIGKILL)
            child.communicate()
            return True
    raise AssertionError(f"the day ended by itself with {child.wait()}")


def test_a_day_killed_at_ten_points_ends_as_the_undisturbed_one(
    folder: Path, tmp_path: Path
) -> None:
    # About 640 deliveries: ten kills of a day that goes on, one every 25 to 75 deliveries, so
    # that they fall among locks, decisions, fan-outs, loads and repairs.
    for deliveries in (3, 25, 60, 30, 70, 45, 27, 75, 33, 51):
        assert kill_after(start(tmp_path), deliveries), "each kill must strike a running day"
    last = start(tmp_path)
    assert last.communicate(timeout=120)[0].endswith("done\n")
    assert not different(folder, tmp_path)


@pytest.mark.soak
def test_a_day_killed_at_sixty_points_ends_as_the_undisturbed_one(
    folder: Path, tmp_path: Path
) -> None:
    strikes = 0
    while kill_after(start(tmp_path), 1 + strikes * 7 % 11):
        strikes += 1
    assert strikes >= 60
    assert not different(folder, tmp_path)
