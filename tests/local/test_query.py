"""Queries of the sort that people write for these tables, and the filling behind them."""

# ruff: noqa: E501 - a query is read best as it is typed.

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.query import Sql
from shared.core.errors import BadInput

CONFIG = Path(__file__).parents[2] / "config"

#: 15:30 ET.
NOW = datetime(2025, 11, 12, 20, 30, tzinfo=UTC)


def at(clock: str, day: str = "2025-11-12") -> str:
    return f"{day}T{clock}:00+00:00"


def decision(name: str, action: str, when: str, **more: Any) -> dict[str, Any]:
    return {
        "decision_id": f"{name}.{action}.{when}",
        "decision_time": when,
        "workflow_name": name,
        "slot_id": f"{name}.{when}",
        "action": action,
        "reason": "because",
        "context": json.dumps({"games": 12, "window": {"name": "early"}}),
        "scrapers": ["odds", "props"] if action == "RUN" else [],
        "alert_level": "WARNING" if action == "ABORT" else "NONE",
        "created_at": when,
        **more,
    }


def run(scraper: str, when: str, status: str, seconds: float, **more: Any) -> dict[str, Any]:
    return {
        "execution_id": f"{scraper}.{when}",
        "run_id": f"{scraper}.{when}",
        "workflow_execution_id": "betting.1",
        "scraper_name": scraper,
        "workflow": "betting",
        "status": status,
        "source": "CONTROLLER",
        "triggered_at": when,
        "duration_seconds": seconds,
        "record_count": 10 if status == "success" else 0,
        "data_summary": json.dumps({"record_count": 10, "covers": ["g1", "g2"]}),
        "error_type": "timeout" if status == "failed" else None,
        "created_at": when,
        **more,
    }


ROWS: dict[str, list[dict[str, Any]]] = {
    "daily_expected_schedule": [
        {"date": "2025-11-12", "slot_id": f"s{hour}", "workflow_name": "betting",
         "expected_run_time": at(f"{hour}:00"), "opens_at": at(f"{hour}:00"),
         "closes_at": at(f"{hour + 2}:00"), "locked_at": at("10:00"), "created_at": at("10:00")}
        for hour in (16, 18, 20)
    ],
    "workflow_decisions": [
        decision("betting", "SKIP", at("03:30")),  # 22:30 ET on the 11th
        decision("betting", "RUN", at("16:00")),
        decision("referee", "SKIP", at("16:00"), target_games=["g1"]),
        decision("betting", "RUN", at("18:05")),
        decision("referee", "ABORT", at("20:00")),
    ],
    "workflow_executions": [
        {"execution_id": "betting.1", "execution_time": at("16:01"), "workflow_name": "betting",
         "decision_id": f"betting.RUN.{at('16:00')}", "slot_id": "s16", "status": "completed",
         "scrapers_requested": ["odds", "props"], "scrapers_triggered": 3,
         "scrapers_succeeded": 3, "scrapers_failed": 0, "duration_seconds": 12.5,
         "scraper_execution_ids": ["r1", "r2", "r3"], "created_at": at("16:02")},
        {"execution_id": "betting.2", "execution_time": at("18:45"), "workflow_name": "betting",
         "decision_id": f"betting.RUN.{at('18:05')}", "slot_id": "s18", "status": "partial",
         "scrapers_requested": ["odds"], "scrapers_triggered": 4, "scrapers_succeeded": 3,
         "scrapers_failed": 1, "duration_seconds": 47.5, "error_message": "odds: timeout",
         "created_at": at("18:46")},
    ],
    "scraper_execution_log": [
        run("odds", at("16:01"), "success", 1.0, gcs_path="p/a.json", gcs_generation=1),
        run("odds", at("17:01"), "no_data", 2.0),
        run("odds", at("18:01"), "failed", 3.0),
        run("odds", at("19:01"), "success", 10.0, gcs_path="p/b.json", gcs_generation=1),
        run("injury", at("16:30"), "no_data", 1.0, workflow="injury_discovery"),
        run("injury", at("18:30"), "success", 1.0, workflow="injury_discovery"),
        run("odds", at("16:01", "2025-11-01"), "failed", 99.0),  # eleven days ago
    ],
    "cleanup_operations": [
        {"cleanup_id": "c1", "cleanup_time": at("20:15"), "files_checked": 9,
         "missing_files_found": 2, "republished_count": 1, "created_at": at("20:15"),
         "missing_files": [
             {"scraper_name": "odds", "gcs_path": "p/b.json", "triggered_at": at("16:00"),
              "age_minutes": 255, "republished": True},
             {"scraper_name": "odds", "gcs_path": "p/c.json", "triggered_at": at("19:40"),
              "age_minutes": 35, "republished": False}]},
    ],
    "file_processing_log": [
        {"processing_id": "p/a.json#1", "gcs_path": "p/a.json", "gcs_generation": 1,
         "scraper_name": "odds", "status": "loaded", "rows_loaded": 10,
         "processed_at": at("16:03"), "created_at": at("16:03")},
    ],
    "daily_completeness": [
        {"date": "2025-11-11", "dataset": "boxes", "expected": 9, "obtained": 8, "missing": 1,
         "missing_targets": ["0022500001"], "complete": False, "created_at": at("10:00")},
    ],
}  # fmt: skip


