"""The executor dead for 169 hours: told within minutes of the first RUN that nobody took up."""

from __future__ import annotations

from datetime import timedelta

from tests.monitoring.outage import BEGAN, BOUND, LASTED, alarms_of, at_hours, first, whole


def test_the_first_alert_comes_half_an_hour_after_the_first_run_that_nobody_took_up() -> None:
    one = first(whole(), BEGAN)
    assert one.code == "run_not_executed"
    assert one.after_decision <= 31


def test_whenever_it_begins_it_is_told_before_the_next_refresh_is_overdue() -> None:
    # The command tries all 24.
    found = at_hours(3)
    assert len(found) == 8
    assert {each.code for each in found} == {"run_not_executed"}
    assert max(each.minutes for each in found) <= BOUND.total_seconds() / 60
    assert max(each.after_decision for each in found) <= 31


def test_it_stands_for_all_169_hours_and_is_told_once() -> None:
    stage = whole()
    for hours in range(6, 169, 9):
        found = {alert.code for alert in stage.alerts_at(BEGAN + timedelta(hours=hours))}
        assert "run_not_executed" in found
    told = [fields for _, _, fields in alarms_of(stage, BEGAN)]
    assert sum(fields["alert"] == "run_not_executed" for fields in told) == 1


def test_nothing_critical_stands_half_a_day_after_its_return() -> None:
    found = whole().alerts_at(BEGAN + LASTED + timedelta(hours=12))
    assert [alert for alert in found if alert.severity == "CRITICAL"] == []
