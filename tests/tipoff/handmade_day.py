"""A day that went well, by hand: one game, one slot, one execution with a run for each dataset."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from shared.config import load_config
from shared.core.games import Game, GameStatus, GameType
from tipoff.facts import Facts, Row, SeenGame

CONFIG = load_config(Path(__file__).resolve().parents[2] / "config")
DAY = date(2025, 11, 6)
GAME = "0022500101"
#: 04:00 ET of the next date.
SLOT = "2025-11-06.post_game_window_3.20251107T090000Z"
EXECUTION = f"{SLOT}.1"
#: The scrapers whose datasets are expected per game.
SCRAPERS = tuple(
    dict.fromkeys(
        name
        for workflow in CONFIG.enabled
        for name in workflow.scrapers
        if CONFIG.scrapers[name].expects == "games"
    )
)


def instant(text: str) -> datetime:
    """`06 09:00` of November 2025, in UTC."""
    return datetime.strptime(f"2025-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def iso(text: str) -> str:
    return instant(text).isoformat()


def slot(slot_id: str = SLOT, **changed: Any) -> Row:
    return {
        "date": DAY.isoformat(),
        "slot_id": slot_id,
        "workflow_name": slot_id.split(".")[1],
        "expected_run_time": iso("07 09:00"),
        "opens_at": iso("07 08:30"),
        "closes_at": iso("07 19:00"),
        **changed,
    }


def decision(action: str = "RUN", code: str = "due", **changed: Any) -> Row:
    return {
        "decision_id": f"{SLOT}.run1",
        "decision_time": iso("07 09:00"),
        "workflow_name": "post_game_window_3",
        "slot_id": SLOT,
        "tick": "20251107T090000Z",
        "action": action,
        "reason": "because",
        "reason_code": code,
        "target_date": DAY.isoformat(),
        **changed,
    }


def execution(**changed: Any) -> Row:
    return {
        "execution_id": EXECUTION,
        "execution_time": iso("07 09:01"),
        "workflow_name": "post_game_window_3",
        "decision_id": f"{SLOT}.run1",
        "slot_id": SLOT,
        "target_date": DAY.isoformat(),
        "status": "completed",
        "duration_seconds": 5.0,
        "error_message": None,
        **changed,
    }


def run(scraper: str, **changed: Any) -> Row:
    return {
        "run_id": f"{EXECUTION}.{scraper}.{GAME}",
        "workflow_execution_id": EXECUTION,
        "decision_id": f"{SLOT}.run1",
        "scraper_name": scraper,
        "target": GAME,
        "target_date": DAY.isoformat(),
        "status": "success",
        "complete": True,
        "triggered_at": iso("07 09:02"),
        "completed_at": iso("07 09:02"),
        "record_count": 2,
        "data_summary": json.dumps({"covers": [GAME], "scraper_stats": {}}),
        "gcs_path": f"{scraper}/{GAME}.json",
        "gcs_generation": 1,
        "error_type": None,
        "retry_count": 0,
        "requests": 1,
        "credits": None,
        "credits_left": None,
        **changed,
    }


def load(scraper: str, **changed: Any) -> Row:
    return {
        "gcs_path": f"{scraper}/{GAME}.json",
        "gcs_generation": 1,
        "target_date": DAY.isoformat(),
        "rows_loaded": 2,
        "status": "loaded",
        "error_message": None,
        "processed_at": iso("07 09:03"),
        **changed,
    }


def game(**changed: Any) -> SeenGame:
    tip = instant("07 00:30")
    made = Game(game_id=GAME, tip=tip, away="LAC", home="PHX", type=GameType.REGULAR)
    seen = SeenGame(
        game=replace(made, status=GameStatus.FINAL),
        counts=True,
        started_at=tip,
        ended_at=instant("07 03:00"),
    )
    return replace(seen, **changed)


def facts(**changed: Any) -> Facts:
    """The day; `changed` replaces fields."""
    made = Facts(
        date=DAY,
        start=instant("06 09:55"),
        end=instant("07 10:05"),
        seed=1,
        troubled=True,
        folder="data",
        config=CONFIG,
        plan_reason="1 game, tips 19:30 ET to 19:30 ET",
        revision=1,
        games=(game(),),
        tables={
            "daily_expected_schedule": [slot()],
            "workflow_decisions": [decision()],
            "workflow_executions": [execution()],
            "scraper_execution_log": [run(name) for name in SCRAPERS],
            "file_processing_log": [load(name) for name in SCRAPERS],
            "cleanup_operations": [],
        },
    )
    return replace(made, **changed)


def with_table(table: str, change: Callable[[list[Row]], list[Row]]) -> Facts:
    """The day with the rows of one table changed."""
    made = facts()
    return replace(made, tables={**made.tables, table: change(list(made.tables[table]))})
