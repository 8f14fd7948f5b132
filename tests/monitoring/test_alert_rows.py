"""Alerts and panels in SQL on a few rows of hand: what no play comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from local.query import Sql
from shared.core.days import day_of_instant
from tests.core.made import CONFIG
from tipoff.queries import DAYS, named_queries

NOW = datetime(2025, 11, 12, 17, 5, tzinfo=UTC)
Tables = Mapping[str, Sequence[Mapping[str, Any]]]


class Made:
    """A RowSource of these rows."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def rows(self, dataset: str, table: str) -> Iterable[Mapping[str, Any]]:
        """See RowSource."""
        del dataset
        return self._tables.get(table, ())

    def raw_tables(self) -> Sequence[str]:
        """None."""
        return ()


def answer(name: str, tables: Tables) -> list[tuple[Any, ...]]:
    """The rows of a named query over these tables."""
    query = named_queries()[name]
    params = query.values(day_of_instant(NOW), DAYS, NOW)
    return Sql(Made(tables), config=CONFIG).query(query.sql, now=NOW, params=params).rows


def found(alert: str, tables: Tables) -> list[Any]:
    """The subjects that the query of an alert finds."""
    return [row[0] for row in answer(f"alerts/{alert}", tables)]


SLOT = "2025-11-12.betting_lines.20251112T150000Z"


def slot(**changes: Any) -> dict[str, Any]:
    """A slot of a CRITICAL workflow that closed at 15:30 UTC."""
    return {
        "date": "2025-11-12",
        "slot_id": SLOT,
        "workflow_name": "betting_lines",
        "opens_at": "2025-11-12T15:00:00+00:00",
        "closes_at": "2025-11-12T15:30:00+00:00",
        "games_today": 3,
        "priority": "CRITICAL",
        "created_at": "2025-11-12T10:00:00+00:00",
        **changes,
    }


LOCKED = slot(locked_at="2025-11-12T10:00:00+00:00")


def changed(change: str, revision: int, at: str = "12:00", **more: Any) -> dict[str, Any]:
    instant = f"2025-11-12T{at}:00+00:00"
    return slot(change=change, revision=revision, changed_at=instant, created_at=instant, **more)


@pytest.mark.parametrize(
    ("locked", "changes", "missed"),
    [
        ([LOCKED], [], True),
        # The day was locked without a schedule.
        ([], [changed("added", 2)], True),
        ([LOCKED], [changed("withdrawn", 2)], False),
        ([LOCKED], [changed("vetoed", 2)], False),
        ([LOCKED], [changed("withdrawn", 2), changed("added", 3)], True),
        # It is open until 17:30 now.
        ([LOCKED], [changed("moved", 2, closes_at="2025-11-12T17:30:00+00:00")], False),
        # A later revision tells of it when it was over: it was known before.
        ([LOCKED], [changed("held", 2, "16:00")], True),
        # Nobody knew of it before it was over.
        ([], [changed("added", 2, "16:00")], False),
    ],
)
def test_a_slot_is_missed_as_it_stands(
    locked: list[Any], changes: list[Any], *, missed: bool
) -> None:
    tables = {"daily_expected_schedule": locked, "plan_changes": changes}
    assert found("slot_missed", tables) == [SLOT] * missed


@pytest.mark.parametrize(
    "tables", [{"daily_expected_schedule": [LOCKED]}, {"plan_changes": [changed("added", 2)]}]
)
def test_a_slot_fails_whether_it_was_locked_or_added(tables: Tables) -> None:
    execution = {
        "execution_id": f"{SLOT}.1",
        "execution_time": "2025-11-12T15:00:10+00:00",
        "slot_id": SLOT,
        "status": "failed",
    }
    assert found("slot_failed", {**tables, "workflow_executions": [execution]}) == [SLOT]
    good = {**execution, "execution_id": f"{SLOT}.2", "status": "completed"}
    assert found("slot_failed", {**tables, "workflow_executions": [execution, good]}) == []


def test_a_run_by_hand_is_no_sign_of_the_controller() -> None:
    tick = {
        "decision_id": "d1",
        "decision_time": "2025-11-12T13:00:00+00:00",
        "tick": "20251112T130000Z",
    }
    by_hand = {"decision_id": "manual.1", "decision_time": "2025-11-12T16:30:00+00:00", "tick": ""}
    assert found("no_decisions", {"workflow_decisions": [tick, by_hand]}) == ["controller"]
    late = {**tick, "decision_id": "d2", "decision_time": "2025-11-12T16:00:00+00:00"}
    assert found("no_decisions", {"workflow_decisions": [tick, by_hand, late]}) == []


def cleanup(at: str, *errors: str) -> dict[str, Any]:
    instant = f"2025-11-12T{at}:00+00:00"
    return {
        "cleanup_id": f"cleanup.{at}",
        "cleanup_time": instant,
        "missing_files": [],
        "errors": list(errors),
        "created_at": instant,
    }


@pytest.mark.parametrize(
    ("cleanups", "blind"),
    [
        ([cleanup("16:45", "away"), cleanup("17:00", "away")], True),
        ([cleanup("16:45"), cleanup("17:00", "away")], False),
        # One of them was appended twice: by a delivery that came again, or by the sweep.
        ([cleanup("16:45"), cleanup("17:00", "away"), cleanup("17:00", "away")], False),
    ],
)
def test_two_cleanups_are_blind_not_one_that_is_told_twice(
    cleanups: list[Any], *, blind: bool
) -> None:
    assert found("repair_blind", {"cleanup_operations": cleanups}) == ["cleanup"] * blind


@pytest.mark.parametrize(
    ("planned", "told"),
    [
        ({"daily_expected_schedule": [slot(date="2025-11-11", games_today=0)]}, False),
        ({"daily_expected_schedule": [slot(date="2025-11-11")]}, True),
        ({"plan_changes": [changed("added", 2, date="2025-11-11")]}, True),
    ],
)
def test_a_day_without_games_owes_no_data(planned: Tables, *, told: bool) -> None:
    book = {
        "date": "2025-11-11",
        "dataset": "player_boxscores",
        "expected": 6,
        "obtained": 0,
        "missing": 6,
        "closed_at": "2025-11-12T10:00:00+00:00",
        "created_at": "2025-11-12T10:00:00+00:00",
    }
    subjects = found("dataset_incomplete", {**planned, "daily_completeness": [book]})
    assert subjects == ["2025-11-11 player_boxscores"] * told


def test_a_schedule_that_was_never_fetched_says_so() -> None:
    told = answer("alerts/schedule_stale", {})
    assert told == [("nbac_schedule_api", None, "not fetched for 8 days")]


def test_a_file_that_two_runs_share_arrives_once_since_the_first() -> None:
    file = {"gcs_path": "espn/scoreboard/2025-11-12/a.json", "gcs_generation": "1"}
    runs = [
        {
            "run_id": f"r{minute}",
            "triggered_at": "2025-11-12T15:00:00+00:00",
            "completed_at": f"2025-11-12T15:0{minute}:00+00:00",
            "created_at": "2025-11-12T15:05:00+00:00",
            **file,
        }
        for minute in (1, 2)
    ]
    load = {
        "processing_id": "p1",
        "processed_at": "2025-11-12T15:04:00+00:00",
        "created_at": "2025-11-12T15:04:00+00:00",
        "status": "loaded",
        **file,
    }
    rows = answer("load_lag", {"scraper_execution_log": runs, "file_processing_log": [load]})
    # One file, 15:01 to 15:04.
    assert [row[1:] for row in rows] == [(1, 3.0, 3.0)]
