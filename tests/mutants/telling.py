"""Guards of results: no_data, success, complete, final, and what may be used again."""

from __future__ import annotations

from tests.mutants.guard import guard

RUN = "scrapers/run.py"
FILES = "scrapers/files.py"
SCRAPER = "tests/functions/test_scraper.py"
MINE = "tests/mutants/test_results.py"
ENDS = "tests/core/test_execution_ends.py"

GUARDS = (
    guard(
        "no records are no_data",
        RUN,
        'status="success" if count else "no_data"',
        'status="success"',
        "an empty answer would be a file and a success",
        f"{SCRAPER}::test_no_data_is_not_a_failure_and_writes_no_file",
    ),
    guard(
        "no records are not complete",
        RUN,
        "complete=bool(count) and whole and self",
        "complete=whole and self",
        "a poll that found nothing would be satisfied",
        f"{SCRAPER}::test_no_data_is_not_a_failure_and_writes_no_file",
        MINE,
    ),
    guard(
        "a record says something",
        "scrapers/handed.py",
        "    if not all(fetched.records):",
        "    if False:",
        "empty objects would be data",
        f"{MINE}::test_a_record_that_says_nothing_is_malformed",
    ),
    guard(
        "a service's file holds what the service says",
        "scrapers/handed.py",
        "    if found != handed.record_count:",
        "    if False:",
        "a row would count records that were never written",
        "tests/functions/test_scraper_service.py",
    ),
    guard(
        "a date is complete when every game is found that should be over",
        RUN,
        "bool(fetched.covers) and set(self.order.expects) <= set(fetched.covers)",
        "bool(fetched.covers)",
        "one game of twelve would end the asking",
        f"{MINE}::test_a_date_is_complete_when_every_game_is_found_that_should_be_over",
    ),
    guard(
        "a game is complete when it is found whole",
        RUN,
        '            case "games" if target.kind is TargetKind.GAME:\n'
        "                return target.id in fetched.covers",
        '            case "games" if target.kind is TargetKind.GAME:\n                return True',
        "the box of half a game would end the asking",
        f"{MINE}::test_a_game_is_complete_when_it_is_found_whole",
    ),
    guard(
        "a date is final when every game of it is found",
        FILES,
        "        return bool(games) and games <= set(result.covers)",
        "        return True",
        "the late games would never be asked for",
        f"{MINE}::test_a_date_is_final_when_every_game_of_it_is_found",
    ),
    guard(
        "what may change is not final",
        FILES,
        "        if not (self.scraper.final and result.complete) or self.order.fresh:",
        "        if self.order.fresh:",
        "the odds of noon would be the day's",
        MINE,
        f"{SCRAPER}::test_a_success_writes_a_file_announces_it_reports_and_logs",
    ),
    guard(
        "a written file is used and not fetched again",
        RUN,
        "            if (found := self._files.written(target, result)) is not None:",
        "            if (found := None) is not None:",
        "a crash after the file would call the source again",
        f"{SCRAPER}::test_a_file_from_before_a_crash_is_used_and_not_fetched_again",
    ),
    guard(
        "a file of another execution keeps its facts",
        FILES,
        "        return self._read(target, result, name, creation.stored.generation)",
        "        return replace(result, path=name, generation=creation.stored.generation)",
        "a row would count records that are not in its file",
        f"{MINE}::test_of_two_writers_of_one_name_the_second_tells_what_is_in_the_file",
    ),
    guard(
        "a fetcher's fault is its run's alone",
        RUN,
        "        except Exception as e:  # noqa: BLE001",
        "        except ZeroDivisionError as e:  # noqa: BLE001",
        "one wrong answer would fail a whole chunk for ever",
        "tests/shared/test_log.py::test_no_key_reaches_a_line_or_a_row_when_a_fetcher_is_wrong",
    ),
    guard(
        "our own ports' failure is no outcome",
        RUN,
        "        except (PortUnavailable, MemoryError):\n            raise",
        "        except MemoryError:\n            raise",
        "a bucket that is down for a minute would cost a game its box",
        f"{MINE}::test_a_raw_bucket_that_is_down_is_no_outcome_and_comes_again",
    ),
    guard(
        "no target starts late in its chunk",
        RUN,
        "        if (started - self.began).total_seconds() > LAST_START:",
        "        if False:",
        "a delivery would outlast its deadline and come again",
        f"{MINE}::test_no_target_starts_later_than_seven_minutes_into_its_chunk",
    ),
    guard(
        "a missing parameter asks nobody",
        RUN,
        "        if missing:\n            message",
        "        if False:\n            message",
        "a source would be asked for nothing in particular",
        f"{MINE}::test_a_target_without_a_parameter_that_its_scraper_needs_asks_nobody",
    ),
    guard(
        "a file lies under the date of its data",
        FILES,
        "        day = self.order.target_date.isoformat()\n        return",
        "        day = self.began.date().isoformat()\n        return",
        "last night's boxes would lie under today",
        f"{MINE}::test_after_midnight_a_file_lies_under_the_date_of_its_games",
    ),
    guard(
        "an execution with a failed run is not completed",
        "shared/core/execution.py",
        '"completed" if not failed else "partial" if good else "failed"',
        '"completed"',
        "a failure would be told as a success",
        ENDS,
    ),
    guard(
        "a schedule that is refused fails its run",
        "functions/scraper/main.py",
        '        raise SourceFailure("schedule_refused", str(e)) from e',
        "        return",
        "a feed that nobody believes would be told as a success",
        "tests/functions/test_scraper_schedule.py::test_a_schedule_that_must_not_be_believed_changes_nothing",
    ),
    guard(
        "last season's schedule is a file only",
        "functions/scraper/main.py",
        "    if season != season_of(day_of_instant(world.clock.now())):",
        "    if False:",
        "a backfill would replace the schedule that is in force",
        f"{MINE}::test_a_schedule_of_another_season_is_kept_as_a_file_only",
    ),
)
