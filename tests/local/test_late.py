"""What v_expected_vs_actual calls LATE: the tick of the first RUN against when a slot was due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.query import Sql

CONFIG = Path(__file__).parents[2] / "config"
NOW = datetime(2025, 11, 12, 23, 0, tzinfo=UTC)


def at(clock: str) -> str:
    """HH:MM or HH:MM:SS of the day, in UTC."""
    return f"2025-11-12T{clock}{':00' if len(clock) == 5 else ''}+00:00"


def decision(clock: str, action: str, code: str, **more: Any) -> dict[str, Any]:
    return {
        "decision_id": f"{code}.{clock}",
        "decision_time": at(clock),
        "workflow_name": "w",
        "slot_id": "s",
        "tick": f"20251112T{clock.replace(':', '')}00Z",
        "action": action,
        "reason_code": code,
        "created_at": at(clock),
        **more,
    }


def run(clock: str, **more: Any) -> dict[str, Any]:
    return decision(clock, "RUN", "due", **more)


def waits(clock: str) -> dict[str, Any]:
    return decision(clock, "SKIP", "nothing_over")


def other(clock: str) -> dict[str, Any]:
    """A decision about another workflow: the tick took place."""
    return decision(clock, "SKIP", "idle", slot_id=None)


class OneSlot:
    """Rows of one slot that is expected at 18:00, with an execution."""

    def __init__(self, decisions: list[dict[str, Any]], began: str) -> None:
        plan = {
            "date": "2025-11-12",
            "slot_id": "s",
            "workflow_name": "w",
            "expected_run_time": at("18:00"),
            "opens_at": at("17:30"),
            "closes_at": at("22:00"),
            "revision": 1,
            "locked_at": at("10:00"),
            "created_at": at("10:00"),
        }
        execution = {
            "execution_id": "s.1",
            "execution_time": at(began),
            "slot_id": "s",
            "status": "completed",
            "created_at": at(began),
        }
        self._rows = {
            "daily_expected_schedule": [plan],
            "workflow_decisions": decisions,
            "workflow_executions": [execution],
        }

    def rows(self, dataset: str, table: str) -> Iterable[Mapping[str, Any]]:
        return self._rows.get(table, [])

    def raw_tables(self) -> list[str]:
        return []


@pytest.mark.parametrize(
    ("decisions", "began", "verdict"),
    [
        # Half an hour by the tick, whenever its execution began.
        ([run("18:30")], "18:30:03", "ON TIME"),
        ([run("18:31")], "18:31:03", "LATE"),
        ([run("18:30"), run("19:30", decision_id="again")], "18:30:03", "ON TIME"),
        # The RUN of 18:00 was taken up after more than half an hour.
        ([run("18:00")], "18:31", "LATE"),
        # No tick, by hand; no decision at all.
        ([run("18:00", tick=None)], "18:30", "ON TIME"),
        ([run("18:00", tick=None)], "18:31", "LATE"),
        ([], "18:31", "LATE"),
        # Nothing was over until after 19:00: due at the next tick, which was 20:00.
        ([waits("18:00"), waits("19:00"), run("20:00")], "20:00:03", "ON TIME"),
        # The tick of 19:00 took place, and this slot did not run at it.
        ([waits("18:00"), other("19:00"), run("20:00")], "20:00:03", "LATE"),
        # Early words do not make a slot due before its time.
        ([waits("17:30"), other("17:45"), run("18:30")], "18:30:03", "ON TIME"),
        # A word after the first RUN says nothing of when that was due.
        ([run("19:00"), waits("20:00"), other("21:00")], "19:00:03", "LATE"),
    ],
)
def test_late_is_judged_by_the_tick(
    decisions: list[dict[str, Any]], began: str, verdict: str
) -> None:
    answer = Sql(OneSlot(decisions, began), config=CONFIG).query(
        "SELECT verdict FROM v_expected_vs_actual", now=NOW
    )
    assert answer.rows == [(verdict,)]
