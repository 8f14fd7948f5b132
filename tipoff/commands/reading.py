"""The commands that only read: of a data folder, or of a Google Cloud project with --project."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tipoff.commands.options import existing_store, folder_now, real_now

if TYPE_CHECKING:
    from shared.settings import Settings
    from shared.world import World

Reads = Annotated[
    str | None,
    typer.Option(
        "--project",
        metavar="P",
        help="Read this Google Cloud project instead (with your own credentials).",
    ),
]


@contextmanager
def read_from(settings: Settings, project: str | None) -> Iterator[World]:
    """The world that is read; BadInput for a folder in which nothing was ever done."""
    if project is not None:
        from tipoff.commands.cloud import cloud

        with cloud(settings, project) as world:
            yield world
        return
    from local.world import open as open_folder

    existing_store(settings).close()
    with closing(open_folder(settings)) as world:
        yield world


def now_of(world: World, project: str | None) -> datetime:
    """The machine's time; of a folder of simulated days its last instant."""
    if project is not None:
        return real_now()
    from local.world import store_of

    return folder_now(store_of(world))
