"""Promises about executions and their runs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from shared.core.ports import Row
from sim.chaos.check_plans import promised_windows
from sim.chaos.tables import (
    DECISIONS,
    EXECUTIONS,
    RUNS,
    Tables,
    Violation,
    at,
    body,
    differs,
)

#: Past a deadline work may still begin for so long (skew between clocks).
GRACE = timedelta(minutes=5)
#: An execution has this for each step.
PER_STEP = timedelta(minutes=45)
#: A chunk's targets start for so long after the chunk.
STARTS = timedelta(seconds=420)


def repeats_are_identical(tables: Tables) -> Iterator[Violation]:
    """A row that was sent again says the same."""
    for table, sent in tables.sent.items():
        first: dict[str, Row] = {}
        for row_id, row in sent:
            known = first.setdefault(row_id, row)
            if known is not row and (columns := differs(table, known, row)):
                yield Violation("repeat_differs", f"{table} {row_id}: {', '.join(columns)}")


def every_run_has_an_execution(tables: Tables) -> Iterator[Violation]:
    """A RUN has an execution, an execution its RUN, and both agree."""
    executions: dict[str, Row] = {}
    for row in tables.of(EXECUTIONS):
        if row["decision_id"] in executions:
            yield Violation("executed_twice", row["decision_id"])
        executions[row["decision_id"]] = row
    decisions = {row["decision_id"]: row for row in tables.of(DECISIONS) if row["action"] == "RUN"}
    for decision_id, row in decisions.items():
        steps = len(tables.config.workflows[row["workflow_name"]].steps)
        if decision_id not in executions:
            if tables.old(at(row["decision_time"]), 1 + 0.75 * steps):
                yield Violation("run_without_execution", decision_id)
            continue
        found = executions[decision_id]
        for key in ("slot_id", "target_date", "workflow_name"):
            if row[key] != found[key]:
                yield Violation("execution_differs", f"{decision_id} {key}: {found[key]}")
    for decision_id in executions.keys() - decisions.keys():
        yield Violation("execution_without_run", decision_id)


def executions_account_for_their_runs(tables: Tables) -> Iterator[Violation]:
    """An execution's ids and counts are those of its rows in the run log; failures say why."""
    runs: dict[str, dict[str, Row]] = {}
    for row in tables.of(RUNS):
        runs.setdefault(row["workflow_execution_id"], {})[row["run_id"]] = row
    known = {row["execution_id"]: row for row in tables.of(EXECUTIONS)}
    for execution_id, row in known.items():
        mine = runs.get(execution_id, {})
        if set(row["scraper_execution_ids"]) != set(mine):
            odd = sorted(set(row["scraper_execution_ids"]) ^ set(mine))
            yield Violation("runs_differ", f"{execution_id}: {', '.join(odd[:3])}")
            continue
        counts = Counter(run["status"] for run in mine.values())
        told = (row["scrapers_triggered"], row["scrapers_no_data"], row["scrapers_failed"])
        if told != (len(mine), counts["no_data"], counts["failed"]):
            yield Violation("counts_differ", f"{execution_id}: {told} of {dict(counts)}")
        good = counts["success"] + counts["no_data"]
        right = "completed" if not counts["failed"] else "partial" if good else "failed"
        if row["status"] != right and (mine or row["status"] != "failed"):
            yield Violation("status_differs", f"{execution_id}: {row['status']}, not {right}")
        if row["status"] != "completed" and not row["error_message"]:
            yield Violation("failure_without_a_word", execution_id)
    for execution_id in runs.keys() - known.keys():
        late = max(at(run["completed_at"]) for run in runs[execution_id].values())
        if tables.old(late, 3):
            yield Violation("runs_without_execution", execution_id)


def runs_are_single(tables: Tables) -> Iterator[Violation]:
    """One run for execution, scraper and target; its id and status say what its row says."""
    seen: Counter[tuple[str, str, str]] = Counter()
    dates = {row["execution_id"]: row["target_date"] for row in tables.of(EXECUTIONS)}
    for row in tables.of(RUNS):
        seen[row["workflow_execution_id"], row["scraper_name"], row["target"]] += 1
        if (row["status"] == "success") != (row["record_count"] > 0):
            yield Violation("success_without_records", row["run_id"])
        if (row["status"] == "success") != (row["gcs_path"] is not None):
            yield Violation("success_without_file", row["run_id"])
        if row["status"] == "failed" and not row["error_type"]:
            yield Violation("failure_without_a_word", row["run_id"])
        expected = dates.get(row["workflow_execution_id"], row["target_date"])
        if row["target_date"] != expected:
            yield Violation("wrong_target_date", row["run_id"])
        yield from _covers_its_day(tables, row)
    for key, count in seen.items():
        if count > 1:
            yield Violation("run_twice", " ".join(key))


def _covers_its_day(tables: Tables, row: Row) -> Iterator[Violation]:
    """The games found in an answer are games of the day it was asked for."""
    day = date.fromisoformat(row["target_date"])
    for found in json.loads(row["data_summary"])["covers"]:
        days = tables.game_days.get(found)
        if days is not None and day not in days:
            yield Violation("games_of_another_day", f"{row['run_id']} covers {found}")


def nothing_runs_too_late(tables: Tables) -> Iterator[Violation]:
    """An execution that began after its slot asked nothing; no run began after its execution."""
    windows = promised_windows(tables)
    began = {}
    for row in tables.of(EXECUTIONS):
        start = at(row["execution_time"])
        steps = len(tables.config.workflows[row["workflow_name"]].steps)
        began[row["execution_id"]] = start + PER_STEP * steps
        ends = [closes for _, closes in windows.get(row["slot_id"], ())]
        if ends and start > max(ends) + GRACE and row["scrapers_triggered"]:
            yield Violation("executed_past_its_slot", row["execution_id"])
    for row in tables.of(RUNS):
        until = began.get(row["workflow_execution_id"])
        asked = row["error_type"] not in ("expired", "lost")
        if until and asked and at(row["triggered_at"]) > until + GRACE + STARTS:
            yield Violation("ran_past_not_after", row["run_id"])


def executions_end(tables: Tables) -> Iterator[Violation]:
    """Every manifest has its end, and every record's effects were confirmed."""
    for name, born in tables.born.items():
        if name.endswith("/manifest.json"):
            steps = len(body(tables.state[name])["steps"])
            ended = name.replace("manifest.json", "finished.json") in tables.state
            if not ended and tables.old(born, 1 + 0.75 * steps):
                yield Violation("execution_without_end", name)
        effects = name.startswith(("plans/", "ticks/", "cleanups/", "books/")) or (
            name.startswith("executions/") and not name.endswith("/manifest.json")
        )
        if not effects or name.endswith(".done") or name + ".done" in tables.state:
            continue
        if tables.old(born, 2):
            yield Violation("effects_unconfirmed", name)
