"""What each source answered on a day: how often well, when last, and what it cost. Pure."""

from __future__ import annotations

from collections import Counter

from shared.core.report.facts import Facts, Row, at
from shared.core.report.healing import source_of
from shared.core.report.lines import Event, SourceLine


def source_lines(facts: Facts) -> list[SourceLine]:
    """A line for every source that was asked for the day, by name."""
    asked: dict[str, list[Row]] = {}
    for run in facts.rows("scraper_execution_log"):
        asked.setdefault(source_of(run, facts), []).append(run)
    return [_line(name, asked[name], facts) for name in sorted(asked)]


def _line(name: str, runs: list[Row], facts: Facts) -> SourceLine:
    states = Counter(run["status"] for run in runs)
    good = states["success"] + states["no_data"]
    ended = sorted(runs, key=lambda run: at(run["completed_at"]))
    spent = [run["credits"] for run in ended if run["credits"] is not None]
    left = [run["credits_left"] for run in ended if run["credits_left"] is not None]
    source = facts.config.sources.get(name)
    return SourceLine(
        source=name,
        provider=source.provider if source else "",
        runs=len(runs),
        success=states["success"],
        no_data=states["no_data"],
        failed=states["failed"],
        requests=sum(run["requests"] or 0 for run in runs),
        retries=sum(run["retry_count"] or 0 for run in runs),
        success_percent=round(100 * good / len(runs), 1),
        last_success_at=max(
            (at(run["completed_at"]) for run in runs if run["status"] == "success"), default=None
        ),
        credits_spent=sum(spent) if spent else None,
        credits_left=left[-1] if left else None,
    )


def events(facts: Facts) -> list[Event]:
    """What warned on the day, first to last, in the words of v_alerts."""
    found = [
        Event(
            at=at(row["decision_time"]),
            severity="ERROR" if row.get("alert_level") == "ERROR" else "WARNING",
            kind="decision",
            subject=row["slot_id"] or row["workflow_name"],
            message=f"{row['action']}, {row['reason_code']}: {row['reason']}",
        )
        for row in facts.rows("workflow_decisions")
        if row.get("alert_level") in ("WARNING", "ERROR") or row["action"] == "ABORT"
    ]
    for row in facts.rows("workflow_executions"):
        if row["status"] != "completed":
            severity = "ERROR" if row["status"] == "failed" else "WARNING"
            found.append(
                Event(
                    at=at(row["execution_time"]),
                    severity=severity,
                    kind="execution",
                    subject=row["execution_id"],
                    message=f"{row['status']}: {row['error_message'] or 'no message'}",
                )
            )
    for row in facts.rows("file_processing_log"):
        if row["status"] == "failed":
            message = row["error_message"] or "refused"
            found.append(_event(row, "processed_at", "load", row["gcs_path"], message))
    found += [
        _event(row, "cleanup_time", "cleanup", row["cleanup_id"], error)
        for row in facts.cleanups()
        for error in row.get("errors") or ()
    ]
    return sorted(found, key=lambda each: (each.at, each.kind, each.subject))


def _event(row: Row, column: str, kind: str, subject: str, message: str) -> Event:
    return Event(at=at(row[column]), severity="ERROR", kind=kind, subject=subject, message=message)
