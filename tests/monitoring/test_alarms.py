"""Telling: once a condition, across ticks, instances and crashes; again when it comes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from shared import alarms
from shared.core.alerts import Alert, Severity
from shared.core.alerts.kinds import make
from shared.core.messages import Tick
from shared.errors import PortUnavailable
from sim.clock import ManualClock
from tests.core.made import at, game
from tests.functions.worlds import Here


@pytest.fixture
def here() -> Here:
    """A world in memory at 05:00 ET, its schedule imported."""
    made = Here(ManualClock(at("04:00")))
    made.import_schedule(game(1, "19:00"))
    made.at("05:00")
    return made


def alert(code: str = "no_decisions", **changes: object) -> Alert:
    return make(code, "why", at("05:00"), **changes)  # type: ignore[arg-type]


def tell(here: Here, *found: Alert) -> Sequence[tuple[str, str]]:
    """One look, and what it logged: (severity, action)."""
    before = len(here.log.lines)
    alarms.tell(here.world, found, here.clock.now())
    return [(severity, fields["action"]) for severity, _, fields in here.log.lines[before:]]


def test_a_condition_is_told_once_when_it_begins_and_once_when_it_is_over(here: Here) -> None:
    assert tell(here, alert()) == [("CRITICAL", "alert")]
    assert tell(here, alert()) == []
    assert tell(here) == [("INFO", "alert_over")]
    assert tell(here) == []


def test_one_that_comes_back_is_a_new_condition(here: Here) -> None:
    tell(here, alert())
    tell(here)
    assert tell(here, alert()) == [("CRITICAL", "alert")]
    names = [name for name in here.names("alerts/") if name.endswith(".json")]
    assert [name.rpartition("/")[2] for name in names] == ["0001.json", "0002.json"]


def test_one_that_gets_worse_is_told_again(here: Here) -> None:
    mild = alert("missing_files", severity=Severity.WARNING)
    assert tell(here, mild) == [("WARNING", "alert")]
    assert tell(here, alert("missing_files")) == [("CRITICAL", "alert"), ("INFO", "alert_over")]


def test_conditions_of_two_subjects_are_two(here: Here) -> None:
    assert len(tell(here, alert(subject="espn"), alert(subject="odds_api"))) == 2


def test_an_instance_that_died_before_it_spoke_is_made_good_after_ten_minutes(here: Here) -> None:
    one = alert()
    here.world.state.create_once(f"alerts/{one.condition}/0001.json", b"{}")
    assert tell(here, one) == []
    here.clock.advance(timedelta(minutes=10).total_seconds())
    assert tell(here, one) == [("CRITICAL", "alert")]
    assert tell(here, one) == []


def test_a_line_carries_what_machines_and_people_need(here: Here) -> None:
    tell(here, alert(evidence=["slot-1"]))
    _, text, fields = here.log.lines[-1]
    assert text == "no_decisions: why"
    assert fields["alert"] == "no_decisions"
    assert fields["condition"] == "no_decisions.critical"
    assert fields["evidence"] == ["slot-1"]
    assert fields["runbook"] == "docs/runbook.md#no_decisions"


def test_cleanup_tells_of_the_dead_executor_also_while_bigquery_is_away(here: Here) -> None:
    here.deliver("controller", Tick())
    here.at("05:45")
    here.journal.down = True
    with pytest.raises(PortUnavailable):
        here.deliver("cleanup", Tick())
    told = [fields["alert"] for _, _, fields in here.log.lines if fields["action"] == "alert"]
    assert told == ["run_not_executed"]
    here.journal.down = False
    here.deliver("cleanup", Tick())
    again = [fields for _, _, fields in here.log.lines if fields["action"] == "alert"]
    assert len(again) == 1
