"""A world in memory for the functions' tests: ports that fail when told, messages that travel."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from shared import records
from shared.core.calendar import Calendar
from shared.core.days import wall
from shared.core.games import Game
from shared.core.messages import Content, RunOrder
from shared.core.ports import FileKey, Message, Row
from shared.core.workflows import Config
from shared.errors import PortUnavailable
from shared.log import Log
from shared.messages import KINDS, Event, message, parse_content
from shared.schema import Schemas
from shared.settings import Settings
from shared.world import World
from sim.bus import MemoryBus
from sim.clock import ManualClock
from sim.files import MemoryFiles
from sim.memory import MemoryJournal, MemoryLedger, MemorySecrets, MemoryWarehouse, SerialPool
from tests.core.made import NOV_12, at, config

ROOT = Path(__file__).parents[2]
#: Who gets what; every other topic is a source's.
ROUTES = {"run-decisions": "executor", "run-advance": "executor", "files-ready": "loader"}
ALL_KINDS = tuple(KINDS.values())
SECRETS = ("ODDS_API_KEY", "BDL_API_KEY", "BETTINGPROS_API_KEY")


@cache
def function(name: str) -> ModuleType:
    """A function's main.py as a module of its own name."""
    spec = importlib.util.spec_from_file_location(
        f"tested_{name}", ROOT / "functions" / name / "main.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Recorder(Log):
    """Log lines as (severity, message, fields)."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, str, dict[str, Any]]] = []

    def write(self, severity: str, message: str, fields: dict[str, Any]) -> None:
        self.lines.append((severity, message, fields))

    def of(self, severity: str) -> list[str]:
        return [text for found, text, _ in self.lines if found == severity]


class Journal(MemoryJournal):
    """Counts every row that was sent, also repeated ones; fails while `down`."""

    down = False
    blind = False

    def __init__(self, check: Callable[[str, Row], None]) -> None:
        super().__init__(check)
        self.sent = 0

    def append(self, table: str, rows: Sequence[tuple[str, Row]]) -> None:
        if self.down:
            raise PortUnavailable("the journal is down")
        self.sent += len(rows)
        super().append(table, rows)

    def loads(self, files: Any) -> Mapping[FileKey, str]:
        if self.blind:
            raise PortUnavailable("the loads cannot be read")
        return super().loads(files)


@dataclass
class Here:
    """The world and how a test looks behind it."""

    clock: ManualClock
    config: Config = field(default_factory=config)
    #: Topics that refuse messages.
    shut: set[str] = field(default_factory=set)
    #: What the sources answer, and what they were asked.
    answer: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(
        200, json={"data": [{"team": "BOS"}]}
    )
    asked: list[httpx.Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        schemas = _schemas()
        self.log = Recorder()
        self.journal = Journal(schemas.check)
        self.warehouse = MemoryWarehouse(schemas.raw.check)
        self.state = MemoryFiles(self.clock)
        self.raw = MemoryFiles(self.clock)
        self.bus = MemoryBus(self.clock, refuse=self._refuse)
        self.world = World(
            settings=Settings(environment="test"),
            config=self.config,
            clock=self.clock,
            state=self.state,
            raw=self.raw,
            journal=self.journal,
            warehouse=self.warehouse,
            bus=self.bus,
            secrets=MemorySecrets(dict.fromkeys(SECRETS, "k")),
            pool=lambda _name, _size: SerialPool(),
            ledger=MemoryLedger(self.journal, self.warehouse, schemas),
            log=self.log,
            transport=httpx.MockTransport(self._answer),
        )

    def _refuse(self, message: Message) -> Exception | None:
        down = message.topic in self.shut
        return PortUnavailable(f"{message.topic} is down") if down else None

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer(request)

    def at(self, text: str, day: date = NOV_12) -> datetime:
        """Move the clock to an ET wall time; + is the date after."""
        self.clock.set(at(text, day))
        return self.clock.now()

    def deliver(self, name: str, content: Content, **facts: Any) -> None:
        """One delivery, through its envelope, to a function's handle."""
        envelope = message("t", content)
        opened = parse_content(envelope.body, ALL_KINDS, None)
        event = Event(
            content=opened,
            message_id=facts.get("message_id", "m1"),
            published_at=facts.get("published_at", self.clock.now()),
            attributes=facts.get("attributes", {}),
        )
        function(name).handle(event, self.world)

    def deliver_without_tables(self, name: str, content: Content) -> None:
        """A delivery while no row can be written: it fails, and would come again."""
        self.journal.down = True
        with pytest.raises(PortUnavailable):
            self.deliver(name, content)
        self.journal.down = False

    def pulled(self, topic: str | None = None) -> list[Any]:
        """The contents published since the last pull, of one topic or of all."""
        found = self.bus.pull(topic)
        return [parse_content(p.message.body, ALL_KINDS, None) for p in found]

    def rows(self, table: str) -> list[Row]:
        return self.journal.rows(table)

    def import_schedule(self, *games: Game) -> None:
        records.create(
            self.state,
            records.schedule_name(self.clock.now()),
            Calendar.of(games).to_records(),
            {"origin": "import"},
        )

    def names(self, prefix: str = "") -> list[str]:
        """The names in the state bucket, without the marks of what is done."""
        return [s.name for s in self.state.list(prefix) if not s.name.endswith(records.DONE)]

    def rest(self) -> int:
        """Let every message travel until none is left; returns how many did."""
        count = 0
        while waiting := self.bus.pull():
            for each in waiting:
                content = parse_content(each.message.body, ALL_KINDS, None)
                name = ROUTES.get(each.message.topic, "scraper")
                self.deliver(name, content)
                count += 1
        return count


@cache
def _schemas() -> Schemas:
    return Schemas(ROOT / "config" / "tables")


def order(workflow: str, now: datetime, **changes: Any) -> RunOrder:
    """A RUN of a workflow's slot, decided now."""
    slot = f"2025-11-12.{workflow}.{now:%Y%m%dT%H%M%SZ}"
    facts: dict[str, Any] = {
        "decision_id": f"{slot}.run1",
        "execution_id": f"{slot}.1",
        "workflow": workflow,
        "slot_id": slot,
        "game_day": NOV_12,
        "target_date": NOV_12,
        "steps": config().workflows[workflow].steps,
        "games": (),
        "attempt": 1,
        "decided_at": now,
        "not_after": wall(NOV_12, now.time().replace(23)),
        "config_version": config().version,
    }
    return RunOrder(**(facts | changes))
