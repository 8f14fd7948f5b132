"""What is planted in the tables of a calm day is found, each by its own rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sim.chaos.check_books import BOOKS
from sim.chaos.checker import CHECKS, check_left
from sim.chaos.tables import CHANGES, CLEANUPS, DECISIONS, EXECUTIONS, LOADS, LOCKED, RUNS
from tests.chaos.made import Draft, calm_day
from tests.chaos.planted_books import PLANTED_BOOKS

Row = dict[str, Any]

#: After the betting lines of the calm day have run.
NIGHT = "2025-11-12T23:30:00+00:00"


def any_row(row: Row) -> bool:
    return True


def is_run(row: Row) -> bool:
    return bool(row["action"] == "RUN" and row["slot_id"])


def lines(row: Row) -> bool:
    """The RUN, execution or slot of the first betting lines."""
    name = row.get("slot_id") or ""
    return ".betting_lines." in name and row.get("action", "RUN") == "RUN"


def good(row: Row) -> bool:
    return bool(row["status"] == "success" and row["gcs_path"] and row["workflow"] != "MANUAL")


def twelve_hours_on(text: str) -> str:
    """An instant of a row, on the next date at the same clock time plus nothing: a day later."""
    day = int(text[8:10])
    return f"{text[:8]}{day + 1:02d}{text[10:]}"


def a_row_that_repeats_with_other_words(d: Draft) -> None:
    row = d.row(DECISIONS, lambda r: r["action"] == "SKIP")
    d.add(DECISIONS, row["decision_id"], row, reason="something else")


def a_run_decided_again_with_another_end_of_its_window(d: Draft) -> None:
    """By a later tick of the same plan and configuration: the window cannot have moved."""
    row = d.row(DECISIONS, lambda r: r["action"] == "RUN")
    later = twelve_hours_on(row["next_check"])
    d.add(DECISIONS, row["decision_id"], row, tick="20251112T235900Z", next_check=later)


def a_run_under_two_ids(d: Draft) -> None:
    row = d.row(RUNS, good)
    d.add(RUNS, "again", row, run_id="again")


def a_file_without_a_load(d: Draft) -> None:
    path = d.row(LOADS, any_row)["gcs_path"]
    d.drop(LOADS, lambda r: r["gcs_path"] == path)


def a_file_loaded_under_two_ids(d: Draft) -> None:
    d.add(LOADS, "again", d.row(LOADS, any_row))


def rows_that_arrived_twice(d: Draft) -> None:
    rows = next(rows for rows in d.loaded.values() if rows)
    rows.append(dict(rows[0]))


def rows_in_another_table(d: Draft) -> None:
    d.row(LOADS, any_row)["table_name"] = "elsewhere"


def a_load_of_a_file_that_is_not_there(d: Draft) -> None:
    d.add(LOADS, "ghost", d.row(LOADS, any_row), gcs_path="espn/rosters/2025-11-12/BOS/final.json")


def a_slot_without_a_word(d: Draft) -> None:
    slot = d.row(LOCKED, lines)["slot_id"]
    d.drop(DECISIONS, lambda r: r["slot_id"] == slot)


def a_run_after_its_window(d: Draft) -> None:
    row = d.row(DECISIONS, lines)
    row["decision_time"] = twelve_hours_on(row["decision_time"])


def a_run_at_a_tick_before_its_window(d: Draft) -> None:
    d.row(DECISIONS, lines)["tick"] = "20251112T100000Z"


def a_run_of_a_slot_that_nobody_planned(d: Draft) -> None:
    d.drop(LOCKED, lines)


def a_run_for_another_date(d: Draft) -> None:
    d.row(DECISIONS, lines)["target_date"] = "2025-11-11"


def a_run_without_an_execution(d: Draft) -> None:
    d.drop(EXECUTIONS, lines)


def an_execution_without_a_run(d: Draft) -> None:
    d.drop(DECISIONS, lines)


def two_executions_of_one_run(d: Draft) -> None:
    d.add(EXECUTIONS, "again", d.row(EXECUTIONS, any_row), execution_id="again")


def an_execution_that_lost_a_run(d: Draft) -> None:
    gone = d.row(RUNS, good)["run_id"]
    d.drop(RUNS, lambda r: r["run_id"] == gone)


def an_execution_that_miscounts(d: Draft) -> None:
    d.row(EXECUTIONS, any_row)["scrapers_failed"] += 1


def an_execution_that_calls_itself_partial(d: Draft) -> None:
    d.row(EXECUTIONS, lambda r: r["status"] == "completed").update(status="partial")


def a_failed_run_without_its_error(d: Draft) -> None:
    d.row(RUNS, good).update(status="failed", record_count=0, gcs_path=None)


def a_success_without_records(d: Draft) -> None:
    d.row(RUNS, good)["record_count"] = 0


def a_run_that_counts_other_records(d: Draft) -> None:
    d.row(RUNS, good)["record_count"] += 1


def a_run_whose_file_is_gone(d: Draft) -> None:
    del d.raw[d.row(RUNS, good)["gcs_path"]]


def a_file_that_no_decision_made(d: Draft) -> None:
    path = next(path for path in d.raw if path.endswith("Z.json"))
    d.raw[path.rsplit("/", 1)[0] + "/20251112T101112Z.json"] = d.raw[path]


def a_document_that_is_announced(d: Draft) -> None:
    """It lies beside its file, for people; a load of it would be rows that nobody parsed."""
    row = d.row(LOADS, lambda _: True)
    d.raw[row["gcs_path"].replace(".json", ".pdf")] = b"as it came"
    row["gcs_path"] = row["gcs_path"].replace(".json", ".pdf")


def a_document_that_calls_itself_final(d: Draft) -> None:
    path = next(path for path in d.raw if path.endswith("/final.json"))
    d.raw[path.replace(".json", ".csv")] = b"as it came"


def a_run_past_its_deadline(d: Draft) -> None:
    row = d.row(RUNS, good)
    row["triggered_at"] = twelve_hours_on(row["triggered_at"])


def an_execution_past_its_slot(d: Draft) -> None:
    row = d.row(EXECUTIONS, lambda r: lines(r) and r["scrapers_triggered"])
    row["execution_time"] = twelve_hours_on(row["execution_time"])


def an_answer_with_games_of_another_day(d: Draft) -> None:
    beyond = calm_day().league.games[-1].game_id
    summary = {"record_count": 1, "covers": [beyond], "scraper_stats": {}}
    d.row(RUNS, good)["data_summary"] = json.dumps(summary)


def two_aborts_of_one_slot(d: Draft) -> None:
    row = d.row(DECISIONS, lines)
    for name in ("one", "two"):
        d.add(DECISIONS, name, row, action="ABORT", decision_id=name, alert_level="INFO")


def an_abort_of_a_slot_that_ran(d: Draft) -> None:
    d.add(DECISIONS, "abort", d.row(DECISIONS, lines), action="ABORT", decision_id="abort")


def a_second_attempt_without_a_first(d: Draft) -> None:
    d.row(DECISIONS, lines)["attempt"] = 2


def an_attempt_while_one_is_under_way(d: Draft) -> None:
    row = d.row(DECISIONS, lines)
    d.add(DECISIONS, "next", row, decision_id="next", attempt=2)
    d.row(EXECUTIONS, lines)["duration_seconds"] = 3600.0


def a_tick_that_forgot_a_workflow(d: Draft) -> None:
    tick = d.row(DECISIONS, any_row)["tick"]
    d.drop(DECISIONS, lambda r: r["tick"] == tick and r["workflow_name"] == "schedule_refresh")


def a_tick_without_its_record(d: Draft) -> None:
    d.remove("ticks/20251112T120000Z.json")


def two_locks_of_one_day(d: Draft) -> None:
    d.row(LOCKED, any_row)["locked_at"] = "2025-11-12T12:00:00+00:00"


def a_revision_that_is_missing(d: Draft) -> None:
    d.put("plans/2025-11-12/r0003.json", d.state["plans/2025-11-12/r0001.json"])


def a_change_of_a_slot_that_nobody_planned(d: Draft) -> None:
    row = d.row(LOCKED, lines) | {"change": "withdrawn", "revision": 2, "changed_at": NIGHT}
    d.add(CHANGES, "r2", row, slot_id="2025-11-12.betting_lines.20251112T010000Z")


def a_slot_taken_back_after_it_ran(d: Draft) -> None:
    row = d.row(LOCKED, lines) | {"change": "withdrawn", "revision": 2, "changed_at": NIGHT}
    d.add(CHANGES, "r2", row)


def a_slot_added_twice(d: Draft) -> None:
    d.add(
        CHANGES,
        "r2",
        d.row(LOCKED, lines) | {"change": "added", "revision": 2, "changed_at": NIGHT},
    )


def a_window_that_moved_without_a_row(d: Draft) -> None:
    row = d.row(LOCKED, lines)
    row["closes_at"] = twelve_hours_on(row["closes_at"])


def a_plan_that_lacks_a_slot(d: Draft) -> None:
    row = d.row(LOCKED, lines)
    d.add(LOCKED, "more", row, slot_id=row["slot_id"] + ".0022500001")


def an_execution_without_an_end(d: Draft) -> None:
    d.remove("/finished.json")


def a_record_that_was_never_confirmed(d: Draft) -> None:
    d.remove("/finished.json.done")


def a_file_announced_four_times(d: Draft) -> None:
    for n in range(1, 5):
        d.put(f"republished/0123456789abcdef01234567/{n}")


def a_repair_that_skips_a_number(d: Draft) -> None:
    d.put("republished/0123456789abcdef01234567/2")


def a_cleanup_that_miscounts(d: Draft) -> None:
    d.row(CLEANUPS, any_row)["republished_count"] = 1


def a_dead_letter(d: Draft) -> None:
    d.dead.append(("loader", '{"kind":"file"}'))


def an_exception_that_got_out(d: Draft) -> None:
    d.surprises.append(("controller", "Traceback\nKeyError: 'x'"))


def a_message_that_was_refused(d: Draft) -> None:
    d.refused.append("executor: run-advance execution_id: found [x]")


def a_storm_of_errors(d: Draft) -> None:
    d.errors.extend([("ERROR", "cleanup", "nothing is announced")] * 60)


def a_row_with_a_column_that_its_table_lacks(d: Draft) -> None:
    d.row(RUNS, good)["weather"] = "fine"


def a_row_whose_number_is_text(d: Draft) -> None:
    d.row(LOADS, any_row)["rows_loaded"] = "7"


def a_row_that_lacks_what_its_table_requires(d: Draft) -> None:
    d.row(CLEANUPS, any_row)["cleanup_time"] = None


def a_raw_row_that_is_no_json(d: Draft) -> None:
    next(rows for rows in d.loaded.values() if rows)[0]["record"] = "{"


def an_answer_that_never_arrived(d: Draft) -> None:
    """A file, its load and its rows are gone; two hours in which the source gave it are not."""
    row = d.row(RUNS, lambda r: good(r) and r["gcs_path"].endswith("/final.json"))
    hours = d.answered[row["scraper_name"], row["target_date"], row["target"]]
    hours.add(min(hours) - 1)
    path = row["gcs_path"]
    d.drop(LOADS, lambda r: r["gcs_path"] == path)


PLANTED: dict[Callable[[Draft], None], str] = {
    a_row_that_repeats_with_other_words: "repeat_differs",
    a_run_decided_again_with_another_end_of_its_window: "repeat_differs",
    a_run_under_two_ids: "run_twice",
    a_file_without_a_load: "file_never_loaded",
    a_file_loaded_under_two_ids: "loaded_twice",
    rows_that_arrived_twice: "rows_differ",
    rows_in_another_table: "wrong_table",
    a_load_of_a_file_that_is_not_there: "load_of_no_file",
    a_slot_without_a_word: "slot_without_a_word",
    a_run_after_its_window: "run_outside_window",
    a_run_at_a_tick_before_its_window: "run_outside_window",
    a_run_of_a_slot_that_nobody_planned: "run_of_no_slot",
    a_run_for_another_date: "wrong_target_date",
    a_run_without_an_execution: "run_without_execution",
    an_execution_without_a_run: "execution_without_run",
    two_executions_of_one_run: "executed_twice",
    an_execution_that_lost_a_run: "runs_differ",
    an_execution_that_miscounts: "counts_differ",
    an_execution_that_calls_itself_partial: "status_differs",
    a_failed_run_without_its_error: "failure_without_a_word",
    a_success_without_records: "success_without_records",
    a_run_that_counts_other_records: "records_differ",
    a_run_whose_file_is_gone: "run_without_its_file",
    a_file_that_no_decision_made: "file_of_no_decision",
    a_document_that_is_announced: "load_of_no_file",
    a_document_that_calls_itself_final: "file_name",
    a_run_past_its_deadline: "ran_past_not_after",
    an_execution_past_its_slot: "executed_past_its_slot",
    an_answer_with_games_of_another_day: "games_of_another_day",
    two_aborts_of_one_slot: "aborted_twice",
    an_abort_of_a_slot_that_ran: "ran_and_aborted",
    a_second_attempt_without_a_first: "attempts_not_in_a_row",
    an_attempt_while_one_is_under_way: "run_while_under_way",
    a_tick_that_forgot_a_workflow: "tick_without_rows",
    a_tick_without_its_record: "rows_without_tick",
    two_locks_of_one_day: "locked_twice",
    a_revision_that_is_missing: "revisions_not_in_a_row",
    a_change_of_a_slot_that_nobody_planned: "change_of_no_slot",
    a_slot_taken_back_after_it_ran: "withdrawn_after_it_ran",
    a_slot_added_twice: "added_twice",
    a_window_that_moved_without_a_row: "window_changed_without_a_row",
    a_plan_that_lacks_a_slot: "tables_and_plan_differ",
    an_execution_without_an_end: "execution_without_end",
    a_record_that_was_never_confirmed: "effects_unconfirmed",
    a_file_announced_four_times: "republished_too_often",
    a_repair_that_skips_a_number: "republished_too_often",
    a_cleanup_that_miscounts: "cleanup_miscounts",
    a_dead_letter: "dead_letter",
    an_exception_that_got_out: "surprise",
    a_message_that_was_refused: "refused",
    a_storm_of_errors: "alert_storm",
    a_row_with_a_column_that_its_table_lacks: "row_misfits",
    a_row_whose_number_is_text: "row_misfits",
    a_row_that_lacks_what_its_table_requires: "row_misfits",
    a_raw_row_that_is_no_json: "row_misfits",
    an_answer_that_never_arrived: "given_and_not_loaded",
    **PLANTED_BOOKS,
}


def test_a_calm_day_has_books() -> None:
    assert calm_day().rows[BOOKS]


def test_a_calm_day_keeps_every_promise() -> None:
    assert check_left(calm_day()) == []


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_what_is_planted_is_found(plant: Callable[[Draft], None]) -> None:
    draft = Draft()
    plant(draft)
    assert PLANTED[plant] in draft.broken()


def test_every_check_has_something_that_it_finds() -> None:
    """A check that finds nothing of all that is planted checks nothing."""
    drafts = []
    for plant in PLANTED:
        draft = Draft()
        plant(draft)
        drafts.append(draft.tables())
    silent = [check.__name__ for check in CHECKS if not any(list(check(t)) for t in drafts)]
    assert silent == []
