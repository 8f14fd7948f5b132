"""`tipoff chaos --crash-points D`: an instance dies at each external call of a day in turn."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from shared.core.errors import BadInput
from tipoff.commands.chaos import PROGRESS
from tipoff.commands.output import print_table
from tipoff.commands.seasons import read_calendar, sample_season

if TYPE_CHECKING:
    from shared.settings import Settings
    from sim.chaos.crashes import Point

#: Points that are told with what was different, and differences of each.
TOLD = 5
#: Characters of each side of a difference.
WIDTH = 300


def crash_points(
    day: date,
    calendar: Path | None,
    settings: Settings,
    *,
    every: int,
    jobs: int,
    as_json: bool,
) -> bool:
    """Play them all and tell; whether every world became equal."""
    from shared.config import load_config
    from sim.chaos.crash_points import crash_points as play
    from sim.chaos.crashes import Stretch

    if every < 1:
        raise BadInput("--every", every, "1 or more")
    config = load_config(settings.config)
    season = sample_season(settings, config)
    stretch = Stretch(
        day=day,
        calendar=read_calendar(calendar, config) if calendar else season,
        settings=settings,
        every=every,
    )
    calls = "each external call" if every == 1 else f"one external call in {every}"
    typer.echo(
        f"{day}: an instance dies before and after {calls}, in {jobs} "
        f"process{'es' if jobs > 1 else ''}. Every call of a full day takes some minutes.",
        err=True,
    )
    began = time.perf_counter()
    points: list[Point] = []
    try:
        _gather(play(stretch, jobs), points)
    finally:
        # Also when it is stopped: what was tried was tried.
        equal = sum(not point.different for point in points)
        if points:
            seconds = round(time.perf_counter() - began, 1)
            tell = _tell_json if as_json else _tell
            tell(day, every, points, equal, seconds)
    if not points:
        raise BadInput("--every", every, "a smaller number: no call of the day was tried")
    return equal == len(points)


def _gather(found: Iterable[Point], points: list[Point]) -> None:
    """Add them to `points`; how far the day is and the first differences are told on stderr."""
    told, different = time.monotonic(), 0
    for point in found:
        points.append(point)
        if point.different:
            different += 1
            if different <= TOLD:
                _differences(point)
        if time.monotonic() < told + PROGRESS:
            continue
        told = time.monotonic()
        same = len(points) - different
        typer.echo(f"at {point.at} UTC: {same} of {len(points)} end equal", err=True)


def _tell_json(day: date, every: int, points: Sequence[Point], equal: int, seconds: float) -> None:
    from sim.chaos.crash_points import table_of

    found = {
        "crash_points": len(points),
        "equal": equal,
        "date": day.isoformat(),
        "every": every,
        "seconds": seconds,
        "by_call": [
            {"function": function, "topic": topic, "call": call, "points": n, "equal": same}
            for (function, topic, call), (n, same) in table_of(points).items()
        ],
    }
    typer.echo(json.dumps(found))


def _tell(_day: date, every: int, points: Sequence[Point], equal: int, seconds: float) -> None:
    from sim.chaos.crash_points import table_of

    rows = [
        (function, topic, call, n, same)
        for (function, topic, call), (n, same) in table_of(points).items()
    ]
    print_table(("function", "topic", "call", "points", "equal"), rows)
    share = "" if every == 1 else f" of one external call in {every}"
    typer.echo(f"{equal} of {len(points)} crash points{share} end equal, {seconds:g} s")


def _differences(point: Point) -> None:
    """A point at which something was different, on stderr."""
    typer.echo(f"{point.at} {point.function} {point.topic}, {point.moment} {point.call}:", err=True)
    for text in point.different[:TOLD]:
        for line in lines_of(text):
            typer.echo(f"  {line}", err=True)


def lines_of(text: str) -> list[str]:
    """A difference as lines for people: of a row or object on both sides only what differs.

    `text` is "TABLE ID: - JSON + JSON", as sim/chaos/crashes.py writes it, or anything else.
    """
    place, _, rest = text.partition(": - ")
    try:
        before, end = json.JSONDecoder().raw_decode(rest)
        after = json.loads(rest[end:].removeprefix(" + "))
    except ValueError:
        return [text[: 2 * WIDTH]]
    lines = [
        f"{place}{key and ' '}{key}: - {json.dumps(one)[:WIDTH]} + {json.dumps(other)[:WIDTH]}"
        for key, one, other in _changes(before, after, "")
    ]
    # A null for a key that is not there, 1 for true: equal to Python, and not to the ledger.
    return lines or [text[: 2 * WIDTH]]


def _changes(before: Any, after: Any, key: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            inner = f"{key}.{name}" if key else name
            yield from _changes(before.get(name), after.get(name), inner)
        return
    if isinstance(before, list) and isinstance(after, list):
        gone = [each for each in before if each not in after]
        new = [each for each in after if each not in before]
        if gone or new:
            yield key, gone, new
            return
    if before != after:
        yield key, before, after
