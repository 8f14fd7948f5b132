"""The fan-out: one RUN decision that resolves to 250 runs, against a bare loop of threads.

    python -m benchmarks.fanout [--json] [--rounds N]

Three processes: the stub source, the floor, and the project whole (functions behind
functions-framework, bus, store, files). Rounds alternate between floor and project, so that a
busy machine is busy for both. The span ends when the execution's row, all run rows and all files
are durable; loads are held back until then and reported apart, and once more running beside.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks import stub
from benchmarks.floor import Floor
from benchmarks.work import AT_ONCE, Fanout, Size

ROUNDS = 15
WARM_UPS = 2


def floor_process(told: Connection, url: str, folder: Path, size: Size, _: int) -> None:
    """Run the bare loop when asked: (number, threads)."""
    floors = {threads: Floor(url, folder, threads=threads) for threads in (1, AT_ONCE)}
    told.send("ready")
    while (asked := told.recv()) is not None:
        number, threads = asked
        paths = size.paths(date(2025, 1, 1) + timedelta(days=number))
        cpu, wall = time.process_time(), time.perf_counter()
        floors[threads].run(f"{number}-{threads}", paths)
        told.send({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu})


def project_process(told: Connection, url: str, folder: Path, size: Size, days: int) -> None:
    """Run the project when asked: (number, whether loads are held back)."""
    folder.mkdir(parents=True)
    # Logging stays on: where it goes is a file, as it is a pipe in the cloud.
    sys.stdout = (folder / "log.jsonl").open("w", encoding="utf-8")
    with Fanout(url, folder, size, days) as fanout:
        told.send("ready")
        while (asked := told.recv()) is not None:
            number, loads_later = asked
            told.send(fanout.run(fanout.days[number], loads_later=loads_later))


@contextmanager
def worker(target: Callable[..., None], *args: object) -> Iterator[Callable[[Any], Any]]:
    """A process that does what it is asked, one thing after the other."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=target, args=(there, *args), daemon=True)
    process.start()
    there.close()

    def ask(what: Any) -> Any:
        here.send(what)
        return here.recv()

    try:
        here.recv()
        yield ask
        here.send(None)
        process.join(30)
    finally:
        process.terminate()
        process.join()


def measure(rounds: int, size: Size, warm_ups: int = WARM_UPS) -> dict[str, Any]:
    """All rounds; the result that --json prints."""
    floor, project, beside = [], [], []
    days = warm_ups + 2 * rounds
    with tempfile.TemporaryDirectory(prefix="fanout-") as name, stub.running() as url:
        folder = Path(name)
        with (
            worker(floor_process, url, folder / "floor", size, days) as ask_floor,
            worker(project_process, url, folder / "project", size, days) as ask_project,
        ):
            for number in range(warm_ups):
                ask_floor((number, AT_ONCE))
                ask_project((number, number % 2 == 0))
            for number in range(warm_ups, warm_ups + rounds):
                floor.append(ask_floor((number, AT_ONCE)))
                project.append(ask_project((number, True)))
                beside.append(ask_project((number + rounds, False)))
            sequential = ask_floor((days, 1))
    return summary(size, floor, project, beside, sequential)


Figures = Sequence[dict[str, float]]


def summary(
    size: Size, floor: Figures, project: Figures, beside: Figures, sequential: dict[str, float]
) -> dict[str, Any]:
    """Medians of the ratios of neighbouring rounds, and what they come from."""
    ratios = {
        key: [p[key] / f[key] for f, p in zip(floor, project, strict=True)]
        for key in ("wall", "cpu")
    }
    return {
        "benchmark": "fanout",
        "runs": size.runs,
        "rounds": len(floor),
        "at_once": AT_ONCE,
        "wall_ratio": _median(ratios["wall"]),
        "cpu_ratio": _median(ratios["cpu"]),
        "wall_ratio_range": _range(ratios["wall"]),
        "cpu_ratio_range": _range(ratios["cpu"]),
        "wall_ratio_of_minima": round(_least(project, "wall") / _least(floor, "wall"), 3),
        "cpu_ratio_of_minima": round(_least(project, "cpu") / _least(floor, "cpu"), 3),
        "floor": {key: _figures(floor, key) for key in ("wall", "cpu")},
        "project": {key: _figures(project, key) for key in ("wall", "cpu")},
        "loads_after": {"cpu": _figures(project, "load_cpu")},
        "loads_beside": {
            "wall_to_rows": _figures(beside, "wall"),
            "wall_to_loads": _figures(beside, "loaded"),
            "cpu": _median([each["cpu"] + each["load_cpu"] for each in beside]),
        },
        "sequential_wall": round(sequential["wall"], 3),
        "sequential_ratio": round(sequential["wall"] / _median([f["wall"] for f in floor]), 1),
        "load_average": [round(each, 2) for each in os.getloadavg()],
    }


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 3)


def _range(values: Sequence[float]) -> list[float]:
    return [round(min(values), 3), round(max(values), 3)]


def _least(figures: Figures, key: str) -> float:
    return min(each[key] for each in figures)


def _figures(figures: Figures, key: str) -> dict[str, Any]:
    values = [each[key] for each in figures]
    return {"median": _median(values), "min": _range(values)[0], "max": _range(values)[1]}


def told(found: dict[str, Any]) -> str:
    """The result for people."""
    lines = [f"{found['runs']} runs, {found['rounds']} rounds, {found['at_once']} at once"]
    for who in ("floor", "project"):
        for key in ("wall", "cpu"):
            one = found[who][key]
            spread = f"({one['min']:.3f} to {one['max']:.3f})"
            lines.append(f"  {who:<8} {key:<5} {one['median']:.3f} s   {spread}")
    for key, goal in (("wall", 1.2), ("cpu", 2.0)):
        low, high = found[f"{key}_ratio_range"]
        lines.append(
            f"  {key} ratio {found[f'{key}_ratio']:.2f} (goal {goal}; rounds {low:.2f} to "
            f"{high:.2f}; of minima {found[f'{key}_ratio_of_minima']:.2f})"
        )
    beside = found["loads_beside"]
    after = found["loads_after"]["cpu"]["median"]
    rows, loads = beside["wall_to_rows"]["median"], beside["wall_to_loads"]["median"]
    slow, times = found["sequential_wall"], found["sequential_ratio"]
    lines.append(f"  loads afterwards: {after:.3f} s CPU")
    lines.append(f"  loads running beside: rows {rows:.3f} s, all loaded {loads:.3f} s")
    lines.append(f"  one after the other: {slow:.2f} s, {times:.1f} times the floor")
    return "\n".join(lines)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--games", type=int, default=Size().games, help="default 19")
    asked = parser.parse_args()
    found = measure(asked.rounds, Size(games=asked.games))
    print(json.dumps(found) if asked.json else told(found))


if __name__ == "__main__":
    main()
