"""The long troubles of a scenario: spells of ports, functions, topics and sources; lost ticks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType

from shared.config import ticks_of
from shared.core.messages import Tick
from shared.core.workflows import Config
from shared.messages import RUN_ADVANCE, RUN_DECISIONS, message, scrape_topic
from shared.topology import ROUTES
from sim.chaos.faults import Faults, Kind, Spell
from sim.chaos.instants import HOUR, MINUTE, SECOND, instant_of
from sim.chaos.luck import Draw
from sim.chaos.ports import ChaosBus
from sim.chaos.scenario import Scenario

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
#: Hours that a function may be of no use, itself or its ports, one after the other: a message is
#: tried for four.
BEARABLE = 3.5
#: Hours after which a spell is another one: what was waiting was handled in between.
APART = 1
#: The functions that spells strike.
FUNCTIONS = sorted({function for _, function in ROUTES} | {"scraper"})


def skew(faults: Faults, function: str, start: int) -> int:
    """Microseconds by which the clock of a function's instances is ahead; mostly none."""
    draw = Draw(faults.seed, "skew", function)
    off = int(draw.between(-SKEW, SKEW) * SECOND)
    skewed = faults.chance(draw.share(), 0.25)
    if skewed and faults.strike(Kind.CLOCK_SKEW, function, start, f"{off / SECOND:+.0f} s"):
        return off
    return 0


def put_ticks(
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
    """At most one spell a day of one thing, somewhere in its 24 hours and the next 4."""
    found: list[Spell] = []
    for nth, day in enumerate(scenario.days):
        draw = Draw(scenario.seed, what, name, day)
        if draw.share() < odds:
            since = start + int((nth * 24 + draw.between(0, 28)) * HOUR)
            until = since + int(draw.between(low, high) * HOUR)
            found.append(Spell(Kind.PORT_DOWN, f"{what}.{name}.{day}", name, since, until))
    return found


def bearable(spells: Sequence[Spell]) -> list[Spell]:
    """Spells of ports and functions, without those that make of others one that is too long.

    A port's touches every function, a function's its own. A message that is tried for all of it
    would be given up, which is what a dead letter is for.
    """
    kept: list[tuple[Spell, int]] = []
    for spell in sorted(spells, key=lambda spell: spell.since):
        begun = [
            since
            for before, since in kept
            if spell.since - before.until < APART * HOUR
            and (before.what == spell.what or Kind.PORT_DOWN in (before.kind, spell.kind))
        ]
        since = min(begun, default=spell.since)
        if spell.until - since <= BEARABLE * HOUR:
            kept.append((spell, since))
    return [spell for spell, _ in kept]


def spells(scenario: Scenario, config: Config, start: int) -> list[Spell]:
    """The spells of ports, functions and topics."""
    found = [
        spell
        for port, odds, hours in PORTS
        for spell in _of_days(scenario, start, "port", port, odds, 0.02, hours)
    ]
    found += [
        Spell(Kind.FUNCTION_DOWN, spell.key, function, spell.since, spell.until)
        for function in FUNCTIONS
        for spell in _of_days(
            scenario, start, "function", function, FRAIL.get(function, DOWN), 0.1, 3
        )
    ]
    found = bearable(found)
    # A subscription that is gone for a while: whatever is sent then, sent again too, is lost.
    topics = [RUN_DECISIONS, RUN_ADVANCE, *map(scrape_topic, sorted(config.sources))]
    found += [
        Spell(Kind.LOST_MESSAGE, spell.key, topic, spell.since, spell.until)
        for topic in topics
        for spell in _of_days(scenario, start, "topic", topic, UNHEARD, 0.2, 3)
    ]
    return found


def ailing(scenario: Scenario, config: Config, start: int) -> list[Spell]:
    """The spells of sources."""
    found = []
    for source in sorted({s.source for s in config.scrapers.values() if s.available}):
        for kind, odds, low, high in AILING:
            for spell in _of_days(scenario, start, kind.value, source, odds, low, high):
                # Blocked all day means from its first minute on.
                since = start if kind is Kind.SOURCE_BLOCKED else spell.since
                found.append(Spell(kind, spell.key, source, since, max(spell.until, since)))
    return found
