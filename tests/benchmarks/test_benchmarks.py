from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


def _last_line(module: str, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", "--json", *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_fan_out_runs_small_and_ends_with_its_ratios() -> None:
    found = _last_line("fanout", "--rounds", "1", "--games", "1")

    assert found["runs"] == 1 * 13 + 3
    assert found["rounds"] == 1
    for key in ("wall_ratio", "cpu_ratio", "wall_ratio_of_minima", "cpu_ratio_of_minima"):
        assert found[key] > 0
    for who in ("floor", "project"):
        assert found[who].keys() == {"wall", "cpu"}
        assert found[who]["wall"].keys() == {"median", "min", "max"}


def test_the_season_is_planned_and_decided_and_its_counts_add_up() -> None:
    found = _last_line("plan", "--rounds", "1", "--days", "3")

    assert found["ticks"] == 3 * 24
    # Eight workflows; a day and the day before it are planned.
    assert found["plans"] == 3 + 1
    assert found["decisions"] >= 8 * found["ticks"]
    assert found["run"] + found["skip"] + found["abort"] == found["decisions"]
    assert found["seconds"] > 0
