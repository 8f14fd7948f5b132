"""`tipoff package`: the functions as zips, ready to be deployed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tipoff.commands.options import AsJson
from tipoff.commands.output import print_json, print_table

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FUNCTION]...", help="Functions to package (default: all)."),
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the zips.")]


def package(functions: Names = None, out: Out = Path("dist"), *, json: AsJson = False) -> None:
    """Write one zip per function, for the cloud.

    Each holds main.py, shared/, config/ and its own requirements.txt. The same files give the
    same bytes on any machine, so an unchanged function keeps its hash and is not deployed again.

    \b
    Examples:
      tipoff package
      tipoff package scraper loader --out build/zips --json
    \b
    Exit codes: 0 written, 2 bad input.
    """
    from tipoff import packaging

    known = packaging.functions()
    # Nothing is written for a list with a wrong name in it.
    wanted = {name: packaging.contents(name) for name in functions or known}
    written = [packaging.package(name, out) for name in wanted]
    if json:
        print_json(
            [
                {
                    "function": each.function,
                    "path": str(each.path),
                    "size": each.size,
                    "sha256": each.sha256,
                }
                for each in written
            ]
        )
        return
    rows = [(each.function, each.size, each.sha256[:12], str(each.path)) for each in written]
    print_table(("function", "bytes", "sha256", "path"), rows)
