"""One simulated evening, through the seven processes on the emulated cloud and embedded.

    python -m tests.cloud.evening

Both worlds get the same ticks, the same calendar and the same sources; what they decided, ran
and wrote is compared by id.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from local.dispatch import Dispatcher
from local.host import Host
from local.post import Session, post_cloud_event
from local.world import bus_of, store_of
from shared import records
from shared.core.calendar import Calendar
from shared.core.days import wall
from shared.core.messages import Tick
from shared.core.schedule_json import load_games
from shared.messages import (
    CLEANUP_TICK,
    CONTROLLER_TICK,
    EXECUTE_SWEEP,
    SCHEDULE_LOCK,
    message,
)
from shared.planning import adopt_schedule
from shared.settings import Settings
from shared.wiring import installed
from sim.sources.server import SourceServer
from sim.sources.world import SourceWorld
from tests.cloud.emulators import Emulators, missing, started
from tests.cloud.functions import deployed
from tests.cloud.project import Project, furnished
from tipoff.day import WORKERS, Day, opened

DATE = date(2025, 11, 12)
SEED = 1
#: (hour of the wall in ET, how far the sweep and the cleanup follow).
HOURS = (5, 6, 13, 15, 17, 22, 25, 28)
SWEEP, CLEANUP = timedelta(minutes=5), timedelta(minutes=15)

#: (kind, table, its id, what else must be the same).
TABLES = (
    ("slots", "daily_expected_schedule", ("slot_id",), ("priority",)),
    ("changes", "plan_changes", ("slot_id", "revision", "change"), ()),
    ("decisions", "workflow_decisions", ("decision_id",), ("action", "reason_code")),
    ("executions", "workflow_executions", ("execution_id",), ("status",)),
    ("runs", "scraper_execution_log", ("run_id",), ("status", "complete", "record_count")),
    ("loads", "file_processing_log", ("gcs_path",), ("status", "rows_loaded")),
    ("cleanups", "cleanup_operations", ("cleanup_id",), ("files_checked", "missing_files_found")),
)

#: Of one kind: per id what must be the same, and how many rows there were in all.
Found = Mapping[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Side:
    """What one world came to, by kind and id."""

    kinds: Mapping[str, Found]
    #: Rows that repeat another's id.
    repeats: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One kind, compared."""

    kind: str
    embedded: int
    cloud: int
    only_embedded: Sequence[tuple[str, ...]]
    only_cloud: Sequence[tuple[str, ...]]
    #: (id, embedded, cloud).
    other: Sequence[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]

    @property
    def equal(self) -> bool:
        """Whether both sides are the same."""
        return not (self.only_embedded or self.only_cloud or self.other)


def the_day() -> Day:
    """The evening's day: its sample calendar, and sources that do what they should."""
    path = Settings().config / "calendar" / "2025-26.csv"
    games = load_games(path.read_text("utf-8"), place=path.name)
    return Day(date=DATE, calendar=Calendar.of(games), seed=SEED, troubles=False)


