"""The sources of the simulated world: small answers, honest covers, and every bad day.

They answer by what the registry says of a scraper (target, expects), so that a user's own
configuration has sources too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from shared.core.days import wall
from shared.core.targets import Target, TargetKind
from shared.core.workflows import Config, Scraper, Source
from shared.errors import SourceFailure
from sim.chaos.clock import EngineClock
from sim.chaos.engine import Engine
from sim.chaos.faults import Faults, Kind, Spell
from sim.chaos.instants import HOUR
from sim.chaos.league import League
from sim.chaos.luck import Draw

#: The scraper whose records are the calendar itself.
SCHEDULE = "nbac_schedule_api"

#: Faults of a single question, with their odds.
AT_SOURCES = (
    (Kind.SOURCE_EMPTY, 0.02),
    (Kind.SOURCE_SLOW, 0.02),
    (Kind.SOURCE_TIMEOUT, 0.01),
    (Kind.SOURCE_WRONG, 0.01),
    (Kind.SOURCE_LIMITED, 0.01),
    (Kind.SOURCE_503, 0.01),
)
_FAILS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.SOURCE_TIMEOUT: "timeout",
        Kind.SOURCE_WRONG: "error_page",
        Kind.SOURCE_LIMITED: "rate_limited",
        Kind.SOURCE_503: "http_5xx",
        Kind.SOURCE_BLOCKED: "blocked",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What a source gave: the attributes of scrapers.base.Fetched."""

    records: Sequence[Mapping[str, Any]]
    covers: Sequence[str] = ()
    found: Sequence[Target] = ()
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    stats: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = True


#: A document that is kept beside its file, as it came.
_KEPT = ("csv", "pdf")


class _Http:
    """What a run is handed; it asks nothing and counts nothing."""

    retries = 0
    requests = 0
    credits: int | None = None
    credits_left: int | None = None
    until: datetime | None = None

    def for_run(self) -> _Http:
        """Itself."""
        return self


@dataclass(frozen=True, slots=True)
class Facts:
    """What all sources know: the league, and who is down when."""

    config: Config
    league: League
    faults: Faults
    spells: Sequence[Spell]
    feeders: frozenset[str]
    #: Answers are those of the hour's start: who asks again soon is told the same.
    steady: bool = False
    #: The hours in which a source gave all that it was asked for: by scraper, date and target.
    answered: dict[tuple[str, str, str], set[int]] = field(default_factory=dict)


class Sources:
    """One instance's way to the sources (`World.outside`)."""

    def __init__(self, facts: Facts, engine: Engine, clock: EngineClock) -> None:
        self._facts = facts
        self._engine = engine
        self._clock = clock

    def client(self, source: Source) -> _Http:
        """Nothing that could reach anybody."""
        del source
        return _Http()

    def fetcher(self, scraper: str) -> Callable[[Any, Any], Given]:
        """The fetcher of `scraper`."""
        entry = self._facts.config.scrapers[scraper]
        if self._engine.probe is None:
            return lambda ask, _http: self._fetch(entry, ask)
        what = f"http.{entry.source}"
        return lambda ask, _http: self._engine.call(what, lambda: self._fetch(entry, ask))

    def _fetch(self, entry: Scraper, ask: Any) -> Given:
        faults, engine = self._facts.faults, self._engine
        now = engine.now
        key = f"{entry.name}.{ask.target.id}.{now // HOUR}"
        draw = Draw(faults.seed, "ask", key)
        self._clock.sleep(draw.between(0.1, 2))
        for spell in self._facts.spells:
            if spell.what == entry.source and spell.since <= now < spell.until:
                if not faults.strike(spell.kind, spell.key, now, entry.source):
                    continue
                if spell.kind is Kind.SOURCE_EMPTY:
                    return Given(records=())
                raise SourceFailure(_FAILS[spell.kind], f"{entry.source} is down")
        for kind, odds in AT_SOURCES:
            if faults.chance(draw.share(), odds) and faults.strike(kind, key, now, entry.name):
                return self._trouble(kind, entry, ask, key)
        return self._answer(entry, ask)

    def _trouble(self, kind: Kind, entry: Scraper, ask: Any, key: str) -> Given:
        draw = Draw(self._facts.faults.seed, "slow", key)
        if kind is Kind.SOURCE_EMPTY:
            return Given(records=())
        if kind is Kind.SOURCE_SLOW:
            self._clock.sleep(draw.between(5, 90))
            return self._answer(entry, ask)
        if kind is Kind.SOURCE_TIMEOUT:
            self._clock.sleep(90)
        raise SourceFailure(_FAILS[kind], f"{entry.name}: {kind.value}")

    def _answer(self, entry: Scraper, ask: Any) -> Given:
        given = self._given(entry, ask)
        target = ask.target
        whole = target.kind is not TargetKind.GAME or target.id in given.covers
        if given.records and (whole or entry.expects != "games"):
            key = entry.name, ask.target_date.isoformat(), target.id
            self._facts.answered.setdefault(key, set()).add(self._engine.now // HOUR)
        if given.records and entry.format in _KEPT:
            return replace(given, attachments={entry.format: b"as it came"})
        return given

    def _given(self, entry: Scraper, ask: Any) -> Given:
        league, target = self._facts.league, ask.target
        now = self._clock.now()
        if self._facts.steady:
            now = now.replace(minute=0, second=0, microsecond=0)
        day = ask.target_date
        if entry.name == SCHEDULE:
            return Given(records=league.feed(now), covers=(day.isoformat(),))
        if entry.name in self._facts.feeders:
            found = [
                Target(
                    kind=TargetKind.EVENT,
                    id=f"ev{game.game_id}",
                    params={**target.params, "event": f"ev{game.game_id}"},
                )
                for game in league.at(now).values()
                if game.day == day and game.counts and game.tip > now
            ]
            return Given(records=[{"event": each.id} for each in found], found=found)
        if entry.expects == "games":
            whole = [
                game.game_id
                for game in league.played(day, now)
                if now >= self._published(entry, game.game_id, game.tip)
            ]
            if target.kind is TargetKind.GAME:
                whole = [game_id for game_id in whole if game_id == target.id]
            return Given(records=[{"game": game_id} for game_id in whole], covers=whole)
        if entry.expects == "date" and now < self._appears(entry, day):
            return Given(records=())
        covers = (target.id,) if entry.expects in ("teams", "date") else ()
        return Given(records=[{"of": target.id}], covers=covers)

    def _published(self, entry: Scraper, game_id: str, tip: datetime) -> datetime:
        """When a game's data is there: minutes after it, at times hours."""
        faults = self._facts.faults
        key = f"{entry.dataset}.{game_id}"
        draw = Draw(faults.seed, "published", key)
        wait = draw.between(5, 60)
        if faults.chance(draw.share(), 0.02):
            at = self._engine.now
            if faults.strike(Kind.SOURCE_LATE, key, at, entry.dataset):
                wait += draw.between(60, 8 * 60)
        return tip + timedelta(minutes=155 + wait)

    def _appears(self, entry: Scraper, day: Any) -> datetime:
        """When a day's own data is there: mostly early, at times at noon."""
        draw = Draw(self._facts.faults.seed, "appears", entry.dataset, day)
        hours = draw.between(4, 9) if draw.share() < 0.8 else draw.between(9, 12.5)
        return wall(day, time()) + timedelta(hours=hours)


def feeders_of(config: Config) -> frozenset[str]:
    """The scrapers whose findings are the targets of later steps."""
    steps = (step for workflow in config.workflows.values() for step in workflow.steps)
    return frozenset(step.targets_from for step in steps if step.targets_from)
