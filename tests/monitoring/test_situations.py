"""Every labelled situation: what must be told is told, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest

from shared.core.alerts.kinds import CODES
from tests.monitoring.plays import PLAYS, stage
from tests.monitoring.situations import ALL, Situation, fired


@pytest.mark.parametrize("situation", ALL, ids=lambda each: each.name)
def test_what_must_be_told_is_told_and_nothing_else(situation: Situation) -> None:
    assert fired(situation) == situation.expected, situation.why


def test_every_code_is_expected_in_some_situation() -> None:
    assert {code for each in ALL for code in each.expected} == set(CODES)


def test_the_set_is_large_and_half_of_it_is_quiet() -> None:
    assert len(ALL) >= 40
    assert 2 * sum(not each.expected for each in ALL) >= len(ALL)


@pytest.mark.parametrize("name", PLAYS)
def test_cleanup_tells_each_condition_once_until_it_is_over(name: str) -> None:
    standing: Counter[str] = Counter()
    for _, severity, fields in stage(name).told:
        condition = fields["condition"]
        over = fields["action"] == "alert_over"
        standing[condition] += -1 if over else 1
        assert standing[condition] in (0, 1), f"{condition} told twice"
        assert severity == ("INFO" if over else condition.split(".")[1].upper())


@pytest.mark.parametrize("name", PLAYS)
def test_no_function_lets_an_exception_out(name: str) -> None:
    assert stage(name).surprises == []
