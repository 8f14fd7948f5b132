"""executor: from an order to its end, step by step, and what a repeat or a crash changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from shared.core.errors import BadInput
from shared.core.messages import Advance, RunRequest
from shared.core.workflows import Step
from shared.errors import PortUnavailable
from tests.core.made import NOV_12, at, game
from tests.functions.worlds import Here, order

REFEREES = "referee_discovery"


def test_an_order_becomes_a_manifest_and_the_first_steps_chunks(here: Here) -> None:
    run = order("morning_operations", here.at("06:00"))
    here.deliver("executor", run)
    (chunk,) = here.pulled("scrape-nba-stats")
    assert chunk.chunk_id == f"{run.execution_id}.s1.nbac_schedule_api.1"
    assert chunk.not_after == at("06:00") + timedelta(minutes=135)  # 45 minutes x 3 steps
    assert here.names("executions/") == [f"executions/2025-11-12/{run.execution_id}/manifest.json"]


def test_a_redelivered_order_publishes_the_same_chunks_of_the_same_manifest(here: Here) -> None:
    run = order(REFEREES, here.at("09:00"))
    here.deliver("executor", run)
    here.clock.advance(60)
    here.deliver("executor", run)
    first, second = here.pulled()
    assert first == second
    assert len(here.names("executions/")) == 1


def test_a_crash_before_publishing_is_made_good_by_the_redelivery(here: Here) -> None:
    run = order(REFEREES, here.at("09:00"))
    here.shut.add("scrape-nba-official")
    with pytest.raises(PortUnavailable):
        here.deliver("executor", run)
    here.shut.clear()
    here.deliver("executor", run)
    assert len(here.pulled("scrape-nba-official")) == 1


def test_an_execution_runs_to_its_end_through_all_steps(here: Here) -> None:
    steps = (
        Step(scrapers=("bdl_standings",)),
        Step(scrapers=("bdl_standings", "bdl_active_players")),
    )
    run = order("morning_operations", here.at("06:00"), steps=steps)
    here.deliver("executor", run)
    # 3 chunks, their 3 reports, 2 files (the standings of one instant are one file), +1 again.
    here.rest()
    (row,) = here.rows("workflow_executions")
    assert (row["status"], row["error_message"]) == ("completed", None)
    assert row["scrapers_triggered"] == 3
    assert row["scrapers_requested"] == ["bdl_standings", "bdl_active_players"]
    done = [s.name for s in here.state.list("executions/") if s.name.endswith("finished.json.done")]
    assert len(done) == 1


def test_a_report_that_comes_again_after_the_end_changes_nothing(here: Here) -> None:
    run = order(REFEREES, here.at("09:00"), steps=(Step(scrapers=("bdl_standings",)),))
    here.deliver("executor", run)
    (chunk,) = here.pulled()
    here.deliver("scraper", chunk)
    (report,) = here.pulled("run-advance")
    here.deliver("executor", report)
    sent = here.journal.sent
    here.deliver("executor", report)
    here.deliver("executor", run)
    assert here.journal.sent == sent
    assert here.pulled("scrape-balldontlie") == []


def test_a_failed_source_ends_the_execution_failed_with_its_reason(here: Here) -> None:
    here.answer = lambda _: httpx.Response(404)
    run = order(REFEREES, here.at("09:00"), steps=(Step(scrapers=("bdl_standings",)),))
    here.deliver("executor", run)
    here.rest()
    (row,) = here.rows("workflow_executions")
    assert row["status"] == "failed"
    assert row["error_message"].startswith("http_4xx x1 (2025-11-12: ")
    assert row["scrapers_failed"] == 1


def test_an_order_that_came_too_late_asks_nothing_and_ends_expired(here: Here) -> None:
    run = order(REFEREES, here.at("09:00"), not_after=at("10:00"))
    here.clock.set(at("10:05") + timedelta(seconds=1))  # five minutes are allowed for skew
    here.deliver("executor", run)
    assert here.pulled() == []
    (row,) = here.rows("workflow_executions")
    assert row["status"] == "failed"
    assert row["error_message"].startswith("expired: not run by 2025-11-12T15:00:00")


def test_a_report_of_an_execution_nobody_knows_is_refused(here: Here) -> None:
    with pytest.raises(BadInput, match="run-advance execution_id: found \\[x\\]"):
        here.deliver("executor", Advance(execution_id="x", game_day=NOV_12, chunk_id="x.s1.a.1"))


def test_an_unknown_scraper_is_refused_and_one_of_a_newer_configuration_waits(here: Here) -> None:
    steps = (Step(scrapers=("nbac_new",)),)
    run = order(REFEREES, here.at("09:00"), steps=steps)
    with pytest.raises(BadInput, match=r"scraper: found \[nbac_new\]"):
        here.deliver("executor", run)
    with pytest.raises(PortUnavailable, match="config newer knows it"):
        here.deliver("executor", replace(run, config_version="newer"))
    assert here.names("executions/") == []


def test_a_run_by_hand_takes_the_messages_id_and_is_a_decision_too(here: Here) -> None:
    here.at("14:37")
    here.deliver("executor", RunRequest(workflow=REFEREES), message_id="77")
    (chunk,) = here.pulled()
    assert chunk.execution_id == "manual.77"
    assert chunk.source == "MANUAL"
    (row,) = here.rows("workflow_decisions")
    assert (row["decision_id"], row["reason_code"]) == ("manual.77.run1", "manual")
    here.deliver("executor", RunRequest(workflow=REFEREES), message_id="77")
    assert len(here.rows("workflow_decisions")) == 1


def test_a_run_by_hand_of_another_day_locks_no_plan_for_it(here: Here) -> None:
    """A plan that is made when somebody backfills would promise slots that nobody could run."""
    here.at("14:37")
    here.deliver("executor", RunRequest(workflow=REFEREES, target_date=NOV_12.replace(day=1)))
    here.deliver("executor", RunRequest(workflow=REFEREES, target_date=NOV_12.replace(day=20)))
    assert here.names("plans/") == []
    assert here.rows("daily_expected_schedule") == []


def test_a_run_by_hand_of_an_unknown_workflow_names_those_that_are(here: Here) -> None:
    with pytest.raises(BadInput) as bad:
        here.deliver("executor", RunRequest(workflow="post_game"))
    assert bad.value.place == "run-request workflow"
    assert "post_game_window_1" in bad.value.allowed


def test_games_that_a_dataset_has_are_not_asked_again_by_a_later_attempt(here: Here) -> None:
    steps = (Step(scrapers=("nbac_team_boxscore",)),)
    both = ("0022500001", "0022500002")
    one = order("post_game_window_1", here.at("22:00"), steps=steps, games=both)
    here.deliver("executor", one)
    (chunk,) = here.pulled()
    assert [t.id for t in chunk.targets] == list(both)
    # The first game's outcome says complete and covers it; the second's is missing.
    from shared import records
    from shared.core.execution import Outcome, failed_outcome
    from shared.effects import outcome_name

    failed = failed_outcome(chunk, "timeout", "no answer", here.clock.now())
    first = replace(
        failed.results[0],
        status="success",
        complete=True,
        covers=both[:1],
        record_count=2,
        error_type=None,
        error_message=None,
    )
    outcome = Outcome(order=chunk, results=(first, failed.results[1]), at=here.clock.now())
    tags = records.outcome_metadata(outcome, here.config)
    records.decide_once(here.state, outcome_name(outcome), outcome, tags)
    again = replace(one, execution_id=f"{one.slot_id}.2", attempt=2)
    here.deliver("executor", again)
    (chunk,) = here.pulled()
    assert [t.id for t in chunk.targets] == ["0022500002"]
    fresh = replace(one, execution_id=f"{one.slot_id}.3", attempt=3, fresh=True)
    here.deliver("executor", fresh)
    (chunk,) = here.pulled()
    assert [t.id for t in chunk.targets] == list(both)


def test_games_are_taken_from_the_newest_schedule(here: Here) -> None:
    here.at("13:00")
    here.import_schedule(game(1, "19:00"), game(2, "22:30"), game(3, "20:00"))
    here.deliver("executor", order(REFEREES, here.at("14:00")))
    (chunk,) = here.pulled()
    assert [g["id"] for g in chunk.day_games] == ["0022500001", "0022500003", "0022500002"]
