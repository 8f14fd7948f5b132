"""The chunks of an execution: in which groups its steps are sent, and which are next.

`progress` is a pure function of the manifest and the outcomes that exist: whoever calls it, in
whatever order and however often, finds the same next chunks with the same ids.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from shared.core.execution import Manifest
from shared.core.messages import ChunkOrder
from shared.core.resolve import targets_of
from shared.core.targets import Target
from shared.core.workflows import Config, Step

#: Most targets of one chunk: keeps an outcome's object metadata under 8 KiB.
CHUNK = 50

#: Seconds of a push delivery in which a chunk's calls may be started (540 s timeout).
PUSH_SECONDS = 400

#: The targets that an earlier step's scraper found in this execution.
FoundBy = Callable[[str], Sequence[Target]]


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
