"""What is configured: workflows with their triggers, scrapers, sources and scheduler jobs.

These frozen records are the models; shared.config validates YAML into them and
shared.core.check holds the rules that no single record can see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from typing import Literal

from shared.core.targets import TargetKind


class Priority(StrEnum):
    """How much a missed slot matters."""

    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


@dataclass(frozen=True, kw_only=True, slots=True)
class Daily:
    """One slot a day, open from the window's start (when it is expected) to its end."""

    kind: Literal["daily"]
    start: time
    end: time


@dataclass(frozen=True, kw_only=True, slots=True)
class Every:
    """Slots every `hours` elapsed hours from 05:00 ET, each useful until the next."""

    kind: Literal["every"]
    hours: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BeforeFirstGame:
    """From `hours` before the first tip, every `every_hours` on that grid, before the tip,
    those that fall inside business hours in ET."""

    kind: Literal["before_first_game"]
    hours: int
    every_hours: int
    business_start: time
    business_end: time


@dataclass(frozen=True, kw_only=True, slots=True)
class BeforeEachGame:
    """One slot a game, `minutes` before its tip; useless after it."""

    kind: Literal["before_each_game"]
    minutes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AtClock:
    """A fixed ET time; before 05:00 it belongs to the game day that is ending.

    Opens `tolerance_minutes` early and stays useful until `useful_until`, the next wall time
    of that name after it.
    """

    kind: Literal["clock"]
    at: time
    tolerance_minutes: int
    useful_until: time


@dataclass(frozen=True, kw_only=True, slots=True)
class AfterEachGame:
    """One slot a game, `minutes` after its tip, useful until `deadline_hours` after it."""

    kind: Literal["after_each_game"]
    minutes: int
    deadline_hours: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Discovery:
    """One slot a poll on days with games, from `start` every `every_hours`.

    The last poll is at `end`, or with no `end` the last before the last tip. After a success
    later polls are satisfied, except with `refresh` (what is re-issued all day).
    """

    kind: Literal["discovery"]
    start: time
    every_hours: int
    end: time | None = None
    refresh: bool = False


Trigger = Daily | Every | BeforeFirstGame | BeforeEachGame | AtClock | AfterEachGame | Discovery


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Scrapers that run together; a step starts when the one before it has ended."""

    scrapers: tuple[str, ...]
    #: Scraper of an earlier step whose `found` targets this step asks for.
    targets_from: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Workflow:
    """One named unit of planning and deciding."""

    name: str
    description: str
    priority: Priority
    trigger: Trigger
    steps: tuple[Step, ...]
    enabled: bool = True
    #: Workflows that must have ended completed or partial for the same game day.
    needs: tuple[str, ...] = ()
    #: How often one slot may be run; attempts after the first ask only for what is missing.
    attempts: int = 1

    @property
    def scrapers(self) -> tuple[str, ...]:
        """Every scraper of the steps, in order, each once."""
        return tuple(dict.fromkeys(name for step in self.steps for name in step.scrapers))

    @property
    def needs_games(self) -> bool:
        """Whether a day without games leaves nothing to do."""
        return not isinstance(self.trigger, Daily | Every)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Where a scraper service's answer has what: keys with dots between."""

    status: str = "status"
    record_count: str = "record_count"
    file: str = "file_path"
    #: Its words, for a failure.
    message: str = "message"
    #: The games, teams or dates that are whole in the file, where the service can tell.
    covers: str = "covers"


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """How a scraper service of one's own is asked, and where its files may lie."""

    #: What the service calls this scraper.
    scraper: str
    #: `folder/` in the raw bucket (loaded), or `gs://bucket/folder/` (only recorded).
    files: tuple[str, ...]
    #: The service's parameters, each with ours: `date`, `date:%Y%m%d`, `season:start`.
    #: Without any, the canonical ones are sent under their own names.
    params: Mapping[str, str] = field(default_factory=dict)
    answer: Answer = field(default_factory=Answer)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scraper:
    """One entry of the registry; its key is the name everywhere."""

    name: str
    source: str
    dataset: str
    target: TargetKind
    #: Canonical parameters the fetcher needs.
    params: tuple[str, ...]
    #: The endpoint: for people where a fetcher knows the details; of a service what is posted to.
    path: str
    #: What counts as one record.
    records: str
    #: Parameters of its own that it takes besides: each has a default.
    optional: tuple[str, ...] = ()
    #: Table in nba_raw, or None for a scraper whose records are not loaded.
    table: str | None = None
    #: Whether a complete result never changes (a box score), so that it is asked for once.
    final: bool = False
    #: Expected per game, per team or per date: what `complete` is measured against.
    expects: Literal["games", "teams", "date", "none"] = "none"
    #: Hours after a tip by which a game's data is there: before, its absence is no fault.
    #: 0: as soon as the game is over.
    due_hours: int = 0
    #: Why it is in no workflow (required then), or None.
    manual: str | None = None
    #: False: in the registry, refused by name until a fetcher exists.
    available: bool = True
    options: Mapping[str, str] = field(default_factory=dict)
    #: fetch: a fetcher of scrapers/ asks; service: a scraper service is told to.
    kind: Literal["fetch", "service"] = "fetch"
    service: Service | None = None
    #: `fetchers/name.py:function` below the configuration's folder, for a fetcher of one's own.
    fetcher: str | None = None
    #: What the source answers with.
    format: Literal["json", "html", "csv", "pdf"] = "json"
    #: How many records a whole answer usually has, for people.
    usual: str = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Credits:
    """API credits: where a source says what is left of them, and what must be left."""

    #: The header that says how many credits are left.
    left: str
    #: The header that says what the call cost.
    last: str
    #: Credits that no call may spend; a call that would is refused before it is asked.
    reserve: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One outside source and the limits under which it is asked."""

    name: str
    #: Who runs it, for people: several hosts may belong to one provider.
    provider: str
    host: str
    #: Calls at once, in one instance.
    concurrency: int
    #: Calls a second.
    rate: float
    #: Seconds of wall time for one whole request.
    timeout: float
    #: Requests for one call, the first included.
    tries: int
    #: Seconds: the longest wait between two tries.
    backoff: float
    #: Statuses that are worth another try: 429, or 5xx for all from 500 on.
    retry: tuple[str, ...] = ("408", "425", "429", "5xx")
    #: Statuses that say: not there, or not yet. Of those alone a fetcher may make no_data.
    not_there: tuple[int, ...] = ()
    #: None: its calls cost nothing.
    credits: Credits | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Where the key goes: `query:NAME`, `header:NAME`, or `bearer` (Authorization: Bearer ...).
    key_in: str | None = None
    #: The secret's name, in the environment or in Secret Manager.
    secret: str | None = None
    #: For `bearer`: what a Google service account's token is asked for; the secret may then be
    #: the account's key (JSON) or a token.
    scope: str | None = None
    max_bytes: int = 32_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One Cloud Scheduler job."""

    name: str
    topic: str
    cron: str
    zone: str
    description: str
    retries: int = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """Everything that is configured, checked, with the hash that every row carries."""

    version: str
    workflows: Mapping[str, Workflow]
    scrapers: Mapping[str, Scraper]
    sources: Mapping[str, Source]
    jobs: Mapping[str, Job]
    #: Whether preseason games count.
    preseason: bool = False

    @property
    def enabled(self) -> tuple[Workflow, ...]:
        """The enabled workflows, sorted by name."""
        return tuple(w for _, w in sorted(self.workflows.items()) if w.enabled)

    def source_of(self, scraper: str) -> Source:
        """The source that `scraper` asks."""
        return self.sources[self.scrapers[scraper].source]
