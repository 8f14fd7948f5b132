"""One seed: its days, its faults, its world, and what was left when all was quiet again."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType

from shared.config import ticks_of
from shared.core.calendar import Calendar
from shared.core.games import Game
from shared.core.messages import Tick
from shared.core.ports import Row, Stored
from shared.core.workflows import Config
from shared.messages import RUN_ADVANCE, RUN_DECISIONS, message, scrape_topic
from shared.planning import adopt_schedule
from shared.settings import Settings
from shared.topology import ROUTES
from shared.world import World
from sim.chaos.bucket import Bucket
from sim.chaos.engine import (
    HOUR,
    MINUTE,
    SECOND,
    Engine,
    EngineClock,
    EnginePool,
    Handler,
    instant_of,
)
from sim.chaos.faults import ALL, Fault, Faults, Kind, Spell
from sim.chaos.league import League, make_days, make_league, span
from sim.chaos.luck import Draw
from sim.chaos.ports import ChaosBus, ChaosFiles, ChaosJournal, ChaosWarehouse, Loud
from sim.chaos.sources import Facts, Sources, feeders_of
from sim.memory import MemoryJournal, MemorySecrets, MemoryWarehouse

#: Spells of our own ports and functions: odds a day, longest in hours.
PORTS = (("state", 0.05, 1.0), ("raw", 0.05, 1.0), ("journal", 0.1, 2.5), ("warehouse", 0.1, 2.5),
         ("bus", 0.07, 1.0))  # fmt: skip
#: Of functions, where not said otherwise.
DOWN = 0.06
FRAIL = MappingProxyType({"executor": 0.2, "scraper": 0.15})
UNHEARD = 0.02
#: Spells of sources: kind, odds a source and day, hours.
AILING = (
    (Kind.SOURCE_503, 0.05, 0.2, 3),
    (Kind.SOURCE_BLOCKED, 0.02, 24, 24),
    (Kind.SOURCE_EMPTY, 0.02, 1, 12),
    (Kind.SOURCE_LIMITED, 0.03, 0.2, 2),
)
#: The longest an instance's clock is off.
SKEW = 150


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """What is simulated: the seed and the days; everything else follows."""

    seed: int
    days: tuple[date, ...]
    #: A real calendar's games, or None for made-up ones.
    games: tuple[Game, ...] | None = None
    kinds: frozenset[Kind] = ALL
    #: Only these faults strike (`Fault.name`); None: all that the seed brings.
    only: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """The final tables and files, and what the world outside knows."""

    scenario: Scenario
    config: Config
    start: datetime
    #: From here on nothing new went wrong, and here the simulation ended.
    quiet: datetime
    end: datetime
    #: Every row that was sent, repeated ones too: (row id, row), by table.
    rows: Mapping[str, Sequence[tuple[str, Row]]]
    #: The raw dataset's rows by table.
    loaded: Mapping[str, Sequence[Row]]
    raw: Mapping[str, tuple[Stored, bytes]]
    state: Mapping[str, tuple[Stored, bytes]]
    #: Bodies of the messages that were given up, with their function.
    dead: Sequence[tuple[str, str]]
    surprises: Sequence[tuple[str, str]]
    #: Messages that were refused as bad input and acked.
    refused: Sequence[str]
    errors: Sequence[tuple[str, str, str]]
    league: League
    struck: Sequence[Fault] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


@cache
def handlers() -> Mapping[str, Handler]:
    """The real handlers, behind their decorators, loaded once."""
    folder = Path(__file__).resolve().parents[2] / "functions"
    found: dict[str, Handler] = {}
    for name in sorted({function for _, function in ROUTES} | {"scraper"}):
        spec = importlib.util.spec_from_file_location(f"chaos_{name}", folder / name / "main.py")
        if spec is None or spec.loader is None:
            raise FileNotFoundError(folder / name)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found[name] = module.handle
    return found


def simulate(scenario: Scenario, config: Config, settings: Settings) -> Left:
    """Play the scenario to its quiet end."""
    start, quiet, end = span(scenario.days)
    faults = Faults(scenario.seed, kinds=scenario.kinds, only=scenario.only, quiet_from=quiet)
    games = scenario.games or make_days(scenario.seed, scenario.days)
    league = make_league(faults, games, scenario.days)
    engine = Engine(config, faults, handlers(), start)
    engine.spells = _spells(scenario, config, start)
    clock = EngineClock(engine)
    state, raw = Bucket(clock), Bucket(clock)
    journal, warehouse = MemoryJournal(), MemoryWarehouse()
    sent = ChaosJournal(engine, journal)
    bus, log = ChaosBus(engine), Loud()
    files = ChaosFiles(engine, state, "state"), ChaosFiles(engine, raw, "raw")
    stored = ChaosWarehouse(engine, warehouse)
    facts = Facts(config, league, faults, _ailing(scenario, config, start), feeders_of(config))
    secrets = MemorySecrets({s.secret: "k" for s in config.sources.values() if s.secret})

    def build(function: str) -> World:
        own = EngineClock(engine, _skew(faults, function, start))
        return World(
            settings=settings,
            config=config,
            clock=own,
            state=files[0],
            raw=files[1],
            journal=sent,
            warehouse=stored,
            bus=bus,
            secrets=secrets,
            pool=lambda _name, size: EnginePool(own, size),
            log=log,
            outside=Sources(facts, engine, own),
        )

    engine.build = build
    none = Draw(scenario.seed, "no schedule").share() < 0.04
    if not (none and faults.strike(Kind.NO_SCHEDULE, "first", start, "no schedule is known")):
        calendar = Calendar.of(league.at(instant_of(start)).values(), preseason=config.preseason)
        adopt_schedule(build("import"), calendar, origin="import")
    _put_ticks(scenario, config, faults, bus, start, end)
    engine.run(end)
    return Left(
        scenario=scenario,
        config=config,
        start=instant_of(start),
        quiet=instant_of(quiet),
        end=instant_of(end),
        rows=sent.sent,
        loaded={
            table: warehouse.rows(table)
            for table in sorted({s.table for s in config.scrapers.values() if s.table})
        },
        raw=raw.all(),
        state=state.all(),
        dead=[(each.function, each.sent.message.body) for each in engine.dead],
        surprises=engine.surprises,
        refused=engine.refused,
        errors=log.lines,
        league=league,
        struck=sorted(faults.struck.values(), key=lambda fault: (fault.at, fault.name)),
        counts={
            "deliveries": engine.deliveries,
            "crashes": engine.crashes,
            "messages": len(bus.sent),
        },
    )


def _skew(faults: Faults, function: str, start: int) -> int:
    draw = Draw(faults.seed, "skew", function)
    off = int(draw.between(-SKEW, SKEW) * SECOND)
    skewed = faults.chance(draw.share(), 0.25)
    if skewed and faults.strike(Kind.CLOCK_SKEW, function, start, f"{off / SECOND:+.0f} s"):
        return off
    return 0


def _put_ticks(
    scenario: Scenario, config: Config, faults: Faults, bus: ChaosBus, start: int, end: int
) -> None:
    """Every tick of every job, but those that the scheduler loses; some twice."""
    for name, job in sorted(config.jobs.items()):
        silences = [
            spell
            for spell in _of_days(scenario, start, "scheduler", name, 0.12, 0.2, 7)
            if faults.allows(Kind.TICK_LOST, spell.key)
        ]
        # Every job needs its ticks: one text and one record for all of them.
        body = message(job.topic, Tick(job=name))
        for at in _ticks(job, start, end):
            key = f"{name}.{at // MINUTE}"
            draw = Draw(faults.seed, "tick", key)
            spell = next((s for s in silences if s.since <= at < s.until), None)
            if spell and faults.strike(Kind.TICK_LOST, spell.key, at, name):
                continue
            lost = faults.chance(draw.share(), 0.01)
            if lost and faults.strike(Kind.TICK_LOST, key, at, name):
                continue
            bus.put(body, at)
            twice = faults.chance(draw.share(), 0.04)
            if twice and faults.strike(Kind.TICK_DOUBLED, key, at, name):
                # The same minute, or a late retry that names one of its own.
                later = 20 if draw.share() < 0.6 else draw.between(60, 600)
                bus.put(body, at + int(later * SECOND))


@cache
def _minutes(job: object, day: date) -> tuple[int, ...]:
    begin = datetime(day.year, day.month, day.day, tzinfo=instant_of(0).tzinfo)
    found = ticks_of(job, begin, begin + timedelta(days=1))  # type: ignore[arg-type] # hashable
    return tuple(int(at.timestamp()) * SECOND for at in found)


def _ticks(job: object, start: int, end: int) -> Sequence[int]:
    day, last = instant_of(start).date(), instant_of(end).date()
    found: list[int] = []
    while day <= last:
        found += [at for at in _minutes(job, day) if start <= at < end]
        day += timedelta(days=1)
    return found


def _of_days(
    scenario: Scenario, start: int, what: str, name: str, odds: float, low: float, high: float
) -> list[Spell]:
    """At most one spell a day of one thing, somewhere in its 24 hours."""
    found = []
    for nth, day in enumerate(scenario.days):
        draw = Draw(scenario.seed, what, name, day)
        if draw.share() < odds:
            since = start + int((nth * 24 + draw.between(0, 28)) * HOUR)
            until = since + int(draw.between(low, high) * HOUR)
            found.append(Spell(Kind.PORT_DOWN, f"{what}.{name}.{day}", name, since, until))
    return found


def _spells(scenario: Scenario, config: Config, start: int) -> list[Spell]:
    found = [
        spell
        for port, odds, hours in PORTS
        for spell in _of_days(scenario, start, "port", port, odds, 0.02, hours)
    ]
    found += [
        Spell(Kind.FUNCTION_DOWN, spell.key, function, spell.since, spell.until)
        for function in sorted(handlers())
        for spell in _of_days(
            scenario, start, "function", function, FRAIL.get(function, DOWN), 0.1, 3
        )
    ]
    # A subscription that is gone for a while: whatever is sent then, sent again too, is lost.
    topics = [RUN_DECISIONS, RUN_ADVANCE, *map(scrape_topic, sorted(config.sources))]
    found += [
        Spell(Kind.LOST_MESSAGE, spell.key, topic, spell.since, spell.until)
        for topic in topics
        for spell in _of_days(scenario, start, "topic", topic, UNHEARD, 0.2, 3)
    ]
    return found


def _ailing(scenario: Scenario, config: Config, start: int) -> list[Spell]:
    found = []
    for source in sorted({s.source for s in config.scrapers.values() if s.available}):
        for kind, odds, low, high in AILING:
            for spell in _of_days(scenario, start, kind.value, source, odds, low, high):
                # Blocked all day means from its first minute on.
                since = start if kind is Kind.SOURCE_BLOCKED else spell.since
                found.append(Spell(kind, spell.key, source, since, max(spell.until, since)))
    return found
