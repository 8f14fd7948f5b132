"""Promises about the books: they add up, are closed in time, and claim only what came."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta

from shared.core.ports import Row
from sim.chaos.tables import LOCKED, RUNS, Tables, Violation, at

BOOKS = "daily_completeness"
#: The lock of three mornings later has seen every deadline of a day: where no tip is known, what
#: comes late is waited for until 06:00 of the second morning.
CLOSED = timedelta(days=3)
#: Hours after which a lock and what follows from it has ended.
SETTLES = 4


def books_add_up(tables: Tables) -> Iterator[Violation]:
    """Expected is obtained, waived and missing; what is missing is named."""
    for row in tables.of(BOOKS):
        name = f"{row['date']} {row['dataset']}"
        if row["expected"] != row["obtained"] + row["waived"] + row["missing"]:
            yield Violation("books_do_not_add_up", name)
        if len(row["missing_targets"]) != row["missing"] or row["complete"] == (row["missing"] > 0):
            yield Violation("missing_not_named", name)


def books_are_closed_once(tables: Tables) -> Iterator[Violation]:
    """A closed book stays as it was closed, takes nothing back, and is closed in time."""
    recorded = list(_recorded(tables))
    books: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(tables.of(BOOKS), key=lambda row: at(row["created_at"])):
        books.setdefault((row["date"], row["dataset"]), []).append(row)
    for name, rows in books.items():
        closed = [row for row in rows if row["closed_at"]]
        if any(not row["closed_at"] for row in rows[len(rows) - len(closed) :]) or any(
            row["closed_at"] != closed[0]["closed_at"]
            or row["expected"] != closed[0]["expected"]
            or row["obtained"] < closed[0]["obtained"]
            for row in closed
        ):
            yield Violation("book_reopened", " ".join(name))
        due = date.fromisoformat(name[0]) + CLOSED
        if not closed and any(lock >= due and book >= name[0] for lock, book in recorded):
            yield Violation("book_left_open", " ".join(name))


def every_day_has_books(tables: Tables) -> Iterator[Violation]:
    """A day that was promised something has books, once a lock got as far as that.

    What `expects` nothing (a schedule) has no book: a plan of such workflows alone promises none.
    A lock goes through its days in order, and may be given up between two of them; the next
    morning's goes on. What it has recorded is appended, whatever happens.
    """
    told = {row["date"] for row in tables.of(BOOKS)}
    known = tables.config.scrapers
    promised = {
        row["date"]
        for row in tables.of(LOCKED)
        if any(known[name].expects != "none" for name in row["scrapers"])
    }
    for day in promised - told:
        if any(book >= day for _, book in _recorded(tables)):
            yield Violation("day_without_books", day)


def books_claim_what_came(tables: Tables) -> Iterator[Violation]:
    """No more is obtained than complete runs of that date have brought."""
    came: dict[tuple[str, str], set[str]] = {}
    for row in tables.of(RUNS):
        entry = tables.config.scrapers.get(row["scraper_name"])
        if row["complete"] and entry is not None:
            ids = came.setdefault((row["target_date"], entry.dataset), set())
            ids.update(json.loads(row["data_summary"])["covers"], [row["target"]])
    for row in tables.of(BOOKS):
        if row["obtained"] > len(came.get((row["date"], row["dataset"]), ())):
            yield Violation("obtained_what_never_came", f"{row['date']} {row['dataset']}")


def _recorded(tables: Tables) -> Iterator[tuple[date, str]]:
    """The days of lock and book of every record of books that has had time to be appended."""
    for name, born in tables.born.items():
        if name.startswith("books/") and name.endswith(".json") and tables.old(born, SETTLES):
            _, lock, book = name.removesuffix(".json").split("/")
            yield date.fromisoformat(lock), book
