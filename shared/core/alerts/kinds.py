"""The kinds of alerts: their stable codes, how loud each is, and where the runbook tells of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.core.days import ET

RUNBOOK = "docs/runbook.md"
#: Pieces of evidence that an alert names.
EVIDENCE = 5


class Severity(StrEnum):
    """How soon somebody should look: CRITICAL now, WARNING this week."""

    WARNING = "WARNING"
    CRITICAL = "CRITICAL"


#: Every code, in the order of the operators' table, with its usual severity.
CODES: Mapping[str, Severity] = {
    "plan_not_locked": Severity.CRITICAL,
    "no_decisions": Severity.CRITICAL,
    "cleanup_silent": Severity.CRITICAL,
    "schedule_stale": Severity.CRITICAL,
    "schedule_refused": Severity.CRITICAL,
    "run_not_executed": Severity.CRITICAL,
    "execution_overdue": Severity.CRITICAL,
    "slot_missed": Severity.CRITICAL,
    "missing_files": Severity.CRITICAL,
    "slot_aborted": Severity.WARNING,
    "slot_failed": Severity.WARNING,
    "file_stuck": Severity.WARNING,
    "repair_blind": Severity.WARNING,
    "dataset_incomplete": Severity.WARNING,
    "zero_rows": Severity.WARNING,
    "failure_rate": Severity.WARNING,
    "source_silent": Severity.WARNING,
    "scraper_failing": Severity.WARNING,
    "credits_low": Severity.WARNING,
    "dead_letters": Severity.WARNING,
    "nothing_ran": Severity.WARNING,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One thing that an operator is told."""

    severity: Severity
    #: Stable, for machines: plan_not_locked.
    code: str
    message: str
    #: Since when it has been so.
    since: datetime
    #: What it is about, where a code may be true of several things: a source, a workflow's day.
    subject: str = ""
    #: Which slots, executions, scrapers or files; the first of them.
    evidence: tuple[str, ...] = ()

    @property
    def condition(self) -> str:
        """Names what is so: the same text as long as it lasts."""
        return ".".join(filter(None, (self.code, self.severity.lower(), self.subject)))

    @property
    def look(self) -> str:
        """Where the runbook says what to do."""
        return f"{RUNBOOK}#{self.code}"


def make(
    code: str,
    message: str,
    since: datetime,
    *,
    subject: str = "",
    evidence: Sequence[str] = (),
    severity: Severity | None = None,
) -> Alert:
    """An alert of a known code; KeyError for any other."""
    return Alert(
        severity=severity or CODES[code],
        code=code,
        message=message,
        since=since,
        subject=subject,
        evidence=tuple(evidence[:EVIDENCE]),
    )


def et(instant: datetime) -> str:
    """An instant as people of this league say it, with its date."""
    return instant.astimezone(ET).strftime("%d %b %H:%M ET")


def plural(number: int, noun: str) -> str:
    """3 files, 1 file."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
