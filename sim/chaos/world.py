"""One seed: its days, its faults, its world, and what was left when all was quiet again."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from shared.core.calendar import Calendar
from shared.core.workflows import Config
from shared.planning import adopt_schedule
from shared.schema import Schemas
from shared.settings import Settings
from shared.world import World
from sim.chaos.bucket import Bucket
from sim.chaos.clock import EngineClock, EnginePool
from sim.chaos.engine import Engine, Handler
from sim.chaos.faults import Faults, Kind
from sim.chaos.instants import instant_of
from sim.chaos.league import League, make_days, make_league, span
from sim.chaos.luck import Draw
from sim.chaos.people import by_hand, edits
from sim.chaos.ports import ChaosBus, ChaosFiles, ChaosJournal, ChaosWarehouse, Loud
from sim.chaos.scenario import Left, Scenario
from sim.chaos.sources import Facts, Sources, feeders_of
from sim.chaos.weather import FUNCTIONS, ailing, put_ticks, skew, spells
from sim.memory import MemoryJournal, MemorySecrets, MemoryWarehouse

#: In one of so many seeds the alerts are looked at: they cost as much as all else, and change
#: nothing but what they remember themselves.
WATCHED = 40


@cache
def handlers() -> Mapping[str, Handler]:
    """The real handlers, behind their decorators, loaded once."""
    folder = Path(__file__).resolve().parents[2] / "functions"
    found: dict[str, Handler] = {}
    for name in FUNCTIONS:
        spec = importlib.util.spec_from_file_location(f"chaos_{name}", folder / name / "main.py")
        if spec is None or spec.loader is None:
            raise FileNotFoundError(folder / name)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found[name] = module.handle
    return found


@dataclass(kw_only=True, slots=True)
class Stage:
    """A simulated world: its engine, what its ports keep, and how long it goes on."""

    scenario: Scenario
    config: Config
    settings: Settings
    faults: Faults
    league: League
    engine: Engine
    start: int
    quiet: int
    end: int
    #: Later configurations, and when they are deployed.
    edits: Sequence[tuple[int, Config]] = ()
    #: Sources and generations do not depend on small differences of time and order.
    steady: bool = False
    state: Bucket = field(init=False)
    raw: Bucket = field(init=False)
    bus: ChaosBus = field(init=False)
    journal: ChaosJournal = field(init=False)
    warehouse: MemoryWarehouse = field(init=False)
    log: Loud = field(init=False)
    answered: dict[tuple[str, str, str], set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        clock = EngineClock(self.engine)
        self.state = Bucket(clock, named=self.steady)
        self.raw = Bucket(clock, named=self.steady)
        self.bus, self.log = ChaosBus(self.engine), Loud()
        self.journal = ChaosJournal(self.engine, MemoryJournal())
        self.warehouse = MemoryWarehouse()

    def config_now(self) -> Config:
        """The configuration that is deployed."""
        found = self.config
        for at, config in self.edits:
            if at <= self.engine.now:
                found = config
        return found

    def builder(self, *, watched: bool) -> Callable[[str], World]:
        """Makes the world of a new instance of a function."""
        scenario, config, engine, faults = self.scenario, self.config, self.engine, self.faults
        files = ChaosFiles(engine, self.state, "state"), ChaosFiles(engine, self.raw, "raw")
        stored = ChaosWarehouse(engine, self.warehouse)
        ill = ailing(scenario, config, self.start)
        feeders = feeders_of(config)
        facts = Facts(config, self.league, faults, ill, feeders, self.steady, self.answered)
        secrets = MemorySecrets({s.secret: "k" for s in config.sources.values() if s.secret})

        def build(function: str) -> World:
            own = EngineClock(engine, skew(faults, function, self.start))
            return World(
                settings=self.settings,
                config=self.config_now(),
                clock=own,
                state=files[0],
                raw=files[1],
                journal=self.journal,
                warehouse=stored,
                bus=self.bus,
                secrets=secrets,
                pool=lambda _name, size: EnginePool(own, size),
                log=self.log,
                outside=Sources(facts, engine, own),
                watched=watched,
            )

        return build

    def left(self) -> Left:
        """What is there when the simulation has ended."""
        engine, scrapers = self.engine, self.config.scrapers.values()
        return Left(
            scenario=self.scenario,
            config=self.config,
            start=instant_of(self.start),
            quiet=instant_of(self.quiet),
            end=instant_of(self.end),
            rows=self.journal.sent,
            loaded={
                table: self.warehouse.rows(table)
                for table in sorted({s.table for s in scrapers if s.table})
            },
            raw=self.raw.all(),
            state=self.state.all(),
            dead=[(each.function, each.sent.message.body) for each in engine.dead],
            surprises=engine.surprises,
            refused=engine.refused,
            errors=self.log.lines,
            league=self.league,
            schemas=_schemas(self.settings.config),
            answered=self.answered,
            struck=sorted(self.faults.struck.values(), key=lambda fault: (fault.at, fault.name)),
            counts={
                "deliveries": engine.deliveries,
                "crashes": engine.crashes,
                "messages": len(self.bus.sent),
            },
        )


@cache
def _schemas(config: Path) -> Schemas:
    return Schemas(config / "tables")


def set_up(
    scenario: Scenario,
    config: Config,
    settings: Settings,
    faults: Faults | None = None,
    *,
    steady: bool = False,
) -> Stage:
    """A world at its start: a schedule is known (mostly), every tick is on its way."""
    start, quiet, end = span(scenario.days)
    if faults is None:
        faults = Faults(scenario.seed, kinds=scenario.kinds, only=scenario.only, quiet_from=quiet)
    games = scenario.games or make_days(scenario.seed, scenario.days)
    stage = Stage(
        scenario=scenario,
        config=config,
        settings=settings,
        faults=faults,
        league=make_league(faults, games, scenario.days),
        engine=Engine(config, faults, handlers(), start),
        start=start,
        quiet=quiet,
        end=end,
        edits=edits(faults, config, scenario.days),
        steady=steady,
    )
    stage.engine.edits = [at for at, _ in stage.edits]
    stage.engine.suffer(spells(scenario, config, start))
    stage.engine.build = build = stage.builder(watched=scenario.seed % WATCHED == 0)
    none = Draw(scenario.seed, "no schedule").share() < 0.04
    if not (none and faults.strike(Kind.NO_SCHEDULE, "first", start, "no schedule is known")):
        games_now = stage.league.at(instant_of(start)).values()
        calendar = Calendar.of(games_now, preseason=config.preseason)
        adopt_schedule(build("import"), calendar, origin="import")
    put_ticks(scenario, config, faults, stage.bus, start, end)
    for at, asked in by_hand(faults, config, scenario.days):
        stage.bus.put(asked, at)
    return stage


def simulate(scenario: Scenario, config: Config, settings: Settings) -> Left:
    """Play the scenario to its quiet end."""
    stage = set_up(scenario, config, settings)
    stage.engine.run(stage.end)
    return stage.left()
