"""`tipoff day`: plays a game day, then says what it came to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tipoff.commands.options import (
    AsJson,
    CalendarFile,
    ConfigDir,
    day_of,
    settings_in,
    settings_of,
)

if TYPE_CHECKING:
    from rich.console import Console

    from shared.settings import Settings
    from tipoff.day import Day
    from tipoff.summary import Review

Date = Annotated[str, typer.Argument(metavar="DATE", help="Game day, YYYY-MM-DD (an ET date).")]
Seed = Annotated[int, typer.Option("--seed", help="Luck: the same seed gives the same day.")]
NoTroubles = Annotated[bool, typer.Option("--no-troubles", help="Let nothing go wrong.")]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Folder to play in (default: one for each date, seed and calendar, in $TIPOFF_DATA "
        "or .tipoff).",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Only the last word, and what is not met.")]

#: Columns where nothing says how wide the reader's screen is.
PLAIN_WIDTH = 120

#: Columns without which the tables would lose some: a narrower terminal breaks the lines itself.
LEAST_WIDTH = 80


def day(
    date: Date = "2025-11-12",
    calendar: CalendarFile = None,
    data: Folder = None,
    seed: Seed = 1,
    config: ConfigDir = None,
    *,
    no_troubles: NoTroubles = False,
    json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Play a whole game day in simulated time.

    From 04:55 ET (US Eastern time) to 05:05 ET of the next date. The real functions run on this
    machine against simulated sources. Then the plan, what became of each slot (a planned run),
    what went wrong and how it was healed, and report.html, a picture of the day. A day that was
    interrupted goes on; one that ended is told again.

    \b
    Examples:
      tipoff day
      tipoff day 2025-12-25 --seed 7 --data /tmp/christmas
    \b
    Exit codes: 0 every obligation was met or explained, 1 some were not (they are listed),
    2 bad input, 3 folder unusable, 130 stopped by Ctrl-C.
    """
    from rich.console import Console

    from shared.config import load_config
    from tipoff.commands.seasons import read_calendar, sample_season
    from tipoff.day import Day, default_folder

    # A folder that is named remembers the configuration that it was worked with.
    settings = settings_in(data, config) if data else settings_of(config)
    known = load_config(settings.config)
    sample = sample_season(settings, known)
    played = Day(
        date=day_of(date, "DATE"),
        calendar=read_calendar(calendar, known) if calendar else sample,
        seed=seed,
        troubles=not no_troubles,
    )
    folder = data or default_folder(played, settings.data, sample=sample)
    progress = Console(stderr=True, quiet=quiet or json)
    came_to, report = play(played, replace(settings, data=folder), progress)
    tell(came_to, report, as_json=json, quiet=quiet)
    raise typer.Exit(0 if came_to.met else 1)


def play(played: Day, settings: Settings, progress: Console) -> tuple[Review, Path]:
    """Run the day, or what is left of it; its review, and where its picture was written."""
    from tipoff.commands.folder_lock import holding
    from tipoff.day import opened, run
    from tipoff.observe import observe
    from tipoff.progress import shown
    from tipoff.report import write_report
    from tipoff.review import review

    with (
        holding(settings.data, {"command": "tipoff day"}),
        opened(played, settings) as world,
    ):
        try:
            with shown(played, progress) as on_progress:
                delivered = run(played, world, on_progress=on_progress)
        except KeyboardInterrupt:
            progress.print("stopped; the same command goes on from here", highlight=False)
            raise
        facts = observe(played, world)
    again = "" if delivered else ": it was played before, nothing was left to do"
    progress.print(f"{delivered} deliveries{again}", highlight=False)
    came_to = review(facts)
    return came_to, write_report(came_to, facts, settings.data / "report.html")


def tell(came_to: Review, report: Path, *, as_json: bool, quiet: bool) -> None:
    """Print the review: all of it, as JSON, or the last word."""
    if as_json:
        from json import dumps

        found = {**came_to.as_json(), "report": str(report)}
        typer.echo(dumps(found, sort_keys=True, indent=2, ensure_ascii=False))
        return
    from rich.console import Console

    from tipoff.render import ending, render

    out = Console()
    out.width = max(out.width, LEAST_WIDTH) if out.is_terminal else PLAIN_WIDTH
    if quiet:
        ending(came_to, out)
    else:
        render(came_to, out, report=report)