class Rows:
    """The rows above; remembers which tables were read."""

    def __init__(self, more: Mapping[str, list[dict[str, Any]]] | None = None) -> None:
        self.read: list[str] = []
        self._all = {**ROWS, **(more or {})}

    def rows(self, dataset: str, table: str) -> Iterable[Mapping[str, Any]]:
        self.read.append(table)
        return self._all.get(table, [])

    def raw_tables(self) -> list[str]:
        return []


def ask(sql: str) -> list[tuple[Any, ...]]:
    return Sql(Rows(), config=CONFIG).query(sql, now=NOW).rows


def utc(hour: int, minute: int = 0) -> datetime:
    return datetime(2025, 11, 12, hour, minute, tzinfo=UTC)


MONITORING: list[tuple[str, str, list[tuple[Any, ...]]]] = [
    (
        "success rate by scraper over 7 days",
        """SELECT scraper_name, COUNT(*) AS runs,
             ROUND(COUNTIF(status IN ('success', 'no_data')) / COUNT(*) * 100, 1) AS rate
           FROM `nba-props-platform.nba_orchestration.scraper_execution_log`
           WHERE triggered_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)
           GROUP BY scraper_name ORDER BY rate""",
        [("odds", 4, 75.0), ("injury", 2, 100.0)],
    ),
    (
        "decisions by hour in New York",
        """SELECT EXTRACT(HOUR FROM decision_time AT TIME ZONE 'America/New_York') AS hour_et,
             COUNT(*) AS decisions, COUNTIF(action = 'RUN') AS runs
           FROM `nba-props-platform.nba_orchestration.workflow_decisions`
           GROUP BY hour_et ORDER BY hour_et""",
        [(11, 2, 1), (13, 1, 1), (15, 1, 0), (22, 1, 0)],
    ),
    (
        "today's decisions by ET date",
        """SELECT workflow_name, action, FORMAT_TIMESTAMP('%H:%M', decision_time, 'America/New_York')
           FROM nba_orchestration.workflow_decisions
           WHERE DATE(decision_time, 'America/New_York') = CURRENT_DATE('America/New_York')
           ORDER BY decision_time, workflow_name""",
        [("betting", "RUN", "11:00"), ("referee", "SKIP", "11:00"), ("betting", "RUN", "13:05"),
         ("referee", "ABORT", "15:00")],
    ),
    (
        "the newest decision of each workflow",
        """SELECT workflow_name, action FROM nba_orchestration.workflow_decisions
           QUALIFY ROW_NUMBER() OVER (PARTITION BY workflow_name ORDER BY decision_time DESC) = 1
           ORDER BY 1""",
        [("betting", "RUN"), ("referee", "ABORT")],
    ),
    (
        "discovery attempts today",
        """SELECT workflow, COUNT(*) AS attempts, MAX(status = 'success') AS found,
             MIN(IF(status = 'success', triggered_at, NULL)) AS found_at
           FROM nba_orchestration.scraper_execution_log
           WHERE workflow LIKE '%_discovery'
             AND DATE(triggered_at, 'America/New_York') = CURRENT_DATE('America/New_York')
           GROUP BY workflow""",
        [("injury_discovery", 2, True, utc(18, 30))],
    ),
    (
        "missing files with urgency",
        """SELECT f.scraper_name, f.gcs_path, f.age_minutes,
             CASE WHEN f.age_minutes > 240 THEN 'CRITICAL'
                  WHEN f.age_minutes > 120 THEN 'WARNING' ELSE 'RECENT' END AS urgency
           FROM `nba-props-platform.nba_orchestration.cleanup_operations`,
             UNNEST(missing_files) AS f
           WHERE cleanup_time > TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 HOUR)
           ORDER BY f.age_minutes DESC""",
        [("odds", "p/b.json", 255, "CRITICAL"), ("odds", "p/c.json", 35, "RECENT")],
    ),
    (
        "expected against actual by name and time",
        """WITH expected AS (
             SELECT workflow_name, expected_run_time FROM nba_orchestration.daily_expected_schedule
             WHERE date = DATE('2025-11-12')),
           actual AS (SELECT workflow_name, execution_time
             FROM nba_orchestration.workflow_executions
             WHERE DATE(execution_time) = '2025-11-12')
           SELECT e.expected_run_time, TIMESTAMP_DIFF(a.execution_time, e.expected_run_time, MINUTE),
             CASE WHEN a.execution_time IS NULL THEN 'MISSING'
                  WHEN TIMESTAMP_DIFF(a.execution_time, e.expected_run_time, MINUTE) > 30
                  THEN 'LATE' ELSE 'ON TIME' END
           FROM expected AS e LEFT JOIN actual AS a ON a.workflow_name = e.workflow_name
             AND ABS(TIMESTAMP_DIFF(a.execution_time, e.expected_run_time, MINUTE)) <= 60
           ORDER BY 1""",
        [(utc(16), 1, "ON TIME"), (utc(18), 45, "LATE"), (utc(20), None, "MISSING")],
    ),
    (
        "the longest silence between decisions",
        """SELECT MAX(gap) FROM (
             SELECT TIMESTAMP_DIFF(decision_time, LAG(decision_time) OVER (ORDER BY decision_time),
               MINUTE) AS gap FROM nba_orchestration.workflow_decisions)""",
        [(750,)],  # 03:30 to 16:00
    ),
    (
        "minutes since the last decision",
        """SELECT TIMESTAMP_DIFF(CURRENT_TIMESTAMP(), MAX(decision_time), MINUTE)
           FROM nba_orchestration.workflow_decisions""",
        [(30,)],
    ),
    (
        "percentiles of durations",
        """SELECT APPROX_QUANTILES(duration_seconds, 100)[OFFSET(50)] AS p50,
             APPROX_QUANTILES(duration_seconds, 100)[OFFSET(95)] AS p95
           FROM nba_orchestration.scraper_execution_log
           WHERE scraper_name = 'odds' AND DATE(triggered_at) = CURRENT_DATE()""",
        [(2.0, 10.0)],
    ),
    (
        "a value of the JSON summary",
        """SELECT SUM(CAST(JSON_VALUE(data_summary, '$.record_count') AS INT64)),
             ANY_VALUE(JSON_VALUE(data_summary, '$.covers[1]'))
           FROM nba_orchestration.scraper_execution_log WHERE scraper_name = 'injury'""",
        [(20, "g2")],
    ),
    (
        "the JSON context of decisions",
        """SELECT DISTINCT JSON_VALUE(context, '$.window.name'), INT64(context.games)
           FROM nba_orchestration.workflow_decisions""",
        [("early", 12)],
    ),
    (
        "decisions that asked for a scraper",
        """SELECT decision_id FROM nba_orchestration.workflow_decisions
           WHERE 'props' IN UNNEST(scrapers) AND ARRAY_LENGTH(scrapers) = 2
           ORDER BY decision_time DESC LIMIT 1""",
        [("betting.RUN.2025-11-12T18:05:00+00:00",)],
    ),
    (
        "RUNs without execution",
        """SELECT d.workflow_name, d.decision_time FROM nba_orchestration.workflow_decisions d
           LEFT JOIN nba_orchestration.workflow_executions e USING (decision_id)
           WHERE d.action = 'RUN' AND e.execution_id IS NULL""",
        [],
    ),
    (
        "executions of a day with their share of failures",
        """SELECT workflow_name, COUNT(*), SUM(scrapers_failed),
             SAFE_DIVIDE(SUM(scrapers_failed), SUM(scrapers_triggered))
           FROM nba_orchestration.workflow_executions
           WHERE execution_time BETWEEN TIMESTAMP('2025-11-12', 'America/New_York')
             AND TIMESTAMP_ADD(TIMESTAMP('2025-11-12', 'America/New_York'), INTERVAL 24 HOUR)
           GROUP BY 1""",
        [("betting", 2, 1, 1 / 7)],
    ),
    (
        "errors by type",
        """SELECT error_type, COUNT(*) AS n, STRING_AGG(DISTINCT scraper_name, ', ')
           FROM nba_orchestration.scraper_execution_log
           WHERE status = 'failed' AND error_type IS NOT NULL
           GROUP BY error_type HAVING n > 1 ORDER BY n DESC""",
        [("timeout", 2, "odds")],
    ),
    (
        "each scraper's last success",
        """SELECT scraper_name, MAX(triggered_at), DATE_DIFF(CURRENT_DATE(), DATE(MAX(triggered_at)), DAY)
           FROM nba_orchestration.scraper_execution_log WHERE status = 'success'
           GROUP BY scraper_name ORDER BY scraper_name""",
        [("injury", utc(18, 30), 0), ("odds", utc(19, 1), 0)],
    ),
    (
        "files without a load",
        """SELECT s.gcs_path FROM nba_orchestration.scraper_execution_log AS s
           WHERE s.gcs_path IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM nba_orchestration.file_processing_log AS f
             WHERE f.gcs_path = s.gcs_path AND f.status = 'loaded')""",
        [("p/b.json",)],
    ),
    (
        "hours without any decision",
        """SELECT FORMAT_TIMESTAMP('%H', h) FROM UNNEST(GENERATE_TIMESTAMP_ARRAY(
             TIMESTAMP '2025-11-12 16:00:00+00', TIMESTAMP '2025-11-12 20:00:00+00',
             INTERVAL 1 HOUR)) AS h
           LEFT JOIN nba_orchestration.workflow_decisions
             ON TIMESTAMP_TRUNC(decision_time, HOUR) = h
           WHERE decision_id IS NULL ORDER BY 1""",
        [("17",), ("19",)],
    ),
    (
        "runs by day, days without runs included",
        """SELECT day, COUNT(run_id) FROM UNNEST(GENERATE_DATE_ARRAY(
             DATE_SUB(CURRENT_DATE(), INTERVAL 1 DAY), CURRENT_DATE())) AS day
           LEFT JOIN nba_orchestration.scraper_execution_log ON DATE(triggered_at) = day
           GROUP BY day ORDER BY day""",
        [(date(2025, 11, 11), 0), (date(2025, 11, 12), 6)],
    ),
    (
        "the missing targets of a dataset",
        """SELECT dataset, target FROM nba_orchestration.daily_completeness,
             UNNEST(missing_targets) AS target WHERE NOT complete""",
        [("boxes", "0022500001")],
    ),
    (
        "republished files by cleanup",
        """SELECT cleanup_id, (SELECT COUNTIF(f.republished) FROM UNNEST(missing_files) AS f),
             ARRAY(SELECT f.gcs_path FROM UNNEST(missing_files) AS f ORDER BY f.age_minutes)
           FROM nba_orchestration.cleanup_operations""",
        [("c1", 1, ["p/c.json", "p/b.json"])],
    ),
    (
        "actions side by side",
        """SELECT * FROM (SELECT workflow_name, action FROM nba_orchestration.workflow_decisions)
           PIVOT(COUNT(*) FOR action IN ('RUN', 'SKIP', 'ABORT')) ORDER BY workflow_name""",
        [("betting", 2, 1, 0), ("referee", 0, 1, 1)],
    ),
    (
        "requested scrapers by number",
        """SELECT scraper, COUNT(*) FROM nba_orchestration.workflow_executions
           CROSS JOIN UNNEST(scrapers_requested) AS scraper GROUP BY scraper ORDER BY 2 DESC""",
        [("odds", 2), ("props", 1)],
    ),
    (
        "the order of requested scrapers",
        """SELECT scraper, place FROM nba_orchestration.workflow_executions,
             UNNEST(scrapers_requested) AS scraper WITH OFFSET AS place
           WHERE execution_id = 'betting.1' ORDER BY place""",
        [("odds", 0), ("props", 1)],
    ),
    (
        "rows that were written twice",
        """SELECT decision_id, COUNT(*) FROM nba_orchestration.workflow_decisions
           GROUP BY 1 HAVING COUNT(*) > 1""",
        [],
    ),
    (
        "a running total of records",
        """SELECT FORMAT_TIMESTAMP('%I:%M %p', triggered_at, 'America/New_York'),
             SUM(record_count) OVER (ORDER BY triggered_at ROWS UNBOUNDED PRECEDING)
           FROM nba_orchestration.scraper_execution_log
           WHERE scraper_name = 'odds' AND triggered_at > '2025-11-12' ORDER BY triggered_at""",
        [("11:01 AM", 10), ("12:01 PM", 10), ("01:01 PM", 10), ("02:01 PM", 20)],
    ),
    (
        "average delay by workflow through the view",
        """SELECT workflow_name, AVG(TIMESTAMP_DIFF(executed_at, expected_run_time, SECOND)) / 60
           FROM `nba-props-platform.nba_orchestration.v_expected_vs_actual`
           WHERE executed_at IS NOT NULL GROUP BY 1""",
        [("betting", 23.0)],  # 1 and 45 minutes
    ),
    (
        "verdicts of the day",
        """SELECT verdict, COUNT(*) FROM v_expected_vs_actual GROUP BY 1 ORDER BY 1""",
        [("LATE", 1), ("NOT DUE", 1), ("ON TIME", 1)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "expected"), [m[1:] for m in MONITORING], ids=[m[0] for m in MONITORING]
)
def test_a_monitoring_query_is_answered(sql: str, expected: list[tuple[Any, ...]]) -> None:
    assert ask(sql) == expected


def test_only_the_tables_that_a_query_reads_are_filled() -> None:
    rows = Rows()
    Sql(rows, config=CONFIG).query(
        "SELECT 1 FROM v_executions JOIN v_executions AS b ON TRUE", now=NOW
    )
    assert rows.read == ["workflow_executions"]


def test_instants_keep_their_offset_and_come_back_in_utc() -> None:
    row = decision("a", "RUN", "2025-11-12T13:00:00-05:00")
    source = Rows({"workflow_decisions": [row]})
    answer = Sql(source, config=CONFIG).query(
        "SELECT decision_time FROM workflow_decisions", now=NOW
    )
    assert answer.rows == [(datetime(2025, 11, 12, 18, 0, tzinfo=UTC),)]
    assert answer.rows[0][0].tzinfo is UTC


def test_values_come_back_as_they_were_written() -> None:
    text = 'quotes " and \' and \\ and\nlines and é and 😀 and {"a": 1}'
    row = decision("a", "RUN", at("18:00"), reason=text, context=json.dumps({"t": text}))
    source = Rows({"workflow_decisions": [row]})
    sql = (
        "SELECT reason, JSON_VALUE(context, '$.t'), scrapers, target_games FROM workflow_decisions"
    )
    answer = Sql(source, config=CONFIG).query(sql, now=NOW)
    assert answer.rows == [(text, text, ["odds", "props"], [])]


def test_more_rows_than_one_chunk_all_arrive() -> None:
    start = datetime(2025, 11, 1, tzinfo=UTC)
    rows = [
        decision("a", "SKIP", (start + timedelta(minutes=i)).isoformat()) for i in range(12_001)
    ]
    source = Rows({"workflow_decisions": rows})
    sql = "SELECT COUNT(*), COUNT(DISTINCT decision_id), MAX(decision_time) FROM workflow_decisions"
    answer = Sql(source, config=CONFIG).query(sql, now=NOW)
    assert answer.rows == [(12_001, 12_001, start + timedelta(minutes=12_000))]


def test_a_column_that_does_not_exist_is_named() -> None:
    with pytest.raises(BadInput, match="no_such_column"):
        ask("SELECT no_such_column FROM workflow_decisions")


def test_rows_that_break_their_schema_are_named_by_their_table() -> None:
    source = Rows({"workflow_decisions": [decision("a", "RUN", "yesterday")]})
    with pytest.raises(BadInput, match=r"nba_orchestration\.workflow_decisions"):
        Sql(source, config=CONFIG).query("SELECT * FROM workflow_decisions", now=NOW)


def test_several_threads_ask_at_once() -> None:
    sql = Sql(Rows(), config=CONFIG)
    found: list[Any] = []

    def one() -> None:
        found.append(sql.query("SELECT COUNT(*) FROM v_decisions", now=NOW).rows)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[(5,)]] * 4
