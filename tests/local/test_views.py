"""Every view over hand-written rows of one game day, 2025-11-12, asked at 23:00 UTC."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from local.query import Sql

CONFIG = Path(__file__).parents[2] / "config"
NOW = datetime(2025, 11, 12, 23, 0, tzinfo=UTC)


def at(clock: str, day: str = "2025-11-12") -> str:
    return f"{day}T{clock}:00+00:00"


def slot(name: str, expected: str, closes: str, **more: Any) -> dict[str, Any]:
    """A planned slot; its id is its workflow's name, to be read easily."""
    return {
        "date": "2025-11-12",
        "slot_id": name,
        "workflow_name": name,
        "expected_run_time": at(expected),
        "opens_at": at(expected),
        "closes_at": at(closes),
        "target_date": "2025-11-12",
        "reason": "a reason",
        "scrapers": ["odds"],
        "games_today": 12,
        "revision": 1,
        "locked_at": at("10:00"),
        "created_at": at("10:00"),
        **more,
    }


def change(name: str, kind: str, revision: int, **more: Any) -> dict[str, Any]:
    return {
        "date": "2025-11-12",
        "slot_id": name,
        "revision": revision,
        "change": kind,
        "reason": f"{kind} for a reason",
        "changed_at": at(f"{10 + revision}:00"),
        "created_at": at(f"{10 + revision}:00"),
        **more,
    }


def decision(name: str, action: str, clock: str, code: str, **more: Any) -> dict[str, Any]:
    return {
        "decision_id": f"{name}.{action}.{clock}",
        "decision_time": at(clock),
        "workflow_name": name,
        "slot_id": name,
        "action": action,
        "reason": f"{code} at {clock}",
        "reason_code": code,
        "alert_level": "NONE",
        "context": json.dumps({"games": 12}),
        "scrapers": ["odds"],
        "created_at": at(clock),
        **more,
    }


def execution(name: str, clock: str, status: str = "completed", **more: Any) -> dict[str, Any]:
    return {
        "execution_id": f"{name}.1",
        "execution_time": at(clock),
        "workflow_name": name,
        "decision_id": f"{name}.RUN.{clock}",
        "slot_id": name,
        "status": status,
        "error_message": "odds: http_5xx" if status == "failed" else None,
        "created_at": at(clock),
        **more,
    }


def run(name: str, target: str, clock: str, status: str, **more: Any) -> dict[str, Any]:
    run_id = f"{name}.1.odds.{target}"
    return {
        "execution_id": run_id,
        "run_id": run_id,
        "workflow_execution_id": f"{name}.1",
        "scraper_name": "odds",
        "workflow": name,
        "target": target,
        "status": status,
        "triggered_at": at(clock),
        "duration_seconds": 2.0,
        "record_count": 10 if status == "success" else 0,
        "error_message": "timed out" if status == "failed" else None,
        "created_at": at(clock),
        **more,
    }


def raw(path: str, loaded: str, index: int, **more: Any) -> dict[str, Any]:
    return {
        "game_date": "2025-11-12",
        "scraper_name": "odds",
        "gcs_path": path,
        "gcs_generation": 1,
        "record_index": index,
        "record": json.dumps({"path": path, "n": index}),
        "loaded_at": at(loaded),
        **more,
    }


def complete(path: str, clock: str = "12:00", *, whole: bool = True) -> dict[str, Any]:
    more = {"gcs_path": path, "gcs_generation": 1, "complete": whole}
    row = run("files", path, clock, "success", **more)
    return row | {"target": path.split("/")[-2]}


ON_TIME_RUN = decision("on_time", "RUN", "18:00", "due")
GAME = "src/odds/2025-11-12"

