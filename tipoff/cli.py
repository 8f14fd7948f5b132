"""`tipoff`, the command line: which commands there are, and how their errors are told.

Exit codes: 0 well, 1 the answer is bad news, 2 bad input (one line each on stderr), 3 the data
folder cannot be used. Nothing here imports more than typer: `tipoff --help` answers at once.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from shared.core.errors import BadInput
from shared.errors import MissingSecret, NotFound, PortUnavailable
from tipoff.commands.calendar import app as calendar
from tipoff.commands.chaos import chaos
from tipoff.commands.check import check
from tipoff.commands.compare import compare
from tipoff.commands.day import day
from tipoff.commands.dead import app as dead
from tipoff.commands.export import export
from tipoff.commands.missing import missing
from tipoff.commands.new import app as new
from tipoff.commands.package import package
from tipoff.commands.plan import plan
from tipoff.commands.query import query
from tipoff.commands.runs import runs
from tipoff.commands.scrape import scrape
from tipoff.commands.scrapers import scrapers
from tipoff.commands.smoke import smoke
from tipoff.commands.sql import sql
from tipoff.commands.status import status
from tipoff.commands.tick import tick
from tipoff.commands.trigger import trigger
from tipoff.commands.up import up

BAD_INPUT, UNAVAILABLE, INTERRUPTED = 2, 3, 130


class Commands(TyperGroup):
    """Turns the errors that a person can mend into one line each on stderr and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; typer.Exit for what is told, everything else as it comes."""
        try:
            return super().invoke(ctx)
        except BadInput as e:
            # BadConfig is one that knows all the errors of its files.
            for each in getattr(e, "errors", (e,)):
                tell(str(each))
            raise typer.Exit(BAD_INPUT) from e
        except (PortUnavailable, MissingSecret, NotFound) as e:
            tell(str(e))
            raise typer.Exit(UNAVAILABLE) from e
        except KeyboardInterrupt as e:
            raise typer.Exit(INTERRUPTED) from e
        except BrokenPipeError:
            # The reader (head, less) has gone: typer ends quietly.
            raise
        except OSError as e:
            tell(f"{e.filename or 'this machine'}: {e.strerror or e}")
            raise typer.Exit(UNAVAILABLE) from e


def tell(text: str) -> None:
    """One line on stderr."""
    typer.echo(" ".join(text.split()), err=True)


app = typer.Typer(
    cls=Commands,
    name="tipoff",
    help="Collects data when the games say so, and proves that it arrived.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _root(
    *, version: bool = typer.Option(False, "--version", help="Print the version and exit.")
) -> None:
    if version:
        from shared.settings import VERSION

        typer.echo(f"tipoff {VERSION}")
        raise typer.Exit


for _command in (
    day,
    plan,
    up,
    status,
    runs,
    missing,
    sql,
    query,
    export,
    tick,
    trigger,
    scrape,
    compare,
    check,
    scrapers,
    chaos,
    package,
    smoke,
):
    app.command(_command.__name__)(_command)
app.add_typer(calendar, name="calendar")
app.add_typer(dead, name="dead")
app.add_typer(new, name="new")


def main() -> None:
    """The entry point `tipoff`."""
    app()
