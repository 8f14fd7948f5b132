"""Promises about data: rows fit their tables, and what a source gave has arrived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.core.errors import BadInput
from shared.core.ports import Row
from shared.schema import TableSchema
from sim.chaos.instants import HOUR, micros
from sim.chaos.tables import LOADS, Tables, Violation

#: A row of each shape is looked at, and of the others one of so many.
SOME = 16
#: A source that gave everything in so many different hours was asked in vain too often.
HOURS = 2
#: What was given so shortly before the end may still be on its way.
SETTLES = 4


def rows_fit_their_tables(tables: Tables) -> Iterator[Violation]:
    """Every column is one of the table's, with a value of its type, and none that it needs
    is missing: BigQuery would have refused the row."""
    known = tables.schemas.tables
    for table, sent in tables.sent.items():
        # A configuration of somebody's own may come without schemas.
        if table in known:
            yield from _misfits(tables.schemas.of(table), [row for _, row in sent])
    for rows in tables.loaded.values():
        yield from _misfits(tables.schemas.raw, rows)


def _misfits(schema: TableSchema, rows: Sequence[Row]) -> Iterator[Violation]:
    shapes: set[tuple[object, ...]] = set()
    told: set[str] = set()
    for n, row in enumerate(rows):
        shape = tuple(row), tuple(map(type, row.values()))
        if shape in shapes and n % SOME:
            continue
        shapes.add(shape)
        try:
            schema.check(row)
        except BadInput as e:
            if e.place not in told:
                told.add(e.place)
                yield Violation("row_misfits", str(e))


def what_was_given_is_loaded(tables: Tables) -> Iterator[Violation]:
    """What a source gave whole in more than one hour has a file, and that file is loaded."""
    loaded = {
        row["gcs_path"].rpartition("/")[0] for row in tables.of(LOADS) if row["status"] == "loaded"
    }
    settled = micros(tables.end) // HOUR - SETTLES
    for (name, day, target), hours in tables.answered.items():
        scraper = tables.config.scrapers[name]
        if scraper.table is None or len([hour for hour in hours if hour < settled]) < HOURS:
            continue
        folder = f"{scraper.source}/{scraper.dataset}/{day}/{target}"
        if folder not in loaded:
            yield Violation("given_and_not_loaded", f"{folder}, given in {len(hours)} hours")
