"""Slots with their verdicts, from the rows of a day. Pure; v_expected_vs_actual says the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from shared.core.days import parse_stamp
from shared.core.report.facts import Facts, Row, at
from shared.core.report.lines import SlotLine, Verdict

#: A slot whose first RUN was decided later than this after its time is late; so is one whose
#: execution began later than this after that.
LATE_AFTER = timedelta(minutes=30)

#: SKIPs after which a slot needs no run.
NEEDS_NONE = ("satisfied", "nothing_to_do")


def slot_lines(facts: Facts) -> list[SlotLine]:
    """The day's slots, revisions included, by expected time."""
    planned: dict[str, Row] = {r["slot_id"]: r for r in facts.rows("daily_expected_schedule")}
    withdrawn: set[str] = set()
    for change in facts.rows("plan_changes"):
        # A row that only takes a slot back may leave the slot's own columns empty.
        if change["expected_run_time"]:
            planned.setdefault(change["slot_id"], change)
        withdrawn.discard(change["slot_id"])
        withdrawn |= {change["slot_id"]} if change["change"] == "withdrawn" else set()
    decisions = _by_slot(facts.rows("workflow_decisions"))
    ticks = sorted(
        {row["tick"] for row in facts.tables.get("workflow_decisions", ()) if row["tick"]}
    )
    executions = _by_slot(facts.rows("workflow_executions"))
    runs: dict[str, list[Row]] = {}
    for run in facts.rows("scraper_execution_log"):
        runs.setdefault(run["workflow_execution_id"], []).append(run)
    lines = [
        _slot_line(
            row,
            decisions.get(slot_id, []),
            executions.get(slot_id, []),
            runs,
            ticks,
            end=facts.now,
            withdrawn=slot_id in withdrawn,
        )
        for slot_id, row in planned.items()
    ]
    return sorted(lines, key=lambda line: (line.expected_run_time, line.slot_id))


def _by_slot(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row["slot_id"] is not None:
            found.setdefault(row["slot_id"], []).append(row)
    return found


def _slot_line(
    row: Row,
    decisions: Sequence[Row],
    executions: Sequence[Row],
    runs: Mapping[str, Sequence[Row]],
    ticks: Sequence[str],
    *,
    end: datetime,
    withdrawn: bool,
) -> SlotLine:
    told = _explaining(decisions)
    ordered = sorted(executions, key=lambda r: at(r["execution_time"]))
    executed_at = at(ordered[0]["execution_time"]) if ordered else None
    states = Counter(run["status"] for e in executions for run in runs.get(e["execution_id"], ()))
    expected, closes = at(row["expected_run_time"]), at(row["closes_at"])
    late = executed_at is not None and _late(expected, executed_at, decisions, ticks)
    return SlotLine(
        slot_id=row["slot_id"],
        workflow=row["workflow_name"],
        expected_run_time=expected,
        opens_at=at(row["opens_at"]),
        closes_at=closes,
        verdict=_verdict(
            closes, decisions, executed=bool(ordered), late=late, end=end, withdrawn=withdrawn
        ),
        action=told["action"] if told else None,
        reason_code=told["reason_code"] if told else None,
        reason=told["reason"] if told else "",
        decided_at=at(told["decision_time"]) if told else None,
        executed_at=executed_at,
        status=ordered[-1]["status"] if ordered else None,
        attempts=len(executions),
        success=states["success"],
        no_data=states["no_data"],
        failed=states["failed"],
    )


def _explaining(decisions: Sequence[Row]) -> Row | None:
    """The slot's first RUN, else that it needs none, else its ABORT, else the newest SKIP."""
    ordered = sorted(decisions, key=lambda r: at(r["decision_time"]))
    for rows in (
        [row for row in ordered if row["action"] == "RUN"],
        [row for row in ordered if row["reason_code"] in NEEDS_NONE],
        [row for row in ordered if row["action"] == "ABORT"],
        ordered[-1:],
    ):
        if rows:
            return rows[0]
    return None


def _late(
    expected: datetime, executed_at: datetime, decisions: Sequence[Row], ticks: Sequence[str]
) -> bool:
    """Whether a slot that ran did so too late; `ticks` are all that decided anything, in order.

    What counts is the tick of its first RUN: executions begin seconds after it, and slots may
    wait half an hour for a tick. A slot that said nothing_over was not due before the tick after
    its last such word. By hand there is no tick, and a RUN that nobody took up is no run: there
    the execution's own time counts.
    """
    run = min((r["tick"] for r in decisions if r["action"] == "RUN" and r["tick"]), default=None)
    if run is None or executed_at > parse_stamp(run) + LATE_AFTER:
        started = executed_at
    else:
        started = parse_stamp(run)
    waited = [
        row["tick"]
        for row in decisions
        if row["reason_code"] == "nothing_over"
        and row["tick"]
        and (run is None or row["tick"] < run)
    ]
    then = next((tick for tick in ticks if waited and tick > max(waited)), None)
    due = max(expected, parse_stamp(then)) if then else expected
    return started > due + LATE_AFTER


def _verdict(
    closes: datetime,
    decisions: Sequence[Row],
    *,
    executed: bool,
    late: bool,
    end: datetime,
    withdrawn: bool,
) -> Verdict:
    if executed:
        return Verdict.LATE if late else Verdict.ON_TIME
    if any(row["reason_code"] in NEEDS_NONE for row in decisions):
        return Verdict.SATISFIED
    if withdrawn:
        return Verdict.WITHDRAWN
    if any(row["action"] == "ABORT" for row in decisions):
        return Verdict.ABORTED
    return Verdict.MISSING if closes <= end else Verdict.NOT_DUE
