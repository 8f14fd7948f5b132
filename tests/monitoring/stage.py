"""Real days in virtual time, through the real functions, with chosen troubles and no others.

What is left is one bucket; what was known at any instant is that bucket as it was then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from shared.config import load_config, ticks_of
from shared.core.alerts import Alert, alerts
from shared.core.calendar import Calendar
from shared.core.days import wall
from shared.core.games import Game
from shared.core.messages import Tick
from shared.core.ports import Files, Message
from shared.core.workflows import Config, Source
from shared.errors import SourceFailure
from shared.log import Log
from shared.messages import message
from shared.planning import adopt_schedule
from shared.settings import Settings
from shared.watching import AsOf, facts_at
from shared.world import World
from sim.chaos.bucket import Bucket
from sim.chaos.clock import EngineClock, EnginePool
from sim.chaos.engine import Engine
from sim.chaos.faults import Faults, Kind, Spell
from sim.chaos.instants import micros
from sim.chaos.league import Change, League
from sim.chaos.ports import ChaosBus, ChaosFiles, ChaosJournal, ChaosWarehouse
from sim.chaos.sources import Facts, Given, Sources, feeders_of
from sim.chaos.world import handlers
from sim.memory import MemoryJournal, MemorySecrets, MemoryWarehouse

SETTINGS = Settings(environment="test", config=Path(__file__).parents[2] / "config")
SEED = 1

#: How a source answers instead, or None: as it should.
Bad = Callable[[str, Any, datetime], Given | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Down:
    """A function that answers nothing, or a port (journal, state) that is away."""

    what: str
    since: datetime
    until: datetime
    port: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Play:
    """What is played: from 04:55 ET of `first` on, until `until`."""

    first: date
    until: datetime
    calendar: Calendar
    #: When everything begins, if not at 04:55 ET.
    start: datetime | None = None
    down: Sequence[Down] = ()
    changes: Sequence[Change] = ()
    bad: Bad | None = None
    #: What the odds' source says that is left of its credits.
    credits_left: int | None = None
    #: Whether a message never arrives.
    lost: Callable[[Message, datetime], bool] | None = None
    #: (job, instant) to the instants at which that tick really comes.
    ticks: Callable[[str, datetime], Sequence[datetime]] | None = None


class Lines(Log):
    """Keeps what was logged: (instant, severity, fields)."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._clock = EngineClock(engine)
        self.lines: list[tuple[datetime, str, Mapping[str, Any]]] = []

    def write(self, severity: str, message: str, fields: dict[str, Any]) -> None:
        """Keep alerts."""
        if fields.get("action") in ("alert", "alert_over"):
            self.lines.append((self._clock.now(), severity, {**fields, "message": message}))


@dataclass(kw_only=True)
class Stage:
    """What a play left."""

    play: Play
    config: Config
    state: Files
    #: Alerts that cleanup logged, in order: (instant, severity, fields).
    told: Sequence[tuple[datetime, str, Mapping[str, Any]]]
    surprises: Sequence[tuple[str, str]] = field(default_factory=list)
    journal: MemoryJournal

    def rows_at(self, now: datetime) -> Rows:
        """The audit tables as they were at `now`."""
        return Rows(self.journal, now)

    def alerts_at(self, now: datetime, dead_letters: int = 0) -> tuple[Alert, ...]:
        """What `tipoff status` would say at `now`."""
        found = facts_at(AsOf(self.state, now), self.config, now, dead_letters=dead_letters)
        return alerts(found)


@dataclass(frozen=True, slots=True)
class Rows:
    """A RowSource of the rows that were there at an instant."""

    journal: MemoryJournal
    now: datetime

    def rows(self, dataset: str, table: str) -> Iterable[Mapping[str, Any]]:
        """See RowSource."""
        del dataset
        return (
            row
            for row in self.journal.rows(table)
            if datetime.fromisoformat(row["created_at"]) <= self.now
        )

    def raw_tables(self) -> Sequence[str]:
        """None: what is loaded is not asked for."""
        return ()


