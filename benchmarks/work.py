"""The work of the fan-out: 250 runs of one RUN decision, through the real embedded world."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local.delivery import AtOnce
from local.dispatch import Dispatcher
from local.host import Host
from local.post import Session, post_cloud_event
from local.world import build_world, bus_of
from scrapers.registry import register
from shared.config import load_config
from shared.core.calendar import Calendar
from shared.core.days import day_of_instant, wall
from shared.core.games import Game, GameStatus, GameType
from shared.core.messages import RunOrder
from shared.core.ports import Journal, Row
from shared.core.teams import TEAMS
from shared.messages import FILES_READY, RUN_DECISIONS, message
from shared.planning import adopt_schedule, ensure_plan
from shared.records import newest_schedule
from shared.settings import Settings
from shared.wiring import installed

GAMES, PER_GAME, PER_DATE = 19, 13, 3
AT_ONCE = 16
WORKFLOW = "fanout"
#: How long files-ready is held back, so that loading starts when the span has ended.
HELD = timedelta(seconds=4)
#: No round may take longer.
PATIENCE_SECONDS = 60.0

_WORKFLOWS = """
workflows:
  fanout:
    description: One decision, {runs} runs.
    priority: HIGH
    trigger: {{kind: daily, start: 06:00, end: 10:00}}
    steps:
      - scrapers: [{names}]
"""
_SCRAPER = """
  {name}:
    source: stub
    dataset: {name}
    target: {target}
    params: [date, season]
    path: /{name}
    records: "records[]"
    table: {name}
    expects: {expects}
    final: {final}
"""
_SOURCES = """
sources:
  stub: {provider: Stub, host: stub.invalid, concurrency: 16, rate: 100000, timeout: 10, tries: 2,
    backoff: 1}
"""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much: 19 games, 13 scrapers a game and 3 a date make 250 runs."""

    games: int = GAMES
    per_game: int = PER_GAME
    per_date: int = PER_DATE

    @property
    def runs(self) -> int:
        """Runs of one decision."""
        return self.games * self.per_game + self.per_date

    @property
    def by_game(self) -> list[str]:
        """The scrapers that are asked for each game."""
        return [f"stub_game_{n:02d}" for n in range(self.per_game)]

    @property
    def by_date(self) -> list[str]:
        """The scrapers that are asked once."""
        return [f"stub_date_{n:02d}" for n in range(self.per_date)]

    def paths(self, day: date) -> list[str]:
        """What is asked of the source for one day: scraper/target."""
        ids = [game.game_id for game in games_of(day, self)]
        found = [f"{name}/{game_id}" for name in self.by_game for game_id in ids]
        return [*found, *(f"{name}/{day.isoformat()}" for name in self.by_date)]


def games_of(day: date, size: Size) -> list[Game]:
    """A day with that many games, all over."""
    teams = sorted(TEAMS)
    return [
        Game(
            game_id=f"00225{day.timetuple().tm_yday:03d}{n:02d}",
            tip=wall(day, datetime.min.time().replace(hour=19)) + timedelta(minutes=n),
            away=teams[n % 15],
            home=teams[15 + n % 15],
            type=GameType.REGULAR,
            status=GameStatus.FINAL,
        )
        for n in range(size.games)
    ]


def write_config(folder: Path, size: Size) -> Path:
    """A configuration with one source and the fan-out's scrapers; the tables are the real ones."""
    real = Settings().config
    folder.mkdir(parents=True)
    shutil.copytree(real / "tables", folder / "tables")
    shutil.copy(real / "schedules.yaml", folder)
    names = [*size.by_game, *size.by_date]
    (folder / "workflows.yaml").write_text(
        _WORKFLOWS.format(runs=size.runs, names=", ".join(names))
    )
    game = [
        _SCRAPER.format(name=name, target="game", expects="games", final="true")
        for name in size.by_game
    ]
    once = [
        _SCRAPER.format(name=name, target="date", expects="date", final="false")
        for name in size.by_date
    ]
    (folder / "scrapers.yaml").write_text("scrapers:" + "".join(game + once))
    (folder / "sources.yaml").write_text(_SOURCES)
    return folder


class Hold(AtOnce):
    """Everything at once, but loads later when `loads_later` says so."""

    def __init__(self) -> None:
        self.loads_later = True

    def deliver_at(
        self,
        topic: str,
        body: str,
        attributes: Mapping[str, str],
        published_at: datetime,
        attempt: int,
    ) -> datetime | None:
        """At once, or HELD later."""
        if topic == FILES_READY and self.loads_later:
            return published_at + HELD
        return super().deliver_at(topic, body, attributes, published_at, attempt)


