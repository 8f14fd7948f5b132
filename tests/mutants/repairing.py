"""Guards of repairs: what counts as missing, how often and how much is announced again."""

from __future__ import annotations

from tests.mutants.guard import guard

CORE = "shared/core/reconcile.py"
MAIN = "functions/cleanup/main.py"
TEST_CORE = "tests/core/test_reconcile.py"
TEST = "tests/functions/test_loader_cleanup.py"

GUARDS = (
    guard(
        "a file may take 30 minutes",
        CORE,
        "    candidates = [file for file in files if now - file.written_at >= MIN_AGE]",
        "    candidates = list(files)",
        "every file under way would be announced again",
        f"{TEST_CORE}::test_a_file_may_take_30_minutes",
    ),
    guard(
        "a file is announced again three times at most",
        CORE,
        "WAITS = (timedelta(0), timedelta(minutes=30), timedelta(minutes=60))",
        "WAITS = (timedelta(0), timedelta(minutes=30), timedelta(minutes=60), timedelta(0))",
        "a file that cannot be loaded would be announced for ever",
        f"{TEST_CORE}::test_a_file_is_announced_three_times_at_growing_distances",
    ),
    guard(
        "announcements grow apart",
        CORE,
        "    return not made or now - max(made) >= WAITS[len(made)]",
        "    return True",
        "all repairs would be used up in 45 minutes",
        f"{TEST_CORE}::test_a_file_is_announced_three_times_at_growing_distances",
    ),
    guard(
        "a storm is answered with a probe",
        CORE,
        "    probing = checked >= STORM_SIZE and len(lost) * 2 > checked",
        "    probing = False",
        "a loader that is down would be buried",
        f"{TEST}::test_a_storm_is_answered_with_a_probe",
    ),
    guard(
        "what is loaded is not announced again",
        CORE,
        """        (file for file in candidates if loads.get(file.key) != "loaded"),""",
        "        (file for file in candidates),",
        "every file would be missing",
        f"{TEST_CORE}::test_a_load_ends_it",
    ),
    guard(
        "what is refused is not announced again",
        CORE,
        "    lost = [file for file in missing if file.key not in loads]",
        "    lost = missing",
        "a refused file would be refused three times more",
        f"{TEST_CORE}::test_a_file_that_was_refused_stays_missing_for_a_person_and_is_not_announced",
    ),
    guard(
        "what is refused stays missing",
        MAIN,
        """[file.load_id for file in files if loads.get(file.key) == "loaded"]""",
        "[file.load_id for file in files if file.key in loads]",
        "its second cleanup would forget it, and no alert would tell",
        "tests/functions/test_cleanup_memory.py::test_a_file_that_was_refused_stays_missing",
    ),
    guard(
        "loads that cannot be read announce nothing",
        MAIN,
        "        return CleanupRecord(rows=[_row(world, tick, None, began, [error])], announce=())",
        "        loads = {}",
        "an outage of the tables would announce everything",
        f"{TEST}::test_cleanup_fails_closed_when_the_loads_cannot_be_read",
    ),
    guard(
        "a decided cleanup is not decided again",
        MAIN,
        "    if records.is_done(world.state, name):",
        "    if False:",
        "a doubled tick would repeat all announcements",
        f"{TEST}::test_a_redelivered_tick_announces_nothing_more",
    ),
    guard(
        "files of the days before are looked at",
        MAIN,
        "LOOK_BACK = 3",
        "LOOK_BACK = 1",
        "a file of 04:50 would be forgotten at 05:00",
        "tests/mutants/test_functions.py::test_a_file_of_last_night_is_announced_again_after_0500",
    ),
    guard(
        "only files with a table are expected",
        "shared/effects.py",
        "        if event.table is not None\n",
        "",
        "events that are never loaded would be repaired for ever",
        "tests/mutants/test_functions.py::test_a_file_without_a_table_is_never_missing",
    ),
    guard(
        "a doubled announcement loads once",
        "local/journal.py",
        "            if first.rowcount == 1:",
        "            if True:",
        "a file whose records are read twice would count what it did not load",
        "tests/mutants/test_machine.py::test_a_second_load_of_one_file_answers_the_first_ones_rows",
    ),
    guard(
        "a row is there once",
        "local/store.py",
        '            "INSERT OR IGNORE INTO rows (dataset',
        '            "INSERT OR REPLACE INTO rows (dataset',
        "the last repeat of a decision would count, not the first",
        "tests/mutants/test_machine.py::test_of_two_rows_with_one_id_the_first_stays",
    ),
)
