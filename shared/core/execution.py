"""Executions: from a RUN to its chunks, step by step, until it has ended.

`progress` is a pure function of the manifest and the outcomes that exist: whoever calls it, in
whatever order and however often, finds the same next chunks with the same ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from shared.core.messages import ChunkOrder, RunSource
from shared.core.resolve import TargetGame, targets_of
from shared.core.targets import Target, TargetKind
from shared.core.workflows import Config, Scraper, Step

RunStatus = Literal["success", "no_data", "failed"]
ExecutionStatus = Literal["completed", "partial", "failed"]

#: Most targets of one chunk: keeps an outcome's object metadata under 8 KiB.
CHUNK = 50

#: An execution has this long for each of its steps; then what has no outcome is lost.
PER_STEP = timedelta(minutes=45)

#: Seconds of a push delivery in which a chunk's calls may be started (540 s timeout).
PUSH_SECONDS = 400


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """Where an execution stands."""

    #: Chunks of the group that is under way and have no outcome yet; empty when it has ended.
    waiting: tuple[ChunkOrder, ...]
    #: True when nothing of that group has an outcome: its chunks are to be published.
    fresh: bool
    #: When the group could begin: the manifest's instant or the last outcome before it.
    since: datetime

    @property
    def ended(self) -> bool:
        """Whether every step has ended."""
        return not self.waiting


def group_size(source_concurrency: int, rate: float, tries: int, per_try: float) -> int:
    """Most targets of one source in one group, so that the chunk fits the push deadline.

    concurrency x floor(400 s / (tries x (timeout + back-off))), and at most rate x 400 s.
    `per_try` is timeout + back-off in seconds.
    """
    by_time = source_concurrency * int(PUSH_SECONDS // (tries * per_try))
    return max(0, min(by_time, int(rate * PUSH_SECONDS)))


def group_size_of(config: Config, source: str) -> int:
    """`group_size` of a configured source."""
    limits = config.sources[source]
    per_try = limits.timeout + limits.backoff
    return group_size(limits.concurrency, limits.rate, limits.tries, per_try)


def finish_by(created_at: datetime, steps: Sequence[Step]) -> datetime:
    """When an execution must have ended: 45 minutes a step."""
    return created_at + PER_STEP * max(1, len(steps))


#: The targets that an earlier step's scraper found in this execution.
FoundBy = Callable[[str], Sequence[Target]]


def progress(manifest: Manifest, done: Mapping[str, datetime], found_by: FoundBy) -> Progress:
    """The first group of chunks that is not complete, or the end.

    `done` holds the instant of each chunk's outcome, by chunk id.
    """
    since = manifest.created_at
    if manifest.expired:
        return Progress(waiting=(), fresh=False, since=since)
    for number, step in enumerate(manifest.steps, start=1):
        for group in groups_of(manifest, number, step, found_by):
            waiting = [chunk for chunk in group if chunk.chunk_id not in done]
            if waiting:
                day_games = tuple(game.as_params() for game in manifest.day_games)
                return Progress(
                    waiting=tuple(chunk_of(manifest, number, c, day_games) for c in waiting),
                    fresh=len(waiting) == len(group),
                    since=since,
                )
            since = max([since, *(done[chunk.chunk_id] for chunk in group)])
    return Progress(waiting=(), fresh=False, since=since)


class Chunk(NamedTuple):
    """One chunk of a step, before its message is made."""

    chunk_id: str
    scraper: str
    n: int
    targets: Sequence[Target]


def groups_of(manifest: Manifest, number: int, step: Step, found_by: FoundBy) -> list[list[Chunk]]:
    """A step's chunks in groups: one group's calls of a source fit one push deadline."""
    found = found_by(step.targets_from) if step.targets_from else ()
    # Scrapers of one kind are asked for the same targets: those are made once.
    kinds = {manifest.kinds[name] for name in step.scrapers}
    of_kind = {k: targets_of(k, manifest.target_date, manifest.games, found) for k in kinds}
    queues = {n: _missing(manifest, n, of_kind[manifest.kinds[n]]) for n in step.scrapers}
    numbers = dict.fromkeys(step.scrapers, 0)
    groups: list[list[Chunk]] = []
    while any(queues.values()):
        room = dict(manifest.group_size)
        group: list[Chunk] = []
        for name in step.scrapers:
            source = manifest.sources[name]
            take = min(CHUNK, room[source], len(queues[name]))
            if take > 0:
                numbers[name] += 1
                targets, queues[name] = queues[name][:take], queues[name][take:]
                room[source] -= take
                n = numbers[name]
                chunk_id = f"{manifest.execution_id}.s{number}.{name}.{n}"
                group.append(Chunk(chunk_id, name, n, targets))
        groups.append(group)
    return groups


def _missing(manifest: Manifest, scraper: str, targets: Sequence[Target]) -> list[Target]:
    have = set(manifest.have.get(scraper, ()))
    return [target for target in targets if target.id not in have]


def found_in(outcomes: Iterable[Outcome]) -> tuple[Target, ...]:
    """The targets that these outcomes found, by id, each once."""
    found = {
        target.id: target
        for outcome in outcomes
        for result in outcome.results
        for target in result.found
    }
    return tuple(found[key] for key in sorted(found))


def chunk_of(
    manifest: Manifest,
    step: int,
    chunk: Chunk,
    day_games: tuple[Mapping[str, str], ...],
) -> ChunkOrder:
    """One message of the fan-out; its id is (execution, step, scraper, n)."""
    return ChunkOrder(
        chunk_id=chunk.chunk_id,
        execution_id=manifest.execution_id,
        decision_id=manifest.decision_id,
        workflow=manifest.workflow,
        slot_id=manifest.slot_id,
        game_day=manifest.game_day,
        target_date=manifest.target_date,
        step=step,
        n=chunk.n,
        scraper=chunk.scraper,
        targets=tuple(chunk.targets),
        expects=manifest.expects,
        day_games=day_games,
        decided_at=manifest.decided_at,
        # A chunk is of no use once its execution has been given up.
        not_after=manifest.finish_by,
        config_version=manifest.config_version,
        source=manifest.source,
        triggered_by=manifest.triggered_by,
        fresh=manifest.fresh,
        options=manifest.options.get(chunk.scraper, {}),
    )


def run_id(execution_id: str, scraper: str, target: Target) -> str:
    """The id of one run: execution, scraper, target."""
    return f"{execution_id}.{scraper}.{target.id}"


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
