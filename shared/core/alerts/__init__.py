"""What operators are told: one pure function from what is known at an instant to alerts.

Nothing fires because data is not due yet, nothing fires in the off-season but what was given
up, and nothing fires where nothing ever ran, except that: silence that follows work is an alarm,
silence before any work is a new installation.
"""

from __future__ import annotations

from shared.core.alerts.data import data_alerts
from shared.core.alerts.facts import (
    Asked,
    DatasetFact,
    Facts,
    MissingFile,
    RunFact,
    SlotFact,
    SlotState,
    Unfinished,
    slot_state,
)
from shared.core.alerts.kinds import RUNBOOK, Alert, Severity, make, plural
from shared.core.alerts.sources import source_alerts
from shared.core.alerts.work import GRACE, silence_alerts, work_alerts

__all__ = [
    "RUNBOOK",
    "Alert",
    "Asked",
    "DatasetFact",
    "Facts",
    "MissingFile",
    "RunFact",
    "Severity",
    "SlotFact",
    "SlotState",
    "Unfinished",
    "alerts",
    "slot_state",
]


def alerts(facts: Facts) -> tuple[Alert, ...]:
    """Every alert, CRITICAL ones first, in the order of the operators' table."""
    found = [*_given_up(facts)]
    if facts.began is None:
        # A cleanup that comes before the first hourly tick tells of nothing yet.
        first = facts.first_cleanup
        if first is None or facts.now - first >= GRACE:
            found.insert(0, make("nothing_ran", "nothing has run here", first or facts.now))
    elif not facts.off_season:
        found = [
            *silence_alerts(facts, facts.began),
            *work_alerts(facts, facts.began),
            *data_alerts(facts, facts.began),
            *source_alerts(facts),
            *found,
        ]
    return tuple(sorted(found, key=lambda alert: alert.severity is not Severity.CRITICAL))


def _given_up(facts: Facts) -> list[Alert]:
    if not facts.dead_letters:
        return []
    return [make("dead_letters", f"{plural(facts.dead_letters, 'message')} given up", facts.now)]
