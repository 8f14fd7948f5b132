"""Ledger: what was appended and loaded is read again, bound to its days, one row an id."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.core.errors import BadInput
from shared.core.ports import LoadRequest, Row
from tests.contracts.rows import LOG, log, raw
from tests.contracts.worlds import World
from tests.tipoff.cli_run import decision

DAY = date(2025, 11, 12)


def told(row: Row, wanted: Row) -> dict[str, Any]:
    """The columns of `row` that `wanted` has: a read row has them all."""
    return {column: row[column] for column in wanted}


def test_rows_come_back_as_they_were_appended(world: World) -> None:
    row = decision(context='{"slot": 1}', target_games=["0022500213"], target_date="2025-11-12")
    world.journal.append("workflow_decisions", [(row["decision_id"], row)])
    (found,) = world.ledger.rows("workflow_decisions", DAY, DAY)
    assert told(found, row) == row


def test_only_the_days_that_are_asked_for_are_read(world: World) -> None:
    rows = [
        decision(decision_id=str(number), decision_time=text, created_at=text)
        for number, text in enumerate(
            (
                "2025-11-11T23:59:59+00:00",
                "2025-11-12T00:00:00+00:00",
                "2025-11-13T23:59:59+00:00",
                "2025-11-14T00:00:00+00:00",
            )
        )
    ]
    world.journal.append("workflow_decisions", [(row["decision_id"], row) for row in rows])
    found = world.ledger.rows("workflow_decisions", DAY, date(2025, 11, 13))
    assert [row["decision_id"] for row in found] == ["1", "2"]


def test_rows_about_one_game_day_are_picked_where_rows_say_which(world: World) -> None:
    rows = [decision(decision_id=day, target_date=day) for day in ("2025-11-11", "2025-11-12")]
    world.journal.append("workflow_decisions", [(row["decision_id"], row) for row in rows])
    found = world.ledger.rows("workflow_decisions", DAY, DAY, about=date(2025, 11, 11))
    assert [row["decision_id"] for row in found] == ["2025-11-11"]
    assert len(world.ledger.rows("workflow_decisions", DAY, DAY)) == 2


def test_of_a_decision_made_twice_the_first_counts_and_of_a_load_the_newest(world: World) -> None:
    again = {"created_at": "2025-11-12T19:00:00+00:00", "reason": "again"}
    first, second = decision(), decision(**again)
    key = first["decision_id"]
    world.journal.append("workflow_decisions", [(key, first)])
    world.journal.append("workflow_decisions", [(f"{key}.again", second)])
    (found,) = world.ledger.rows("workflow_decisions", DAY, DAY)
    assert found["reason"] == "due"
    (key, load), (_, newer) = log("a", 1, "failed"), log("a", 1, "loaded")
    newer |= {"processing_id": load["processing_id"], "created_at": "2099-01-01T00:00:00+00:00"}
    world.journal.append(LOG, [(key, load), (f"{key}.again", newer)])
    loads = world.ledger.rows(LOG, date(2025, 1, 1), date(2099, 12, 31))
    assert [row["status"] for row in loads] == ["loaded"]


def test_tables_by_date_are_read_by_date(world: World) -> None:
    row = {"date": "2025-11-12", "slot_id": "s", "workflow_name": "w", "scrapers": []}
    row |= dict.fromkeys(
        ("locked_at", "expected_run_time", "opens_at", "closes_at", "created_at"),
        "2025-11-12T10:00:00+00:00",
    )
    world.journal.append("daily_expected_schedule", [("s", row)])
    (found,) = world.ledger.rows("daily_expected_schedule", DAY, DAY)
    assert told(found, row) == row
    assert list(world.ledger.rows("daily_expected_schedule", date(2025, 11, 13), DAY)) == []


def test_an_unknown_table_is_refused(world: World) -> None:
    with pytest.raises(BadInput, match="no_such_table"):
        world.ledger.rows("no_such_table", DAY, DAY)


def test_loaded_rows_are_read_by_table_and_game_date(world: World) -> None:
    rows = [raw(1), raw(0)]
    world.warehouse.load(LoadRequest(load_id="load-1", table="t", rows=rows))
    assert "t" in world.ledger.raw_tables()
    day = date.fromisoformat(str(rows[0]["game_date"]))
    found = list(world.ledger.raw_rows("t", day))
    assert [told(row, rows[0]) for row in found] == [rows[1], rows[0]]
    assert list(world.ledger.raw_rows("t", date(2024, 1, 1))) == []
