"""The progress of a simulated day: a bar in simulated time, or a few plain lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from local.delivery import Delivery
from tipoff.day import Day
from tipoff.day import Progress as OnProgress
from tipoff.facts import clock


@contextmanager
def shown(day: Day, console: Console) -> Iterator[OnProgress | None]:
    """What to call after each batch: a bar on a terminal, nothing elsewhere."""
    if not console.is_terminal:
        console.print(f"Playing {day.date.isoformat()}, seed {day.seed} ...", highlight=False)
        yield None
        return
    bar = Progress(
        TextColumn("[bold]{task.fields[clock]}[/] ET"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[delivered]} deliveries"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[last]}", style="dim", markup=False),
        console=console,
        transient=True,
        expand=True,
    )
    with bar:
        task = bar.add_task(
            "", total=_minutes(day, day.end), clock=clock(day.start, day.date), delivered=0, last=""
        )
        delivered = 0

        def on_progress(instant: datetime, deliveries: Sequence[Delivery]) -> None:
            nonlocal delivered
            delivered += len(deliveries)
            bar.update(
                task,
                completed=_minutes(day, instant),
                clock=clock(instant, day.date),
                delivered=delivered,
                last=happened(deliveries[-1]),
            )

        yield on_progress


def happened(delivery: Delivery) -> str:
    """What a delivery was, in a few words."""
    try:
        found = json.loads(delivery.body)
    except ValueError:
        found = {}
    body = found if isinstance(found, dict) else {}
    match body.get("kind"):
        case "run-order":
            return f"executor starts {body.get('workflow')}"
        case "chunk":
            return f"scraper {body.get('scraper')}, {len(body.get('targets', ()))} targets"
        case "file":
            return f"loader {body.get('path')}"
        case "advance":
            return f"executor goes on with {body.get('execution_id')}"
        case _:
            return delivery.subscription.replace("-", " ")


def _minutes(day: Day, instant: datetime) -> float:
    return (instant - day.start).total_seconds() / 60
