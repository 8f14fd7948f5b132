"""`tipoff up` under load, killed -9 again and again: nothing is lost and nothing is there twice.

Messages come by three ways: published to the bus by another process, by the command line beside
the running one, and POSTed to the functions, where a POST that was not answered is made again.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from subprocess import TimeoutExpired

import pytest

from local.delivery import Delivery
from local.post import Session, post_cloud_event
from local.world import build_world, bus_of, store_of
from shared.config import load_config
from shared.core.days import day_of_instant, day_of_tip, season_of
from shared.core.messages import Content, RunRequest, ScrapeRequest, Tick
from shared.core.workflows import Config
from shared.errors import PortUnavailable
from shared.listings import undone
from shared.log import Log
from shared.messages import message, scrape_topic
from shared.records import DONE, tick_name
from shared.schema import Schemas
from shared.settings import Settings
from shared.world import World
from sim.chaos import check_data, check_files, check_runs
from sim.chaos.tables import DECISIONS, RUNS, Tables
from tests.day.conftest import CONFIG
from tests.ports import free_ports
from tests.tipoff.cli_run import tipoff
from tests.tipoff.test_cli_up import PATIENCE, up

#: Seconds until everything that was accepted must have had its effect.
SETTLED = 240.0

TEAMS = ("BOS", "NYK", "LAL", "DEN", "MIA", "PHX", "DAL", "OKC")
SCRAPERS = ("bdl_standings", "bdl_active_players", "nbac_player_list", "bdl_box_scores")
WORKFLOWS = ("schedule_refresh", "referee_discovery", "post_game_window_1", "betting_lines")


def fast_config(folder: Path) -> Path:
    """The configuration that ships, with sources that let themselves be asked at once."""
    shutil.copytree(CONFIG, folder)
    sources = folder / "sources.yaml"
    text, limits = re.subn(r"\brate: [0-9.]+", "rate: 200", sources.read_text(encoding="utf-8"))
    assert limits
    sources.write_text(text, encoding="utf-8")
    return folder


def calendar_around(now: datetime, file: Path) -> Path:
    """Games of yesterday, games that are over by now, and one that is to come."""
    tips = [now + timedelta(hours=hours) for hours in (-27, -26, -5, 4)]
    rows = ["game_id,tipoff_utc,away,home"]
    for n, tip in enumerate(tips):
        # 002 is a regular season's game, then the year in which the season began.
        year = season_of(day_of_tip(tip))[2:4]
        away, home = TEAMS[2 * n], TEAMS[2 * n + 1]
        rows.append(f"002{year}{n + 1:05d},{tip.isoformat()},{away},{home}")
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


@dataclass
class Accepted:
    """What somebody was told would be done."""

    scrapes: list[str] = field(default_factory=list)
    triggers: list[str] = field(default_factory=list)
    ticks: list[datetime] = field(default_factory=list)

    def note(self, content: Content, message_id: str) -> None:
        match content:
            case ScrapeRequest():
                self.scrapes.append(message_id)
            case RunRequest():
                self.triggers.append(message_id)
            case Tick(job="evaluate", at=datetime() as at):
                self.ticks.append(at)
            case _:
                pass


class Load:
    """Endless work, never the same twice: topic, function and content of each message."""

    def __init__(self, now: datetime, config: Config) -> None:
        self._now = now.replace(second=0, microsecond=0)
        self._config = config
        self._numbers = itertools.count()

    def __next__(self) -> tuple[str, str, Content]:
        n = next(self._numbers)
        match n % 4:
            case 0:
                name = WORKFLOWS[n // 4 % len(WORKFLOWS)]
                day = day_of_instant(self._now) - timedelta(days=n // 4 % 2)
                content: Content = RunRequest(workflow=name, target_date=day)
                return "run-decisions", "executor", content
            case 1:
                tick = Tick(job="evaluate", at=self._now - timedelta(minutes=7 * (n // 4)))
                return "controller-tick", "controller", tick
            case _:
                name = SCRAPERS[n // 4 % len(SCRAPERS)]
                topic = scrape_topic(self._config.source_of(name).name)
                yesterday = day_of_instant(self._now) - timedelta(days=1)
                return topic, "scraper", ScrapeRequest(scraper=name, target_date=yesterday)

    def __iter__(self) -> Iterator[tuple[str, str, Content]]:
        return self


class Poster(threading.Thread):
    """POSTs to the functions; what is not answered with 2xx is POSTed again, as it is."""

    def __init__(self, url: str, load: Load, accepted: Accepted) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._load = load
        self._accepted = accepted
        self._stop_soon = threading.Event()
        self.again = 0
        self.session = Session()

    def run(self) -> None:
        for number in itertools.count():
            if self._stop_soon.is_set():
                return
            topic, function, content = next(self._load)
            self._until_answered(f"p{number}", topic, function, content)

    def finish(self) -> None:
        """Let the message under way be accepted, and no other follow."""
        self._stop_soon.set()
        self.join(SETTLED)
        self.session.close()
        assert not self.is_alive()

    def _until_answered(self, name: str, topic: str, function: str, content: Content) -> None:
        now = datetime.now(UTC)
        delivery = Delivery(
            id=0,
            message_id=name,
            subscription="by-hand",
            topic=topic,
            function=function,
            body=message(topic, content).body,
            attributes={},
            published_at=now,
            deliver_at=now,
            attempt=1,
        )
        while True:
            try:
                post_cloud_event(self.session, self._url, delivery)
            except PortUnavailable:
                self.again += 1
                threading.Event().wait(0.05)  # nobody is there: it was killed, or starts
            else:
                self._accepted.note(content, name)
                return


@dataclass(frozen=True, kw_only=True)
class Town:
    """A data folder, what runs in it, and what was asked of it."""

    settings: Settings
    calendar: Path
    port: int
    config: Config
    world: World
    load: Load
    accepted: Accepted

    @property
    def args(self) -> tuple[str, ...]:
        folder = str(self.settings.config)
        return ("--port", str(self.port), "--config", folder, "--calendar", str(self.calendar))

    def publish(self, count: int) -> None:
        """To the bus, as another process does: also while nothing runs."""
        for _ in range(count):
            topic, _function, content = next(self.load)
            (result,) = self.world.bus.publish([message(topic, content)])
            assert isinstance(result, str)
            self.accepted.note(content, result)

    def by_command(self, n: int) -> None:
        """With the command line, beside the one that runs."""
        folder = ("--data", self.settings.data, "--config", self.settings.config, "--json")
        if n % 2:
            said = tipoff("scrape", "bdl-standings", *folder)
            self.accepted.scrapes.append(said.json["message_id"])
        else:
            said = tipoff("trigger", "schedule-refresh", *folder)
            self.accepted.triggers.append(said.json["message_id"])

    def at_work(self) -> int:
        """Deliveries that are claimed."""
        return sum(states.get("running", 0) for states in bus_of(self.world).counts().values())

    def settle(self) -> None:
        """Until nothing waits and nothing is under way."""
        bus = bus_of(self.world)
        until = datetime.now(UTC) + timedelta(seconds=SETTLED)
        while any(s.get("pending") or s.get("running") for s in bus.counts().values()):
            assert datetime.now(UTC) < until, bus.counts()
            bus.wait(bus.changes, 0.1)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    now = datetime.now(UTC)
    settings = Settings(data=tmp_path / "data", config=fast_config(tmp_path / "config"))
    config = load_config(settings.config)
    with closing(build_world(settings, config=config, log=Log("CRITICAL"))) as world:
        yield Town(
            settings=settings,
            calendar=calendar_around(now, tmp_path / "games.csv"),
            port=free_ports(1)[0],
            config=config,
            world=world,
            load=Load(now, config),
            accepted=Accepted(),
        )


def killed(town: Town, kills: int, seed: int) -> int:
    """Run, load and kill so often; then let it end. The kills that struck work under way."""
    chance, struck = Random(seed), 0
    poster = Poster(f"http://127.0.0.1:{town.port}", town.load, town.accepted)
    town.publish(8)
    poster.start()
    for n in range(kills):
        with up(town.settings.data, *town.args) as life:
            life.wait_for(action="up")
            town.publish(6)
            town.by_command(n)
            with pytest.raises(TimeoutExpired):
                life.process.wait(chance.uniform(0.0, 1.2))
            life.process.kill()
            life.process.wait(PATIENCE)
        struck += town.at_work() > 0
    with up(town.settings.data, *town.args) as last:
        last.wait_for(action="up")
        poster.finish()
        town.settle()
        last.process.terminate()
        assert last.process.wait(PATIENCE) == 0
    assert poster.again > 0, "no POST was ever cut off"
    return struck


def tables_of(town: Town) -> Tables:
    """What is left, as the checker reads it, long after: nothing may still be excused."""
    store, world = store_of(town.world), town.world
    sent: dict[str, list[tuple[str, dict[str, object]]]] = {}
    for table, row_id, body in store.read(
        "SELECT table_name, row_id, body FROM rows WHERE dataset = 'nba_orchestration'"
    ):
        sent.setdefault(table, []).append((row_id, json.loads(body)))
    raw, state = world.raw.list(""), world.state.list("")
    return Tables(
        config=town.config,
        end=datetime.now(UTC) + timedelta(days=2),
        days=(),
        sent=sent,
        loaded={table: list(store.rows("nba_raw", table)) for table in store.raw_tables()},
        raw={each.name: world.raw.read(each.name) for each in raw},
        generations={each.name: each.generation for each in raw},
        state={each.name: world.state.read(each.name) for each in state},
        born={each.name: each.created_at for each in state},
        dead=[(each.delivery.function, each.delivery.body) for each in bus_of(world).dead()],
        surprises=(),
        refused=(),
        errors=(),
        game_days={},
        schemas=Schemas(CONFIG / "tables"),
        answered={},
    )


def broken_promises(tables: Tables) -> list[str]:
    """By the checker's own rules, but for those that know a simulated league."""
    in_workflows = {
        **tables.sent,
        RUNS: [(row_id, row) for row_id, row in tables.sent[RUNS] if row["workflow"] != "MANUAL"],
    }
    found = [
        *check_runs.every_run_has_an_execution(tables),
        *check_runs.executions_account_for_their_runs(replace(tables, sent=in_workflows)),
        *check_runs.runs_are_single(tables),
        *check_runs.executions_end(tables),
        *check_files.files_are_what_rows_say(tables),
        *check_files.every_file_is_loaded_once(tables),
        *check_data.rows_fit_their_tables(tables),
        *(v for v in check_files.nothing_is_given_up(tables) if v.rule == "dead_letter"),
    ]
    # A file by hand is named by its request's instant and not by a decision's.
    return [f"{v.rule}: {v.what}" for v in found if v.rule != "file_of_no_decision"]


