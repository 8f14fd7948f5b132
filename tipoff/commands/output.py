"""How the commands answer: a table on a terminal, aligned text into a pipe, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import typer

#: Characters that the last column of a table gets at least.
LAST = 24
ENDLESS = 10_000


def on_terminal() -> bool:
    """Whether a person looks at standard output."""
    return sys.stdout.isatty()


def coloured() -> bool:
    """Whether a person looks at standard output, and NO_COLOR is not set."""
    from rich.console import Console

    return on_terminal() and not Console().no_color


def print_json(value: Any) -> None:
    """`value` as indented JSON."""
    typer.echo(json.dumps(value, indent=2, default=_plain, ensure_ascii=False))


def counted(number: int, what: str) -> str:
    """`1 game`, `2 games`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def et(instant: datetime) -> str:
    """An instant as ISO 8601 with its Eastern offset: how people and programs read plans."""
    from shared.core.days import ET

    return instant.astimezone(ET).isoformat()


def clock_et(instant: datetime | None) -> str:
    """An instant for tables: `Wed 12 Nov 13:00 ET`."""
    from shared.core.days import ET

    return "-" if instant is None else instant.astimezone(ET).strftime("%a %d %b %H:%M ET")


def wall_et(instant: datetime, day: date) -> str:
    """An instant as ET clocks show it on game day `day`: 13:00, and +01:00 on the date after."""
    from shared.core.days import ET

    local = instant.astimezone(ET)
    return f"{'+' * max(0, (local.date() - day).days)}{local:%H:%M}"


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str | None = None
) -> None:
    """A rich table on a terminal, else aligned columns without borders.

    On a terminal that is too narrow for its columns every value has its own line: none is cut.
    """
    cells = [[as_text(value) for value in row] for row in rows]
    if on_terminal():
        _draw(columns, cells, title)
        return
    if title:
        typer.echo(title)
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    for line_cells in ([*columns], *cells):
        line = "  ".join(cell.ljust(width) for cell, width in zip(line_cells, widths, strict=True))
        typer.echo(line.rstrip())


def _draw(columns: Sequence[str], cells: Sequence[Sequence[str]], title: str | None) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    out = Console()
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    *names, last = columns
    for name in names:
        table.add_column(name, no_wrap=True)
    # The last column is the long one: only it is broken into lines.
    table.add_column(last, overflow="fold", min_width=LAST)
    for row in cells:
        table.add_row(*map(escape, row))
    # Measured as on a terminal that is wide enough for anything.
    needed = out.measure(table, options=out.options.update(width=ENDLESS)).minimum
    if not cells or needed <= out.width:
        out.print(table)
        return
    if title:
        out.print(title, markup=False)
    for row in cells:
        lines = Table(box=None, show_header=False, pad_edge=False)
        lines.add_column(no_wrap=True)
        lines.add_column(overflow="fold")
        for name, value in zip(columns, row, strict=True):
            lines.add_row(name, escape(value))
        out.print(lines, end="\n\n")


def as_text(value: Any) -> str:
    """A value as one line of text."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, default=_plain, ensure_ascii=False)
    return " ".join(str(value).split("\n"))


def _plain(value: Any) -> Any:
    """What JSON does not know: instants and dates as ISO 8601, bytes and numbers as text."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
