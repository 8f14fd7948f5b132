"""The fan-out on the emulated cloud: 250 runs of one RUN, beside the embedded world and the floor.

    python -m benchmarks.cloud [--json] [--rounds N]

Seven processes from their zips, the official Pub/Sub emulator, BigQuery's and Cloud Storage's
stand-ins. Rounds alternate: floor, embedded, cloud. The cloud's span is from the published order
to the execution's row and all run rows in BigQuery, loads running beside; the embedded one is
measured the same way. The emulators' own time is most of it: this says nothing of Google's.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import stub
from benchmarks.fanout import floor_process, project_process, worker
from benchmarks.work import AT_ONCE, WORKFLOW, Size, games_of, write_config
from shared.core.calendar import Calendar
from shared.core.days import day_of_instant
from shared.core.messages import RunOrder
from shared.messages import RUN_DECISIONS, message
from shared.planning import adopt_schedule, ensure_plan
from shared.records import newest_schedule
from tests.cloud.emulators import missing, started
from tests.cloud.functions import deployed
from tests.cloud.project import Project, furnished

ROUNDS, WARM_UPS = 5, 1
#: Seconds between two looks at the rows, and until a round must have ended.
LOOK, PATIENCE = 0.02, 120.0

#: The cloud's world with the stub's scrapers: put beside each function, named in TIPOFF_WORLD.
WORLD = """
from shared.gcp.world import connect

def open(settings):
    world = connect(settings)
    try:
        from scrapers.registry import register
    except ImportError:
        return world
    for name in world.config.scrapers:
        register(name, "benchmarks.stub:fetch")
    return world
"""


@contextmanager
def cloud(url: str, folder: Path, size: Size, days: Sequence[date]) -> Iterator[Project]:
    """The functions on the emulated cloud with the fan-out's configuration and calendar."""
    (folder / "emulators").mkdir(parents=True)
    env = {
        "TIPOFF_CONFIG": str(write_config(folder / "config", size)),
        "TIPOFF_SOURCES_URL": url,
        "TIPOFF_WORLD": "beside_world:open",
    }
    beside = {
        "beside_world.py": WORLD.encode(),
        "benchmarks/__init__.py": b"",
        "benchmarks/stub.py": Path(stub.__file__).read_bytes(),
    }
    with (
        started(folder / "emulators", {}) as emulators,
        deployed(emulators, folder / "functions", env=env, beside=beside) as running,
        furnished(running) as project,
    ):
        world = project.world
        games = [game for day in days for game in games_of(day, size)]
        adopt_schedule(world, Calendar.of(games), origin="import")
        schedule = newest_schedule(world.state, world.config)
        for day in days:
            ensure_plan(world, day, by="controller", schedule=schedule)
        yield project


def run(project: Project, size: Size, day: date) -> dict[str, float]:
    """One decision to its last audit row, and to its last load; seconds of wall."""
    now = datetime.now(UTC)
    slot = f"{day.isoformat()}.{WORKFLOW}.{now:%Y%m%dT%H%M%SZ}"
    order = RunOrder(
        decision_id=f"{slot}.run1",
        execution_id=f"{slot}.1",
        workflow=WORKFLOW,
        slot_id=slot,
        game_day=day,
        target_date=day,
        steps=project.world.config.workflows[WORKFLOW].steps,
        games=tuple(game.game_id for game in games_of(day, size)),
        attempt=1,
        decided_at=now,
        not_after=now + timedelta(hours=2),
        config_version=project.world.config.version,
    )
    began = time.perf_counter()
    project.world.publish([message(RUN_DECISIONS, order)])
    _until(project, "workflow_executions", "execution_id", f"execution_id = '{slot}.1'", 1)
    here = f"STARTS_WITH(run_id, '{slot}.1.')"
    _until(project, "scraper_execution_log", "run_id", here, size.runs)
    rows = time.perf_counter() - began
    on = f"target_date = DATE '{day}'"
    _until(project, "file_processing_log", "gcs_path", on, size.runs)
    return {"wall": rows, "loaded": time.perf_counter() - began}


def _until(project: Project, table: str, key: str, where: str, wanted: int) -> None:
    settings = project.world.settings
    name = f"{settings.project}.{settings.dataset}.{table}"
    sql = f"SELECT COUNT(DISTINCT {key}) AS n FROM `{name}` WHERE {where}"
    until = time.monotonic() + PATIENCE
    while (found := next(iter(project.bigquery.query_and_wait(sql)))["n"]) < wanted:
        project.deployment.check()
        if time.monotonic() > until:
            raise TimeoutError(f"{table}: {found} of {wanted} rows")
        time.sleep(LOOK)


def measure(rounds: int, size: Size) -> dict[str, Any]:
    """All rounds; the result that --json prints."""
    number = WARM_UPS + rounds
    today = day_of_instant(datetime.now(UTC))
    days = [today - timedelta(days=1 + n) for n in range(number)]
    found: dict[str, list[dict[str, float]]] = {"floor": [], "embedded": [], "cloud": []}
    with tempfile.TemporaryDirectory(prefix="cloud-") as name, ExitStack() as stack:
        folder = Path(name)
        url = stack.enter_context(stub.running())
        # The emulators and functions first: they are started before any other client is made.
        project = stack.enter_context(cloud(url, folder / "cloud", size, days))
        ask_floor = stack.enter_context(worker(floor_process, url, folder / "floor", size, number))
        ask_embedded = stack.enter_context(
            worker(project_process, url, folder / "embedded", size, number)
        )
        for n, day in enumerate(days):
            told = {
                "floor": ask_floor((n, AT_ONCE)),
                "embedded": ask_embedded((n, False)),
                "cloud": run(project, size, day),
            }
            for who, figures in told.items() if n >= WARM_UPS else ():
                found[who].append(figures)
    return {
        "benchmark": "cloud",
        "runs": size.runs,
        "rounds": rounds,
        "load_average": [round(each, 2) for each in os.getloadavg()],
        **{who: _figures(each, "wall") for who, each in found.items()},
        "loaded": {who: _figures(found[who], "loaded") for who in ("embedded", "cloud")},
    }


def _figures(figures: Sequence[dict[str, float]], key: str) -> dict[str, float]:
    values = [each[key] for each in figures]
    told = {"median": statistics.median(values), "min": min(values), "max": max(values)}
    return {name: round(value, 3) for name, value in told.items()}


def told(found: dict[str, Any]) -> str:
    """The result for people."""
    lines = [f"{found['runs']} runs, {found['rounds']} rounds, load {found['load_average'][0]}"]
    rows = [(who, found[who]) for who in ("floor", "embedded", "cloud")]
    rows += [(f"{who}, all loaded", each) for who, each in found["loaded"].items()]
    for who, one in rows:
        spread = f"({one['min']:.3f} to {one['max']:.3f})"
        lines.append(f"  {who:<22} {one['median']:7.3f} s   {spread}")
    return "\n".join(lines)


def main() -> int:
    """The command line; 2 where the emulators are missing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    asked = parser.parse_args()
    if (why := missing()) is not None:
        print(f"needs emulators: {why}", file=sys.stderr)
        return 2
    found = measure(asked.rounds, Size())
    print(json.dumps(found) if asked.json else told(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
