"""`tipoff runs`: the runs of a game day, filtered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from shared.core.errors import BadInput
from tipoff.commands.options import AsJson, Data, FolderConfig, day_of, one_of, settings_in
from tipoff.commands.output import clock_et, counted, print_json, print_table
from tipoff.commands.reading import Reads, now_of, read_from

if TYPE_CHECKING:
    from shared.core.ports import Row
    from shared.core.workflows import Config
    from shared.world import World

STATUSES = ("success", "no_data", "failed")

#: Runs for a game day are begun on it, in the night after, and by hand before and later.
EARLIER = dt.timedelta(days=3)
LATER = dt.timedelta(days=14)


def runs(
    date: Annotated[
        str | None,
        typer.Option("--date", metavar="D", help="Runs for this game day (default: today's)."),
    ] = None,
    workflow: Annotated[
        str | None, typer.Option("--workflow", metavar="W", help="Of this workflow, or MANUAL.")
    ] = None,
    scraper: Annotated[
        str | None, typer.Option("--scraper", metavar="S", help="Of this scraper.")
    ] = None,
    status: Annotated[
        str | None, typer.Option("--status", metavar="|".join(STATUSES), help="That ended so.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="The newest N (0: all).")] = 50,
    data: Data = None,
    config: FolderConfig = None,
    project: Reads = None,
    *,
    json: AsJson = False,
) -> None:
    """List the runs of scrapers for a game day, newest first.

    When each began, of what, how it ended, how many records it brought, how long it took, and
    why it failed. With --json whole rows of scraper_execution_log.

    \b
    Examples:
      tipoff runs --date 2025-11-12 --status failed
      tipoff runs --workflow betting_lines --limit 0 --json
      tipoff runs --project my-project --scraper nbac_injury_report
    \b
    Exit codes: 0 listed (also none), 2 bad input or no data there,
    3 folder unusable, or a project that cannot be read.
    """
    settings = settings_in(data, config, project)
    if limit < 0:
        raise BadInput("--limit", limit, "0 (all) or more")
    if status is not None:
        one_of("--status", status, STATUSES)
    day = day_of(date, "--date") if date else None
    with read_from(settings, project) as world:
        wanted = {
            "workflow": _workflow(workflow, world.config),
            "scraper_name": scraper and one_of("--scraper", _snake(scraper), world.config.scrapers),
            "status": status,
        }
        asked = day or _today(now_of(world, project))
        found = [
            row
            for row in rows_for(world, asked)
            if all(value is None or row[column] == value for column, value in wanted.items())
        ]
    shown = found[:limit] if limit else found
    if json:
        print_json(shown)
        return
    _tell(shown, len(found), asked)


def rows_for(world: World, day: dt.date) -> list[Row]:
    """The runs for a game day, newest first."""
    found = world.ledger.rows("scraper_execution_log", day - EARLIER, day + LATER, about=day)
    return sorted(found, key=lambda row: (row["triggered_at"], row["run_id"]), reverse=True)


def _today(now: dt.datetime) -> dt.date:
    from shared.core.days import day_of_instant

    return day_of_instant(now)


def _workflow(name: str | None, config: Config) -> str | None:
    if name is None or name.upper() == "MANUAL":
        return name and "MANUAL"
    return one_of("--workflow", _snake(name), config.workflows)


def _snake(name: str) -> str:
    return name.replace("-", "_")


def _tell(rows: Sequence[Row], number: int, day: dt.date) -> None:
    from shared.typed import short

    table = [
        (
            clock_et(dt.datetime.fromisoformat(row["triggered_at"])),
            row["workflow"],
            row["scraper_name"],
            row["target"],
            row["status"],
            row["record_count"],
            f"{row['duration_seconds'] or 0:.1f}",
            f"{row['error_type']}: {short(row['error_message'])}" if row["error_type"] else "",
        )
        for row in rows
    ]
    if table:
        columns = ("began", "workflow", "scraper", "target", "status", "records", "s", "error")
        print_table(columns, table)
    more = f", the newest {len(rows)} shown (--limit 0: all)" if len(rows) < number else ""
    found = f"{counted(number, 'run')} of {day.isoformat()}{more}"
    typer.echo(found if number else f"{found} (--date D: of another game day)")