ROWS: dict[str, list[dict[str, Any]]] = {
    "daily_expected_schedule": [
        slot("on_time", "18:00", "20:00"),
        slot("on_time", "18:00", "20:00"),  # the lock's append was repeated
        slot("barely", "18:00", "20:00"),
        slot("late", "18:00", "20:00"),
        slot("missing", "18:00", "20:00"),
        slot("not_due", "22:30", "23:30"),
        slot("satisfied", "18:00", "19:00"),
        slot("aborted", "18:00", "20:00"),
        slot("withdrawn", "21:00", "22:00"),
        slot("vetoed", "21:00", "22:00"),
        slot("failed", "18:00", "20:00"),
        slot("unheard", "18:00", "20:00"),
        slot("skipped", "18:00", "20:00"),
    ],
    "plan_changes": [
        change("withdrawn", "withdrawn", 2),
        change("withdrawn", "withdrawn", 2),
        change("vetoed", "vetoed", 2, changed_by="ann"),
        change("added", "added", 3, **{
            k: v for k, v in slot("added", "19:00", "20:00").items()
            if k in {"workflow_name", "expected_run_time", "opens_at", "closes_at", "scrapers"}
        }),
    ],
    "workflow_decisions": [
        ON_TIME_RUN,
        ON_TIME_RUN,
        decision("on_time", "RUN", "19:00", "retry"),
        decision("on_time", "SKIP", "19:30", "satisfied_earlier"),
        decision("late", "RUN", "18:31", "due"),
        decision("satisfied", "SKIP", "18:00", "satisfied"),
        decision("aborted", "SKIP", "18:00", "needs_unmet"),
        decision("aborted", "ABORT", "20:00", "needs_unmet", alert_level="WARNING"),
        decision("failed", "RUN", "18:00", "due"),
        decision("unheard", "RUN", "18:00", "due"),  # no execution followed
        decision("skipped", "SKIP", "18:00", "nothing_over"),
        decision("morning", "SKIP", "12:00", "no_schedule", alert_level="ERROR", slot_id=None),
    ],
    "workflow_executions": [
        execution("on_time", "18:00"),
        execution("on_time", "18:00"),
        execution("on_time", "19:00", "partial", execution_id="on_time.2"),
        execution("barely", "18:30"),  # 30 minutes are still on time
        execution("late", "18:31"),
        execution("failed", "18:00", "failed"),
    ],
    "scraper_execution_log": [
        run("on_time", "a", "18:01", "success", gcs_path="p/a.json", gcs_generation=7),
        run("on_time", "a", "18:01", "success", gcs_path="p/a.json", gcs_generation=7),
        run("on_time", "b", "18:02", "no_data"),
        run("failed", "c", "18:03", "failed"),
        run("old", "d", "04:59", "success"),  # 23:59 in New York, the day before
        complete(f"{GAME}/g1/20251112T100000Z.json", whole=False),
        complete(f"{GAME}/g2/20251112T100000Z.json", "10:00"),
        complete(f"{GAME}/g2/final.json"),
        complete(f"{GAME}/g3/final.json"),
        complete(f"{GAME}/g3/20251112T200000Z.json", "17:00"),
    ],
    "cleanup_operations": [
        {
            "cleanup_id": f"c{clock}",
            "cleanup_time": at(clock),
            "missing_files": [
                {"scraper_name": "odds", "gcs_path": f"p/{m}", "triggered_at": at("10:00"),
                 "age_minutes": m, "republished": True}
                for m in ages
            ],
            "created_at": at(clock),
        }
        for clock, ages in (("22:30", [999]), ("22:45", [241, 240, 121, 120]))
    ],
    "file_processing_log": [
        {"processing_id": "p/a.json#7", "gcs_path": "p/a.json", "gcs_generation": 7,
         "table_name": "odds", "rows_loaded": 10, "status": "loaded", "processed_at": at("18:05"),
         "created_at": at("18:05")},
        {"processing_id": "p/z.json#1", "gcs_path": "p/z.json", "gcs_generation": 1,
         "status": "failed", "error_message": "bad content", "processed_at": at("18:06"),
         "created_at": at("18:06")},
    ],
    "daily_completeness": [
        {"date": "2025-11-12", "dataset": "odds", "missing": 3, "created_at": at("10:00")},
        {"date": "2025-11-12", "dataset": "odds", "missing": 1, "created_at": at("11:00")},
    ],
    "odds": [
        raw(f"{GAME}/g1/20251112T100000Z.json", "10:05", 0),  # incomplete: no view shows it
        raw(f"{GAME}/g2/20251112T100000Z.json", "10:05", 0),
        raw(f"{GAME}/g2/final.json", "20:05", 0),
        raw(f"{GAME}/g2/final.json", "20:05", 1),
        raw(f"{GAME}/g2/final.json", "20:05", 1),  # the load was repeated
        raw(f"{GAME}/g3/final.json", "19:05", 0),
        raw(f"{GAME}/g3/20251112T200000Z.json", "20:05", 0),  # a correction, loaded later
    ],
}  # fmt: skip


