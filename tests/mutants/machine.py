"""Guards of files, rows and locks on one machine."""

from __future__ import annotations

from tests.mutants.guard import guard

FILES = "local/files.py"
STORE = "tests/local/test_store.py"
MINE = "tests/mutants/test_machine.py"

GUARDS = (
    guard(
        "a name that is taken stays taken",
        FILES,
        "INSERT OR IGNORE INTO objects",
        "INSERT OR REPLACE INTO objects",
        "of two deliveries at once both would have decided",
        f"{MINE}::test_a_name_stays_taken_also_when_its_body_was_removed",
    ),
    guard(
        "a body without its row is not there",
        FILES,
        '        if self._row(name) is None:\n            message = f"no object',
        '        if False:\n            message = f"no object',
        "the rest of a crash would be read as a record",
        f"{STORE}::test_a_body_without_its_row_is_not_there_and_is_replaced",
    ),
    guard(
        "a failed write leaves no row",
        FILES,
        '                db.execute("DELETE FROM objects WHERE generation = ?", (cursor.lastrowid,))',
        "                pass",
        "a record would be listed that nobody can read",
        f"{STORE}::test_a_failed_write_leaves_no_row",
    ),
    guard(
        "temporary files of the dead are swept",
        FILES,
        '            if not process_alive(f"{pid}:{started}"):',
        "            if False:",
        "every kill would leave files behind for ever",
        f"{MINE}::test_temporary_files_of_dead_processes_are_swept_and_of_living_ones_not",
    ),
    guard(
        "temporary files of the living are left",
        FILES,
        '            if not process_alive(f"{pid}:{started}"):',
        "            if True:",
        "a second process would take away what the first one writes",
        f"{MINE}::test_temporary_files_of_dead_processes_are_swept_and_of_living_ones_not",
    ),
    guard(
        "a simulated listing shows no future",
        FILES,
        "            if row[2] < now or self._clock.knows((self._bucket, row[0]))",
        "            if True",
        "a replay would see what it is yet to write",
        "tests/local/test_clock.py::test_a_simulated_listing_shows_the_past_and_its_own",
    ),
    guard(
        "who fails undoes its own part",
        "local/group.py",
        '            db.execute("ROLLBACK TO part")',
        "            pass",
        "half of a failed write would be committed by the others",
        "tests/local/test_group.py::test_who_fails_undoes_only_its_own_part_of_a_shared_transaction",
    ),
    guard(
        "a failed transaction changes nothing",
        "local/store.py",
        '                    db.execute("ROLLBACK")',
        '                    db.execute("COMMIT")',
        "half of a publish would be there",
        f"{STORE}::test_a_failed_transaction_changes_nothing_and_the_next_one_works",
    ),
    guard(
        "a process id alone is no process",
        "local/store.py",
        "    return _started(int(pid)) == started",
        "    return True",
        "deliveries of a killed process would wait for another one's end",
        f"{STORE}::test_a_process_is_alive_until_it_has_ended",
    ),
    guard(
        "one process delivers in a folder",
        "tipoff/commands/folder_lock.py",
        "            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        "            pass",
        "two would tick and deliver beside each other",
        f"{MINE}::test_a_folder_is_held_by_one_until_it_lets_go",
    ),
    guard(
        "a second delivery of a chunk waits for the first",
        "shared/locks.py",
        "            with lock:\n                yield",
        "            yield",
        "a source would be asked twice at once",
        "tests/functions/test_scraper.py::test_two_deliveries_at_once_ask_the_source_once",
    ),
)
