"""Rows: what the audit tables are told, in their schemas, with ids that repeat."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.core.books import Promised, take
from shared.core.chunks import progress
from shared.core.decide import decide
from shared.core.execution import Outcome, failed_outcome, summarise
from shared.core.history import DayHistory
from shared.core.messages import ChunkOrder
from shared.core.moment import Moment
from shared.core.plan import revise
from shared.core.rows import (
    KeyedRow,
    Stamp,
    book_rows,
    change_rows,
    cleanup_row,
    decision_row,
    execution_row,
    load_row,
    lock_rows,
    run_rows,
)
from shared.core.runs import RunResult
from shared.core.targets import Target, TargetKind
from shared.core.workflows import Step
from shared.schema import Schemas
from tests.core.executions import manifest
from tests.core.made import NOV_12, at, config, game, planned

GAMES = (game(1, "19:00"), game(2, "22:30"))
STAMP = Stamp(environment="test", created_at=at("14:00"))
SCHEMAS = Schemas(Path(__file__).parents[2] / "config" / "tables")


def chunk() -> ChunkOrder:
    made = manifest(Step(scrapers=("nbac_team_boxscore",)), games=2)
    return progress(made, {}, lambda _: ()).waiting[0]


def decisions() -> list[KeyedRow]:
    day = DayHistory(plan=planned(NOV_12, GAMES))
    # 09:00 is previous: the morning is missed at 10:00, others run or are idle.
    moment = Moment(tick=at("10:00"), now=at("10:00"), previous=at("09:00"))
    return [
        decision_row(
            decision,
            STAMP,
            at=at("10:00"),
            tick="20251112T150000Z",
            revision=1,
            config_version="v1",
            controller_version="0.1.0",
            triggered_by="manual",
        )
        for decision in decide(moment, [day], {NOV_12: GAMES}, config())
    ]


def changes() -> list[KeyedRow]:
    fresh = revise(
        planned(NOV_12, GAMES),
        GAMES[1:],
        config(),
        schedule="s",
        now=at("14:00"),
        ran=frozenset(),
        by="controller",
    )
    assert fresh is not None
    return change_rows(fresh, STAMP)


def outcome() -> Outcome:
    order = chunk()
    lost = failed_outcome(order, "timeout", "no answer", at("14:00"))
    good: RunResult = replace(
        lost.results[0],
        status="success",
        record_count=2,
        complete=True,
        covers=("0022500000",),
        path="a/b.json",
        generation=7,
        stats={"credits": 3},
        error_type=None,
        error_message=None,
    )
    return replace(lost, results=(good, lost.results[1]))


def execution() -> KeyedRow:
    made = manifest(Step(scrapers=("nbac_team_boxscore",)), games=2)
    return execution_row(made, summarise(made, [outcome()]), STAMP, ended_at=at("13:01"))


LOAD = load_row(
    load_id="l",
    path="a/b.json",
    generation=7,
    scraper="s",
    target_date="2025-11-12",
    table="t",
    rows_loaded=2,
    status="loaded",
    error=None,
    at=at("14:00"),
    created_at=at("14:00"),
)
CLEANUP = cleanup_row(
    cleanup_id="cleanup.x",
    tick=at("14:00"),
    checked=3,
    missing=[
        {
            "scraper_name": "s",
            "gcs_path": "a/b.json",
            "triggered_at": at("13:00").isoformat(),
            "age_minutes": 60,
            "republished": True,
        }
    ],
    republished=1,
    errors=["e"],
    duration=0.5,
    stamp=STAMP,
)


def books() -> list[KeyedRow]:
    """One lock's books of a night of which nothing came."""
    plan = planned(NOV_12, GAMES)
    promised = Promised(locked=plan, in_force=plan, games=tuple(GAMES))
    lock = NOV_12.replace(day=13)
    found = take(NOV_12, promised, config(), {}, None, lock=lock, now=at("+05:00"))
    assert found is not None
    return book_rows(found)


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("daily_expected_schedule", lock_rows(planned(NOV_12, GAMES), STAMP)),
        ("plan_changes", changes()),
        ("workflow_decisions", decisions()),
        ("workflow_executions", [execution()]),
        ("scraper_execution_log", run_rows(outcome(), STAMP, trace_id="t")),
        ("file_processing_log", [LOAD]),
        ("cleanup_operations", [CLEANUP]),
        ("daily_completeness", books()),
    ],
)
def test_every_row_fits_its_table_and_names_all_its_columns(
    table: str, rows: list[KeyedRow]
) -> None:
    path = Path(__file__).parents[2] / "config" / "tables" / f"{table}.json"
    described = json.loads(path.read_text(encoding="utf-8"))
    fields = described["fields"] if isinstance(described, dict) else described
    assert rows
    for _, row in rows:
        SCHEMAS.check(table, row)
        assert set(row) == {field["name"] for field in fields}
    ids = [row_id for row_id, _ in rows]
    assert len(set(ids)) == len(ids)
    # Rows travel as JSON.
    assert json.loads(json.dumps([row for _, row in rows])) == [row for _, row in rows]


