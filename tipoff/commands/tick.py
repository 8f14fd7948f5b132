"""`tipoff tick`: one of the four scheduler jobs by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from shared.core.errors import BadInput
from tipoff.commands.by_hand import Live, run_by_hand
from tipoff.commands.cloud import Project
from tipoff.commands.folder_lock import holder
from tipoff.commands.options import (
    AsJson,
    At,
    Data,
    FolderConfig,
    instant_of,
    one_of,
    real_now,
    settings_in,
)

if TYPE_CHECKING:
    from datetime import datetime

    from shared.core.ports import Message
    from shared.core.workflows import Config

#: What a person says, and the topic that means.
TOPICS = {
    "lock": "schedule-lock",
    "evaluate": "controller-tick",
    "sweep": "execute-sweep",
    "cleanup": "cleanup-tick",
}


def tick(
    what: Annotated[
        str, typer.Argument(metavar="lock|evaluate|sweep|cleanup", help="Which job to run.")
    ],
    at: At = None,
    data: Data = None,
    config: FolderConfig = None,
    project: Project = None,
    *,
    live: Live = False,
    json: AsJson = False,
) -> None:
    """Run one of the four scheduler jobs by hand.

    lock locks the day's plan, evaluate decides every workflow, sweep picks up executions that
    stopped moving, cleanup announces files again that were never loaded.

    A running `tipoff up` on the folder delivers it, else it is delivered here until the work
    that it caused has ended. With --at that happens in simulated time. With --project the
    cloud's own functions take it; --at then names the tick.

    \b
    Examples:
      tipoff tick lock
      tipoff tick evaluate --at 2025-11-12T13:00:00-05:00 --data /tmp/try
      tipoff tick evaluate --project my-project
    \b
    Exit codes: 0 done, 1 something failed, 2 bad input, 3 folder unusable.
    """
    topic = TOPICS[one_of("tick", what, TOPICS)]
    settings = settings_in(data, config, project)
    instant = instant_of(at, "--at") if at else None
    beside = (holder(settings.data) or {}).get("command") == "tipoff up"
    # In real time the instant travels in the message; simulated time is the delivery's.
    named = _named(instant) if beside or (project and instant) else None

    def build(known: Config) -> Message:
        from shared.core.messages import Tick
        from shared.messages import message

        job = next((job.name for job in known.jobs.values() if job.topic == topic), "")
        return message(topic, Tick(job=job, at=named, triggered_by="manual"))

    run_by_hand(
        settings,
        build,
        at=instant,
        live=live,
        json=json,
        travels=True,
        look=_look(what, named) if named else None,
        project=project,
    )


def _named(at: datetime | None) -> datetime:
    """The tick that a function will take for `at` in real time; BadInput for one it refuses."""
    from shared.core.ids import tick_of

    try:
        return tick_of(at, None, None, real_now())
    except BadInput as e:
        raise BadInput("--at", e.found, e.allowed) from e


def _look(what: str, tick: datetime) -> str:
    """The query that shows what a tick came to."""
    from shared.core.days import day_of_instant, iso, stamp

    view, rows = {
        "lock": ("v_plan", f"date = '{day_of_instant(tick)}'"),
        "evaluate": ("v_decisions", f"tick = '{stamp(tick)}'"),
        "sweep": ("v_executions", f"execution_time >= '{iso(tick)}'"),
        "cleanup": ("v_cleanups", f"cleanup_time = '{iso(tick)}'"),
    }[what]
    return f"SELECT * FROM {view} WHERE {rows}"  # noqa: S608 shown
