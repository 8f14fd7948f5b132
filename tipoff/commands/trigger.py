"""`tipoff trigger`: one workflow by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tipoff.commands.by_hand import Live, run_by_hand
from tipoff.commands.cloud import Project
from tipoff.commands.options import (
    AsJson,
    At,
    Data,
    FolderConfig,
    day_of,
    instant_of,
    one_of,
    settings_in,
)

if TYPE_CHECKING:
    from shared.core.ports import Message
    from shared.core.workflows import Config

TargetDate = Annotated[
    str | None,
    typer.Option("--date", metavar="D", help="For this date (default: the game day it is)."),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Ask again for what is complete already.")]


def trigger(
    workflow: Annotated[str, typer.Argument(metavar="WORKFLOW", help="The workflow's name.")],
    date: TargetDate = None,
    at: At = None,
    data: Data = None,
    config: FolderConfig = None,
    project: Project = None,
    *,
    fresh: Fresh = False,
    live: Live = False,
    json: AsJson = False,
) -> None:
    """Run one workflow by hand.

    It goes through the same messages as the controller's RUNs. A running `tipoff up` on the
    folder delivers it, else it is delivered here, in simulated time with --at and in a folder
    of simulated days. With --project the cloud's own functions take it.

    \b
    Examples:
      tipoff trigger morning_operations
      tipoff trigger post_game_window_3 --date 2025-11-12 --fresh
    \b
    Exit codes: 0 every run ended well, 1 something failed, 2 bad input, 3 folder unusable.
    """
    settings = settings_in(data, config, project)
    day = day_of(date, "--date") if date else None

    def build(known: Config) -> Message:
        from shared.core.messages import RunRequest
        from shared.messages import RUN_DECISIONS, message

        name = one_of("workflow", workflow.replace("-", "_"), known.workflows)
        return message(RUN_DECISIONS, RunRequest(workflow=name, target_date=day, fresh=fresh))

    instant = instant_of(at, "--at") if at else None
    run_by_hand(settings, build, at=instant, live=live, json=json, project=project)
