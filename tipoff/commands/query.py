"""`tipoff query`: the queries that ship, by name, over a data folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.core.errors import BadInput
from tipoff.commands.options import (
    AsJson,
    Data,
    FolderConfig,
    day_of,
    existing_store,
    folder_now,
    instant_of,
    real_now,
    settings_in,
)
from tipoff.commands.reading import Reads
from tipoff.commands.sql import _print as print_answer

if TYPE_CHECKING:
    from shared.settings import Settings
    from tipoff.queries import NamedQuery


def query(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Which query; without one they are listed.")
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="DATE", help="@game_date (default: today's).")
    ] = None,
    days: Annotated[int, typer.Option("--days", help="@days: game days up to it.", min=1)] = 7,
    now: Annotated[
        str | None,
        typer.Option("--now", metavar="INSTANT", help="@now (default: as for sql)."),
    ] = None,
    data: Data = None,
    config: FolderConfig = None,
    project: Reads = None,
    *,
    text: Annotated[
        bool, typer.Option("--text", help="Print the SQL instead, for BigQuery's console.")
    ] = False,
    json: AsJson = False,
    csv: Annotated[bool, typer.Option("--csv", help="Answer in CSV with a header.")] = False,
) -> None:
    """Run one of the queries of monitoring/queries.

    The same files run on BigQuery: their parameters are @game_date, @days and @now.

    \b
    Examples:
      tipoff query
      tipoff query expected_vs_actual --date 2025-11-12
      tipoff query alerts/slot_failed --json
    \b
    Exit codes: 0 answered, 2 an argument is refused, 3 folder unusable.
    """
    from tipoff.queries import named_queries, named_query

    if json and csv:
        raise BadInput("--json and --csv", "both", "one of them")
    if name is None:
        heads = ("name", "what", "parameters")
        known = [(q.name, q.title, ", ".join(q.parameters)) for q in named_queries().values()]
        print_answer(heads, known, json=json, csv=csv)
        return
    found = named_query(name)
    if text:
        typer.echo(found.sql, nl=False)
        return
    settings = settings_in(data, config, project)
    columns, rows = _answer(settings, found, date, days, now, project)
    print_answer(columns, rows, json=json, csv=csv)


def _answer(
    settings: Settings,
    query: NamedQuery,
    date: str | None,
    days: int,
    now: str | None,
    project: str | None,
) -> tuple[tuple[str, ...], Sequence[tuple[Any, ...]]]:
    """Columns and rows, of the data folder or of BigQuery."""
    from local.query import Sql
    from shared.core.days import day_of_instant
    from shared.gcp.ledger import BigQueryLedger
    from tipoff.commands.cloud import cloud

    store = None if project else existing_store(settings)
    at = instant_of(now, "--now") if now else folder_now(store) if store else real_now()
    day = day_of(date, "--date") if date else day_of_instant(at)
    if store is not None:
        sql = Sql(store, config=settings.config)
        answer = sql.query(query.sql, now=at, params=query.values(day, days, at))
        return answer.columns, answer.rows
    with cloud(settings, str(project)) as world:
        if not isinstance(world.ledger, BigQueryLedger):
            raise BadInput("--project", project, "a world of Google's")
        return world.ledger.ask(query.inlined(day, days, at))
