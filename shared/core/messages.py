"""What travels between the functions: everything its receiver needs, and nothing to look up.

One record a kind; shared.messages wraps them in a versioned envelope and validates them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from shared.core.targets import Target
from shared.core.workflows import Step

#: Who asked for a run, as the audit table names it.
RunSource = Literal["CONTROLLER", "MANUAL", "LOCAL", "CLOUD_RUN", "SCHEDULER", "RECOVERY"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """A wake-up; the topic says of what. `at` replaces the publish time when it is given."""

    kind: Literal["tick"] = "tick"
    job: str = ""
    #: The instant this tick stands for (replay, simulation, by hand).
    at: datetime | None = None
    triggered_by: str = "cloud-scheduler"


@dataclass(frozen=True, kw_only=True, slots=True)
class RunOrder:
    """controller to executor: run this workflow for this day."""

    kind: Literal["run-order"] = "run-order"
    #: Empty when asked for by hand: the executor then takes the message's id.
    decision_id: str
    execution_id: str
    workflow: str
    slot_id: str | None
    #: The game day under which the execution lies.
    game_day: date
    target_date: date
    steps: tuple[Step, ...]
    #: The games asked for; None leaves the choice to the executor (by hand).
    games: tuple[str, ...] | None
    attempt: int
    decided_at: datetime
    not_after: datetime
    config_version: str
    source: RunSource = "CONTROLLER"
    triggered_by: str = "cloud-scheduler"
    fresh: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ChunkOrder:
    """executor to scraper: one scraper and a list of targets."""

    kind: Literal["chunk"] = "chunk"
    chunk_id: str
    execution_id: str
    decision_id: str
    workflow: str
    slot_id: str | None
    game_day: date
    target_date: date
    step: int
    n: int
    scraper: str
    targets: tuple[Target, ...]
    #: The games of the target date that should be found by now, by id: what `complete` means.
    expects: tuple[str, ...]
    #: Every game of the target date that counts: when all are found the result is final.
    day_games: tuple[Mapping[str, str], ...]
    #: The instant that names the files: the decision's.
    decided_at: datetime
    not_after: datetime
    config_version: str
    #: False for a scrape by hand outside a workflow: nobody waits for it.
    advance: bool = True
    source: RunSource = "CONTROLLER"
    triggered_by: str = "cloud-scheduler"
    fresh: bool = False
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Advance:
    """scraper to executor: a chunk is done."""

    kind: Literal["advance"] = "advance"
    execution_id: str
    game_day: date
    chunk_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FileReady:
    """scraper (or cleanup, again) to loader: a file is there."""

    kind: Literal["file"] = "file"
    load_id: str
    path: str
    generation: int
    scraper: str
    dataset: str
    table: str | None
    target_date: date
    run_id: str
    record_count: int
    #: How often cleanup has announced it again.
    republished: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRequest:
    """By hand to executor: run this workflow; its execution takes the message's id."""

    kind: Literal["run-request"] = "run-request"
    workflow: str
    #: Default: the game day on which it was asked.
    target_date: date | None = None
    #: Ask again for what is complete already.
    fresh: bool = False
    source: RunSource = "MANUAL"
    triggered_by: str = "manual"


@dataclass(frozen=True, kw_only=True, slots=True)
class ScrapeRequest:
    """By hand to scraper: run one scraper outside a workflow."""

    kind: Literal["scrape-request"] = "scrape-request"
    scraper: str
    #: Default: the game day on which it was asked.
    target_date: date | None = None
    game: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    fresh: bool = False
    source: RunSource = "MANUAL"
    triggered_by: str = "manual"


Content = Tick | RunOrder | RunRequest | ChunkOrder | ScrapeRequest | Advance | FileReady
