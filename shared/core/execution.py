"""Executions: what one sets out to do, what its chunks came to, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from shared.core.messages import ChunkOrder, RunSource
from shared.core.resolve import TargetGame
from shared.core.runs import RunResult, run_id
from shared.core.targets import Target, TargetKind
from shared.core.workflows import Scraper, Step

ExecutionStatus = Literal["completed", "partial", "failed"]


#: An execution has this long for each of its steps; then what has no outcome is lost.
PER_STEP = timedelta(minutes=45)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A chunk's outcome, per target. Written once; a repeat reads it."""

    order: ChunkOrder
    results: tuple[RunResult, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What one RUN set out to do: everything later steps are derived from."""

    execution_id: str
    decision_id: str
    workflow: str
    slot_id: str | None
    game_day: date
    target_date: date
    attempt: int
    decided_at: datetime
    created_at: datetime
    steps: tuple[Step, ...]
    #: The games to ask for: over, and not yet obtained.
    games: tuple[TargetGame, ...]
    #: All games of the target date that count.
    day_games: tuple[TargetGame, ...]
    #: Games that should be found by now: what `complete` is measured against.
    expects: tuple[str, ...]
    #: Per scraper the target ids already had, which are not asked for again.
    have: Mapping[str, tuple[str, ...]]
    #: Per scraper its target kind and source, and per source the most targets at once.
    kinds: Mapping[str, TargetKind]
    sources: Mapping[str, str]
    group_size: Mapping[str, int]
    options: Mapping[str, Mapping[str, str]]
    not_after: datetime
    finish_by: datetime
    config_version: str
    source: RunSource = "CONTROLLER"
    triggered_by: str = "cloud-scheduler"
    fresh: bool = False
    #: The order came too late to be useful: nothing is asked, the execution ends failed.
    expired: bool = False


def finish_by(created_at: datetime, steps: Sequence[Step]) -> datetime:
    """When an execution must have ended: 45 minutes a step."""
    return created_at + PER_STEP * max(1, len(steps))


def found_in(outcomes: Iterable[Outcome]) -> tuple[Target, ...]:
    """The targets that these outcomes found, by id, each once."""
    found = {
        target.id: target
        for outcome in outcomes
        for result in outcome.results
        for target in result.found
    }
    return tuple(found[key] for key in sorted(found))


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """What an ended execution came to; counts are of runs."""

    triggered: int
    succeeded: int
    no_data: int
    failed: int
    run_ids: tuple[str, ...]
    status: ExecutionStatus
    error_message: str | None


def summarise(manifest: Manifest, outcomes: Iterable[Outcome]) -> Summary:
    """Status: completed (no run failed), partial, or failed (none succeeded)."""
    results = [result for outcome in outcomes for result in outcome.results]
    failed = [result for result in results if result.status == "failed"]
    no_data = sum(result.status == "no_data" for result in results)
    good = len(results) - len(failed)
    status: ExecutionStatus = "completed" if not failed else "partial" if good else "failed"
    message = _errors(failed)
    if manifest.expired:
        status, message = "failed", f"expired: not run by {manifest.not_after.isoformat()}"
    return Summary(
        triggered=len(results),
        succeeded=good,
        no_data=no_data,
        failed=len(failed),
        run_ids=tuple(sorted(result.run_id for result in results)),
        status=status,
        error_message=message,
    )


def _errors(failed: Sequence[RunResult]) -> str | None:
    """Failures by kind, most frequent first, with one example each."""
    if not failed:
        return None
    kinds: dict[str, list[RunResult]] = {}
    for result in sorted(failed, key=lambda result: result.run_id):
        kinds.setdefault(result.error_type or "unknown", []).append(result)
    parts = [
        f"{kind} x{len(results)} ({results[0].target.id}: {results[0].error_message})"
        for kind, results in sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    return "; ".join(parts)


def failed_outcome(order: ChunkOrder, error_type: str, message: str, now: datetime) -> Outcome:
    """The outcome of a chunk whose targets were not asked (expired, lost, refused)."""
    return Outcome(
        order=order,
        at=now,
        results=tuple(
            RunResult(
                run_id=run_id(order.execution_id, order.scraper, target),
                target=target,
                status="failed",
                record_count=0,
                complete=False,
                triggered_at=now,
                completed_at=now,
                error_type=error_type,
                error_message=message,
            )
            for target in order.targets
        ),
    )


def options_for(scrapers: Mapping[str, Scraper]) -> dict[str, dict[str, str]]:
    """The registry options of the scrapers, those that have any."""
    return {name: dict(scraper.options) for name, scraper in scrapers.items() if scraper.options}
