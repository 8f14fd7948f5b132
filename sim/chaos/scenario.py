"""What one seed plays, and what it leaves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.core.games import Game
from shared.core.ports import Row, Stored
from shared.core.workflows import Config
from shared.schema import Schemas
from sim.chaos.faults import ALL, Fault, Kind
from sim.chaos.league import League


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
    #: The tables' own schemas.
    schemas: Schemas
    #: The hours in which sources gave what they were asked for: by scraper, date and target.
    answered: Mapping[tuple[str, str, str], Collection[int]]
    struck: Sequence[Fault] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
