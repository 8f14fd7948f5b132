"""Runs by hand: publish one message, let it be delivered, and tell what it came to."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.core.errors import BadInput
from tipoff.commands.cloud import publish_to_cloud
from tipoff.commands.folder_lock import holder, holding
from tipoff.commands.options import instant_of
from tipoff.commands.output import clock_et, counted, print_json

if TYPE_CHECKING:
    from pathlib import Path

    from shared.core.ports import Message
    from shared.core.workflows import Config
    from shared.settings import Settings
    from tipoff.commands.deliver import Caused

#: What the controller says where it was never told of any games, and what helps.
NO_SCHEDULE = "no schedule is known"
NO_SCHEDULE_HINT = ": tipoff calendar import FILE brings one in, tipoff up the sample season"

Live = Annotated[
    bool,
    typer.Option("--live", help="Ask the real sources, with keys from the environment."),
]


def run_by_hand(
    settings: Settings,
    build: Callable[[Config], Message],
    *,
    at: datetime | None,
    live: bool,
    json: bool,
    travels: bool = False,
    look: str | None = None,
    project: str | None = None,
) -> None:
    """Publish what `build` makes; raises typer.Exit with 0 when all went well, else 1.

    A running `tipoff up` delivers it, in its own time and with its own sources; else it is
    delivered here, in simulated time if `at` is given or the folder lives in it. `travels`:
    the message itself carries `at`, so that a running one can heed it. `look` is the query
    that shows what came of it; without it that is the runs of the message. With `project` it
    goes to the cloud's topic, and nothing is delivered here.
    """
    from shared.config import load_config
    from tipoff.commands.deliver import deliver_one, publish_one

    config = load_config(settings.config)
    message = build(config)
    if live and at is not None:
        raise BadInput("--live", f"simulated time {at.isoformat()}", "real time with real sources")
    if project is not None:
        if at is not None and not travels:
            raise BadInput("--at", at.isoformat(), "nothing: the cloud runs in real time")
        _publish_there(publish_to_cloud(settings, project, message), message.topic, json=json)
        return
    other = holder(settings.data)
    if other is not None and other.get("command") == "tipoff up":
        if live and not other.get("live"):
            raise BadInput("--live", "a running tipoff up without it", "its simulated sources")
        if at is not None and not travels:
            raise BadInput("--at", at.isoformat(), "nothing: tipoff up runs here, in real time")
        _publish_beside(publish_one(settings, config, message), look, settings.data, json=json)
        return
    with holding(settings.data, {"command": "a run by hand"}):
        caused = deliver_one(settings, config, message, at=at, live=live)
    if json:
        print_json(
            {
                "message_id": caused.message_id,
                "delivered_by": "here",
                "ended": caused.ended,
                "errors": list(caused.errors),
                "rows": caused.rows,
            }
        )
    else:
        _tell(caused)
    raise typer.Exit(0 if caused.well else 1)


def _publish_there(message_id: str, topic: str, *, json: bool) -> None:
    if json:
        print_json({"message_id": message_id, "topic": topic})
    else:
        typer.echo(f"message {message_id} is published to {topic}")


def _publish_beside(message_id: str, query: str | None, data: Path, *, json: bool) -> None:
    of_it = f"workflow_execution_id = 'manual.{message_id}'"
    query = query or f"SELECT * FROM v_runs WHERE {of_it}"  # noqa: S608 shown
    where = f"--data {shlex.quote(str(data))}"
    look = f'tipoff status {where}, or tipoff sql "{query}" {where}'
    if json:
        print_json({"message_id": message_id, "delivered_by": "tipoff up", "look": look})
    else:
        typer.echo(f"message {message_id} is published; the running tipoff up delivers it")
        typer.echo(f"look at: {look}")


def _tell(caused: Caused) -> None:
    typer.echo(f"message {caused.message_id} is delivered")
    for table, rows in caused.rows.items():
        lines = [line for row in rows if (line := _line(table, row))]
        typer.echo(f"{table}: {counted(len(rows), 'new row')}")
        for line in lines:
            typer.echo(f"  {line}")
    if not caused.rows and not caused.errors:
        typer.echo("nothing new: there was nothing to do, or it was done before")
    for error in caused.errors:
        hint = NO_SCHEDULE_HINT if error == NO_SCHEDULE else ""
        typer.echo(" ".join(error.split()) + hint, err=True)
    if not caused.ended:
        typer.echo("not all of it has ended: see tipoff status", err=True)


def _line(table: str, row: Mapping[str, Any]) -> str | None:
    """What one new row says, or None for rows that only their number matters of."""
    match table:
        case "daily_expected_schedule":
            return f"{_clock(row['expected_run_time'])} {row['workflow_name']}: {row['reason']}"
        case "plan_changes":
            return f"{row['change']} {row['slot_id']}: {row['reason']}"
        case "workflow_decisions":
            return f"{row['action']} {row['workflow_name']}: {row['reason']}"
        case "workflow_executions":
            of = f"{row['scrapers_succeeded']} of {row['scrapers_triggered']} runs ended well"
            of += f", {row['scrapers_no_data']} without data" if row["scrapers_no_data"] else ""
            return f"{row['execution_id']} {row['status']}: {of}" + _why(row)
        case "scraper_execution_log":
            what = f"{row['scraper_name']} {row['target']} {row['status']}"
            return f"{what}: {row['record_count']} records" + _why(row)
        case "cleanup_operations":
            found = f"{row['files_checked']} files checked, {row['missing_files_found']} missing"
            return f"{found}, {row['republished_count']} announced again"
        case "daily_completeness":
            there = f"{row['date']} {row['dataset']}: {row['obtained']} of {row['expected']}"
            return there + ("" if row["closed_at"] else ", still open")
        case _:
            return f"{row['gcs_path']}: {row['error_message']}" if row["error_message"] else None


def _why(row: Mapping[str, Any]) -> str:
    return f" ({row['error_message']})" if row.get("error_message") else ""


def _clock(text: str) -> str:
    return clock_et(instant_of(text, "instant"))
