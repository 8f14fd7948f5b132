"""`tipoff export`: a game day's rows as files, before the tables let them go."""

from __future__ import annotations

import datetime as dt
import hashlib
import json as json_
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.core.errors import BadInput
from tipoff.commands.options import AsJson, Data, FolderConfig, day_of, one_of, settings_in
from tipoff.commands.output import print_json, print_table
from tipoff.commands.reading import Reads, now_of, read_from
from tipoff.commands.runs import EARLIER

if TYPE_CHECKING:
    from shared.core.ports import Row
    from shared.schema import Schemas
    from shared.world import World

FORMATS = ("ndjson", "parquet")
MANIFEST = "manifest.json"

#: Whose rows are about a date by this column; cleanups are about their own time.
ABOUT = {"daily_expected_schedule": "date", "plan_changes": "date", "daily_completeness": "date"}
CLEANUPS = "cleanup_operations"

#: Days after which nothing is looked for that was done for a day.
LATEST = 366


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """One table's file."""

    table: str
    file: str
    rows: int
    sha256: str


def export(
    date: Annotated[str, typer.Argument(metavar="DATE", help="Game day, YYYY-MM-DD.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for the day's folder.")
    ] = Path("export"),
    form: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="How rows are written.")
    ] = "ndjson",
    days: Annotated[
        int,
        typer.Option(
            "--days", metavar="N", help="Look for late rows of the day so many days after it."
        ),
    ] = 14,
    data: Data = None,
    config: FolderConfig = None,
    project: Reads = None,
    *,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace what was exported before.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Write every row of a game day into files.

    One file a table, and a manifest with counts. Most audit tables keep 90 days. Written is what
    is about the day (and the cleanups made in it), one row an id, and the day's rows of every
    raw table. The files lie in DIR/DATE, which is there whole or not at all; what was exported
    before stays, unless --overwrite.

    \b
    Examples:
      tipoff export 2025-11-12
      tipoff export 2025-11-12 --format parquet --out /archive --project my-project
    \b
    Exit codes: 0 written, 2 bad input, no data there, or exported before,
    3 folder unusable, or a project that cannot be read.
    """
    settings = settings_in(data, config, project)
    day = day_of(date, "DATE")
    one_of("--format", form, FORMATS)
    if not 0 <= days <= LATEST:
        raise BadInput("--days", days, f"0 to {LATEST}")
    folder = out / day.isoformat()
    if folder.exists() and not overwrite:
        raise BadInput("--out", folder, "a folder that is not there yet, or --overwrite")
    with read_from(settings, project) as world:
        told = {
            "date": day.isoformat(),
            "format": form,
            "from": f"project {project}" if project else f"folder {settings.data}",
            "written_at": now_of(world, project).isoformat(),
        }
        part = out / f".{day.isoformat()}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        try:
            files = list(_files(world, day, days, part, form))
            if not any(each.rows for each in files):
                raise BadInput("DATE", day, "a day that has rows there")
            manifest = {**told, "tables": [asdict(each) for each in files]}
            text = json_.dumps(manifest, indent=2) + "\n"
            (part / MANIFEST).write_text(text, encoding="utf-8")
            if folder.exists():
                shutil.rmtree(folder)
            part.replace(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    if json:
        print_json({**manifest, "folder": str(folder)})
        return
    print_table(("table", "rows", "file"), [(each.table, each.rows, each.file) for each in files])
    typer.echo(f"{sum(each.rows for each in files)} rows in {folder}")


def _files(world: World, day: dt.date, days: int, folder: Path, form: str) -> Iterator[Exported]:
    from local.archive import write_ndjson, write_parquet
    from shared.schema import Schemas

    schemas = Schemas(world.settings.config / "tables")
    for table, rows, fields in _tables(world, schemas, day, days):
        path = folder / f"{table}.{form}"
        if form == "parquet":
            write_parquet(rows, fields, path)
        else:
            write_ndjson(rows, path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        yield Exported(table=table, file=path.name, rows=len(rows), sha256=digest)


def _tables(
    world: World, schemas: Schemas, day: dt.date, days: int
) -> Iterator[tuple[str, Sequence[Row], Sequence[Any]]]:
    """dataset.table, its rows about the day, and its fields."""
    for table in schemas.tables:
        # What was run for the day by hand lies in the partition of a day before it.
        first = day if table in ABOUT else day - EARLIER
        last = day + dt.timedelta(days=days)
        rows = world.ledger.rows(table, first, last, about=None if table in ABOUT else day)
        yield f"nba_orchestration.{table}", _about(table, rows, day), schemas.of(table).fields
    for table in world.ledger.raw_tables():
        rows = list(world.ledger.raw_rows(table, day))
        if rows:
            yield f"nba_raw.{table}", rows, schemas.raw.fields


def _about(table: str, rows: Sequence[Row], day: dt.date) -> list[Row]:
    """The rows that are about the day."""
    if table != CLEANUPS:
        column = ABOUT.get(table, "target_date")
        return [row for row in rows if row[column] == day.isoformat()]
    return [row for row in rows if _day_of(row["cleanup_time"]) == day]


def _day_of(text: str) -> dt.date:
    from shared.core.days import day_of_instant

    instant: dt.datetime = dt.datetime.fromisoformat(text)
    return day_of_instant(instant)