def what_is_missing(town: Town, tables: Tables) -> dict[str, Sequence[object]]:
    """What was accepted and has not exactly the effect that it must have."""
    told = town.accepted
    executions = Counter(row["execution_id"] for row in tables.of("workflow_executions"))
    runs = Counter(row["workflow_execution_id"] for row in tables.of(RUNS))
    # Two ticks may decide one RUN, under one id: the row is the first one's.
    decided = {name: {i for i, _ in json.loads(body)["rows"]}
               for name, body in tables.state.items()
               if name.startswith("ticks/") and not name.endswith(DONE)}  # fmt: skip
    workflows = len(town.config.enabled)
    return {
        "triggers": [i for i in told.triggers if executions[f"manual.{i}"] != 1],
        "scrapes": [i for i in told.scrapes if runs[f"manual.{i}"] != 1],
        "ticks": [at for at in told.ticks if len(decided.get(tick_name(at), ())) < workflows],
        "decisions": sorted(set().union(*decided.values()) - tables.rows[DECISIONS].keys()),
        "unconfirmed": [
            each.name
            for each in undone(town.world.state.list(""))
            if each.name.startswith(("plans/", "ticks/", "cleanups/"))
        ],
    }


def check(town: Town) -> None:
    tables = tables_of(town)
    assert {k: v for k, v in what_is_missing(town, tables).items() if v} == {}
    assert broken_promises(tables) == []
    assert len(tables.of("file_processing_log")) > 0
    assert list((town.settings.data / ".tmp").iterdir()) == []


def test_up_killed_three_times_under_load_loses_nothing_and_does_nothing_twice(
    town: Town,
) -> None:
    killed(town, 3, seed=20251112)
    check(town)
    assert len(town.accepted.triggers) >= 3


@pytest.mark.soak
def test_up_killed_twenty_times_under_load_loses_nothing_and_does_nothing_twice(
    town: Town,
) -> None:
    assert killed(town, 20, seed=4711) >= 10, "most kills must strike work under way"
    check(town)
    assert len(town.accepted.triggers) >= 20
