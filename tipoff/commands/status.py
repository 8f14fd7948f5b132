"""`tipoff status`: how the embedded world stands, and what an operator should look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

from tipoff.commands.options import (
    AsJson,
    At,
    Data,
    FolderConfig,
    folders_below,
    instant_of,
    settings_in,
)
from tipoff.commands.output import clock_et, coloured, print_json
from tipoff.commands.reading import Reads
from tipoff.folder import has_store

if TYPE_CHECKING:
    from shared.core.alerts import Alert


def status(
    at: At = None,
    data: Data = None,
    config: FolderConfig = None,
    project: Reads = None,
    *,
    json: AsJson = False,
) -> None:
    """Tell how things stand and what needs looking at.

    Plan, slots, decisions, executions, failures, missing files, alerts.

    The instant is --at, else the folder's last simulated instant, else now. Writes nothing;
    works beside a running `tipoff up`, and from cron. With --project that of the cloud.

    \b
    Examples:
      tipoff status
      tipoff status --at 2025-11-13T01:30:00-05:00 --json
      tipoff status --project my-project
    \b
    Exit codes: 0 healthy, 1 warnings, 2 something is critical (or bad input, said on stderr),
    3 folder unusable.
    """
    from shared.core.alerts import Severity
    from tipoff.commands.state import state_of

    settings = settings_in(data, config, project)
    instant = instant_of(at, "--at") if at else None
    found, alerts = state_of(settings, project, instant)
    if json:
        print_json(found)
    else:
        _tell(found, alerts)
        if (
            project is None
            and not has_store(settings.data)
            and (below := folders_below(settings.data))
        ):
            typer.echo(f"there is data in: {', '.join(map(str, below))} (--data DIR)")
    severities = {alert.severity for alert in alerts}
    raise typer.Exit(2 if Severity.CRITICAL in severities else 1 if severities else 0)


def _decided(decisions: list[dict[str, Any]]) -> Iterator[str]:
    """The newest tick in a line an action: which workflows, and how many slots of each."""
    for action in ("RUN", "ABORT", "SKIP"):
        names = Counter(d["workflow_name"] for d in decisions if d["action"] == action)
        listed = (name + (f" x{number}" if number > 1 else "") for name, number in names.items())
        if names:
            yield f"{action} {', '.join(listed)}"


def _number(found: int | None) -> str:
    return "not counted here" if found is None else str(found)


def _tell(found: dict[str, Any], alerts: tuple[Alert, ...]) -> None:
    from datetime import datetime

    from shared.typed import short

    def shown(text: str | None) -> str:
        return clock_et(datetime.fromisoformat(text) if text else None)

    running = {True: ", a tipoff up runs here", False: ", no tipoff up runs here", None: ""}
    typer.echo(f"at {shown(found['at'])}{running[found['running']]}")
    for day in found["days"]:
        slots = ", ".join(f"{number} {state}" for state, number in day["slots"].items()) or "none"
        typer.echo(
            f"{day['date']}: locked {shown(day['locked_at'])}, revision {day['revision']}, "
            f"{day['reason']}"
        )
        typer.echo(f"  slots: {slots}")
        parts = [f"{c['dataset']} {c['obtained']}/{c['expected']}" for c in day["completeness"]]
        if parts:
            typer.echo(f"  obtained: {', '.join(parts)}")
    typer.echo(
        f"last tick {shown(found['last_tick'])}, cleanup {shown(found['last_cleanup'])}, "
        f"schedule {shown(found['schedule_at'])}"
    )
    for line in _decided(found["last_decisions"]):
        typer.echo(f"  {line}")
    ended = ", ".join(f"{n} {state}" for state, n in found["executions"]["by_status"].items())
    typer.echo(f"executions in 24 hours: {ended or 'none'}")
    for each in found["executions"]["unfinished"]:
        typer.echo(f"  running: {each['execution_id']}, to end by {shown(each['finish_by'])}")
    typer.echo(
        f"runs in 24 hours: {found['runs']['ended']}, failed {found['runs']['failed']}; "
        f"missing files {found['missing_files']}; dead letters {_number(found['dead_letters'])}"
    )
    for run in found["runs"]["failures"]:
        typer.echo(f"failed: {run['run_id']}: {run['error_type']}: {short(run['error_message'])}")
    for alert in alerts:
        colour = {"CRITICAL": "red", "WARNING": "yellow"}[alert.severity]
        text = f"{alert.severity} {alert.code}: {alert.message}"
        typer.echo(typer.style(text, fg=colour) if coloured() else text)
        typer.echo(f"  since {clock_et(alert.since)}; see {alert.look}")
        if alert.evidence:
            typer.echo(f"  {short(', '.join(alert.evidence))}")
    if not alerts:
        typer.echo("healthy")
