"""`tipoff smoke`: one harmless tick through a deployment, followed to its row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from shared.core.errors import BadInput
from tipoff.commands.cloud import cloud
from tipoff.commands.options import AsJson, ConfigDir, real_now, settings_of
from tipoff.commands.output import print_json

if TYPE_CHECKING:
    from shared.world import World

#: Seconds between two looks.
LOOK = 0.5
#: Seconds that --wait may be; a delivery's back-off goes to ten minutes.
LONGEST = 1_800

Project = Annotated[
    str,
    typer.Option("--project", metavar="P", help="The Google Cloud project, with your own rights."),
]
Wait = Annotated[int, typer.Option("--wait", metavar="SECONDS", help="How long to look for it.")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing that must be seen, what it shows, and where to look when it is not."""

    name: str
    what: str
    shows: str
    look: str
    seen: Callable[[], bool]


def smoke(
    project: Project,
    wait: Wait = 120,
    config: ConfigDir = None,
    *,
    json: AsJson = False,
) -> None:
    """Follow one harmless tick through a deployment.

    From its topic to its row. A tick of cleanup, named by this minute: it decides, writes its
    record and its row, and orders no run. It does what cleanup does every 15 minutes anyway:
    files that are missing are announced again. Then it tells what the deployment knows:
    schedule, plan, last tick.

    \b
    Examples:
      tipoff smoke --project my-project
      tipoff smoke --project my-project --wait 600 --json
    \b
    Exit codes: 0 seen to its row, 1 it got stuck or the row tells of errors, 2 bad input,
    3 no rights, no topic, or no way there.
    """
    if not 1 <= wait <= LONGEST:
        raise BadInput("--wait", wait, f"1 to {LONGEST} seconds")
    from shared.core.messages import Tick
    from shared.messages import CLEANUP_TICK, message

    with cloud(settings_of(config), project) as world:
        tick = real_now().replace(second=0, microsecond=0)
        began = world.clock.now()
        body = message(CLEANUP_TICK, Tick(job="smoke", at=tick, triggered_by="smoke"))
        world.publish([body])
        told = [_tell("published", 0.0, f"{CLEANUP_TICK} of {tick:%H:%M} UTC", json=json)]
        stuck: Step | None = None
        for step in _steps(world, tick):
            after = _wait(world, step, began, wait)
            if after is None:
                stuck = step
                break
            told.append(_tell(step.name, after, f"{step.what}: {step.shows}", json=json))
        errors = () if stuck else _errors(world, tick)
        known = _known(world)
    if json:
        print_json(
            {
                "project": project,
                "tick": tick,
                "seen": told,
                "stuck": stuck.name if stuck else None,
                "errors": list(errors),
                "known": known,
            }
        )
    else:
        for name, what in known.items():
            typer.echo(f"{name:10} {what}")
    for line in [f"not {stuck.name} after {wait} s: {stuck.look}"] if stuck else errors:
        typer.echo(line, err=True)
    if stuck or errors:
        raise typer.Exit(1)


def _steps(world: World, tick: datetime) -> Sequence[Step]:
    from shared import records

    name = records.cleanup_name(tick)
    return (
        Step(
            name="decided",
            what=name,
            shows="the push and its token, the function, its rights on the state bucket",
            look="the subscription cleanup-tick-to-cleanup (oldest unacked message), then the log "
            "of cleanup: a 403 is the invoker's role, no request at all the subscription",
            seen=lambda: world.state.stat(name) is not None,
        ),
        Step(
            name="done",
            what=name + records.DONE,
            shows="it may append to BigQuery",
            look="the log of cleanup: what failed comes again by itself",
            seen=lambda: records.is_done(world.state, name),
        ),
        Step(
            name="row",
            what="cleanup_operations",
            shows="the row can be read",
            look="your own rights on the dataset, or wait: fresh rows may take a minute",
            seen=lambda: bool(_rows(world, tick)),
        ),
    )


def _wait(world: World, step: Step, began: datetime, wait: int) -> float | None:
    """Seconds from the beginning until the step was seen; None when it was not."""
    while True:
        seen = step.seen()
        after = (world.clock.now() - began).total_seconds()
        if seen:
            return after
        if after >= wait:
            return None
        world.clock.sleep(LOOK)


def _rows(world: World, tick: datetime) -> list[Sequence[str]]:
    """The errors that each row of the tick tells of."""
    from shared.core.days import stamp

    rows = world.ledger.rows("cleanup_operations", tick.date(), tick.date())
    return [row["errors"] for row in rows if row["cleanup_id"] == f"cleanup.{stamp(tick)}"]


def _errors(world: World, tick: datetime) -> Sequence[str]:
    return [f"the row tells: {error}" for errors in _rows(world, tick) for error in errors]


def _known(world: World) -> dict[str, str]:
    """What the deployment knows of games, plans and ticks."""
    from shared import records
    from shared.core.days import day_of_instant

    now = world.clock.now()
    day = day_of_instant(now)
    plans = [s for s in world.state.list(f"plans/{day}/") if not s.name.endswith(records.DONE)]
    ticks = [s for s in world.state.list("ticks/") if not s.name.endswith(records.DONE)]
    schedules = world.state.list("schedules/")
    return {
        "schedule": schedules[-1].name
        if schedules
        else "none: `tipoff calendar import FILE --project P` before the first 05:00 ET",
        "plan": plans[-1].name if plans else f"none for {day}: it is locked at 05:00 ET",
        "last tick": ticks[-1].name if ticks else "none: the controller has not run",
    }


def _tell(name: str, after: float, what: str, *, json: bool) -> dict[str, object]:
    """Say what was seen, at once; and what there is to print in the end."""
    if not json:
        typer.echo(f"{name:10} {after:5.1f} s  {what}")
    return {"step": name, "seconds": round(after, 1), "what": what}
