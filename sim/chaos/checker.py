"""The checker: it reads the final tables and files alone, and says which promises are broken."""

from __future__ import annotations

from collections.abc import Sequence

from sim.chaos import check_books, check_data, check_files, check_plans, check_runs
from sim.chaos.scenario import Left
from sim.chaos.tables import Check, Tables, Violation, tables_of

CHECKS: tuple[Check, ...] = (
    check_plans.slots_end_explained,
    check_plans.runs_lie_in_their_windows,
    check_plans.decisions_are_made_once,
    check_plans.every_tick_says_all,
    check_plans.revisions_are_consistent,
    check_plans.what_ran_is_not_taken_back,
    check_runs.repeats_are_identical,
    check_runs.every_run_has_an_execution,
    check_runs.executions_account_for_their_runs,
    check_runs.runs_are_single,
    check_runs.nothing_runs_too_late,
    check_runs.executions_end,
    check_files.files_are_what_rows_say,
    check_files.every_file_is_loaded_once,
    check_files.repairs_are_capped,
    check_files.nothing_is_given_up,
    check_data.rows_fit_their_tables,
    check_data.what_was_given_is_loaded,
    check_books.books_add_up,
    check_books.books_are_closed_once,
    check_books.every_day_has_books,
    check_books.books_claim_what_came,
)


def check(tables: Tables) -> Sequence[Violation]:
    """Every broken promise, in the order of the checks."""
    return [violation for each in CHECKS for violation in each(tables)]


def check_left(left: Left) -> Sequence[Violation]:
    """Every broken promise of a simulation that has ended."""
    return check(tables_of(left))
