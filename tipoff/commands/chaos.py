"""`tipoff chaos`: game days in which everything breaks, and what of the promises is left."""

from __future__ import annotations

import json as json_text
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.core.errors import BadInput
from tipoff.commands.options import AsJson, CalendarFile, ConfigDir, day_of, read_file, settings_of
from tipoff.commands.output import print_table

if TYPE_CHECKING:
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

#: Seconds between two lines of progress.
EVERY = 10.0
#: Failing seeds whose traces are made shorter; the others are only named.
TRACES = 3
#: Broken promises of one seed that are told.
TOLD = 10


def chaos(
    seed: Seed = 1,
    days: Days = 20,
    from_: From = None,
    to: To = None,
    calendar: CalendarFile = None,
    config: ConfigDir = None,
    jobs: Jobs = 1,
    record: Record = None,
    crash_points: CrashPoints = None,
    every: Every = 1,
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
    Exit codes: 0 every promise was kept, 1 some were not, 2 bad input.
    """
    from shared.config import load_config
    from sim.chaos.campaign import campaign
    from tipoff.commands.chaos_record import Run

    # No key is needed, and processes are handed what they can be handed.
    settings = replace(settings_of(config), environment="chaos", keys={})
    if jobs < 1:
        raise BadInput("--jobs", jobs, "1 or more")
    if crash_points is not None:
        from tipoff.commands.crash_points import crash_points as play

        day = day_of(crash_points, "--crash-points")
        equal = play(day, calendar, settings, every=every, jobs=jobs, as_json=json)
        raise typer.Exit(0 if equal else 1)
    if every != 1:
        raise BadInput("--every", every, "nothing without --crash-points")
    terrain = _terrain(from_, to, calendar, settings)
    if days < 1:
        raise BadInput("--days", days, "1 or more")
    run = Run(first_seed=seed, processes=jobs, config_version=load_config(settings.config).version)
    try:
        for played in campaign(terrain, settings, seed=seed, days=days, jobs=jobs):
            _count(run, played, days, record)
    finally:
        # Also when it is stopped: what was played was played.
        if record is not None:
            run.keep(record)
        _tell(run, as_json=json)
    failed = run.total.failed
    for played in failed[:TRACES]:
        _trace(played, terrain, settings)
    if len(failed) > TRACES:
        rest = ", ".join(str(played.seed) for played in failed[TRACES:])
        typer.echo(f"more failing seeds: {rest}", err=True)
    raise typer.Exit(1 if failed else 0)


def _terrain(first: str | None, last: str | None, file: Path | None, settings: Settings) -> Terrain:
    from shared.config import load_config
    from shared.core.calendar import Calendar
    from shared.core.schedule_json import load_games
    from sim.chaos.campaign import FIRST, LAST, Terrain

    start = day_of(first, "--from") if first else None
    end = day_of(last, "--to") if last else None
    calendar = None
    config = load_config(settings.config)
    if file is not None:
        games = load_games(read_file(file, "--calendar"), place=str(file))
        calendar = Calendar.of(games, preseason=config.preseason)
        start = start or calendar.first_day()
        end = end or calendar.last_day()
    start = start or (FIRST if end is None else min(FIRST, end))
    end = end or max(LAST, start)
    if start > end:
        raise BadInput("--to", end, f"{start} or later")
    return Terrain(first=start, last=end, calendar=calendar)


def _count(run: Run, played: Played, days: int, record: Path | None) -> None:
    """Count one seed in, and tell how far a long run is, on stderr."""
    total, before = run.total, run.seconds
    total.add(played)
    if played.violations:
        rules = ", ".join(sorted({violation.rule for violation in played.violations}))
        typer.echo(f"seed {played.seed} breaks a promise: {rules}", err=True)
    if before < run.told + EVERY:
        return
    run.told = before
    if record is not None:
        run.keep(record)
    # Not by the pace that is told: it is rounded, on a slow machine to zero.
    left = max(0, days - total.days) * run.seconds / total.days
    text = f"{total.days} of {days} days, {run.pace:.1f} a second, {left / 60:.0f} minutes to go, "
    typer.echo(f"{text}{total.violations} violations", err=True)


def _tell(run: Run, *, as_json: bool) -> None:
    total = run.total
    if as_json:
        found = {
            "days": total.days,
            "faults": sum(total.faults.values()),
            "violations": total.violations,
            "days_per_second": run.pace,
            "faults_by_kind": dict(sorted(total.faults.items())),
        }
        typer.echo(json_text.dumps(found))
        return
    seeds = f"{run.first_seed} to {run.last_seed}"
    typer.echo(f"{total.days} days of seeds {seeds}, {run.pace:g} days a second")
    print_table(("fault", "struck"), sorted(total.faults.items()))
    print_table(("effect", "times"), sorted(total.effects.items()))
    typer.echo(f"{total.violations} violations")


def _trace(played: Played, terrain: Terrain, settings: Settings) -> None:
    """The failing seed, on stderr: what it broke, and the fewest faults that break it."""
    from sim.chaos.instants import instant_of
    from sim.chaos.shrink import shrink

    rule = played.violations[0].rule
    found = shrink(terrain.scenario(played.seed), settings, rule)
    typer.echo(f"seed {played.seed}: {rule}", err=True)
    for violation in found.violations[:TOLD]:
        typer.echo(f"  {violation.rule}: {violation.what}", err=True)
    typer.echo(f"  the fewest faults that do it, of {found.replays} replays:", err=True)
    for fault in found.faults:
        when = f"{instant_of(fault.at):%Y-%m-%d %H:%M:%S}"
        typer.echo(f"  {when} {fault.kind}: {fault.what} [{fault.key}]", err=True)
    others = sorted({violation.rule for violation in played.violations} - {rule})
    if others:
        typer.echo(f"  it also breaks: {', '.join(others)}", err=True)
    typer.echo(f"  replay: tipoff chaos --seed {played.seed} --days 1", err=True)
