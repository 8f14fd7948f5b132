"""`tipoff dead`: messages that were given up, and giving them another chance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.clock import DeliveryClock
from shared.core.errors import BadInput
from tipoff.commands.cloud import Project
from tipoff.commands.options import (
    AsJson,
    Data,
    FolderConfig,
    existing_store,
    folder_now,
    settings_in,
)
from tipoff.commands.output import print_json, print_table
from tipoff.commands.reading import Reads

if TYPE_CHECKING:
    from local.bus import LocalBus
    from local.store import Store
    from shared.core.ports import Clock
    from shared.gcp.dead import DeadLetters
    from shared.settings import Settings

app = typer.Typer(help="Messages that were given up, and giving them another chance.")


@app.command("list")
def list_(
    data: Data = None, config: FolderConfig = None, project: Reads = None, *, json: AsJson = False
) -> None:
    """List the dead letters, and why each was given up.

    They were delivered 30 times and never acked. In the cloud the reason is in the function's
    log, by the message's id. They stay there.

    \b
    Examples:
      tipoff dead list
      tipoff dead list --json
      tipoff dead list --project my-project
    \b
    Exit codes: 0 there are none, 1 there are some, 2 bad input, 3 folder unusable.
    """
    settings = settings_in(data, config, project)
    rows = list(_there(settings, project) if project else _here(settings))
    if json:
        print_json(rows)
    elif not rows:
        typer.echo("no dead letters")
    else:
        columns = ("id", "topic", "function", "published_at", "attempts", "error")
        print_table(columns, [[row[column] for column in columns] for row in rows])
    raise typer.Exit(1 if rows else 0)


def _here(settings: Settings) -> Iterator[dict[str, Any]]:
    for letter in _bus(settings, existing_store(settings), DeliveryClock()).dead():
        yield {
            "id": letter.delivery.id,
            "topic": letter.delivery.topic,
            "function": letter.delivery.function,
            "message_id": letter.delivery.message_id,
            "published_at": letter.delivery.published_at,
            "attempts": letter.delivery.attempt,
            "error": letter.error,
            "body": letter.delivery.body,
        }


def _there(settings: Settings, project: str) -> Iterator[dict[str, Any]]:
    with _letters(settings, project) as letters:
        for letter in letters.kept():
            yield {
                "id": letter.id,
                "topic": letter.topic,
                "function": letter.subscription.partition("-to-")[2],
                "message_id": letter.id,
                "published_at": letter.published_at,
                "attempts": letter.attempts,
                "error": "see the function's log",
                "body": letter.message.body,
            }


@app.command("replay")
def replay(
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]...", help="Which (default: all).")
    ] = None,
    data: Data = None,
    config: FolderConfig = None,
    project: Project = None,
) -> None:
    """Put dead letters back on the bus.

    A running `tipoff up` delivers them, else the next; in a folder of simulated days the next run
    by hand. In the cloud they are published to their topics again and taken off the dead letters.

    \b
    Examples:
      tipoff dead replay
      tipoff dead replay 1204 1207
      tipoff dead replay --project my-project
    \b
    Exit codes: 0 put back, 2 an id that is no dead letter, 3 folder unusable.
    """
    settings = settings_in(data, config, project)
    if project is not None:
        _replay_there(settings, project, [str(each) for each in ids or ()])
        return
    store, clock = existing_store(settings), DeliveryClock()
    bus = _bus(settings, store, clock)
    known = [letter.delivery.id for letter in bus.dead()]
    for each in ids or ():
        if each not in known:
            raise BadInput("dead letter", each, ", ".join(map(str, known)) or "there are none")
    # Due now: in a simulated folder that is its own last instant.
    with clock.at(folder_now(store)):
        number = bus.replay_dead(ids or known)
    typer.echo(f"{number} messages are on the bus again; see: tipoff status")


def _replay_there(settings: Settings, project: str, ids: list[str]) -> None:
    from tipoff.commands.cloud import cloud

    with cloud(settings, project) as world, _letters(settings, project) as letters:
        known = [letter.id for letter in letters.kept()]
        for each in ids:
            if each not in known:
                raise BadInput("dead letter", each, ", ".join(known) or "there are none")
        gone = letters.replay(ids, world.bus) if known else []
    typer.echo(f"{len(gone)} messages are on their topics again; see: tipoff status")


@contextmanager
def _letters(settings: Settings, project: str) -> Iterator[DeadLetters]:
    from shared.gcp import clients
    from shared.gcp.dead import DeadLetters
    from shared.gcp.lazy import Lazy
    from shared.settings import of_project

    with closing(Lazy(lambda: clients.subscriber(of_project(settings, project)))) as client:
        yield DeadLetters(client, project)


def _bus(settings: Settings, store: Store, clock: Clock) -> LocalBus:
    from local.bus import LocalBus
    from local.world import subscriptions
    from shared.config import load_config

    known = load_config(settings.config)
    return LocalBus(store, clock, subscriptions(known))
