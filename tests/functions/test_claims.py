"""What only overlapping instances and lost deliveries bring about: claims, runs by hand."""

from __future__ import annotations

import pytest

from shared.core.messages import RunOrder, RunRequest, Tick
from shared.records import claim
from tests.core.made import NOV_12, game
from tests.functions.worlds import Here

#: Opens at 06:00 and closes at 10:00 ET.
MORNING = "morning_operations"
SLOT = "2025-11-12.morning_operations.20251112T110000Z"


@pytest.fixture
def ordered(here: Here) -> RunOrder:
    """The order of the morning's RUN, decided at the last tick in its window, not taken up."""
    here.at("05:00")
    here.import_schedule(game(1, "19:00"))
    here.at("09:00")
    here.deliver("controller", Tick())
    orders = [each for each in here.pulled("run-decisions") if each.workflow == MORNING]
    (order,) = orders
    assert isinstance(order, RunOrder)
    return order


def words(here: Here) -> list[tuple[str, str]]:
    """What the controller said of the slot."""
    rows = here.rows("workflow_decisions")
    return [(row["action"], row["reason_code"]) for row in rows if row["slot_id"] == SLOT]


def test_an_order_taken_up_within_the_grace_is_not_aborted(here: Here, ordered: RunOrder) -> None:
    here.at("10:00")
    here.deliver("executor", ordered)
    here.deliver("controller", Tick())
    assert words(here) == [("RUN", "due"), ("SKIP", "in_flight")]


def test_an_order_claimed_but_without_its_manifest_is_under_way(
    here: Here, ordered: RunOrder
) -> None:
    """The executor's instance died, or stands still, between its claim and its manifest."""
    assert claim(here.state, NOV_12, SLOT, "run")
    here.at("10:00")
    here.deliver("controller", Tick())
    assert words(here) == [("RUN", "due"), ("SKIP", "in_flight")]
    here.at("10:04")
    here.deliver("executor", ordered)
    assert here.pulled("scrape-nba-stats")


def test_an_order_that_comes_after_the_abort_asks_nothing(here: Here, ordered: RunOrder) -> None:
    here.at("10:00")
    here.deliver("controller", Tick())
    assert words(here) == [("RUN", "due"), ("ABORT", "missed")]
    here.at("10:01")
    here.pulled()
    here.deliver("executor", ordered)
    here.deliver("executor", ordered)
    assert here.pulled() == []
    (row,) = here.rows("workflow_executions")
    assert (row["status"], row["scrapers_triggered"]) == ("failed", 0)
    assert row["error_message"].startswith("expired")


def test_a_tick_that_decides_again_finds_its_own_abort(here: Here, ordered: RunOrder) -> None:
    """Its instance died between the claim and the record."""
    assert ordered.slot_id == SLOT
    assert claim(here.state, NOV_12, SLOT, "abort")
    here.at("10:00")
    here.deliver("controller", Tick())
    assert words(here) == [("RUN", "due"), ("ABORT", "missed")]


def test_a_run_by_hand_whose_order_ended_for_good_is_told_at_its_end(here: Here) -> None:
    """The instance died between the manifest and the row, and nobody delivered again."""
    here.at("12:00")
    here.deliver_without_tables("executor", RunRequest(workflow="referee_discovery"))
    here.at("12:50")
    here.deliver("executor", Tick())
    (row,) = here.rows("workflow_decisions")
    assert (row["reason_code"], row["workflow_name"]) == ("manual", "referee_discovery")
    (ended,) = here.rows("workflow_executions")
    assert ended["decision_id"] == row["decision_id"]


def test_a_run_by_hand_is_told_though_its_end_could_not_be_either(here: Here) -> None:
    """The tables are away at its beginning and when it is decided how it ended."""
    here.at("12:00")
    here.deliver_without_tables("executor", RunRequest(workflow="referee_discovery"))
    (chunk,) = here.pulled("scrape-nba-official")
    here.deliver("scraper", chunk)
    (report,) = here.pulled("run-advance")
    here.deliver_without_tables("executor", report)
    here.at("12:30")
    here.deliver("executor", Tick())
    (row,) = here.rows("workflow_decisions")
    (ended,) = here.rows("workflow_executions")
    assert ended["decision_id"] == row["decision_id"]
