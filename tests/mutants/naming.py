"""Guards of input: what a name, a row and a configuration may hold."""

from __future__ import annotations

from tests.mutants.guard import guard

EDGES = "tests/shared/test_edges.py"
MALFORMED = "tests/config/test_malformed.py"
CHECK = "tests/core/test_check.py"
OBJECTS = "shared/objects.py"
FILES = "tests/contracts/test_files.py"

GUARDS = (
    guard(
        "a value by hand cannot leave its address",
        "shared/handmade.py",
        '        if not value or not set(value) <= SAFE | {","}:',
        "        if False:",
        "an operator's slip would ask another path",
        "tests/mutants/test_functions.py::test_a_value_by_hand_that_could_change_the_address_is_refused",
    ),
    guard(
        "a target's id can be part of a name",
        "shared/core/targets.py",
        "        if not self.id or not SAFE.issuperset(self.id):",
        "        if False:",
        "a source's id could leave its folder",
        "tests/core/test_resolve.py::test_a_target_that_cannot_be_part_of_a_name_is_refused",
    ),
    guard(
        "a name cannot leave its bucket",
        OBJECTS,
        "    if not safe or len(",
        "    if len(",
        "a file could be written anywhere",
        "tests/mutants/test_machine.py::test_a_name_that_could_leave_its_bucket_is_none",
    ),
    guard(
        "metadata fits its header",
        OBJECTS,
        "    if size > METADATA_BYTES:",
        "    if False:",
        "what fits here would be refused by the cloud",
        f"{FILES}::test_metadata_up_to_its_limit_fits_and_one_byte_more_does_not",
    ),
    guard(
        "a game's id can be part of a name",
        "shared/core/games.py",
        "    if not text or not set(text) <= SAFE:",
        "    if False:",
        "a feed's id could leave its folder",
        "tests/core/test_schedule_csv.py::test_an_id_that_could_not_name_a_file_is_refused",
    ),
    guard(
        "a row fits its table",
        "local/journal.py",
        "            schema.check(row)\n",
        "            pass\n",
        "what is fine here would be refused by BigQuery",
        "tests/contracts/test_journal.py::test_one_bad_row_stops_all_before_anything_is_written[local-change0-processing_id]",
    ),
    guard(
        "a required column is required",
        "shared/schema.py",
        "        for name in required - row.keys():",
        "        for name in ():",
        "a row without its id would be kept",
        "tests/contracts/test_journal.py::test_a_row_without_a_required_column_is_refused",
    ),
    guard(
        "a key stands once in a configuration",
        "shared/config.py",
        "        if key.value in found:",
        "        if False:",
        "the second of two workflows of one name would win in silence",
        MALFORMED,
    ),
    guard(
        "a time in a configuration is HH:MM",
        "shared/config.py",
        "        if wanted and not HH_MM.fullmatch(str(value)):",
        "        if False:",
        "a time with a zone would be compared with others and raise",
        MALFORMED,
    ),
    guard(
        "a name in a configuration can be part of an id",
        "shared/config.py",
        "        if not NAME.fullmatch(name):",
        "        if False:",
        "a workflow's name could leave its folder",
        MALFORMED,
    ),
    guard(
        "a window that no tick hits is refused",
        "shared/core/check_workflows.py",
        "                if hits < wanted:",
        "                if False:",
        "a workflow could never be run, and nobody would say so",
        f"{CHECK}::test_a_window_that_no_tick_can_hit_is_a_problem",
    ),
    guard(
        "later attempts need a second tick",
        "shared/core/check_workflows.py",
        "    wanted = 2 if workflow.attempts > 1 else 1",
        "    wanted = 1",
        "attempts would be promised that cannot be made",
        f"{CHECK}::test_later_attempts_need_a_second_tick_inside_the_window",
    ),
    guard(
        "needs go round in no circle",
        "shared/core/check_workflows.py",
        "            if need == name:",
        "            if False:",
        "workflows would wait for each other for ever",
        f"{CHECK}::test_needs_that_go_round_are_told_with_the_way",
    ),
    guard(
        "a switch is 0 or 1",
        "shared/settings.py",
        '    if flag not in ("0", "1"):',
        "    if False:",
        "simulated time could be switched on by a slip",
        f"{EDGES}::test_settings_have_defaults_and_refuse_what_is_neither_0_nor_1",
    ),
)
