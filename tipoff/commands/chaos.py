"""`tipoff chaos`: game days in which everything breaks, and what of the promises is left."""

from __future__ import annotations

import json as json_text
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.core.errors import BadInput
from tipoff.commands.options import AsJson, CalendarFile, ConfigDir, day_of, read_file, settings_of
from tipoff.commands.output import print_table

if TYPE_CHECKING:
    from shared.settings import Settings
    from sim.chaos.campaign import Played, Terrain, Total

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
    typer.Option("--record", metavar="FILE", help="Keep the result, with the commit, as JSON."),
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
    int, typer.Option("--every", help="With --crash-points: only every so many-th call.")
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
    """Simulate game days in which everything breaks, and check every promise.

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
    from sim.chaos.campaign import Total, campaign

    # No key is needed, and processes are handed what they can be handed.
    settings = replace(settings_of(None, config), environment="chaos", keys={})
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
    total, began = Total(), time.perf_counter()
    told = began
    for played in campaign(terrain, settings, seed=seed, days=days, jobs=jobs):
        total.add(played)
        if time.perf_counter() - told >= EVERY:
            told = time.perf_counter()
            _progress(total, days, told - began)
    pace = round(total.days / (time.perf_counter() - began), 2)
    if record is not None:
        record.write_text(_recorded(total, seed, pace, jobs, settings))
    if json:
        typer.echo(
            json_text.dumps(
                {
                    "days": total.days,
                    "faults": sum(total.faults.values()),
                    "violations": total.violations,
                    "days_per_second": pace,
                    "faults_by_kind": dict(sorted(total.faults.items())),
                }
            )
        )
    else:
        _tell(total, seed, pace)
    for played in total.failed[:TRACES]:
        _trace(played, terrain, settings)
    if len(total.failed) > TRACES:
        rest = ", ".join(str(played.seed) for played in total.failed[TRACES:])
        typer.echo(f"more failing seeds: {rest}", err=True)
    raise typer.Exit(1 if total.failed else 0)


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


def _progress(total: Total, days: int, seconds: float) -> None:
    """How far a long run is, on stderr."""
    pace = total.days / seconds
    left = max(0, days - total.days) / pace
    text = f"{total.days} of {days} days, {pace:.1f} a second, {left / 60:.0f} minutes to go, "
    typer.echo(f"{text}{total.violations} violations", err=True)


def _tell(total: Total, seed: int, pace: float) -> None:
    last = seed + total.seeds - 1
    typer.echo(f"{total.days} days of seeds {seed} to {last}, {pace:g} days a second")
    print_table(("fault", "struck"), sorted(total.faults.items()))
    print_table(("effect", "times"), sorted(total.effects.items()))
    typer.echo(f"{total.violations} violations")


def _trace(played: Played, terrain: Terrain, settings: Settings) -> None:
    """The failing seed, on stderr: what it broke, and the fewest faults that break it."""
    from sim.chaos.engine import instant_of
    from sim.chaos.shrink import shrink

    rule = played.violations[0].rule
    found = shrink(terrain.scenario(played.seed), settings, rule)
    typer.echo(f"seed {played.seed} breaks a promise: {rule}", err=True)
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


def _recorded(total: Total, seed: int, pace: float, jobs: int, settings: Settings) -> str:
    from shared.config import load_config

    found: dict[str, Any] = {
        "commit": _commit(),
        "config_version": load_config(settings.config).version,
        "first_seed": seed,
        "last_seed": seed + total.seeds - 1,
        "days": total.days,
        "faults": sum(total.faults.values()),
        "faults_by_kind": dict(sorted(total.faults.items())),
        "effects": dict(sorted(total.effects.items())),
        "violations": total.violations,
        "failing_seeds": [played.seed for played in total.failed],
        "days_per_second": pace,
        "processes": jobs,
    }
    return json_text.dumps(found, indent=2) + "\n"


def _commit() -> str:
    """The commit that ran, with + when files of it were changed; unknown outside git."""
    import subprocess

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], capture_output=True, text=True, check=True, cwd=Path(__file__).parent
        )
        return done.stdout.strip()

    try:
        played = [f":/{name}" for name in ("shared", "functions", "scrapers", "sim", "config")]
        changed = git("status", "--porcelain", "--", *played)
        return git("rev-parse", "HEAD") + ("+" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
