"""`tipoff chaos`: game days in which everything breaks, and what of the promises is left."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.core.errors import BadInput
from tipoff.commands.options import AsJson, CalendarFile, ConfigDir, day_of, settings_of
from tipoff.commands.seasons import read_calendar
from tipoff.commands.signals import ending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.settings import Settings
    from sim.chaos.campaign import Played, Terrain
    from tipoff.commands.chaos_record import Run

Seed = Annotated[int, typer.Option("--seed", help="The first seed; each plays one to three days.")]
Days = Annotated[int, typer.Option("--days", help="Play seeds until so many days are played.")]
From = Annotated[
    str | None, typer.Option("--from", metavar="D", help="First date that a seed may play.")
]
To = Annotated[
    str | None, typer.Option("--to", metavar="D", help="Last date that a seed may play.")
]
Jobs = Annotated[int, typer.Option("--jobs", help="Processes.")]
Record = Annotated[
    Path | None,
    typer.Option(
        "--record", metavar="FILE", help="Keep the result so far, with the commit, as JSON."
    ),
]
CrashPoints = Annotated[
    str | None,
    typer.Option(
        "--crash-points",
        metavar="D",
        help="Instead: let an instance die at each external call of this game day in turn.",
    ),
]
Every = Annotated[
    int, typer.Option("--every", help="With --crash-points: only one call in so many.")
]

#: What is played without a word of it.
SEED, DAYS, EVERY = 1, 20, 1

#: Seconds between two lines of progress.
PROGRESS = 10.0


def chaos(
    seed: Seed = SEED,
    days: Days = DAYS,
    from_: From = None,
    to: To = None,
    calendar: CalendarFile = None,
    config: ConfigDir = None,
    jobs: Jobs = 1,
    record: Record = None,
    crash_points: CrashPoints = None,
    every: Every = EVERY,
    *,
    json: AsJson = False,
) -> None:
    """Simulate game days in which everything breaks.

    The real functions run in one process in virtual time: deliveries are repeated, late and out
    of order, instances die between two calls, ports time out before and after they have written,
    sources are empty, slow, wrong or blocked, ticks are lost, games move after the lock. A
    checker then reads the final tables and files alone. A seed replays exactly; one that breaks
    a promise is told with the fewest faults that still break it.

    \b
    Examples:
      tipoff chaos --days 100
      tipoff chaos --seed 4711 --days 1
      tipoff chaos --from 2025-11-01 --to 2025-11-30 --config my-config --jobs 2 --json
      tipoff chaos --crash-points 2025-11-12 --jobs 2
    \b
    Exit codes: 0 every promise was kept, 1 some were not, 2 bad input, 3 a file cannot be used,
    130 and 143 stopped by Ctrl-C and SIGTERM: what was played until then is told.
    """
    # No key is needed, and processes are handed what they can be handed.
    settings = replace(settings_of(config), environment="chaos", keys={})
    if jobs < 1:
        raise BadInput("--jobs", jobs, "1 or more")
    if crash_points is None:
        _refuse("nothing without --crash-points", ("--every", every, EVERY))
        terrain = _terrain(from_, to, calendar, settings)
        given = _given(settings, ("--from", from_), ("--to", to), ("--calendar", calendar))
        kept = _plays(
            terrain, settings, given, seed=seed, days=days, jobs=jobs, record=record, as_json=json
        )
    else:
        from tipoff.commands.crash_points import crash_points as play

        dates = ("--from", from_, None), ("--to", to, None)
        seeds = ("--seed", seed, SEED), ("--days", days, DAYS)
        _refuse("nothing with --crash-points", ("--record", record, None), *dates, *seeds)
        day = day_of(crash_points, "--crash-points")
        with ending():
            kept = play(day, calendar, settings, every=every, jobs=jobs, as_json=json)
    raise typer.Exit(0 if kept else 1)


def _refuse(allowed: str, *options: tuple[str, object, object]) -> None:
    """BadInput for the first option whose value is not that of its default."""
    for option, value, unset in options:
        if value != unset:
            raise BadInput(option, value, allowed)


def _given(settings: Settings, *options: tuple[str, object]) -> list[str]:
    """The words of the options that say what a seed plays; $TIPOFF_CONFIG as one of them."""
    from shared.settings import Settings as Unset

    own = settings.config if settings.config != Unset().config else None
    pairs = (*options, ("--config", own))
    return [word for option, value in pairs if value for word in (option, str(value))]


def _plays(
    terrain: Terrain,
    settings: Settings,
    given: Sequence[str],
    *,
    seed: int,
    days: int,
    jobs: int,
    record: Path | None,
    as_json: bool,
) -> bool:
    """Play the seeds, keep and tell what they came to; whether every promise was kept."""
    from shared.config import load_config
    from sim.chaos.campaign import campaign
    from tipoff.commands.chaos_record import Run
    from tipoff.commands.chaos_tell import tell, tell_failed

    if days < 1:
        raise BadInput("--days", days, "1 or more")
    file = _to_write(record) if record else None
    run = Run(first_seed=seed, processes=jobs, config_version=load_config(settings.config).version)
    with ending() as ended:
        try:
            for played in campaign(terrain, settings, seed=seed, days=days, jobs=jobs):
                if ended.code:
                    # The seed in whose midst somebody stopped it proves nothing.
                    raise SystemExit(ended.code)
                _count(run, played, days, file)
        finally:
            # Also when it is stopped, or nobody listens: what was played was played.
            try:
                tell(run, as_json=as_json)
            finally:
                if file is not None:
                    run.keep(file)
        tell_failed(run.total.failed, terrain, settings, given)
    return not run.total.failed


def _to_write(record: Path) -> Path:
    """The file that --record names, so that hours of play are not lost on it."""
    file = record.resolve()
    if file.exists() and not file.is_file():
        raise BadInput("--record", record, "a file")
    if not file.parent.is_dir() or not os.access(file.parent, os.W_OK):
        raise BadInput("--record", record, "a file in a folder that is there and can be written")
    return file


def _terrain(first: str | None, last: str | None, file: Path | None, settings: Settings) -> Terrain:
    from shared.config import load_config
    from sim.chaos.campaign import FIRST, LAST, Terrain

    start = day_of(first, "--from") if first else None
    end = day_of(last, "--to") if last else None
    calendar = None
    if file is not None:
        calendar = read_calendar(file, load_config(settings.config))
        start = start or calendar.first_day()
        end = end or calendar.last_day()
    start = start or (FIRST if end is None else min(FIRST, end))
    end = end or max(LAST, start)
    if start > end:
        raise BadInput("--to", end, f"{start} or later")
    if calendar and not any(start <= day <= end for day in calendar.days()):
        raise BadInput("--calendar", file, f"one with games from {start} to {end}")
    return Terrain(first=start, last=end, calendar=calendar)


def _count(run: Run, played: Played, days: int, record: Path | None) -> None:
    """Count one seed in, and tell how far a long run is, on stderr."""
    total, before = run.total, run.seconds
    total.add(played)
    if played.violations:
        rules = ", ".join(sorted({violation.rule for violation in played.violations}))
        typer.echo(f"seed {played.seed} breaks a promise: {rules}", err=True)
    if before < run.told + PROGRESS:
        return
    run.told = before
    if record is not None:
        run.keep(record)
    # Not by the pace that is told: it is rounded, on a slow machine to zero.
    left = max(0, days - total.days) * run.seconds / total.days
    text = f"{total.days} of {days} days, {run.pace:.1f} a second, {left / 60:.0f} minutes to go, "
    typer.echo(f"{text}{total.violations} violations", err=True)