def ticks_of(day: Day) -> list[tuple[datetime, str]]:
    """(instant, topic) of every tick, in the order in which they are sent."""
    ticks = [(wall(day.date, time(5)), SCHEDULE_LOCK)]
    for hour in HOURS:
        date_of = day.date + timedelta(days=hour // 24)
        at = wall(date_of, time(hour % 24))
        ticks += [(at, CONTROLLER_TICK), (at + SWEEP, EXECUTE_SWEEP), (at + CLEANUP, CLEANUP_TICK)]
    return ticks


def embedded(day: Day, folder: Path) -> Side:
    """The evening on one machine."""
    with opened(day, Settings(data=folder)) as world:
        with world.clock.at(day.start):
            adopt_schedule(world, day.calendar, origin="import")
        bus = bus_of(world)
        for at, topic in ticks_of(day):
            with world.clock.at(at):
                world.publish([message(topic, Tick(job=topic, at=at))])
        with installed(world), Host() as host:
            session = Session()
            dispatcher = Dispatcher(
                bus, lambda each: post_cloud_event(session, host.url, each), workers=WORKERS
            )
            dispatcher.drain(day.end)
            session.close()
        store = store_of(world)
        raw = [dict(row) for table in store.raw_tables() for row in store.rows("nba_raw", table)]
        tables = {table: list(store.rows("nba_orchestration", table)) for _, table, *_ in TABLES}
        return _side(tables, raw, [stored.name for stored in world.raw.list("")])


class Instant:
    """The driver's simulated instant, told to the sources."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Now."""
        return self.at


def on_the_cloud(day: Day, cloud: Emulators, folder: Path) -> Side:
    """The evening through the seven processes; ends when nothing is unfinished."""
    now = Instant(day.start)
    sources = SourceWorld(day.calendar, seed=day.seed, troubles=day.troubles)
    with (
        SourceServer(sources, clock=now) as server,
        deployed(cloud, folder, env={"TIPOFF_SOURCES_URL": server.url}) as deployment,
        furnished(deployment) as project,
    ):
        with project.world.clock.at(day.start):
            adopt_schedule(project.world, day.calendar, origin="import")
        drive(project, day, now)
        return cloud_side(project)


def drive(project: Project, day: Day, now: Instant) -> None:
    """Send every tick at its instant, each when all that the one before caused has ended."""
    for at, topic in ticks_of(day):
        now.at = at
        project.publish(topic, Tick(job=topic, at=at), at=at)
        project.settle(_record_of(day, at, topic))


def _record_of(day: Day, at: datetime, topic: str) -> Sequence[str]:
    """The record that a tick of this topic leaves; a sweep leaves none."""
    match topic:
        case "schedule-lock":
            return [records.plan_name(day.date, 1)]
        case "controller-tick":
            return [records.tick_name(at)]
        case "cleanup-tick":
            return [records.cleanup_name(at)]
        case _:
            return []


def cloud_side(project: Project) -> Side:
    """What is in the project's tables and bucket."""
    scrapers = project.world.config.scrapers.values()
    raw = [
        row
        for table in sorted({each.table for each in scrapers if each.table})
        for row in project.rows(f"{project.world.settings.raw_dataset}.{table}")
    ]
    tables = {table: project.rows(table) for _, table, *_ in TABLES}
    return _side(tables, raw, [stored.name for stored in project.world.raw.list("")])


def _side(
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    raw: Sequence[Mapping[str, Any]],
    files: Iterable[str],
) -> Side:
    kinds: dict[str, Found] = {}
    repeats: dict[str, int] = {}
    named = [(kind, tables[table], key, same) for kind, table, key, same in TABLES]
    for kind, rows, key, same in [*named, ("raw rows", raw, ("gcs_path", "record_index"), ())]:
        found = [(_texts(row, key), _texts(row, same)) for row in rows]
        kinds[kind] = dict(found)
        repeats[kind] = sum(n - 1 for n in Counter(one for one, _ in found).values())
    kinds["files"] = {(name,): () for name in files}
    repeats["files"] = 0
    return Side(kinds=kinds, repeats=repeats)


def _texts(row: Mapping[str, Any], columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(row.get(column)) for column in columns)


def differences(mine: Side, theirs: Side) -> list[Difference]:
    """Every kind, embedded against cloud."""
    return [
        Difference(
            kind=kind,
            embedded=len(left),
            cloud=len(right),
            only_embedded=sorted(left.keys() - right.keys()),
            only_cloud=sorted(right.keys() - left.keys()),
            other=[
                (key, left[key], right[key])
                for key in sorted(left.keys() & right.keys())
                if left[key] != right[key]
            ],
        )
        for kind, left in mine.kinds.items()
        for right in [theirs.kinds[kind]]
    ]


def told(found: Sequence[Difference], mine: Side, theirs: Side) -> str:
    """The comparison for people: ids on both sides, and the rows that repeat one."""
    lines = [f"{'ids':<12}{'embedded':>10}{'cloud':>10}{'differ':>10}{'rows that repeat':>20}"]
    for each in found:
        wrong = len(each.only_embedded) + len(each.only_cloud) + len(each.other)
        repeats = f"{mine.repeats[each.kind]} / {theirs.repeats[each.kind]}"
        lines.append(f"{each.kind:<12}{each.embedded:>10}{each.cloud:>10}{wrong:>10}{repeats:>20}")
        for name, ids in (("embedded", each.only_embedded), ("cloud", each.only_cloud)):
            lines += [f"    only {name}: {' '.join(one)}" for one in ids[:5]]
        lines += [
            f"    {' '.join(one)}: {' '.join(left)} against {' '.join(right)}"
            for one, left, right in each.other[:5]
        ]
    return "\n".join(lines)


def main() -> int:
    """The command line; 1 when the worlds differ."""
    if (why := missing()) is not None:
        print(f"needs emulators: {why}", file=sys.stderr)  # noqa: T201 a command
        return 2
    day = the_day()
    with tempfile.TemporaryDirectory(prefix="evening-") as name:
        folder = Path(name)
        (folder / "emulators").mkdir()
        (folder / "functions").mkdir()
        with started(folder / "emulators", {}) as cloud:
            theirs = on_the_cloud(day, cloud, folder / "functions")
        mine = embedded(day, folder / "embedded")
    found = differences(mine, theirs)
    print(told(found, mine, theirs))  # noqa: T201 a command
    return 0 if all(each.equal for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())
