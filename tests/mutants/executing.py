"""Guards of executions: expiry, claims, steps, sizes, and what is not asked for again."""

from __future__ import annotations

from tests.mutants.guard import guard

CORE = "shared/core/execution.py"
CHUNKS = "shared/core/chunks.py"
TEST_CORE = "tests/core/test_execution.py"
EXECUTING = "shared/executing.py"
TEST_EXECUTOR = "tests/functions/test_executor.py"
MINE = "tests/mutants/test_functions.py"

GUARDS = (
    guard(
        "a late order expires",
        EXECUTING,
        "        expired=now > order.not_after + GRACE or not _may_run(world, order),",
        "        expired=not _may_run(world, order),",
        "a RUN that waited for a day would still be run",
        f"{TEST_EXECUTOR}::test_an_order_that_came_too_late_asks_nothing_and_ends_expired",
    ),
    guard(
        "an aborted slot is not run after all",
        EXECUTING,
        "        expired=now > order.not_after + GRACE or not _may_run(world, order),",
        "        expired=now > order.not_after + GRACE,",
        "an order taken up as its slot closes would run what was told as missed",
        f"{MINE}::test_an_order_of_a_slot_that_was_aborted_asks_nothing",
    ),
    guard(
        "a slot whose RUN is taken up is not aborted",
        "functions/controller/main.py",
        "    return decision if stands else taken_up(decision, tick)",
        "    return decision",
        "what runs would be told as missed",
        f"{MINE}::test_a_slot_whose_run_was_taken_up_as_it_closed_is_not_aborted",
    ),
    guard(
        "of RUN and ABORT the first to claim the slot has it",
        "shared/records.py",
        '    return first.metadata.get("by") == word',
        "    return True",
        "both would be true of one slot",
        f"{MINE}::test_an_order_of_a_slot_that_was_aborted_asks_nothing",
    ),
    guard(
        "an expired execution asks nothing",
        CHUNKS,
        "    if manifest.expired:\n        return",
        "    if False:\n        return",
        "it would be marked and run all the same",
        f"{TEST_CORE}::test_an_expired_execution_asks_nothing_and_fails",
    ),
    guard(
        "an expired execution has failed",
        CORE,
        '    if manifest.expired:\n        status, message = "failed",',
        '    if False:\n        status, message = "failed",',
        "nothing asked would be told as completed",
        f"{TEST_CORE}::test_an_expired_execution_asks_nothing_and_fails",
    ),
    guard(
        "a late chunk expires",
        "functions/scraper/main.py",
        "    if began > order.not_after + GRACE:",
        "    if False:",
        "a source would be asked for an execution that was given up",
        "tests/functions/test_scraper.py::test_an_expired_chunk_asks_nobody_and_is_reported_like_any_other",
    ),
    guard(
        "clocks may differ by five minutes",
        "shared/core/ids.py",
        "GRACE = timedelta(minutes=5)",
        "GRACE = timedelta(0)",
        "an order taken up as its slot closes would be lost to a clock",
        f"{MINE}::test_five_minutes_after_its_time_an_order_and_a_chunk_still_run",
    ),
    guard(
        "an execution has its time for each step",
        CORE,
        "PER_STEP * max(1, len(steps))",
        "PER_STEP",
        "later steps would be given up before they begin",
        f"{TEST_CORE}::test_an_execution_has_45_minutes_for_each_step",
    ),
    guard(
        "a chunk is useless once its execution is given up",
        CHUNKS,
        "        not_after=manifest.finish_by,",
        "        not_after=manifest.finish_by.replace(year=9999),",
        "a chunk would run after its runs were told as lost",
        f"{TEST_CORE}::test_a_chunk_carries_all_that_its_receiver_needs",
        f"{TEST_EXECUTOR}::test_an_order_becomes_a_manifest_and_the_first_steps_chunks",
    ),
    guard(
        "a group fits one push",
        CHUNKS,
        "            take = min(CHUNK, room[source], len(queues[name]))",
        "            take = min(CHUNK, len(queues[name]))",
        "a delivery would outlast its deadline and come again",
        TEST_CORE,
    ),
    guard(
        "a chunk holds 50 targets",
        CHUNKS,
        "            take = min(CHUNK, room[source], len(queues[name]))",
        "            take = min(room[source], len(queues[name]))",
        "what an outcome obtained would not fit its metadata",
        f"{TEST_CORE}::test_a_chunk_holds_50_targets_at_most",
    ),
    guard(
        "a group waits for all of the one before",
        CHUNKS,
        "            if waiting:\n                day_games",
        "            if len(waiting) == len(group):\n                day_games",
        "a step would begin on half of what the one before finds",
        TEST_CORE,
    ),
    guard(
        "what is had already is not asked for",
        CHUNKS,
        "    return [target for target in targets if target.id not in have]",
        "    return list(targets)",
        "a later attempt would ask for everything again",
        f"{TEST_CORE}::test_what_is_had_already_is_not_asked_again",
    ),
    guard(
        "a group under way is not sent by every report",
        EXECUTING,
        "    elif where.fresh:\n        send",
        "    else:\n        send",
        "each report would send the rest of its group again",
        f"{MINE}::test_a_report_does_not_send_the_rest_of_its_group_again",
    ),
)
