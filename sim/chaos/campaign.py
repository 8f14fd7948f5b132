"""Many seeds: which days each plays, in how many processes, and what it came to."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from shared.config import load_config
from shared.core.calendar import Calendar
from shared.core.games import Game
from shared.core.workflows import Config
from shared.settings import Settings
from sim.chaos.checker import check_left
from sim.chaos.league import BEYOND
from sim.chaos.luck import Draw
from sim.chaos.scenario import Left, Scenario
from sim.chaos.tables import EXECUTIONS, LOADS, RUNS, Violation
from sim.chaos.world import simulate

#: A season's dates: the clocks change twice in them.
FIRST, LAST = date(2025, 10, 21), date(2026, 4, 12)
#: Of ten seeds so many play one day, two days and three.
SPANS = (1, 1, 1, 1, 1, 1, 2, 2, 2, 3)
#: Seeds that a process takes at once.
BATCH = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Terrain:
    """Where the days come from: a season's dates with made-up games, or a calendar."""

    first: date = FIRST
    last: date = LAST
    calendar: Calendar | None = None

    def scenario(self, seed: int) -> Scenario:
        """What `seed` plays: it alone decides, however many others there are."""
        draw = Draw(seed, "days")
        length = min(SPANS[draw.below(len(SPANS))], (self.last - self.first).days + 1)
        room = (self.last - self.first).days + 2 - length
        first = self.first + timedelta(days=draw.below(room))
        days = tuple(first + timedelta(days=n) for n in range(length))
        return Scenario(seed=seed, days=days, games=self._games(days))

    def _games(self, days: Sequence[date]) -> tuple[Game, ...] | None:
        """The calendar's games of these days, and a few beyond: the season goes on."""
        if self.calendar is None:
            return None
        mine = [game for day in days for game in self.calendar.all_on(day)]
        # The day after is left out: what it asks for ends after the simulation does.
        beyond = (game for game in self.calendar.games if game.day > days[-1] + timedelta(days=3))
        return (*mine, *islice(beyond, BEYOND))


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """What one seed came to."""

    seed: int
    days: int
    faults: Counter[str]
    effects: Counter[str]
    violations: tuple[Violation, ...]


@dataclass(kw_only=True, slots=True)
class Total:
    """What all seeds came to."""

    days: int = 0
    seeds: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    #: The seeds that broke a promise.
    failed: list[Played] = field(default_factory=list)

    def add(self, played: Played) -> None:
        """Count one seed in."""
        self.days += played.days
        self.seeds += 1
        self.faults += played.faults
        self.effects += played.effects
        if played.violations:
            self.failed.append(played)

    @property
    def violations(self) -> int:
        """Broken promises of all seeds."""
        return sum(len(played.violations) for played in self.failed)


_configs: dict[Path, Config] = {}


def _config(folder: Path) -> Config:
    """The configuration in `folder`, read once a process."""
    if folder not in _configs:
        _configs[folder] = load_config(folder)
    return _configs[folder]


def play(scenario: Scenario, settings: Settings) -> Left:
    """One scenario with the configuration of `settings`."""
    return simulate(scenario, _config(settings.config), settings)


def judge(scenario: Scenario, settings: Settings) -> Played:
    """Play one scenario and check what is left."""
    with _garbage_later():
        left = play(scenario, settings)
        return Played(
            seed=scenario.seed,
            days=len(scenario.days),
            faults=Counter(fault.kind.value for fault in left.struck),
            effects=_effects(left),
            violations=tuple(check_left(left)),
        )


@contextmanager
def _garbage_later() -> Iterator[None]:
    """A seed's garbage is its whole world, at the end: to look for it always costs a fifth."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
        # What is left by now is the code and the configuration: the next look can pass it over.
        gc.freeze()


def _effects(left: Left) -> Counter[str]:
    found = Counter(left.counts)
    for name, table in (("executions", EXECUTIONS), ("runs", RUNS), ("loads", LOADS)):
        found[name] = len({row_id for row_id, _ in left.rows.get(table, ())})
    found["files"] = len(left.raw)
    return found


def _batch(scenarios: Sequence[Scenario], settings: Settings) -> list[Played]:
    return [judge(scenario, settings) for scenario in scenarios]


def campaign(
    terrain: Terrain, settings: Settings, *, seed: int, days: int, jobs: int = 1
) -> Iterator[Played]:
    """Seeds from `seed` on until at least `days` days are played, in order."""
    scenarios: list[Scenario] = []
    while days > 0:
        scenario = terrain.scenario(seed + len(scenarios))
        scenarios.append(scenario)
        days -= len(scenario.days)
    if jobs == 1:
        for scenario in scenarios:
            yield judge(scenario, settings)
        return
    batches = [scenarios[n : n + BATCH] for n in range(0, len(scenarios), BATCH)]
    with ProcessPoolExecutor(jobs) as pool:
        for played in pool.map(_batch, batches, [settings] * len(batches)):
            yield from played