class _Outside:
    """The sources, but for what is to be wrong with them."""

    def __init__(self, inner: Sources, play: Play, clock: EngineClock, config: Config) -> None:
        self._inner, self._bad, self._clock = inner, play.bad, clock
        self._credits_left = play.credits_left
        self._expects = {name: scraper.expects for name, scraper in config.scrapers.items()}

    def client(self, source: Source) -> Any:
        """See Outside."""
        client = self._inner.client(source)
        if source.credits is not None:
            client.credits_left = self._credits_left
        return client

    def fetcher(self, scraper: str) -> Callable[[Any, Any], Given]:
        """See Outside."""
        fetch, bad = self._inner.fetcher(scraper), self._bad

        def asked(ask: Any, http: Any) -> Given:
            found = bad(scraper, ask, self._clock.now()) if bad else None
            if found is None and self._expects[scraper] == "date":
                # Of a date there is always something: the simulator's sources take until noon.
                found = Given(records=[{"of": ask.target.id}], covers=(ask.target.id,))
            return found or fetch(ask, http)

        return asked


class _Bus(ChaosBus):
    """Loses what the play says."""

    def __init__(self, engine: Engine, play: Play) -> None:
        super().__init__(engine)
        self._lost = play.lost
        self._time = EngineClock(engine)

    def put(self, message: Message, at: int | None = None) -> str:
        """See ChaosBus."""
        if at is None and self._lost is not None and self._lost(message, self._time.now()):
            return "lost"
        return super().put(message, at)


def staged(play: Play) -> Stage:
    """Play it."""
    config = load_config(SETTINGS.config)
    start = micros(play.start or wall(play.first, time(4, 55)))
    end = micros(play.until)
    faults = Faults(SEED, kinds=(Kind.FUNCTION_DOWN, Kind.PORT_DOWN), quiet_from=end)
    # Of the faults that a seed would bring, none strikes: only the play's own.
    faults.force = 0.0
    engine = Engine(config, faults, handlers(), start)
    engine.suffer([_spell(each) for each in play.down])
    league = League(play.calendar.games, tuple(play.changes))
    clock = EngineClock(engine)
    state, raw = Bucket(clock), Bucket(clock)
    bus, log = _Bus(engine, play), Lines(engine)
    facts = Facts(config, league, faults, (), feeders_of(config))
    secrets = MemorySecrets({s.secret: "k" for s in config.sources.values() if s.secret})
    kept = MemoryJournal()
    journal = ChaosJournal(engine, kept)
    warehouse = ChaosWarehouse(engine, MemoryWarehouse())

    def build(_: str) -> World:
        own = EngineClock(engine)
        return World(
            settings=SETTINGS,
            config=config,
            clock=own,
            state=ChaosFiles(engine, state, "state"),
            raw=ChaosFiles(engine, raw, "raw"),
            journal=journal,
            warehouse=warehouse,
            bus=bus,
            secrets=secrets,
            pool=lambda _name, size: EnginePool(own, size),
            log=log,
            outside=_Outside(Sources(facts, engine, own), play, own, config),
        )

    engine.build = build
    adopt_schedule(build("import"), play.calendar, origin="import")
    for name, job in sorted(config.jobs.items()):
        body = message(job.topic, Tick(job=name))
        begin = play.start or wall(play.first, time(4, 55))
        for at in ticks_of(job, begin, play.until):
            for come in play.ticks(name, at) if play.ticks else (at,):
                bus.put(body, micros(come))
    engine.run(end)
    return Stage(
        play=play,
        config=config,
        state=state,
        told=log.lines,
        surprises=engine.surprises,
        journal=kept,
    )


def _spell(down: Down) -> Spell:
    kind = Kind.PORT_DOWN if down.port else Kind.FUNCTION_DOWN
    key = f"{down.what}.{down.since.isoformat()}"
    return Spell(kind, key, down.what, micros(down.since), micros(down.until))


def refusing(
    scrapers: Callable[[str], bool], since: datetime, until: datetime, error: str = "blocked"
) -> Bad:
    """These scrapers get an error, from since to until."""

    def bad(scraper: str, _: Any, now: datetime) -> Given | None:
        if scrapers(scraper) and since <= now < until:
            raise SourceFailure(error, f"{scraper} is refused")
        return None

    return bad


def of_source(source: str) -> Callable[[str], bool]:
    """The scrapers of a source."""
    config = load_config(SETTINGS.config)
    return lambda scraper: config.scrapers[scraper].source == source


def empty(scraper: str) -> Bad:
    """This scraper gets answers without a record."""
    return lambda name, _ask, _now: Given(records=()) if name == scraper else None


def between(what: str, since: datetime, until: datetime) -> Down:
    """`what` is down."""
    return Down(what=what, since=since, until=until)


def postponed(game: Game, at: datetime, status: Any) -> Change:
    """The game is called off at `at`."""
    return Change(at, replace(game, status=status), "postponed")


def minutes(number: float) -> timedelta:
    """So many."""
    return timedelta(minutes=number)
