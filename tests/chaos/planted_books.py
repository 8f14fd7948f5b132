"""Wrong books to plant in a calm day's tables, each with the rule that finds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.chaos.check_books import BOOKS
from tests.chaos.made import Draft

Row = dict[str, Any]


def rosters(row: Row) -> bool:
    """A book of thirty teams."""
    return bool(row["dataset"] == "rosters")


def a_book_that_does_not_add_up(d: Draft) -> None:
    d.row(BOOKS, rosters)["obtained"] = 29


def a_missing_target_without_a_name(d: Draft) -> None:
    d.row(BOOKS, rosters).update(obtained=29, missing=1, complete=False)


def a_whole_book_that_is_called_incomplete(d: Draft) -> None:
    d.row(BOOKS, rosters)["complete"] = False


def a_book_that_was_opened_again(d: Draft) -> None:
    row = d.row(BOOKS, rosters)
    d.add(BOOKS, "again", row, closed_at=None, created_at="2025-11-13T11:00:00+00:00")


def a_closed_book_that_takes_something_back(d: Draft) -> None:
    row = d.row(BOOKS, rosters)
    less = {"obtained": 29, "missing": 1, "missing_targets": ["ATL"], "complete": False}
    d.add(BOOKS, "again", row, created_at="2025-11-13T11:00:00+00:00", **less)


def a_book_that_nobody_closed(d: Draft) -> None:
    """Of two days before: the lock of the 13th has seen all its deadlines pass."""
    d.add(BOOKS, "old", d.row(BOOKS, rosters), date="2025-11-10", closed_at=None)


def a_day_without_its_books(d: Draft) -> None:
    d.drop(BOOKS, lambda row: bool(row["date"] == "2025-11-12"))


def a_book_of_what_never_came(d: Draft) -> None:
    row = d.row(BOOKS, lambda row: bool(row["dataset"] == "team_boxscore"))
    row.update(expected=99, obtained=99 - row["waived"] - row["missing"])


PLANTED_BOOKS: dict[Callable[[Draft], None], str] = {
    a_book_that_does_not_add_up: "books_do_not_add_up",
    a_missing_target_without_a_name: "missing_not_named",
    a_whole_book_that_is_called_incomplete: "missing_not_named",
    a_book_that_was_opened_again: "book_reopened",
    a_closed_book_that_takes_something_back: "book_reopened",
    a_book_that_nobody_closed: "book_left_open",
    a_day_without_its_books: "day_without_books",
    a_book_of_what_never_came: "obtained_what_never_came",
}
