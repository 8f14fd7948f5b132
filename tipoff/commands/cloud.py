"""The commands that reach the cloud: the same messages, published to a project's topics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shared.core.ports import Message
    from shared.settings import Settings
    from shared.world import World

Project = Annotated[
    str | None,
    typer.Option(
        "--project",
        metavar="P",
        help="Publish to this Google Cloud project instead (with your own credentials).",
    ),
]


@contextmanager
def cloud(settings: Settings, project: str) -> Iterator[World]:
    """The cloud world of `project`, closed in the end."""
    from shared.gcp.world import connect
    from shared.settings import of_project

    world = connect(of_project(settings, project))
    try:
        yield world
    finally:
        world.close()


def publish_to_cloud(settings: Settings, project: str, message: Message) -> str:
    """Publish `message` there; its id. PortUnavailable when it did not go through."""
    from shared.errors import PortUnavailable

    with cloud(settings, project) as world:
        (result,) = world.bus.publish([message])
    if isinstance(result, Exception):
        raise PortUnavailable(f"project [{project}] topic [{message.topic}]: {result}") from result
    return result
