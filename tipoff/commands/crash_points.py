"""`tipoff chaos --crash-points D`: an instance dies at each external call of a day in turn."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from shared.core.errors import BadInput
from tipoff.commands.chaos import EVERY
from tipoff.commands.output import print_table
from tipoff.commands.seasons import read_calendar, sample_season

if TYPE_CHECKING:
    from shared.settings import Settings
    from sim.chaos.crashes import Point

#: Points that are told with what was different.
TOLD = 5
#: Characters of one difference.
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
    points = _gathered(play(stretch, jobs))
    seconds = round(time.perf_counter() - began, 1)
    equal = sum(not point.different for point in points)
    if as_json:
        typer.echo(json.dumps(_counted(day, every, points, equal, seconds)))
    else:
        _tell(points, equal, every, seconds)
    _differences([point for point in points if point.different])
    return equal == len(points)


def _gathered(found: Iterable[Point]) -> list[Point]:
    """All of them; how far the day is, is told on stderr."""
    points: list[Point] = []
    told = time.monotonic()
    for point in found:
        points.append(point)
        if time.monotonic() < told + EVERY:
            continue
        told = time.monotonic()
        same = sum(not each.different for each in points)
        typer.echo(f"at {point.at} UTC: {same} of {len(points)} end equal", err=True)
    return points


def _counted(
    day: date, every: int, points: Sequence[Point], equal: int, seconds: float
) -> dict[str, object]:
    from sim.chaos.crash_points import table_of

    return {
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


def _tell(points: Sequence[Point], equal: int, every: int, seconds: float) -> None:
    from sim.chaos.crash_points import table_of

    rows = [
        (function, topic, call, n, same)
        for (function, topic, call), (n, same) in table_of(points).items()
    ]
    print_table(("function", "topic", "call", "points", "equal"), rows)
    share = "" if every == 1 else f" of one external call in {every}"
    typer.echo(f"{equal} of {len(points)} crash points{share} end equal, {seconds:g} s")


def _differences(points: Sequence[Point]) -> None:
    """The first points at which something was different, on stderr."""
    for point in points[:TOLD]:
        typer.echo(
            f"{point.at} {point.function} {point.topic}, {point.moment} {point.call}:", err=True
        )
        for text in point.different[:TOLD]:
            typer.echo(f"  {text[:WIDTH]}", err=True)