class Rows:
    """The rows above."""

    def rows(self, dataset: str, table: str) -> Iterable[Mapping[str, Any]]:
        return ROWS.get(table, [])

    def raw_tables(self) -> list[str]:
        return ["odds"]


def ask(sql: str) -> list[tuple[Any, ...]]:
    return Sql(Rows(), config=CONFIG).query(sql, now=NOW).rows


@pytest.mark.parametrize(
    ("slot_id", "verdict", "action"),
    [
        ("on_time", "ON TIME", "RUN"),
        ("barely", "ON TIME", None),
        ("late", "LATE", "RUN"),
        ("failed", "ON TIME", "RUN"),
        ("missing", "MISSING", None),
        ("unheard", "MISSING", "RUN"),
        ("skipped", "MISSING", "SKIP"),
        ("added", "MISSING", None),
        ("not_due", "NOT DUE", None),
        ("satisfied", "SATISFIED", "SKIP"),
        ("aborted", "ABORTED", "ABORT"),
        ("withdrawn", "WITHDRAWN", None),
        ("vetoed", "WITHDRAWN", None),
    ],
)
def test_every_slot_has_one_verdict(slot_id: str, verdict: str, action: str | None) -> None:
    sql = f"SELECT verdict, action FROM v_expected_vs_actual WHERE slot_id = '{slot_id}'"
    assert ask(sql) == [(verdict, action)]


def test_expected_vs_actual_has_the_columns_that_people_were_promised() -> None:
    answer = Sql(Rows(), config=CONFIG).query("SELECT * FROM v_expected_vs_actual", now=NOW)
    assert answer.columns == (
        "date", "workflow_name", "slot_id", "expected_run_time", "opens_at", "closes_at",
        "decided_at", "executed_at", "action", "reason_code", "execution_status", "verdict",
    )  # fmt: skip
    assert len(answer.rows) == 13


def test_a_slot_shows_its_first_run_and_its_newest_status() -> None:
    sql = """SELECT decided_at, executed_at, reason_code, execution_status
    FROM v_expected_vs_actual WHERE slot_id = 'on_time'"""
    six = datetime(2025, 11, 12, 18, 0, tzinfo=UTC)
    assert ask(sql) == [(six, six, "due", "partial")]


def test_the_plan_is_the_lock_and_all_changes() -> None:
    sql = """SELECT slot_id, workflow_name, status, withdrawn, revision, change_reason
    FROM v_plan WHERE slot_id IN ('on_time', 'withdrawn', 'vetoed', 'added') ORDER BY slot_id"""
    assert ask(sql) == [
        ("added", "added", "added", False, 3, "added for a reason"),
        ("on_time", "on_time", "locked", False, 1, None),
        ("vetoed", "vetoed", "vetoed", True, 2, "vetoed for a reason"),
        ("withdrawn", "withdrawn", "withdrawn", True, 2, "withdrawn for a reason"),
    ]


