"""Faults of the real emulators under the seven processes: what happened is there once, all of it.

Each scenario is the morning of its own game day: one controller tick at 06:00 ET, which runs
morning_operations (a schedule, then 33 targets in four chunks) and schedule_refresh. The days
lie a week apart, so that no tick looks at another scenario's day.
"""

from __future__ import annotations

import threading
import time as time_
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from shared import records
from shared.core.days import stamp, wall
from shared.core.execution import Outcome
from shared.core.messages import RunOrder, RunRequest, Tick
from shared.effects import TickRecord
from shared.executing import order_by_hand
from shared.gcp.world import connect
from shared.messages import (
    CLEANUP_TICK,
    CONTROLLER_TICK,
    EXECUTE_SWEEP,
    RUN_DECISIONS,
    Event,
)
from shared.planning import adopt_schedule
from shared.world import World
from sim.sources.server import SourceServer
from sim.sources.world import SourceWorld
from tests.cloud.emulators import Emulators
from tests.cloud.evening import the_day
from tests.cloud.functions import deployed
from tests.cloud.project import ATTEMPTS, LOOK, Project, Subscribing, furnished
from tests.cloud.proxy import Mishap, before
from tests.functions.worlds import function

#: Seconds: the least that Pub/Sub allows.
DEADLINE = 10
#: Runs of the morning: two schedules, three lists of a date, thirty rosters of three sources.
RUNS = 95
EXECUTIONS = 2


class Sources:
    """The instant that the sources are asked at, and how slow their next answers are."""

    def __init__(self) -> None:
        self.at = the_day().start
        self._lock = threading.Lock()
        self._slow: list[float] = []
        self.asked = 0

    def slow(self, seconds: float) -> None:
        """Let the next answer take `seconds`."""
        with self._lock:
            self._slow.append(seconds)

    def __call__(self) -> datetime:
        with self._lock:
            self.asked += 1
            seconds = self._slow.pop() if self._slow else 0.0
        time_.sleep(seconds)
        return self.at


class Refusing:
    """A plan for the proxy before BigQuery: inserts are refused while `on`."""

    def __init__(self) -> None:
        self.on = False
        self.refused = 0

    def __call__(self, method: str, path: str) -> Mishap | None:
        if not (self.on and method == "POST" and "/insertAll" in path):
            return None
        self.refused += 1
        return "refuse"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The functions on the emulated cloud, and the hands on what goes wrong."""

    project: Project
    sources: Sources
    inserts: Refusing
    cloud: Emulators

    def send(self, topic: str, at: datetime) -> None:
        """A scheduler's tick at the simulated instant `at`."""
        self.sources.at = at
        self.project.publish(topic, Tick(job=topic, at=at), at=at)

    def morning(self, day: date) -> datetime:
        """Send the day's tick of 06:00 ET; its instant."""
        at = wall(day, time(6))
        self.send(CONTROLLER_TICK, at)
        return at

    def outcomes(self, day: date) -> list[Outcome]:
        """Every chunk's outcome of a game day."""
        state = self.project.world.state
        return [
            records.read(state, stored.name, Outcome)
            for stored in state.list(records.executions_prefix(day))
            if "/chunks/" in stored.name and not stored.name.endswith(records.DONE)
        ]

    def check(self, day: date, at: datetime) -> dict[str, int]:
        """Count the effects of a day's morning: AssertionError when one is lost or there twice."""
        project, state = self.project, self.project.world.state
        decided = records.read(state, records.tick_name(at), TickRecord)
        results = [result for each in self.outcomes(day) for result in each.results]
        files = {r.path: r.record_count for r in results if r.path and "/events/" not in r.path}
        found = {
            "decisions": _ids(project, "workflow_decisions", "decision_id", _at(at)),
            "executions": _ids(project, "workflow_executions", "execution_id", _on(day)),
            "runs": _ids(project, "scraper_execution_log", "run_id", _on(day)),
            "loads": _ids(project, "file_processing_log", "gcs_path", _on(day), status="loaded"),
        }
        raw = Counter(
            row["gcs_path"]
            for table in {s.table for s in project.world.config.scrapers.values() if s.table}
            for row in project.rows(f"nba_raw.{table}", "gcs_path")
            if row["gcs_path"] in files
        )
        assert found["decisions"] == {key for key, _ in decided.rows}
        # After a silence the tick may also order what the day before left open.
        ordered = {one.execution_id for one in decided.orders if one.game_day == day}
        assert found["executions"] == ordered
        assert len(ordered) == EXECUTIONS
        assert found["runs"] == {result.run_id for result in results}
        assert found["loads"] == files.keys()
        assert raw == files
        assert {result.status for result in results} == {"success"}
        assert len(results) == RUNS
        return {kind: len(ids) for kind, ids in found.items()} | {"raw rows": sum(raw.values())}


def _at(tick: datetime) -> str:
    return f"tick = '{stamp(tick)}'"


