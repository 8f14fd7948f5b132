"""The alerts in SQL say in which situations the alerts of `tipoff status` stand."""

from __future__ import annotations

import pytest

from local.query import Sql
from shared.core.alerts.kinds import CODES
from shared.core.days import day_of_instant
from tests.core.made import CONFIG
from tests.monitoring.plays import stage
from tests.monitoring.situations import ALL, QUIET, TROUBLE, Situation
from tipoff.queries import DAYS, named_queries

QUERIES = {
    name.removeprefix("alerts/"): query
    for name, query in named_queries().items()
    if name.startswith("alerts/")
}
#: Not in the tables: messages that were given up, and a place where nothing ran.
ELSEWHERE = {"dead_letters", "nothing_ran"}
#: Told by the query of another code.
TOLD_BY = {"source_silent": "scraper_failing"}
#: The books are rows of the locker's: the plays have none (see below).
BOOKS = {"dataset_incomplete"}


def fires(code: str, situation: Situation) -> bool:
    """Whether the query of `code` finds anything."""
    query = QUERIES[code]
    sql = Sql(stage(situation.play).rows_at(situation.at), config=CONFIG)
    params = query.values(day_of_instant(situation.at), DAYS, situation.at)
    return bool(sql.query(query.sql, now=situation.at, params=params).rows)


def test_every_code_has_a_query() -> None:
    assert set(QUERIES) | set(TOLD_BY) | ELSEWHERE == set(CODES)


@pytest.mark.parametrize("code", sorted(set(CODES) - ELSEWHERE - BOOKS))
def test_a_query_fires_where_its_alert_stands(code: str) -> None:
    found = [each for each in TROUBLE if code in each.expected and each.play != "all_paused"]
    assert found
    # The newest: SQL, which knows no deadlines but its own, may say it later.
    assert fires(TOLD_BY.get(code, code), found[-1]), found[-1]


CALM = [each for each in QUIET if each.play in ("calm", "late_ticks") and not each.expected][::3]


@pytest.mark.parametrize("situation", CALM, ids=lambda each: each.name)
def test_no_query_fires_in_a_calm_situation(situation: Situation) -> None:
    assert [code for code in QUERIES if fires(code, situation)] == []


#: Where SQL, which knows no calendar and no config, is asked to be as quiet as the function.
LOUD = ("called_off", "espn_down", "boxes_empty", "loader_pause", "poll_fails", "locker_dead")


@pytest.mark.parametrize(
    "situation",
    [each for each in ALL if each.play in LOUD and not each.expected],
    ids=lambda each: each.name,
)
def test_no_query_fires_where_something_was_healed(situation: Situation) -> None:
    assert [code for code in QUERIES if fires(code, situation)] == []