def test_the_lock_is_one_row_a_slot_under_the_slots_id() -> None:
    plan = planned(NOV_12, GAMES)
    rows = lock_rows(plan, STAMP)
    assert [row_id for row_id, _ in rows] == [slot.slot_id for slot in plan.slots]
    assert {row["games_today"] for _, row in rows} == {2}
    assert {row["locked_at"] for _, row in rows} == {at("05:00").isoformat()}


def test_a_change_is_told_under_slot_revision_and_kind() -> None:
    ids = [row_id for row_id, _ in changes()]
    assert all(".r0002." in row_id for row_id in ids)
    kinds = {row_id.rsplit(".", 1)[1] for row_id in ids}
    # The first tip is 22:30 now: what hung on 19:00 moves, and nothing is left over.
    assert kinds == {"withdrawn", "moved"}


def test_a_run_is_one_value_under_two_names_and_says_what_it_covers() -> None:
    (_, good), (_, bad) = run_rows(outcome(), STAMP, trace_id="t")
    assert good["execution_id"] == good["run_id"] == "x.1.nbac_team_boxscore.0022500000"
    assert good["workflow_execution_id"] == "x.1"
    assert good["record_count"] == good["records_processed"] == 2
    assert json.loads(good["data_summary"]) == {
        "record_count": 2,
        "covers": ["0022500000"],
        "scraper_stats": {"credits": 3},
    }
    assert good["game_id"] == good["target"] == "0022500000"
    assert (bad["status"], bad["error_type"], bad["gcs_path"]) == ("failed", "timeout", None)
    assert json.loads(bad["opts"])["home"] == "NYK"


@pytest.mark.parametrize(
    ("target", "game_id"),
    [
        (Target(kind=TargetKind.DATE, id="2025-11-12"), None),
        (Target(kind=TargetKind.EVENT, id="e1"), None),
        (Target(kind=TargetKind.EVENT, id="e1", params={"game": "0022500001"}), "0022500001"),
        (Target(kind=TargetKind.GAME, id="0022500001"), "0022500001"),
    ],
)
def test_the_game_of_a_run_is_its_target_or_what_its_event_says(
    target: Target, game_id: str | None
) -> None:
    made = outcome()
    changed = replace(made, results=(replace(made.results[0], target=target),))
    assert run_rows(changed, STAMP, trace_id=None)[0][1]["game_id"] == game_id


@pytest.mark.parametrize("source", ["CONTROLLER", "MANUAL", "RECOVERY"])
def test_a_recovery_is_marked_as_one(source: Any) -> None:
    made = outcome()
    changed = replace(made, order=replace(made.order, source=source))
    _, row = run_rows(changed, STAMP, trace_id=None)[0]
    assert (row["source"], row["recovery"]) == (source, source == "RECOVERY")


def test_an_execution_counts_its_runs_and_never_fails_without_a_message() -> None:
    row_id, row = execution()
    assert row_id == row["execution_id"] == "x.1"
    counts = ("scrapers_triggered", "scrapers_succeeded", "scrapers_failed")
    assert [row[count] for count in counts] == [2, 1, 1]
    assert row["status"] == "partial"
    assert row["duration_seconds"] == 60.0
    assert row["error_message"] == "timeout x1 (0022500001: no answer)"
