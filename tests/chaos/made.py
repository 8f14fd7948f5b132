"""One calm day for the checker, and a way to plant in its tables what must not be there."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from shared.config import load_config
from shared.core.workflows import Config
from shared.settings import Settings
from sim.chaos.checker import check
from sim.chaos.scenario import Left, Scenario
from sim.chaos.tables import Tables, tables_of
from sim.chaos.world import simulate

ROOT = Path(__file__).parents[2]
SETTINGS = Settings(environment="test", config=ROOT / "config")
NOV_12 = date(2025, 11, 12)


@cache
def config() -> Config:
    return load_config(SETTINGS.config)


def played(scenario: Scenario) -> Left:
    return simulate(scenario, config(), SETTINGS)


@cache
def calm_day() -> Left:
    """Seed 3 without faults: a handful of games on 12 November 2025."""
    return played(Scenario(seed=3, days=(NOV_12,), kinds=frozenset()))


class Draft:
    """The calm day's tables, to be changed before they are checked."""

    def __init__(self) -> None:
        self._tables = tables_of(calm_day())
        self.sent: dict[str, list[tuple[str, dict[str, Any]]]] = {
            table: [(row_id, dict(row)) for row_id, row in rows]
            for table, rows in self._tables.sent.items()
        }
        self.loaded = {table: [dict(row) for row in rows] for table, rows in calm_loaded().items()}
        self.raw = dict(self._tables.raw)
        self.state = dict(self._tables.state)
        self.born = dict(self._tables.born)
        self.dead = list(self._tables.dead)
        self.surprises = list(self._tables.surprises)
        self.refused = list(self._tables.refused)
        self.errors = list(self._tables.errors)
        self.answered = {key: set(hours) for key, hours in self._tables.answered.items()}

    def row(self, table: str, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first row of `table` that fits; changing it changes the draft."""
        return next(row for _, row in self.sent[table] if fits(row))

    def drop(self, table: str, fits: Callable[[dict[str, Any]], bool]) -> None:
        """Take rows out."""
        self.sent[table] = [(row_id, row) for row_id, row in self.sent[table] if not fits(row)]

    def add(self, table: str, row_id: str, row: dict[str, Any], **changes: Any) -> None:
        """Append a copy of `row`, changed, under an id."""
        self.sent.setdefault(table, []).append((row_id, copy.deepcopy(row) | changes))

    def put(self, name: str, body: bytes = b"{}") -> None:
        """Put an object into the state bucket, as old as the oldest."""
        self.state[name] = body
        self.born[name] = min(self.born.values())

    def remove(self, end: str) -> str:
        """Take the first object whose name ends so out of the state bucket."""
        name = next(name for name in sorted(self.state) if name.endswith(end))
        del self.state[name], self.born[name]
        return name

    def tables(self) -> Tables:
        return replace(
            self._tables,
            sent=self.sent,
            loaded=self.loaded,
            raw=self.raw,
            state=self.state,
            born=self.born,
            dead=self.dead,
            surprises=self.surprises,
            refused=self.refused,
            errors=self.errors,
            answered=self.answered,
        )

    def broken(self) -> set[str]:
        """The rules that the checker finds broken."""
        return {violation.rule for violation in check(self.tables())}


def calm_loaded() -> dict[str, list[Any]]:
    return {table: list(rows) for table, rows in calm_day().loaded.items()}
