"""`tipoff scrapers`: the registry as a table."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tipoff.commands.options import AsJson, ConfigDir, settings_of
from tipoff.commands.output import print_json, print_table

if TYPE_CHECKING:
    from shared.core.workflows import Config, Scraper

#: Characters of a line, for people.
WIDTH = 100
_TEST = re.compile(r"^(?:@.*\n(?:[ )].*\n)*)*def test_\w+.*\n(?:(?:[ )].*)?\n)*", re.MULTILINE)


def scrapers(
    config: ConfigDir = None,
    *,
    wide: Annotated[
        bool, typer.Option("--wide", help="One line each, with datasets and numbers of tests.")
    ] = False,
    json: AsJson = False,
) -> None:
    """List the scrapers of the registry.

    What each asks and needs, how many records a whole answer usually has, where they go, and
    which workflows use it.

    \b
    Examples:
      tipoff scrapers
      tipoff scrapers --wide
      tipoff scrapers --json
    \b
    Exit codes: 0 listed, 2 bad configuration.
    """
    from shared.config import load_config

    folder = settings_of(config, whole=False).config
    known = load_config(folder)
    found = [_facts(known, entry) for _, entry in sorted(known.scrapers.items())]
    if wide or json:
        texts = _tests(folder)
        for each in found:
            each["tests"] = sum(f'"{each["name"]}"' in text for text in texts)
    if json:
        print_json(found)
    elif wide:
        _print_wide(found)
    else:
        _print(found)


def _facts(known: Config, entry: Scraper) -> dict[str, Any]:
    """Everything that is known of one scraper."""
    users = [w.name for _, w in sorted(known.workflows.items()) if entry.name in w.scrapers]
    return {
        "name": entry.name,
        "available": entry.available,
        "kind": entry.kind,
        "source": entry.source,
        "host": known.sources[entry.source].host,
        "path": entry.path,
        "format": entry.format,
        "target": entry.target.value,
        "params": list(entry.params),
        "optional": list(entry.optional),
        "dataset": entry.dataset,
        "records": entry.records,
        "usual": entry.usual,
        "expects": entry.expects,
        "final": entry.final,
        "table": entry.table,
        "workflows": users,
        "manual": entry.manual,
        "fetcher": entry.fetcher,
    }


def _tests(config: Path) -> list[str]:
    """The tests of the checkout, and of a configuration's own folder, as text."""
    root = Path(__file__).resolve().parents[2]
    folders = dict.fromkeys((root / "tests", config.resolve() / "tests"))
    files = (file for folder in folders for file in sorted(folder.rglob("test_*.py")))
    return [test for file in files for test in _split(file.read_text(encoding="utf-8"))]


def _split(text: str) -> list[str]:
    """Each test function with its decorators; of a module for one scraper, with its top."""
    found = _TEST.findall(text)
    top = text.partition("\ndef ")[0]
    return [top + test for test in found] if "FETCH = " in top else found


def _needs(each: dict[str, Any]) -> str:
    """`game (date, season)`: one run a game, and what else must be known."""
    rest = [param for param in each["params"] if param != each["target"]]
    return f"{each['target']} ({', '.join(rest)})" if rest else str(each["target"])


def _use(each: dict[str, Any]) -> str:
    if not each["available"]:
        return "not yet"
    return ", ".join(each["workflows"]) or f"by hand: {each['manual']}"


def _shape(each: dict[str, Any]) -> str:
    return "service" if each["kind"] == "service" else str(each["format"])


def _print(found: list[dict[str, Any]]) -> None:
    """Two lines a scraper, none longer than WIDTH but for names that are."""
    head = ("scraper", "source", "format", "one run a (needs)", "usual records")
    rows = [
        (each["name"], each["source"], _shape(each), _needs(each), each["usual"]) for each in found
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
    typer.echo("  ".join(c.ljust(w) for c, w in zip(head, widths, strict=True)).rstrip())
    for each, line in zip(found, lines, strict=True):
        typer.echo(line.rstrip())
        where = f"-> {each['table']}" if each["table"] else "-> files only"
        for part in textwrap.wrap(
            f"{where}; {_use(each)}", WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 7
        ):
            typer.echo(part)


def _print_wide(found: list[dict[str, Any]]) -> None:
    columns = (
        "scraper",
        "source",
        "format",
        "one run a (needs)",
        "usual records",
        "dataset",
        "table",
        "tests",
        "used by",
    )
    rows = [
        (
            each["name"],
            each["source"],
            _shape(each),
            _needs(each),
            each["usual"],
            each["dataset"],
            each["table"] or "-",
            each["tests"],
            _use(each),
        )
        for each in found
    ]
    print_table(columns, rows)
