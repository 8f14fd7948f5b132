"""controller: a tick is decided once, its effects are repeated until they are confirmed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.core.errors import BadInput
from shared.core.games import Game
from shared.core.messages import Tick
from shared.errors import PortUnavailable
from tests.core.made import at, game
from tests.functions.worlds import Here


def decided(here: Here, text: str, **facts: Any) -> list[str]:
    """What a tick at an ET wall time decides: action and code by workflow."""
    before = len(here.rows("workflow_decisions"))
    here.at(text)
    here.deliver("controller", Tick(), **facts)
    return [
        f"{row['workflow_name']} {row['action']} {row['reason_code']}"
        for row in here.rows("workflow_decisions")[before:]
    ]


def test_a_tick_says_something_of_every_workflow_and_orders_what_is_due(here: Here) -> None:
    said = decided(here, "06:00")
    assert len(said) == 8
    assert "morning_operations RUN due" in said
    assert "schedule_refresh RUN due" in said
    orders = here.pulled("run-decisions")
    assert [o.workflow for o in orders] == ["morning_operations", "schedule_refresh"]
    assert orders[0].execution_id == "2025-11-12.morning_operations.20251112T110000Z.1"
    assert orders[0].decided_at == at("06:00")
    assert orders[0].not_after == at("10:00")


def test_a_redelivered_tick_repeats_its_result_and_decides_nothing_anew(here: Here) -> None:
    decided(here, "06:00")
    sent = here.journal.sent
    here.clock.advance(20)
    here.deliver("controller", Tick())
    assert here.journal.sent == sent
    assert len(here.pulled("run-decisions")) == 2
    assert here.names("ticks/") == ["ticks/20251112T110000Z.json"]


def test_a_crash_after_the_record_and_before_publishing_is_made_good(here: Here) -> None:
    here.shut.add("run-decisions")
    with pytest.raises(PortUnavailable, match="run-decisions is down"):
        decided(here, "06:00")
    assert here.rows("workflow_decisions") == []
    here.shut.clear()
    # The world has changed meanwhile; the decision has not.
    here.import_schedule(game(1, "12:00"))
    here.deliver("controller", Tick())
    assert len(here.pulled("run-decisions")) == 2
    assert {row["tick"] for row in here.rows("workflow_decisions")} == {"20251112T110000Z"}


def test_an_outage_of_the_tables_delays_rows_and_no_order(here: Here) -> None:
    """From the first tick of a day on, and over a revision of its plan."""
    here.at("06:00")
    here.deliver_without_tables("controller", Tick())
    first = [order.workflow for order in here.pulled("run-decisions")]
    assert first == ["morning_operations", "schedule_refresh"]
    here.import_schedule(game(1, "12:00"))
    here.at("07:00")
    here.deliver_without_tables("controller", Tick())
    assert len(here.names("plans/2025-11-12/")) == 2
    assert here.names("ticks/") == ["ticks/20251112T110000Z.json", "ticks/20251112T120000Z.json"]
    here.at("08:00")
    here.deliver("controller", Tick())
    assert {row["revision"] for row in here.rows("daily_expected_schedule")} == {1}
    assert here.rows("plan_changes") != []


def test_a_crash_after_publishing_and_before_the_append_publishes_the_same_orders(
    here: Here,
) -> None:
    here.deliver("schedule_locker", Tick())
    here.journal.down = True
    with pytest.raises(PortUnavailable):
        decided(here, "06:00")
    here.journal.down = False
    here.deliver("controller", Tick())
    first, second, *rest = here.pulled("run-decisions")
    assert rest == [first, second]
    assert len(here.rows("workflow_decisions")) == 8


def test_a_run_by_hand_at_0637_is_a_tick_of_its_own_with_the_same_execution(here: Here) -> None:
    decided(here, "06:00")
    decided(here, "06:37")
    orders = here.pulled("run-decisions")
    assert {o.execution_id for o in orders[:2]} == {o.execution_id for o in orders[2:]}
    assert here.names("ticks/") == [
        "ticks/20251112T110000Z.json",
        "ticks/20251112T113700Z.json",
    ]


def test_a_tip_that_moves_from_19_to_22_is_revised_at_the_next_tick(here: Here) -> None:
    for hour in range(5, 15):
        decided(here, f"{hour:02d}:00")
        here.rest()
    later: tuple[Game, ...] = (game(1, "22:00"), game(2, "22:30"))
    here.clock.advance(60)
    here.import_schedule(*later)
    decided(here, "15:00")
    assert here.names("plans/")[-1] == "plans/2025-11-12/r0002.json"
    changes = [
        (row["change"], row["expected_run_time"][11:16])
        for row in here.rows("plan_changes")
        if row["workflow_name"] == "betting_lines"
    ]
    # 15:00-17:00 (20:00Z) is open and gives way to 16:00 (21:00Z). 13:00 was run or missed.
    assert changes == [
        ("withdrawn", "20:00"),
        ("moved", "21:00"),
        ("withdrawn", "22:00"),
        ("moved", "23:00"),
        ("added", "01:00"),
        ("held", "18:00"),
    ]
    decided(here, "16:00")
    assert here.names("plans/")[-1] == "plans/2025-11-12/r0002.json"


def test_after_a_silence_every_missed_slot_is_aborted_once(here: Here) -> None:
    decided(here, "05:00")
    aborted = [said for said in decided(here, "15:00") if "ABORT" in said]
    # morning 06-10; referees 09..13 (five closed by 15:00, and 14:00 closes at 15:00); injuries
    # 11 and 13; betting lines 13-15.
    assert sorted(aborted) == sorted(
        ["morning_operations ABORT missed"]
        + ["referee_discovery ABORT missed"] * 6
        + ["injury_discovery ABORT missed"] * 2
        + ["betting_lines ABORT needs_unmet"]
        # It was ordered at 05:00, and nobody took the order up.
        + ["schedule_refresh ABORT missed"]
    )
    assert not [said for said in decided(here, "16:00") if "ABORT" in said]


def test_windows_of_last_night_are_run_for_last_night(here: Here) -> None:
    decided(here, "21:00")
    here.pulled()
    decided(here, "+05:00")
    windows = [o for o in here.pulled("run-decisions") if o.workflow.startswith("post_game")]
    assert [(o.workflow[-1], str(o.target_date), str(o.game_day)) for o in windows] == [
        # The second window would ask for the boxes that the first one asks for.
        (n, "2025-11-12", "2025-11-12")
        for n in "13"
    ]
    assert windows[0].games == ("0022500001", "0022500002")


def test_a_tick_before_any_plan_promises_nothing_for_days_before_it(here: Here) -> None:
    decided(here, "05:00")
    assert {name[:16] for name in here.names("plans/")} == {"plans/2025-11-12"}


@pytest.mark.parametrize("silence", [4, 7, 10])
def test_after_days_of_silence_every_promised_slot_has_a_word(here: Here, silence: int) -> None:
    """169 hours, as it happened once: the plans of the days in it are made and their slots
    aborted, loudly."""
    decided(here, "05:00")
    here.clock.advance(timedelta(days=silence).total_seconds())
    here.deliver("controller", Tick())
    aborted = [row for row in here.rows("workflow_decisions") if row["action"] == "ABORT"]
    assert {row["alert_level"] for row in aborted} == {"WARNING"}
    days = {row["slot_id"][:10] for row in aborted}
    assert len(days) >= silence
    promised = {row["slot_id"] for row in here.rows("daily_expected_schedule")}
    now = here.clock.now()
    closed = {
        row["slot_id"]
        for row in here.rows("daily_expected_schedule")
        if datetime.fromisoformat(row["closes_at"]) <= now
    }
    assert (
        closed <= {row["slot_id"] for row in here.rows("workflow_decisions")} <= promised | {None}
    )


@pytest.mark.parametrize(
    ("named", "decided_at"),
    [("2025-11-12T09:00:00Z", "ticks/20251112T090000Z.json"), ("2020-01-01T00:00:00Z", None)],
)
def test_the_attribute_tick_names_the_tick_and_is_refused_when_too_old(
    here: Here, named: str, decided_at: str | None
) -> None:
    here.at("06:00")
    if decided_at is None:
        with pytest.raises(BadInput, match="tick: found"):
            here.deliver("controller", Tick(), attributes={"tick": named})
        assert here.names("ticks/") == []
    else:
        here.deliver("controller", Tick(), attributes={"tick": named})
        assert here.names("ticks/") == [decided_at]