@pytest.mark.parametrize(
    ("view", "key", "rows"),
    [
        ("v_decisions", "decision_id", 11),
        ("v_executions", "execution_id", 5),
        ("v_runs", "run_id", 9),
        ("v_cleanups", "cleanup_id", 2),
        ("v_loads", "processing_id", 2),
        ("v_plan", "slot_id", 13),
        ("v_completeness", "dataset", 1),
    ],
)
def test_duplicates_collapse_to_one_row(view: str, key: str, rows: int) -> None:
    assert ask(f"SELECT COUNT(*), COUNT(DISTINCT {key}) FROM {view}") == [(rows, rows)]


def test_the_newest_books_count() -> None:
    assert ask("SELECT date, missing FROM v_completeness") == [(date(2025, 11, 12), 1)]


def test_the_chain_goes_from_the_decision_to_the_load() -> None:
    sql = """SELECT decision_id, execution_id, run_id, gcs_path, load_status, rows_loaded
    FROM v_run_chain WHERE gcs_path = 'p/a.json'"""
    assert ask(sql) == [
        ("on_time.RUN.18:00", "on_time.1", "on_time.1.odds.a", "p/a.json", "loaded", 10)
    ]


def test_a_decision_without_execution_is_in_the_chain() -> None:
    sql = "SELECT execution_id, run_id FROM v_run_chain WHERE decision_id = 'unheard.RUN.18:00'"
    assert ask(sql) == [(None, None)]


def test_today_is_the_et_date() -> None:
    """Of nine runs one began at 23:59 ET on the day before."""
    sql = """SELECT scraper_name, runs, succeeded, no_data, failed, success_percent, records,
    last_status, last_error FROM v_todays_scraper_summary"""
    # Seven of eight: 87.5; the newest is the failed one.
    assert ask(sql) == [("odds", 8, 6, 1, 1, 87.5, 60, "failed", "timed out")]


def test_missing_files_are_those_of_the_newest_cleanup() -> None:
    sql = "SELECT age_minutes, urgency FROM v_missing_files ORDER BY age_minutes DESC"
    assert ask(sql) == [(241, "CRITICAL"), (240, "WARNING"), (121, "WARNING"), (120, "RECENT")]


def test_alerts_are_warnings_aborts_and_failures() -> None:
    sql = "SELECT severity, kind, subject, message FROM v_alerts ORDER BY alert_time"
    assert ask(sql) == [
        ("ERROR", "decision", "morning", "no_schedule at 12:00"),
        ("ERROR", "execution", "failed.1", "odds: http_5xx"),
        ("ERROR", "load", "p/z.json", "bad content"),
        ("WARNING", "abort", "aborted", "needs_unmet at 20:00"),
    ]


def test_a_raw_view_has_each_target_from_its_newest_complete_file() -> None:
    sql = "SELECT gcs_path, record_index FROM nba_raw.v_odds ORDER BY 1, 2"
    assert ask(sql) == [
        (f"{GAME}/g2/final.json", 0),
        (f"{GAME}/g2/final.json", 1),
        (f"{GAME}/g3/20251112T200000Z.json", 0),
    ]


def test_a_target_is_what_the_log_says_wherever_its_file_lies() -> None:
    """A scraper service lays the files of all targets into one folder."""
    names = [f"ours/{target}.json" for target in ("g1", "g2", "g3")]

    class OneFolder(Rows):
        def rows(self, dataset: str, table: str) -> Iterable[Mapping[str, Any]]:
            if table == "odds":
                return [raw(name, "20:05", 0) for name in names]
            if table == "scraper_execution_log":
                return [{**complete(name), "target": name} for name in names]
            return super().rows(dataset, table)

    answer = Sql(OneFolder(), config=CONFIG).query("SELECT gcs_path FROM nba_raw.v_odds", now=NOW)
    assert sorted(answer.rows) == [(name,) for name in names]