class Watched:
    """The journal, and the instant at which so many rows of a table were durable."""

    def __init__(self, inner: Journal) -> None:
        self._inner = inner
        self._lock = threading.Lock()
        self._wanted: dict[str, int] = {}
        self._at: dict[str, float] = {}
        self._changed = threading.Condition(self._lock)

    def expect(self, **wanted: int) -> None:
        """Begin to count anew."""
        with self._lock:
            self._wanted, self._at = dict(wanted), {}

    def append(self, table: str, rows: Sequence[tuple[str, Row]]) -> None:
        """As Journal.append."""
        self._inner.append(table, rows)
        at = time.perf_counter()
        with self._lock:
            left = self._wanted.get(table, 0)
            self._wanted[table] = left - len(rows)
            if left > 0 >= left - len(rows):
                self._at[table] = at
                self._changed.notify_all()

    def loads(self, files: Any) -> Any:
        """As Journal.loads."""
        return self._inner.loads(files)

    def wait(self, *tables: str) -> float:
        """When the last of these tables had its rows, by perf_counter."""
        with self._lock:
            done = self._changed.wait_for(
                lambda: all(table in self._at for table in tables), PATIENCE_SECONDS
            )
            if not done:
                raise TimeoutError(f"{tables}: still to come {self._wanted}")
            return max(self._at[table] for table in tables)

    def seen(self, table: str) -> bool:
        """Whether that table has its rows."""
        return table in self._at


class Fanout:
    """The embedded world over `folder`, served and dispatched in real time."""

    def __init__(self, url: str, folder: Path, size: Size, days: int) -> None:
        for name in [*size.by_game, *size.by_date]:
            register(name, "benchmarks.stub:fetch")
        self._size = size
        today = day_of_instant(datetime.now(UTC))
        self.days = [today - timedelta(days=1 + n) for n in range(days)]
        config = write_config(folder / "config", size)
        settings = Settings(data=folder / "data", config=config, sources_url=url)
        self._hold = Hold()
        built = build_world(settings, config=load_config(config), policy=self._hold)
        self.journal = Watched(built.journal)
        self.world = replace(built, journal=self.journal)
        games = [game for day in self.days for game in games_of(day, size)]
        adopt_schedule(self.world, Calendar.of(games), origin="import")
        schedule = newest_schedule(self.world.state, self.world.config)
        for day in self.days:
            # A RUN follows from a plan: the controller has made it.
            ensure_plan(self.world, day, by="controller", schedule=schedule)
        self._stack = ExitStack()
        self._stack.enter_context(installed(self.world))
        self._host = self._stack.enter_context(Host())
        self._session = Session()
        self._stop = threading.Event()
        bus, host, session = bus_of(self.world), self._host, self._session
        self._dispatcher = Dispatcher(
            bus, lambda delivery: post_cloud_event(session, host.url, delivery)
        )
        self._thread = threading.Thread(target=self._dispatcher.run, args=(self._stop,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        bus_of(self.world).wake()
        self._thread.join()
        self._session.close()
        self._stack.close()

    def order(self, day: date) -> RunOrder:
        """The RUN of one day, as the controller publishes it."""
        now = datetime.now(UTC)
        slot = f"{day.isoformat()}.{WORKFLOW}.{now:%Y%m%dT%H%M%SZ}"
        workflow = self.world.config.workflows[WORKFLOW]
        return RunOrder(
            decision_id=f"{slot}.run1",
            execution_id=f"{slot}.1",
            workflow=WORKFLOW,
            slot_id=slot,
            game_day=day,
            target_date=day,
            steps=workflow.steps,
            games=tuple(game.game_id for game in games_of(day, self._size)),
            attempt=1,
            decided_at=now,
            not_after=now + timedelta(hours=2),
            config_version=self.world.config.version,
        )

    def run(self, day: date, *, loads_later: bool) -> dict[str, float]:
        """One decision to its last durable row; seconds of wall and of this process's CPU."""
        self._hold.loads_later = loads_later
        runs = self._size.runs
        self.journal.expect(
            scraper_execution_log=runs, workflow_executions=1, file_processing_log=runs
        )
        order = self.order(day)
        cpu, wall_clock = time.process_time(), time.perf_counter()
        self.world.publish([message(RUN_DECISIONS, order, {"decision_id": order.decision_id})])
        ended = self.journal.wait("scraper_execution_log", "workflow_executions")
        early = self.journal.seen("file_processing_log")
        found = {"wall": ended - wall_clock}
        self._quiet(but=FILES_READY if loads_later else None)
        found["cpu"] = time.process_time() - cpu
        if loads_later and early:
            raise RuntimeError("loads began before the span had ended: HELD is too short")
        loading, cpu = time.perf_counter(), time.process_time()
        loaded = self.journal.wait("file_processing_log")
        self._quiet()
        found["load_cpu"] = time.process_time() - cpu
        found["loaded"] = loaded - (loading if loads_later else wall_clock)
        return found

    def _quiet(self, but: str | None = None) -> None:
        """Until nothing is pending or running: what follows the last row is CPU too."""
        bus = bus_of(self.world)
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            counts = bus.counts()
            open_ = {
                topic: n.get("pending", 0) + n.get("running", 0) for topic, n in counts.items()
            }
            if not any(n for topic, n in open_.items() if topic != but):
                return
            time.sleep(0.02)
        raise TimeoutError("the bus did not come to rest")
