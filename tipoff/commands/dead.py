"""`tipoff dead`: messages that were given up, and giving them another chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from shared.core.errors import BadInput
from tipoff.commands.options import AsJson, ConfigDir, Data, existing_store, settings_of
from tipoff.commands.output import print_json, print_table

if TYPE_CHECKING:
    from local.bus import LocalBus
    from shared.settings import Settings

app = typer.Typer(help="Messages that were given up, and giving them another chance.")


@app.command("list")
def list_(data: Data = None, config: ConfigDir = None, *, json: AsJson = False) -> None:
    """List the dead letters: what was delivered 30 times and never acked, and why.

    \b
    Examples:
      tipoff dead list
      tipoff dead list --json
    \b
    Exit codes: 0 there are none, 1 there are some, 2 bad input, 3 folder unusable.
    """
    letters = _bus(settings_of(data, config)).dead()
    rows = [
        {
            "id": letter.delivery.id,
            "topic": letter.delivery.topic,
            "function": letter.delivery.function,
            "message_id": letter.delivery.message_id,
            "published_at": letter.delivery.published_at,
            "attempts": letter.delivery.attempt,
            "error": letter.error,
            "body": letter.delivery.body,
        }
        for letter in letters
    ]
    if json:
        print_json(rows)
    elif not rows:
        typer.echo("no dead letters")
    else:
        columns = ("id", "topic", "function", "published_at", "attempts", "error")
        print_table(columns, [[row[column] for column in columns] for row in rows])
    raise typer.Exit(1 if rows else 0)


@app.command("replay")
def replay(
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]...", help="Which (default: all).")
    ] = None,
    data: Data = None,
    config: ConfigDir = None,
) -> None:
    """Put dead letters back on the bus: a running `tipoff up` delivers them, else the next.

    \b
    Examples:
      tipoff dead replay
      tipoff dead replay 1204 1207
    \b
    Exit codes: 0 put back, 2 an id that is no dead letter, 3 folder unusable.
    """
    bus = _bus(settings_of(data, config))
    known = [letter.delivery.id for letter in bus.dead()]
    for each in ids or ():
        if each not in known:
            raise BadInput("dead letter", each, ", ".join(map(str, known)) or "there are none")
    number = bus.replay_dead(ids or known)
    typer.echo(f"{number} messages are on the bus again; see: tipoff status")


def _bus(settings: Settings) -> LocalBus:
    from local.bus import LocalBus
    from local.world import subscriptions
    from shared.clock import DeliveryClock
    from shared.config import load_config

    known = load_config(settings.config)
    return LocalBus(existing_store(settings), DeliveryClock(), subscriptions(known))