def _on(day: date) -> str:
    return f"target_date = DATE '{day}'"


def _ids(project: Project, table: str, key: str, where: str, **same: str) -> set[str]:
    """The ids of a table's rows; AssertionError when two rows of one id tell different things."""
    told: dict[str, set[tuple[str, ...]]] = {}
    settings = project.world.settings
    left_out = {"created_at", "processed_at", "duration_seconds", "trace_id", "execution_time"}
    sql = f"SELECT * FROM `{settings.project}.{settings.dataset}.{table}` WHERE {where}"
    for row in project.bigquery.query_and_wait(sql):
        found = tuple(str(value) for name, value in row.items() if name not in left_out)
        told.setdefault(row[key], set()).add(found)
        for name, value in same.items():
            assert row[name] == value
    assert {len(each) for each in told.values()} <= {1}, told
    return set(told)


@pytest.fixture(scope="module")
def stage(emulators: Emulators, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    day, sources, inserts = the_day(), Sources(), Refusing()
    with ExitStack() as stack:
        answers = SourceWorld(day.calendar, seed=day.seed, troubles=False)
        server = stack.enter_context(SourceServer(answers, clock=sources))
        proxy = stack.enter_context(before(emulators.bigquery.port, inserts))
        env = {"TIPOFF_SOURCES_URL": server.url, "BIGQUERY_EMULATOR_HOST": proxy.url}
        folder = tmp_path_factory.mktemp("functions")
        running = stack.enter_context(deployed(emulators, folder, env=env))
        project = stack.enter_context(furnished(running, Subscribing(ack_deadline=DEADLINE)))
        with project.world.clock.at(day.start):
            adopt_schedule(project.world, day.calendar, origin="import")
        yield Stage(project=project, sources=sources, inserts=inserts, cloud=emulators)


def shown(what: str, counts: Mapping[str, object]) -> None:
    """One line, with -s."""
    print(f"\n{what}: {', '.join(f'{n} {kind}' for kind, n in counts.items())}")  # noqa: T201


@pytest.mark.soak
def test_a_handler_slower_than_its_ack_deadline_is_delivered_twice_and_works_once(
    stage: Stage,
) -> None:
    day = date(2025, 11, 13)
    before_it = stage.project.deployment.logged("scraper")
    stage.sources.slow(DEADLINE + 3.0)
    at = stage.morning(day)
    stage.project.settle([records.tick_name(at)])
    # The second delivery waits in the same process until the first has ended, and finds it done.
    stage.project.wait(lambda: not _repeats(stage, before_it))
    shown(
        "slower than its deadline", stage.check(day, at) | {"repeats": _repeats(stage, before_it)}
    )


def _repeats(stage: Stage, since: int) -> int:
    log = stage.project.deployment.log("scraper", since)
    return sum(line.get("action") == "repeat" for line in log)


def test_inserts_that_are_refused_for_a_while_come_once_afterwards(stage: Stage) -> None:
    day = date(2025, 11, 20)
    refused = stage.inserts.refused
    stage.inserts.on = True
    try:
        at = stage.morning(day)
        stage.project.wait(lambda: stage.inserts.refused < refused + 4)
    finally:
        stage.inserts.on = False
    stage.project.settle([records.tick_name(at)])
    told = stage.check(day, at) | {"refused": stage.inserts.refused - refused}
    shown("503 for a while", told)


def test_what_always_fails_is_given_up_after_five_attempts_and_the_sweep_makes_it_good(
    stage: Stage,
) -> None:
    day = date(2025, 12, 1)
    project = stage.project
    project.dead_letters()
    table = project.bigquery.get_table(
        f"{project.deployment.project}.nba_orchestration.workflow_decisions"
    )
    before_it = project.deployment.logged("controller")
    dead: list[Any] = []
    project.bigquery.delete_table(table)
    try:
        at = stage.morning(day)
        project.wait(lambda: not _pulled(project, dead))
    finally:
        project.bigquery.create_table(table)
    failed = [
        line
        for line in project.deployment.log("controller", before_it)
        if line.get("action") == "retry"
    ]
    assert len(dead) == 1
    # Pub/Sub counts attempts as well as it can: now and then there are more.
    assert ATTEMPTS <= len(failed) < 2 * ATTEMPTS
    # The order went out with the first attempt and was repeated: it is one execution.
    stage.send(EXECUTE_SWEEP, at + timedelta(minutes=11))
    project.settle([records.tick_name(at)])
    shown("given up", stage.check(day, at) | {"attempts": len(failed), "dead letters": len(dead)})


def _pulled(project: Project, dead: list[Any]) -> list[Any]:
    dead += project.dead_letters()
    return dead


@pytest.mark.soak
def test_a_bus_that_dies_during_a_fan_out_loses_messages_and_the_sweep_repairs_it(
    stage: Stage,
) -> None:
    day = date(2025, 12, 8)
    project, pubsub = stage.project, stage.cloud.pubsub
    at = stage.morning(day)
    # The first schedule is in: the chunks of the next step are on their way.
    project.wait(lambda: not stage.outcomes(day))
    pubsub.stop()
    lost = project.unfinished([records.tick_name(at)])
    assert lost
    pubsub.launch()
    pubsub.wait_ready()
    project.make_topics()
    rounds = 0
    while project.unfinished() and rounds < 8:
        rounds += 1
        later = at + timedelta(minutes=15 * rounds + 1)
        stage.send(EXECUTE_SWEEP, later)
        stage.send(CLEANUP_TICK, later)
        _until_still(project)
    project.settle()
    told = {"open when it died": len(lost), "sweeps": rounds}
    shown("the bus died", stage.check(day, at) | told)


def _until_still(project: Project, still: float = 10.0, patience: float = 60.0) -> None:
    """Wait until nothing is unfinished, or until that has not changed for a while."""
    now = time_.monotonic()
    seen, since, until = project.unfinished(), now, now + patience
    while seen and now - since < still and now < until:
        time_.sleep(LOOK)
        now = time_.monotonic()
        if (found := project.unfinished()) != seen:
            seen, since = found, now


# --- two of each at once ---------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two instances of the same functions, each with clients of its own, and the project."""

    project: Project
    worlds: Sequence[World]

    def at_once(self, name: str, event: Event, at: datetime) -> None:
        """Hand `event` to both at the same moment."""
        start = threading.Barrier(len(self.worlds))

        def handle(world: World) -> None:
            with world.clock.at(at):
                start.wait(10)
                function(name).handle(event, world)

        with ThreadPoolExecutor(len(self.worlds)) as pool:
            list(pool.map(handle, self.worlds))


@pytest.fixture
def pair(emulators: Emulators, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    day = the_day()
    folder = tmp_path_factory.mktemp("nobody")
    with deployed(emulators, folder, names=[]) as nobody, furnished(nobody) as project:
        with project.world.clock.at(day.start):
            adopt_schedule(project.world, day.calendar, origin="import")
        worlds = [connect(nobody.settings) for _ in range(2)]
        try:
            yield Pair(project=project, worlds=worlds)
        finally:
            for world in worlds:
                world.close()


ROUNDS = [pytest.param(8, id="8"), pytest.param(100, id="100", marks=pytest.mark.soak)]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_controllers_at_once_decide_each_tick_once(pair: Pair, rounds: int) -> None:
    day, state = the_day(), pair.project.world.state
    wanted: set[tuple[str, str]] = set()
    for n in range(rounds):
        # Fourteen minutes: a hundred ticks from 05:00 to 04:20 ET.
        at = wall(day.date, time(5)) + timedelta(minutes=14 * n)
        pair.at_once("controller", _event(Tick(at=at), f"tick-{n}", at), at)
        record = records.read(state, records.tick_name(at), TickRecord)
        assert records.is_done(state, records.tick_name(at))
        wanted |= {(key, stamp(at)) for key, _ in record.rows}
    # A RUN that no executor takes up is ordered again at the next tick, under the same id.
    told: dict[tuple[str, str], set[tuple[str, str, str]]] = {}
    for row in pair.project.rows("workflow_decisions"):
        same = (row["action"], row["reason_code"], str(row["decision_time"]))
        told.setdefault((row["decision_id"], row["tick"]), set()).add(same)
    assert told.keys() == wanted
    assert {len(each) for each in told.values()} == {1}
    listing = [s.name for s in state.list("ticks/") if not s.name.endswith(records.DONE)]
    assert len(listing) == rounds
    shown("two controllers", {"rounds": rounds, "decisions": len(told), "lost": 0, "twice": 0})


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_executors_at_once_write_one_manifest_an_order(pair: Pair, rounds: int) -> None:
    day, world = the_day(), pair.project.world
    at = wall(day.date, time(13))
    for n in range(rounds):
        order = _order(world, f"r{n:03d}", at)
        pair.at_once("executor", _event(order, f"order-{n}", at), at)
    manifests = world.state.list(records.executions_prefix(day.date))
    assert len(manifests) == rounds
    told = Counter(row["decision_id"] for row in pair.project.rows("workflow_decisions"))
    assert told.keys() == {f"manual.r{n:03d}.run1" for n in range(rounds)}
    shown("two executors", {"rounds": rounds, "manifests": len(manifests), "lost": 0, "twice": 0})


def _order(world: World, name: str, at: datetime) -> RunOrder:
    return order_by_hand(
        world.config.workflows["betting_lines"],
        RunRequest(workflow="betting_lines"),
        message_id=name,
        asked=at,
        game_day=the_day().date,
        config_version=world.config.version,
    )


def _event(content: Any, message_id: str, at: datetime) -> Event:
    topic = CONTROLLER_TICK if isinstance(content, Tick) else RUN_DECISIONS
    return Event(content=content, message_id=message_id, published_at=at, topic=topic)
