"""Wednesday 12 November 2025, end to end: planned, decided, executed, healed and proved."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.day.conftest import Ask

DAY = "DATE '2025-11-12'"


def et(text: str) -> datetime:
    """13:00 ET of 12 November is 18:00 UTC: -05:00 since the second."""
    return datetime.fromisoformat(f"{text}:00-05:00").astimezone(UTC)


def runs_of(ask: Ask, workflow: str) -> list[datetime]:
    rows = ask(
        f"SELECT MIN(decision_time) FROM nba_orchestration.v_decisions "
        f"WHERE action = 'RUN' AND workflow_name = '{workflow}' AND target_date = {DAY} "
        f"GROUP BY slot_id ORDER BY 1"
    )
    return [at.replace(second=0, microsecond=0) for (at,) in rows]


@pytest.mark.parametrize(
    ("workflow", "hours"),
    [
        # First tip 19:00 ET; 6 h before, every 2 h, inside 08:00 to 23:00.
        ("betting_lines", ["2025-11-12T13:00", "2025-11-12T15:00", "2025-11-12T17:00"]),
        ("post_game_window_1", ["2025-11-12T22:00"]),
        # After midnight, and still of the game day that is ending.
        ("post_game_window_2", ["2025-11-13T01:00"]),
        ("post_game_window_3", ["2025-11-13T04:00"]),
        ("morning_operations", ["2025-11-12T06:00"]),
        (
            "schedule_refresh",
            ["2025-11-12T05:00", "2025-11-12T11:00", "2025-11-12T17:00", "2025-11-12T23:00"],
        ),
        # Every two hours from 11:00 while the last tip, 22:30, is ahead: the league re-issues it.
        ("injury_discovery", [f"2025-11-12T{hour}:00" for hour in (11, 13, 15, 17, 19, 21)]),
    ],
)
def test_each_workflow_runs_at_its_hours_for_that_game_day(
    ask: Ask, workflow: str, hours: list[str]
) -> None:
    assert runs_of(ask, workflow) == [et(hour) for hour in hours]


def test_every_slot_ends_run_aborted_or_satisfied(ask: Ask) -> None:
    rows = ask(
        "SELECT slot_id, verdict FROM nba_orchestration.v_expected_vs_actual "
        f"WHERE date = {DAY} AND verdict NOT IN ('ON TIME', 'LATE', 'ABORTED', 'SATISFIED')"
    )
    assert rows == []
    ((slots,),) = ask(
        f"SELECT COUNT(*) FROM nba_orchestration.v_expected_vs_actual WHERE date = {DAY}"
    )
    # 4 refreshes + 1 morning + 6 referee polls + 6 injury polls + 3 betting + 3 windows.
    assert slots == 23


def test_discovery_of_the_injury_report_is_no_data_before_it_is_success(ask: Ask) -> None:
    rows = ask(
        "SELECT status FROM nba_orchestration.v_runs WHERE scraper_name = 'nbac_injury_report' "
        "ORDER BY triggered_at"
    )
    statuses = [status for (status,) in rows]
    assert statuses[0] == "no_data"
    assert "success" in statuses[1:]


@pytest.mark.parametrize(
    ("view", "per_game"),
    [
        ("v_nbac_team_boxscore", "COUNT(*) = 2"),
        ("v_bdl_player_boxscores", "COUNT(*) = 1"),
    ],
)
def test_every_finished_game_is_there_exactly_once_in_the_views(
    ask: Ask, view: str, per_game: str
) -> None:
    # One record a team in the one, one record a game in the other: 24 and 12, none repeated.
    ((records, distinct),) = ask(
        f"SELECT COUNT(*), COUNT(DISTINCT TO_JSON_STRING(record)) FROM nba_raw.{view} "
        f"WHERE game_date = {DAY}"
    )
    assert records == distinct == {"COUNT(*) = 2": 24, "COUNT(*) = 1": 12}[per_game]


def test_every_game_has_its_play_by_play_once_up_to_the_end_of_the_game(ask: Ask) -> None:
    rows = ask(
        "SELECT REGEXP_EXTRACT(gcs_path, r'/([0-9]{10})/') AS game, COUNT(DISTINCT gcs_path), "
        "COUNTIF(JSON_VALUE(record, '$.actionType') = 'game') "
        f"FROM nba_raw.v_nbac_play_by_play WHERE game_date = {DAY} GROUP BY game"
    )
    assert len(rows) == 12
    assert {(files, ends) for _, files, ends in rows} == {(1, 1)}


def test_every_player_line_of_the_night_is_there_once(ask: Ask) -> None:
    ((lines, distinct, games),) = ask(
        "SELECT COUNT(*), COUNT(DISTINCT CONCAT(JSON_VALUE(record, '$.GAME_ID'), '/', "
        "JSON_VALUE(record, '$.PLAYER_ID'))), COUNT(DISTINCT JSON_VALUE(record, '$.GAME_ID')) "
        f"FROM nba_raw.v_nbac_player_boxscores WHERE game_date = {DAY}"
    )
    assert lines == distinct
    assert lines >= 12 * 2 * 10
    assert games == 12


def test_a_lost_file_event_is_healed_by_the_second_cleanup_after_thirty_minutes(ask: Ask) -> None:
    rows = ask(
        "SELECT r.gcs_path, TIMESTAMP_DIFF(l.processed_at, r.completed_at, MINUTE) "
        "FROM nba_orchestration.v_cleanups AS c, UNNEST(c.missing_files) AS m "
        "JOIN nba_orchestration.v_runs AS r ON r.gcs_path = m.gcs_path "
        "JOIN nba_orchestration.v_loads AS l ON l.gcs_path = m.gcs_path "
        "WHERE m.republished"
    )
    assert rows, "the seed of the day loses at least one"
    # Worst case: 30 minutes old just after a tick, so 15 more, and the way of the message.
    assert all(30 <= minutes <= 46 for _, minutes in rows)


def test_every_file_with_a_table_is_loaded_once(ask: Ask) -> None:
    ((files, loads, doubles),) = ask(
        "SELECT (SELECT COUNT(DISTINCT gcs_path) FROM nba_orchestration.v_runs "
        # The two have no table: their files are kept alone.
        "  WHERE gcs_path IS NOT NULL "
        "  AND scraper_name NOT IN ('oddsa_events', 'bigdataball_discovery')), "
        "(SELECT COUNT(*) FROM nba_orchestration.v_loads WHERE status = 'loaded'), "
        "(SELECT COUNT(*) FROM (SELECT gcs_path FROM nba_orchestration.file_processing_log "
        "  GROUP BY gcs_path HAVING COUNT(*) > 1))"
    )
    assert (files, doubles) == (loads, 0)
    assert files > 100


def test_every_run_leads_from_its_decision_to_its_rows(ask: Ask) -> None:
    ((orphans,),) = ask(
        "SELECT COUNT(*) FROM nba_orchestration.v_run_chain "
        "WHERE decision_id IS NULL OR execution_id IS NULL"
    )
    assert orphans == 0


def test_no_execution_reports_success_after_a_failed_run(ask: Ask) -> None:
    rows = ask(
        "SELECT execution_id FROM nba_orchestration.v_executions "
        "WHERE (status = 'completed') != (scrapers_failed = 0) "
        "OR (scrapers_failed > 0 AND error_message IS NULL)"
    )
    assert rows == []


def test_a_key_never_reaches_a_row(ask: Ask) -> None:
    ((leaks,),) = ask(
        "SELECT COUNT(*) FROM nba_orchestration.scraper_execution_log AS r "
        "WHERE STRPOS(TO_JSON_STRING(r), 'apiKey=simulated') > 0"
    )
    assert leaks == 0


def test_the_next_mornings_lock_writes_the_books_of_the_day(ask: Ask) -> None:
    rows = ask(
        "SELECT dataset, expected, obtained, waived, missing, complete, closed_at IS NOT NULL "
        f"FROM nba_orchestration.v_completeness WHERE date = {DAY} ORDER BY dataset"
    )
    # 8 datasets of a date or of teams, and 6 of games: 12 of them were played.
    assert len(rows) == 14
    for dataset, expected, obtained, waived, missing, complete, closed in rows:
        assert expected == obtained + waived + missing, dataset
        assert complete == (missing == 0), dataset
        # What is not there may come until the third window ends at 14:00.
        assert closed == complete, dataset
    books = {dataset: (expected, obtained) for dataset, expected, obtained, *_ in rows}
    assert books["team_boxscore"] == books["box_scores"] == books["play_by_play"] == (12, 12)
    assert books["rosters"] == (30, 30)
    assert books["referee_assignments"] == books["standings"] == (1, 1)
    # BigDataBall has a game's file 6 to 12 hours after it: those of the evening are ahead.
    found, there = books["lineup_play_by_play"]
    assert (found, there < 12) == (12, True)


def test_the_books_say_when_the_first_and_the_last_game_came(ask: Ask) -> None:
    ((first, last, runs_first, runs_last),) = ask(
        "SELECT first_obtained_at, last_obtained_at, "
        "(SELECT MIN(completed_at) FROM nba_orchestration.v_runs "
        "  WHERE scraper_name = 'nbac_play_by_play' AND complete), "
        "(SELECT MAX(completed_at) FROM nba_orchestration.v_runs "
        "  WHERE scraper_name = 'nbac_play_by_play' AND complete) "
        f"FROM nba_orchestration.v_completeness WHERE date = {DAY} AND dataset = 'play_by_play'"
    )
    # Told by the chunk that brought it: its last run.
    assert runs_first <= first <= last == runs_last
