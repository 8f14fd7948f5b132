"""`tipoff new scraper`: a skeleton that works, to be filled."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tipoff.commands.options import AsJson, ConfigDir, settings_of
from tipoff.commands.output import print_json

if TYPE_CHECKING:
    from tipoff.making import Made, Wanted

app = typer.Typer(help="Make the skeleton of something new.")


@app.callback()
def _new() -> None:
    """Make the skeleton of something new."""


@app.command("scraper")
def scraper(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name everywhere: acme_scores.")],
    source: Annotated[
        str, typer.Option("--source", metavar="S", help="Its source, of sources.yaml.")
    ],
    format_: Annotated[
        str, typer.Option("--format", metavar="F", help="What answers: json, html, csv or pdf.")
    ],
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="HOST", help="Make S as a new source, at this host."),
    ] = None,
    target: Annotated[
        str, typer.Option("--target", help="What one run asks for: date, game, team or event.")
    ] = "date",
    path: Annotated[
        str | None, typer.Option("--path", help="The path that is asked (default: /NAME).")
    ] = None,
    records: Annotated[
        str, typer.Option("--records", help="Where the list is in JSON: data[], a.b[], [].")
    ] = "data[]",
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="Folder of its files (default: NAME).")
    ] = None,
    table: Annotated[
        str | None, typer.Option("--table", help="Load the records into this table of nba_raw.")
    ] = None,
    config: ConfigDir = None,
    *,
    json: AsJson = False,
) -> None:
    """Make a scraper: fetcher, registry entry, fixture and test.

    In a checkout of Tipoff it becomes one of the house: scrapers/fetchers/NAME.py. With a
    configuration of one's own (--config) it lies there: fetchers/NAME.py. Nothing is overwritten.
    What is made passes its test; then it is to be filled.

    \b
    Examples:
      tipoff new scraper acme_scores --source acme --host api.acme.example --format json
      tipoff new scraper espn_news --source espn --format json --records articles[]
      tipoff new scraper acme_notes --source espn --format pdf --target game --config my-config
    \b
    Exit codes: 0 made, 2 bad input, or something of that name is there.
    """
    from tipoff.making import Wanted, make

    settings = settings_of(config, whole=False)
    wanted = Wanted(
        name=name,
        source=source,
        format=format_,
        host=host,
        target=target,
        path=path,
        dataset=dataset,
        records=records,
        table=table,
    )
    made = make(wanted, settings.config.resolve())
    if json:
        print_json(
            {
                "made": [str(file) for file in made.files],
                "changed": [str(file) for file in made.changed],
                "test": str(made.test),
            }
        )
        return
    for word, files in (("made   ", made.files), ("changed", made.changed)):
        for file in files:
            typer.echo(f"{word}  {_short(file)}")
    typer.echo("")
    typer.echo("Next:")
    for number, step in enumerate(_steps(wanted, made, config), start=1):
        typer.echo(f"  {number}. {step}")


def _steps(wanted: Wanted, made: Made, config: Path | None) -> list[str]:
    """What is left to do."""
    flag = f" --config {shlex.quote(str(config))}" if config else ""
    test = shlex.quote(str(_short(made.test)))
    steps = [
        f"pytest {test} passes now; put an answer in the source's shape into its fixture.",
        f"Make {_short(made.module)} read it; `covers` may name only what is whole.",
        f"tipoff check{flag}",
        f"tipoff scrape {wanted.name}{flag} --live asks the real source once.",
        "Put it into a step of workflows.yaml, and take `manual` out of its entry.",
    ]
    if wanted.table:
        view = f"nba_raw.v_{wanted.table}"
        steps.append(f"Its rows have the raw tables' one schema; {view} shows the newest ones.")
    return steps


def _short(file: Path) -> Path:
    """As seen from here."""
    try:
        return file.relative_to(Path.cwd())
    except ValueError:
        return file