def test_a_file_announced_again_late_does_not_beat_a_newer_one() -> None:
    class Late(Rows):
        def rows(self, dataset: str, table: str) -> Iterable[Mapping[str, Any]]:
            rows = [dict(r) for r in super().rows(dataset, table)]
            for row in rows if table == "odds" else []:
                if row["gcs_path"].endswith(("g2/20251112T100000Z.json", "g3/final.json")):
                    row["loaded_at"] = at("22:00")  # the newer files were loaded at 20:05
            return rows

    sql = "SELECT DISTINCT gcs_path FROM nba_raw.v_odds ORDER BY 1"
    answer = Sql(Late(), config=CONFIG).query(sql, now=NOW)
    assert answer.rows == [(f"{GAME}/g2/final.json",), (f"{GAME}/g3/20251112T200000Z.json",)]


def test_final_wins_over_an_instant_that_was_loaded_with_it() -> None:
    class Together(Rows):
        def rows(self, dataset: str, table: str) -> Iterable[Mapping[str, Any]]:
            same = {"odds": "loaded_at", "scraper_execution_log": "triggered_at"}.get(table)
            rows = super().rows(dataset, table)
            return [{**r, same: at("20:05")} for r in rows] if same else rows

    sql = "SELECT gcs_path FROM nba_raw.v_odds WHERE gcs_path LIKE '%/g3/%'"
    answer = Sql(Together(), config=CONFIG).query(sql, now=NOW)
    assert answer.rows == [(f"{GAME}/g3/final.json",)]


@pytest.mark.parametrize("name", sorted(p.stem for p in (CONFIG / "views").glob("v_*.sql")))
def test_every_view_answers_over_empty_tables(name: str) -> None:
    class Nothing(Rows):
        def rows(self, dataset: str, table: str) -> Iterable[Mapping[str, Any]]:
            return []

    assert Sql(Nothing(), config=CONFIG).query(f"SELECT * FROM {name}", now=NOW).rows == []


#: BigQuery's reserved words that make sense as a name: they would need back quotes.
RESERVED = {
    "all", "any", "array", "asc", "at", "between", "by", "case", "cast", "contains", "create",
    "current", "default", "define", "desc", "distinct", "end", "enum", "escape", "exclude",
    "exists", "extract", "false", "fetch", "following", "for", "from", "full", "group",
    "groups", "hash", "having", "if", "ignore", "in", "inner", "interval", "into", "join",
    "lateral", "left", "limit", "lookup", "merge", "natural", "new", "no", "not", "null", "of",
    "on", "or", "order", "outer", "over", "partition", "preceding", "proto", "range",
    "recursive", "right", "rows", "select", "set", "some", "struct", "then", "to", "treat",
    "true", "union", "unnest", "using", "when", "where", "window", "with", "within",
}  # fmt: skip


@pytest.mark.parametrize("path", sorted((CONFIG / "views").glob("*.sql")), ids=lambda p: p.stem)
def test_no_view_names_something_with_a_reserved_word(path: Path) -> None:
    """The parser here is more lenient than BigQuery: AS at is an error there."""
    sql = path.read_text(encoding="utf-8").replace("{table}", "odds")
    names = {
        i.name.lower() for i in sqlglot.parse_one(sql, read="bigquery").find_all(exp.Identifier)
    }
    assert names & RESERVED == set()


@pytest.mark.parametrize("path", sorted((CONFIG / "tables").glob("*.json")), ids=lambda p: p.stem)
def test_every_field_of_a_table_is_described(path: Path) -> None:
    table = json.loads(path.read_text(encoding="utf-8"))
    names = [f["name"] for f in table["fields"]]
    inner = [g for f in table["fields"] for g in f.get("fields", [])]
    assert table["table"] == path.stem
    assert all(f["description"] for f in [*table["fields"], *inner])
    assert {table["partition"]["field"], *table["clustering"], *table["id"]} <= set(names)
    assert len(table["clustering"]) <= 4  # BigQuery's limit
    assert len(names) == len(set(names))
