"""Promises about the books: they add up, are closed in time, and claim only what came."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from shared.core.ports import Row
from sim.chaos.tables import EASTERN, LOCKED, RUNS, Tables, Violation, at

BOOKS = "daily_completeness"
#: A lock that made a plan or wrote books did run: of the others a tick may have been lost.
LOCKER = "schedule_locker"
#: The lock of two mornings later has seen every deadline of a day.
CLOSED = timedelta(days=2)
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
    """A closed book stays as it was closed, takes nothing back, and every day's is closed."""
    last = _last_lock(tables)
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
        if not closed and last and last >= date.fromisoformat(name[0]) + CLOSED:
            yield Violation("book_left_open", " ".join(name))
    for day in {row["date"] for row in tables.of(LOCKED)} - {day for day, _ in books}:
        if last and last > date.fromisoformat(day):
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


def _last_lock(tables: Tables) -> date | None:
    """The newest game day whose lock is known to have run, and has had time to end."""
    days = {row["date"] for row in tables.of(LOCKED) if row["generated_by"] == LOCKER}
    days |= {name.split("/")[1] for name in tables.state if name.startswith("books/")}
    locks = {day: datetime.fromisoformat(f"{day}T05:00").replace(tzinfo=EASTERN) for day in days}
    ended = [day for day, began in locks.items() if tables.old(began, SETTLES)]
    return date.fromisoformat(max(ended)) if ended else None
