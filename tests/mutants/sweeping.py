"""Guards of the sweep: what is picked up, what is sent again, what is given up."""

from __future__ import annotations

from tests.mutants.guard import guard

EXECUTING = "shared/executing.py"
SWEEP = "shared/sweep.py"
TEST_SWEEP = "tests/functions/test_sweep.py"
MINE = "tests/mutants/test_functions.py"

GUARDS = (
    guard(
        "only what has stopped is taken up",
        SWEEP,
        "    return [stored for stored in open_ones if now - stored.created_at >= STALE]",
        "    return open_ones",
        "the sweep would repeat what a handler is doing",
        f"{TEST_SWEEP}::test_rows_that_were_never_confirmed_are_appended_by_the_sweep",
    ),
    guard(
        "an outcome whose scraper is at work is left to it",
        SWEEP,
        "        if now - stored.created_at < STALE:\n            continue",
        "        if False:\n            continue",
        "the sweep would announce and report what is being reported",
        f"{MINE}::test_an_outcome_whose_scraper_may_be_at_work_is_left_to_it",
    ),
    guard(
        "what a listing came to is kept while it says the same",
        "shared/listings.py",
        "        if known is None or (known[0] is not listing and known[0] != listing):",
        "        if known is None:",
        "a sweep would see the day as it was when its instance began",
        TEST_SWEEP,
    ),
    guard(
        "unconfirmed plans are taken up",
        SWEEP,
        """        for stored in _stale(world, kept, f"plans/{day.isoformat()}/", now):""",
        """        for stored in ():""",
        "a lock that was never redelivered would have no rows",
        f"{TEST_SWEEP}::test_rows_that_were_never_confirmed_are_appended_by_the_sweep",
    ),
    guard(
        "unconfirmed ticks are taken up",
        SWEEP,
        """        for stored in decided.undone:
            if now""",
        """        for stored in ():
            if now""",
        "a tick that was never redelivered would have no rows",
        f"{MINE}::test_the_rows_of_a_tick_that_were_never_confirmed_are_appended_by_the_sweep",
    ),
    guard(
        "unconfirmed outcomes are taken up",
        SWEEP,
        '        if "/chunks/" in stored.name:',
        "        if False:",
        "an execution would wait for a report until it is given up",
        f"{TEST_SWEEP}::test_an_outcome_that_was_never_reported_is_reported_by_the_sweep",
    ),
    guard(
        "unconfirmed ends are taken up",
        SWEEP,
        '        elif stored.name.endswith("/finished.json"):',
        "        elif False:",
        "an execution would have ended without its row",
        f"{TEST_SWEEP}::test_a_finish_that_was_never_appended_is_appended_by_the_sweep",
    ),
    guard(
        "unconfirmed cleanups are taken up",
        SWEEP,
        "            perform_cleanup(world, record, stored.name)",
        "            pass",
        "claimed announcements would never be made",
        "tests/functions/test_loader_cleanup.py::test_a_crash_that_no_redelivery_mends_is_taken_up_by_the_sweep",
    ),
    guard(
        "a lost RUN gets its manifest",
        SWEEP,
        "                if order.execution_id not in known:",
        "                if False:",
        "a RUN whose message was lost would stay a word",
        f"{TEST_SWEEP}::test_a_run_that_nobody_took_up_gets_its_manifest_after_ten_minutes",
    ),
    guard(
        "a RUN of the hours before midnight UTC is not lost",
        SWEEP,
        "    for back in range(days):\n        day = (now - timedelta(days=back))",
        "    for back in range(1):\n        day = (now - timedelta(days=back))",
        "RUNs of 18:50 ET would be out of sight at 19:05",
        f"{MINE}::test_a_lost_run_of_before_midnight_utc_gets_its_manifest_after_it",
    ),
    guard(
        "a RUN that nobody can run stops no sweep",
        SWEEP,
        "    if unknown := sorted(names - known):",
        "    if unknown := []:",
        "one edit would leave all executions unswept",
        f"{TEST_SWEEP}::test_a_lost_run_of_an_unknown_scraper_does_not_stop_the_sweep",
    ),
    guard(
        "an overdue chunk is sent again",
        SWEEP,
        "    for chunk in where.waiting if due else ():",
        "    for chunk in ():",
        "a lost chunk would wait until it is given up",
        f"{TEST_SWEEP}::test_a_chunk_without_outcome_is_sent_again_after_15_and_30_minutes_once_each",
        f"{MINE}::test_a_lost_chunk_that_is_sent_again_ends_its_execution_well",
    ),
    guard(
        "a chunk sent again is claimed",
        SWEEP,
        '        if world.state.create_once(name, b"{}").created:',
        "        if True:",
        "every sweep would send it once more",
        f"{TEST_SWEEP}::test_a_chunk_without_outcome_is_sent_again_after_15_and_30_minutes_once_each",
    ),
    guard(
        "a chunk is sent again twice at most",
        SWEEP,
        "RESEND = (timedelta(minutes=15), timedelta(minutes=30))",
        "RESEND = (timedelta(minutes=15), timedelta(minutes=30), timedelta(minutes=45))",
        "a source that hangs would be asked ever again",
        f"{TEST_SWEEP}::test_a_chunk_without_outcome_is_sent_again_after_15_and_30_minutes_once_each",
    ),
    guard(
        "an execution whose time is up is given up",
        SWEEP,
        "    elif now >= manifest.finish_by:",
        "    elif False:",
        "an execution without outcomes would never end",
        f"{TEST_SWEEP}::test_at_finish_by_what_has_no_outcome_is_lost_and_the_execution_ends",
    ),
    guard(
        "what was done and not reported ends its execution",
        SWEEP,
        "    if where.ended:\n        executing.finish",
        "    if False:\n        executing.finish",
        "an execution whose last report was lost would never end",
        f"{MINE}::test_an_execution_whose_last_report_was_lost_is_ended_by_the_sweep",
    ),
    guard(
        "the hourly sweep looks back a fortnight",
        "functions/executor/main.py",
        "look_back=FAR_BACK if far else LOOK_BACK",
        "look_back=LOOK_BACK",
        "what a long outage left behind would never end",
        f"{MINE}::test_what_a_long_outage_left_behind_is_ended_by_the_hourly_sweep",
    ),
    guard(
        "a scraper that left the configuration stops nothing",
        EXECUTING,
        "    known = [chunk for chunk in chunks if chunk.scraper in world.config.scrapers]",
        "    known = list(chunks)",
        "one edit would leave all executions unswept",
        f"{TEST_SWEEP}::test_a_scraper_that_left_the_configuration_does_not_stop_the_sweep",
    ),
)
