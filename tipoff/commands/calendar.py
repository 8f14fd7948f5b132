"""`tipoff calendar`: bring a schedule in, and look at the one that is there."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.core.errors import BadInput
from tipoff.commands.cloud import Project, cloud
from tipoff.commands.options import (
    AsJson,
    Data,
    FolderConfig,
    day_of,
    instant_of,
    settings_in,
)
from tipoff.commands.output import clock_et, counted, et, print_json, print_table
from tipoff.commands.reading import Reads
from tipoff.folder import SIMULATED_NOW, remember_config

if TYPE_CHECKING:
    from datetime import datetime

    from shared.core.calendar import Calendar
    from shared.world import World

app = typer.Typer(help="Bring a schedule in, and look at the one that is there.")


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="scheduleLeagueV2 JSON, our own JSON, or CSV.")
    ],
    data: Data = None,
    config: FolderConfig = None,
    project: Project = None,
    *,
    json: AsJson = False,
) -> None:
    """Make a schedule file the newest schedule.

    Of the data folder, or of a project. The next tick of the controller revises the plans that
    it changes. CSV needs the columns game_id, tipoff_utc, away and home; others are optional,
    unknown ones are ignored.

    \b
    Examples:
      tipoff calendar import schedule.json
      tipoff calendar import season.csv --data .tipoff/season
      tipoff calendar import season.csv --project my-project
    \b
    Exit codes: 0 imported, 2 the file or an argument is refused, 3 folder unusable.
    """
    from local.world import build_world
    from shared.config import load_config
    from shared.log import Log
    from tipoff.commands.seasons import read_calendar

    settings = settings_in(data, config, project)
    known = load_config(settings.config)
    season = read_calendar(file, known, "FILE")
    if not season.games:
        raise BadInput(f"FILE {file}", "no games", "a schedule with games")
    if project is not None:
        with cloud(settings, project) as world:
            name = adopt_next(world, season)
    else:
        name = bring_in(build_world(settings, config=known, log=Log("CRITICAL")), season)
    first, last = season.first_day(), season.last_day()
    if json:
        told: dict[str, Any] = {"schedule": name, "games": len(season.games)}
        print_json({**told, "days": len(season.days()), "first": first, "last": last})
    else:
        games = counted(len(season.games), "game")
        typer.echo(f"{games}, {first} to {last}: {name} is the newest schedule")


def bring_in(world: World, season: Calendar) -> str:
    """Make `season` the newest schedule, in the folder's own time; the record's name."""
    from local.world import store_of
    from tipoff.day import LastInstant

    store = store_of(world)
    remember_config(store, world.settings.config)
    fact = store.fact(SIMULATED_NOW)
    if fact is None:
        return adopt_next(world, season)
    name = adopt_next(world, season, instant_of(fact, SIMULATED_NOW))
    # A second later, where two came in one: what is brought in is seen from now on.
    LastInstant(store).reach(_instant_of(name))
    return name


def adopt_next(world: World, season: Calendar, at: datetime | None = None) -> str:
    """Make `season` the newest schedule from `at` (default: now) on; the record's name.

    Schedules are named by the second, and the last name counts: where the newest one has this
    second or a later one, the next is taken, or this schedule would be dropped unseen.
    """
    from shared.planning import adopt_schedule

    at = at or world.clock.now()
    with world.clock.at(at):
        listing = world.state.list("schedules/")
    if listing:
        at = max(at, _instant_of(listing[-1].name) + timedelta(seconds=1))
    while True:
        with world.clock.at(at):
            created = adopt_schedule(world, season, origin="import")
        if created.created:
            return created.stored.name
        at += timedelta(seconds=1)


def _instant_of(name: str) -> datetime:
    """The instant that a schedule's record is named by."""
    from shared.core.days import parse_stamp

    return parse_stamp(name.removeprefix("schedules/").removesuffix(".json"))


@app.command("show")
def show(
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day to show.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Last day to show.")
    ] = None,
    data: Data = None,
    config: FolderConfig = None,
    project: Reads = None,
    *,
    json: AsJson = False,
) -> None:
    """Show the game days of the newest schedule.

    The data folder's, or the project's. A folder that has none shows the sample season.

    \b
    Examples:
      tipoff calendar show --from 2025-11-10 --to 2025-11-16
      tipoff calendar show --json
    \b
    Exit codes: 0 shown, 2 bad input, 3 folder unusable.
    """
    from shared.config import load_config
    from tipoff.commands.seasons import calendar_for

    settings = settings_in(data, config, project, whole=False)
    since = day_of(first, "--from") if first else None
    until = day_of(last, "--to") if last else None
    if since and until and since > until:
        raise BadInput("--from", since, f"a day not after --to ({until})")
    known = load_config(settings.config)
    season, origin, name = calendar_for(None, settings, known, project)
    days = [d for d in season.days() if (not since or d >= since) and (not until or d <= until)]
    if json:
        games = [
            {
                "date": day,
                "game_id": game.game_id,
                "tip": et(game.tip) if game.tip_known else None,
                "away": game.away,
                "home": game.home,
                "type": game.type.value,
                "status": game.status.value,
            }
            for day in days
            for game in season.on(day)
        ]
        print_json({"schedule": name, "days": len(days), "games": games})
        return
    typer.echo(f"{counted(len(days), 'day')} with games, from {origin}")
    rows = []
    for day in days:
        tips = [game.tip for game in season.on(day) if game.tip_known]
        shown = [clock_et(tip) for tip in (min(tips), max(tips))] if tips else ["TBD", "TBD"]
        who = " ".join(f"{game.away}@{game.home}" for game in season.on(day))
        rows.append((day, len(season.on(day)), *shown, who))
    if rows:
        print_table(("date", "games", "first tip", "last tip", "who"), rows)
