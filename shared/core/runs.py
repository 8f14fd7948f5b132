"""Runs: one scraper for one target, its id and how it fared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from shared.core.targets import Target

RunStatus = Literal["success", "no_data", "failed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class RunResult:
    """How one scraper fared for one target."""

    run_id: str
    target: Target
    status: RunStatus
    record_count: int
    complete: bool
    covers: tuple[str, ...] = ()
    found: tuple[Target, ...] = ()
    path: str | None = None
    generation: int | None = None
    triggered_at: datetime
    completed_at: datetime
    duration_seconds: float = 0.0
    error_type: str | None = None
    error_message: str | None = None
    retry_count: int = 0
    #: Calls to the source that went out: pages and retries too.
    requests: int = 0
    #: API credits spent, and those left at the end, where the source says so.
    credits: int | None = None
    credits_left: int | None = None
    stats: Mapping[str, Any] = field(default_factory=dict)


def run_id(execution_id: str, scraper: str, target: Target) -> str:
    """The id of one run: execution, scraper, target."""
    return f"{execution_id}.{scraper}.{target.id}"
