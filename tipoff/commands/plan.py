"""`tipoff plan`: the plan of one game day, purely from a schedule and the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tipoff.commands.options import AsJson, CalendarFile, Data, FolderConfig, day_of, settings_in
from tipoff.commands.output import et, on_terminal, print_json, print_table, wall_et
from tipoff.commands.reading import Reads

if TYPE_CHECKING:
    from shared.core.plan import Plan

DATE = Annotated[str, typer.Argument(metavar="DATE", help="Game day, YYYY-MM-DD (an ET date).")]


def plan(
    date: DATE,
    calendar: CalendarFile = None,
    data: Data = None,
    config: FolderConfig = None,
    project: Reads = None,
    *,
    json: AsJson = False,
) -> None:
    """Show what would run on a game day, when, and why. Nothing is read but a schedule,
    nothing is written.

    The schedule is the file, else the project's or the data folder's newest, else the sample
    season 2025-26.
    A table on a terminal; JSON with --json and into a pipe.

    \b
    Examples:
      tipoff plan 2025-11-12
      tipoff plan 2025-11-12 --calendar my-season.csv --json
    \b
    Exit codes: 0 planned (also a day without games), 2 bad input, 3 folder unusable.
    """
    from shared.config import load_config
    from shared.core.days import day_starts
    from shared.core.plan import make_plan
    from tipoff.commands.seasons import calendar_for

    settings = settings_in(data, config, project, whole=False)
    day = day_of(date, "DATE")
    known = load_config(settings.config)
    season, origin, name = calendar_for(calendar, settings, known, project)
    found = make_plan(
        day, season.on(day), known, schedule=name, now=day_starts(day), by="tipoff plan"
    )
    if json or not on_terminal():
        print_json(plan_json(found))
        return
    typer.echo(f"{day:%A} {day}: {found.reason} (from {origin})")
    games = [(wall_et(g.tip, day) if g.tip_known else "TBD", g) for g in found.games]
    if games:
        rows = [(tip, f"{game.away} at {game.home}", game.game_id) for tip, game in games]
        print_table(("tip (ET)", "game", "id"), rows)
    slots = [
        (
            wall_et(slot.expected_run_time, day),
            slot.workflow,
            f"{wall_et(slot.opens_at, day)} to {wall_et(slot.closes_at, day)}",
            slot.priority.value,
            slot.reason,
        )
        for slot in found.slots
    ]
    print_table(("due (ET)", "workflow", "useful", "priority", "reason"), slots)
    typer.echo("times are Eastern; + is the date after")


def plan_json(plan: Plan) -> dict[str, Any]:
    """A plan as programs read it; instants are ISO 8601 with their Eastern offset."""
    return {
        "date": plan.game_day.isoformat(),
        "games": [
            {
                "game_id": game.game_id,
                "tip": et(game.tip) if game.tip_known else None,
                "away": game.away,
                "home": game.home,
            }
            for game in plan.games
        ],
        "revision": plan.revision,
        "reason": plan.reason,
        "slots": [
            {
                "slot_id": slot.slot_id,
                "workflow": slot.workflow,
                "expected_run_time": et(slot.expected_run_time),
                "opens_at": et(slot.opens_at),
                "closes_at": et(slot.closes_at),
                "target_date": slot.target_date.isoformat(),
                "scrapers": list(slot.scrapers),
                "reason": slot.reason,
                "priority": slot.priority.value,
            }
            for slot in plan.slots
        ],
    }
