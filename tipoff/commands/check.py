"""`tipoff check`: every problem of a configuration, told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from shared.core.errors import BadInput
from tipoff.commands.options import AsJson, ConfigDir, settings_of
from tipoff.commands.output import counted, print_json

if TYPE_CHECKING:
    from shared.core.workflows import Config
    from shared.settings import Settings


def check(config: ConfigDir = None, *, json: AsJson = False) -> None:
    """Check the configuration.

    Workflows, scrapers, sources, schedules, tables and views. Every problem is one line: file,
    line, key, what was found, what is allowed.

    \b
    Examples:
      tipoff check
      tipoff check --config my-config --json
    \b
    Exit codes: 0 nothing is wrong, 1 there are problems, 2 bad input, 3 a file cannot be read.
    """
    from shared.config import load_config

    settings = settings_of(config, whole=False)
    errors: list[BadInput] = []
    counts: dict[str, Any] = {}
    try:
        known = load_config(settings.config)
        counts = {
            "version": known.version,
            "workflows": len(known.workflows),
            "scrapers": len(known.scrapers),
            "scrapers_available": sum(s.available for s in known.scrapers.values()),
            "sources": len(known.sources),
            "jobs": len(known.jobs),
        }
        counts |= {folder: _number(settings.config / folder) for folder in ("tables", "views")}
        errors += [
            BadInput(f"{folder}/ of the configuration", "no files", "those of Tipoff's own config/")
            for folder in ("tables", "views")
            if not counts[folder]
        ]
        errors += [] if errors else _views(settings.config)
        errors += _fetchers(known, settings)
    except BadInput as e:
        errors += getattr(e, "errors", (e,))
    if json:
        told = [{"place": e.place, "found": str(e.found), "allowed": e.allowed} for e in errors]
        print_json({"problems": told, **counts})
    elif errors:
        for error in errors:
            typer.echo(" ".join(str(error).split()), err=True)
        typer.echo(f"{counted(len(errors), 'problem')} in {settings.config}", err=True)
    else:
        typer.echo(f"{settings.config}: nothing is wrong")
        typer.echo(", ".join(f"{key} {value}" for key, value in counts.items()))
    raise typer.Exit(1 if errors else 0)


def _fetchers(known: Config, settings: Settings) -> Iterator[BadInput]:
    """Scrapers that nothing fetches: no fetcher of the house, no file or function of one's own."""
    from functions.scraper.main import fetcher_of

    for name, entry in known.scrapers.items():
        if not entry.available:
            continue
        try:
            fetcher_of(entry, settings)
        except BadInput as e:
            other = "fetcher: with a file, kind: service, or available: false"
            allowed = e.allowed if entry.fetcher else other
            found = e.found if entry.fetcher else "no fetcher of that name"
            yield BadInput(f"scrapers.yaml scrapers.{name}", found, allowed)


def _views(config: Path) -> Iterator[BadInput]:
    """What is wrong with the views: SQL that cannot be read, unknown tables and columns."""
    from local.dialect import translate
    from local.query import Sql
    from shared.clock import DeliveryClock

    try:
        catalog = Sql(_NoRows(), config=config).catalog()
    except (ValueError, KeyError) as e:
        yield BadInput("tables/ of the configuration", e, "BigQuery JSON schemas")
        return
    for name, text in catalog.views.items():
        try:
            translate(text, now=DeliveryClock().now(), tables=catalog)
        except BadInput as e:
            yield BadInput(f"views/{name.rpartition('.')[2]}.sql {e.place}", e.found, e.allowed)


class _NoRows:
    """A source without rows: enough to read views against the tables' schemas."""

    def rows(self, dataset: str, table: str) -> Sequence[Mapping[str, Any]]:
        """None."""
        del dataset, table
        return ()

    def raw_tables(self) -> Sequence[str]:
        """One, so that the raw tables' common view is read too."""
        return ("any",)


def _number(folder: Path) -> int:
    return len([each for each in folder.glob("*") if each.suffix in (".json", ".sql")])
