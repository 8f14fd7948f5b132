"""Guards of the records: who decides first, when a record is done, and what ids are made of."""

from __future__ import annotations

from tests.mutants.guard import guard

EFFECTS = "shared/effects.py"
CONTROLLER = "tests/functions/test_controller.py"
CLEANUP = "tests/functions/test_loader_cleanup.py"
SWEEP = "tests/functions/test_sweep.py"

GUARDS = (
    guard(
        "the first to decide decides",
        "shared/records.py",
        """    if create(files, name, record, metadata).created:
        return record
    return read(files, name, type(record))""",
        """    create(files, name, record, metadata)
    return record""",
        "two deliveries at once would each perform what they decided",
        "tests/shared/test_records.py::test_the_first_to_decide_decides_for_all",
    ),
    guard(
        "a marked record is done",
        "shared/listings.py",
        "            open_ones.pop(stored.name[: -len(DONE)], None)",
        "            pass",
        "the sweep would repeat every record for ever",
        "tests/shared/test_listings.py::test_a_record_is_undone_until_it_is_marked",
    ),
    guard(
        "the newest schedule counts",
        "shared/records.py",
        "    name = listing[-1].name",
        "    name = listing[0].name",
        "games would be planned as they were at the season's start",
        "tests/shared/test_records.py::test_the_newest_schedule_is_the_last_by_instant",
    ),
    guard(
        "the newest revision counts",
        "shared/records.py",
        "return read(files, names[-1], Plan)",
        "return read(files, names[0], Plan)",
        "decisions would be made by the plan of the morning",
        "tests/shared/test_records.py::test_the_newest_plan_is_the_highest_revision_whatever_is_marked",
    ),
    guard(
        "what another date obtained is not this one's",
        "shared/listings.py",
        'if tags.get("target_date") == day:',
        "if True:",
        "a backfill of last week would leave today's games unasked",
        "tests/shared/test_listings.py::test_an_execution_for_another_date_tells_nothing_of_this_one",
    ),
    guard(
        "a decided tick is not decided again",
        "functions/controller/main.py",
        "    if records.is_done(world.state, name):",
        "    if False:",
        "a doubled tick would publish and append everything once more",
        f"{CONTROLLER}::test_a_redelivered_tick_repeats_its_result_and_decides_nothing_anew",
    ),
    guard(
        "a finished chunk is not run again",
        "functions/scraper/main.py",
        "    if records.is_done(world.state, name):",
        "    if False:",
        "a doubled chunk would announce and report once more",
        "tests/functions/test_scraper.py::test_a_redelivery_after_the_end_does_nothing",
    ),
    guard(
        "an ended execution is not ended again",
        "shared/executing.py",
        "    if records.is_done(world.state, name):",
        "    if False:",
        "every late report would append the end once more",
        "tests/functions/test_executor.py::test_a_report_that_comes_again_after_the_end_changes_nothing",
    ),
    guard(
        "an outcome that is written is not made anew",
        "functions/scraper/main.py",
        "    if repeated:\n        outcome",
        "    if False:\n        outcome",
        "a redelivery would call a source again whose answer is known",
        "tests/mutants/test_functions.py::test_a_failed_outcome_is_reported_again_and_not_asked_again",
    ),
    guard(
        "a tick is done after its effects",
        EFFECTS,
        """    world.publish([message(RUN_DECISIONS, order) for order in record.orders])
""",
        """    records.mark_done(world.state, records.tick_name(record.tick))
    world.publish([message(RUN_DECISIONS, order) for order in record.orders])
""",
        "a crash between the two would lose its RUNs",
        f"{CONTROLLER}::test_a_crash_after_the_record_and_before_publishing_is_made_good",
    ),
    guard(
        "an outcome is done after its effects",
        EFFECTS,
        "    world.publish(_reported(world, outcome))\n",
        "    records.mark_done(world.state, outcome_name(outcome))\n"
        "    world.publish(_reported(world, outcome))\n",
        "a crash between the two would lose its files and its report",
        "tests/functions/test_scraper.py::test_a_port_that_fails_raises_and_the_redelivery_does_not_ask_again",
    ),
    guard(
        "a chunk's repeat announces nothing before its rows are there",
        "functions/scraper/main.py",
        "repeated=repeated)",
        "repeated=False)",
        "an outage of the tables would be a storm of announcements",
        "tests/functions/test_scraper.py::test_while_the_tables_are_away_a_file_is_announced_once",
    ),
    guard(
        "an end is done after its row",
        EFFECTS,
        """    row = rows.execution_row(record.manifest, record.summary, world.stamp(), ended_at=record.at)
""",
        """    records.mark_done(
        world.state,
        records.finished_name(record.manifest.game_day, record.manifest.execution_id),
    )
    row = rows.execution_row(record.manifest, record.summary, world.stamp(), ended_at=record.at)
""",
        "a crash between the two would leave an execution without its row",
        f"{SWEEP}::test_a_finish_that_was_never_appended_is_appended_by_the_sweep",
    ),
    guard(
        "a plan is done after its rows",
        EFFECTS,
        "    if plan.revision == 1:\n",
        "    records.mark_done(world.state, name)\n    if plan.revision == 1:\n",
        "a crash between the two would leave a lock without rows",
        "tests/functions/test_schedule_locker.py::test_a_lock_whose_append_failed_is_appended_by_the_redelivery",
    ),
    guard(
        "a cleanup is done after its announcements",
        EFFECTS,
        "    world.publish(claimed)\n",
        "    records.mark_done(world.state, name)\n    world.publish(claimed)\n",
        "a crash between the two would use up a repair that was never made",
        f"{CLEANUP}::test_a_crash_before_the_announcement_is_made_good_by_the_same_tick",
    ),
    guard(
        "a claim is its cleanup's also in a repeat",
        EFFECTS,
        'if claim.stored.metadata.get("by") == name:',
        "if claim.created:",
        "a crash after the claim would use it up unannounced",
        f"{CLEANUP}::test_a_crash_before_the_announcement_is_made_good_by_the_same_tick",
    ),
    guard(
        "an announcement is made by whose claim it is",
        EFFECTS,
        'if claim.stored.metadata.get("by") == name:',
        "if claim:",
        "two cleanups at once would announce one file twice",
        "tests/mutants/test_functions.py::test_two_cleanups_that_decide_one_announcement_make_it_once",
    ),
    guard(
        "a RUN is named by slot and attempt",
        "shared/core/decide.py",
        '        decision_id=f"{slot.slot_id}.run{attempt}",',
        '        decision_id=f"{slot.slot_id}.run{attempt}.{stamp(moment.tick)}",',
        "two ticks that find one slot due would decide two RUNs",
        "tests/core/test_decide_days.py::test_two_ticks_that_find_a_slot_due_give_the_same_run",
    ),
    guard(
        "an ABORT is named by its slot",
        "shared/core/decide.py",
        '        decision_id=f"{slot.slot_id}.abort",',
        '        decision_id=f"{slot.slot_id}.abort.{stamp(moment.tick)}",',
        "a slot could be told as missed twice",
        "tests/core/test_decide.py::test_a_missed_slot_is_a_warning_with_the_slots_own_id",
    ),
    guard(
        "an execution is named by slot and attempt",
        "functions/controller/main.py",
        'execution_id=f"{slot.slot_id}.{decision.attempt}"',
        'execution_id=f"{slot.slot_id}.{stamp(tick)}"',
        "two ticks that find one slot due would run it twice",
        f"{CONTROLLER}::test_a_run_by_hand_at_0637_is_a_tick_of_its_own_with_the_same_execution",
    ),
    guard(
        "a run by hand is named by its message",
        "shared/executing.py",
        'execution_id=f"manual.{message_id}"',
        'execution_id=f"manual.{asked.isoformat()}"',
        "a doubled request would run twice",
        "tests/functions/test_executor.py::test_a_run_by_hand_takes_the_messages_id_and_is_a_decision_too",
    ),
    guard(
        "a chunk is named by its number too",
        "shared/core/chunks.py",
        'chunk_id = f"{manifest.execution_id}.s{number}.{name}.{n}"',
        'chunk_id = f"{manifest.execution_id}.s{number}.{name}.1"',
        "the outcome of the first 50 targets would stand for all",
        "tests/core/test_execution.py",
    ),
    guard(
        "a run is named by its target too",
        "shared/core/runs.py",
        '    return f"{execution_id}.{scraper}.{target.id}"',
        '    return f"{execution_id}.{scraper}"',
        "the rows of all games of a chunk would be one row",
        "tests/functions/test_scraper.py::test_a_success_writes_a_file_announces_it_reports_and_logs",
        "tests/mutants/test_results.py::test_a_game_is_complete_when_it_is_found_whole",
    ),
    guard(
        "a load is named by its file's generation too",
        "shared/core/ids.py",
        'f"{path}#{generation}"',
        'f"{path}"',
        "a file that was made anew would count as loaded",
        "tests/core/test_ids.py::test_different_files_have_different_loads",
        "tests/core/test_ids.py::test_a_load_is_one_file_in_one_generation",
    ),
    guard(
        "a slot of a game is named by the game too",
        "shared/core/slots.py",
        '    return f"{base}.{game_id}" if game_id else base',
        "    return base",
        "of two games with one tip only one would be run",
        "tests/core/test_slots.py::test_a_per_game_slot_names_its_game_and_the_day_of_its_tip",
    ),
    guard(
        "a tick is named by its minute",
        "shared/core/ids.py",
        "    return minute(named)",
        "    return named",
        "a doubled tick some seconds later would be another tick",
        "tests/core/test_ids.py::test_a_tick_is_named_by_its_minute",
    ),
)
