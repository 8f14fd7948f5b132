"""`tipoff sql`: BigQuery SQL over the tables and views of a data folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.core.errors import BadInput
from tipoff.commands.options import (
    AsJson,
    Data,
    FolderConfig,
    existing_store,
    folder_now,
    instant_of,
    read_file,
    settings_in,
)
from tipoff.commands.output import as_text, print_json, print_table
from tipoff.commands.reading import Reads

if TYPE_CHECKING:
    from local.query import Answer
    from shared.settings import Settings


def sql(
    query: Annotated[
        str | None, typer.Argument(metavar="QUERY", help="One query in BigQuery's SQL.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="F", help="Read the query from a file.")
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(
            "--now",
            metavar="INSTANT",
            help="What CURRENT_TIMESTAMP() and CURRENT_DATE() mean (default: the folder's last "
            "simulated instant, else real time).",
        ),
    ] = None,
    data: Data = None,
    config: FolderConfig = None,
    project: Reads = None,
    *,
    tables: Annotated[
        bool, typer.Option("--tables", help="List the tables and views instead.")
    ] = False,
    json: AsJson = False,
    csv: Annotated[bool, typer.Option("--csv", help="Answer in CSV with a header.")] = False,
) -> None:
    """Ask the tables and views in BigQuery's SQL.

    Any project prefix, or none, will do, and table names need no dataset. Works beside a
    running `tipoff up`. Instants are shown in UTC. With --project BigQuery itself is asked,
    and a query that would read over 10 GiB is refused.

    \b
    Examples:
      tipoff sql "SELECT workflow_name, verdict FROM v_expected_vs_actual ORDER BY 1"
      tipoff sql --file report.sql --now 2025-11-12T22:00:00-05:00 --csv
      tipoff sql --tables
    \b
    Exit codes: 0 answered, 2 the query or an argument is refused, 3 folder unusable.
    """
    from local.query import Sql

    if json and csv:
        raise BadInput("--json and --csv", "both", "one of them")
    settings = settings_in(data, config, project)
    asked = None if tables else _query(query, file)
    if project is not None:
        _there(settings, project, asked, now=now, json=json, csv=csv)
        return
    store = existing_store(settings)
    here = Sql(store, config=settings.config)
    if asked is None:
        catalog = here.catalog()
        kinds = [(name, "table") for name in sorted(catalog.tables)]
        kinds += [(name, "view") for name in sorted(catalog.views)]
        _print(("name", "kind"), kinds, json=json, csv=csv)
        return
    at = instant_of(now, "--now") if now else folder_now(store)
    answer: Answer = here.query(asked, now=at)
    _print(answer.columns, answer.rows, json=json, csv=csv)


def _there(
    settings: Settings, project: str, asked: str | None, *, now: str | None, json: bool, csv: bool
) -> None:
    """Ask BigQuery."""
    from shared.gcp.ledger import BigQueryLedger
    from tipoff.commands.cloud import cloud

    if now is not None:
        raise BadInput("--now", now, "nothing: in the cloud it is now")
    with cloud(settings, project) as world:
        ledger = world.ledger
        if not isinstance(ledger, BigQueryLedger):
            raise BadInput("--project", project, "a world of Google's")
        columns, rows = (("name", "kind"), ledger.names()) if asked is None else ledger.ask(asked)
    _print(columns, rows, json=json, csv=csv)


def _query(query: str | None, file: Path | None) -> str:
    """The query's text from the one place that gives it."""
    if (query is None) == (file is None):
        found = "neither" if query is None else "both"
        raise BadInput("QUERY and --file", found, "one of them, or --tables")
    if file is None:
        return query or ""
    try:
        return read_file(file, "--file").decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise BadInput(f"--file {file}", f"byte {e.start}", "UTF-8 text") from e


def _in_csv(value: object) -> object:
    """Arrays, structs and booleans as in JSON: no program reads Python's."""
    return as_text(value) if isinstance(value, bool | list | tuple | dict) else value


def _print(
    columns: tuple[str, ...], rows: Sequence[tuple[object, ...]], *, json: bool, csv: bool
) -> None:
    if json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif csv:
        import csv as writer
        import sys

        out = writer.writer(sys.stdout, lineterminator="\n")
        out.writerow(columns)
        out.writerows([map(_in_csv, row) for row in rows])
    else:
        print_table(columns, rows)
