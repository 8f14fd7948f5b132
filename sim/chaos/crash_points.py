"""All crash points of a stretch, found by several processes, and counted by call."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import cast

from shared.core.errors import BadInput
from sim.chaos.crashes import Point, Stretch, play


def crash_points(stretch: Stretch, jobs: int = 1) -> Iterator[Point]:
    """Every crash point of the stretch as it is found, in `jobs` processes.

    Raises BadInput where there can be none, and ChildProcessError when a process failed.
    """
    if not hasattr(os, "fork"):
        raise BadInput("crash points", os.name, "a system that can fork a process")
    if not stretch.calendar.all_on(stretch.day):
        raise BadInput("crash points", stretch.day, "a day with games")
    # Started afresh and without threads: they fork.
    context = get_context("spawn")
    playing: dict[Connection, SpawnProcess] = {}
    try:
        for shard in range(jobs):
            reading, writing = context.Pipe(duplex=False)
            one = context.Process(target=_shard, args=(stretch, shard, jobs, writing), daemon=True)
            one.start()
            # The process has the other end: when it is gone, there is nothing more to read.
            writing.close()
            playing[reading] = one
        while playing:
            for each in cast(list[Connection], wait(playing)):
                try:
                    yield each.recv()
                except EOFError:
                    _ended(playing.pop(each))
    finally:
        for one in playing.values():
            one.terminate()


def _ended(one: SpawnProcess) -> None:
    one.join()
    if one.exitcode:
        raise ChildProcessError(f"a process of the crash points ended {one.exitcode}")


def _shard(stretch: Stretch, shard: int, shards: int, writing: Connection) -> None:
    play(stretch, shard, shards, writing.send)


Table = dict[tuple[str, str, str], list[int]]


def table_of(points: Sequence[Point]) -> Table:
    """By function, topic and call: how many points, and at how many the world was equal."""
    found: Table = {}
    for point in points:
        counts = found.setdefault((point.function, point.topic, point.call), [0, 0])
        counts[0] += 1
        counts[1] += not point.different
    return dict(sorted(found.items()))
