"""The lines of a report, from rows by hand: sources, what warned, what was healed, and places."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.core.report.coverage import dataset_lines
from shared.core.report.day import report_of
from shared.core.report.facts import Facts, clock, span_of
from shared.core.report.healing import healed
from shared.core.report.marks import Mark
from shared.core.report.picture import NARROWEST, picture
from shared.core.report.sources import events, source_lines
from tests.tipoff.handmade_day import (
    DAY,
    GAME,
    SLOT,
    decision,
    execution,
    facts,
    game,
    instant,
    iso,
    load,
    run,
    slot,
    with_table,
)

BOXES = "nbac_player_boxscore"


def only(*runs: Any) -> Facts:
    """The day with these runs and no others."""
    return with_table("scraper_execution_log", lambda _: list(runs))


def test_a_source_is_told_by_its_runs_its_last_success_and_its_credits() -> None:
    early, late = iso("07 09:02"), iso("07 09:05")
    given = only(
        run("oddsa_events", credits=0, credits_left=500, completed_at=early),
        run("oddsa_game_lines", credits=30, credits_left=470, completed_at=late, retry_count=2),
        run("oddsa_player_props", status="failed", completed_at=late, run_id="z"),
        run(BOXES, status="no_data", data_summary=None),
    )
    boxes, odds = source_lines(given)
    assert (odds.source, odds.provider) == ("odds_api", "The Odds API")
    assert (odds.runs, odds.success, odds.failed, odds.retries) == (3, 2, 1, 2)
    # Two of three did not fail.
    assert odds.success_percent == 66.7
    assert odds.last_success_at == instant("07 09:05")
    assert (odds.credits_spent, odds.credits_left) == (30, 470)
    # No data is no failure, and no success either.
    assert (boxes.success_percent, boxes.last_success_at) == (100.0, None)
    assert (boxes.credits_spent, boxes.credits_left) == (None, None)


def test_what_warned_is_told_in_order_and_what_went_well_is_not() -> None:
    given = with_table(
        "workflow_decisions",
        lambda rows: [
            *rows,
            decision("ABORT", "missed", decision_id="a", alert_level="WARNING"),
            decision("SKIP", "no_schedule", decision_id="s", slot_id=None, alert_level="ERROR"),
        ],
    )
    rows: dict[str, Any] = {
        "workflow_executions": [execution(status="partial", error_message="2 failed")],
        "file_processing_log": [load(BOXES, status="failed", error_message="no JSON")],
        "cleanup_operations": [
            {"cleanup_id": "c", "cleanup_time": iso("07 09:30"), "errors": ["the loads"]}
            | {"missing_files": [], "republished_count": 0}
        ],
    }
    told = events(replace(given, tables={**given.tables, **rows}))
    assert [(each.severity, each.kind, each.message) for each in told] == [
        ("WARNING", "decision", "ABORT, missed: because"),
        ("ERROR", "decision", "SKIP, no_schedule: because"),
        ("WARNING", "execution", "partial: 2 failed"),
        ("ERROR", "load", "no JSON"),
        ("ERROR", "cleanup", "the loads"),
    ]
    # A decision about no slot is about its workflow.
    assert told[1].subject == "post_game_window_3"


def test_failed_runs_of_one_execution_source_and_error_are_one_trouble() -> None:
    bad = {"status": "failed", "error_type": "http_5xx", "complete": False}
    later = {"triggered_at": iso("07 10:02"), "completed_at": iso("07 10:03")}
    given = only(
        run(BOXES, run_id="1", target="a", **bad),
        run(BOXES, run_id="2", target="b", **bad),
        run(BOXES, run_id="3", target="a", **later),
        run(BOXES, run_id="4", target="b", **later),
    )
    (one,) = healed(given)
    assert (one.kind, one.healed, one.minutes) == ("failed runs", True, 61)
    assert one.what == f"nba_stats: http_5xx in 2 runs of {BOXES}"
    assert one.how == f"later attempt 05:02+1: {BOXES} x2"
    # One of them was never cured: the trouble is not over.
    (open_one,) = healed(only(*given.rows("scraper_execution_log")[:3]))
    assert (open_one.healed, open_one.healed_at) == (False, None)
    assert "not asked again" in open_one.how


def test_a_chunk_that_was_sent_again_is_healed_when_its_execution_has_ended() -> None:
    chunk = f"{SLOT}.1.s2.{BOXES}.1"
    when = instant("07 09:20")
    found = {each.kind: each for each in healed(facts(), {chunk: when})}
    assert found["chunk sent again"].how == "its execution ended completed"
    gone = with_table("workflow_executions", lambda _: [])
    found = {each.kind: each for each in healed(gone, {chunk: when})}
    assert not found["chunk sent again"].healed


@pytest.mark.parametrize(
    ("now", "missing", "not_due"),
    [
        # The tip is at 00:30 UTC: at 03:29 the game is not over, but its status says so; without
        # that it is over three hours after its tip.
        ("07 03:29", (), (GAME,)),
        ("07 03:30", (GAME,), ()),
    ],
)
def test_a_games_data_is_not_missing_before_it_is_over(
    now: str, missing: tuple[str, ...], not_due: tuple[str, ...]
) -> None:
    from shared.core.games import GameStatus

    live = replace(game(), game=replace(game().game, status=GameStatus.LIVE))
    given = replace(only(), games=(live,), seen_at=instant(now))
    lines = {line.dataset: line for line in dataset_lines(given)}
    assert (lines["player_boxscores"].missing, lines["player_boxscores"].not_due) == (
        missing,
        not_due,
    )


def test_what_an_open_slot_may_still_bring_is_not_missing() -> None:
    row = slot(scrapers=["bdl_standings"], closes_at=iso("07 19:00"))
    given = with_table("daily_expected_schedule", lambda _: [row])
    for now, missing in (("07 18:59", ()), ("07 19:00", (DAY.isoformat(),))):
        lines = {each.dataset: each for each in dataset_lines(replace(given, seen_at=instant(now)))}
        assert lines["standings"].missing == missing


def test_the_newest_row_of_a_book_says_when_it_was_closed() -> None:
    rows = [
        {
            "date": DAY.isoformat(),
            "dataset": "standings",
            "created_at": iso(at),
            "closed_at": closed,
        }
        for at, closed in (("07 10:00", None), ("08 10:00", iso("08 10:00")))
    ]
    given = replace(facts(), tables={**facts().tables, "daily_completeness": rows})
    lines = {line.dataset: line for line in dataset_lines(given)}
    assert lines["standings"].closed_at == instant("08 10:00")
    assert lines["player_boxscores"].closed_at is None


# --- the picture ---------------------------------------------------------------------------------


def marks(given: Facts) -> list[Mark]:
    drawn = picture(report_of(given), given)
    return [mark for lane in drawn.workflows for mark in lane.marks]


def test_labels_that_would_lie_over_each_other_lie_in_rows() -> None:
    # Three executions within minutes: their labels are wider than that.
    times = ("06 20:00", "06 20:05", "06 20:10")
    rows = [execution(execution_id=t, execution_time=iso(t)) for t in times]
    given = with_table("workflow_executions", lambda _: rows)
    found = [mark for mark in marks(given) if mark.kind.startswith("execution")]
    assert len({mark.y for mark in found}) == 3
    apart = [execution(execution_id=t, execution_time=iso(t)) for t in ("06 12:00", "06 20:00")]
    found = [
        mark
        for mark in marks(with_table("workflow_executions", lambda _: apart))
        if mark.kind.startswith("execution")
    ]
    assert len({mark.y for mark in found}) == 1


def test_a_label_at_the_end_of_the_axis_stays_inside() -> None:
    late = execution(execution_time=iso("07 10:04"))
    (mark,) = [
        mark
        for mark in marks(with_table("workflow_executions", lambda _: [late]))
        if mark.kind.startswith("execution")
    ]
    assert mark.dx < 0
    assert mark.x / 100 * NARROWEST + mark.dx + mark.width / 2 <= NARROWEST + 12


def test_decisions_at_one_instant_are_one_mark_a_kind_beside_each_other() -> None:
    more = [decision("ABORT", "missed", decision_id=str(n), slot_id=str(n)) for n in range(2)]
    found = marks(with_table("workflow_decisions", lambda rows: [*rows, *more]))
    (run_mark,) = [mark for mark in found if mark.kind == "run"]
    (abort,) = [mark for mark in found if mark.kind == "abort"]
    assert abort.title.count("ABORT post_game_window_3") == 2
    assert (run_mark.x, run_mark.dx) == (abort.x, 0)
    assert abort.dx == -15


def test_now_is_drawn_only_while_the_day_lasts() -> None:
    start, end = span_of(DAY)
    given = replace(facts(), start=start, end=end)
    for now, drawn in ((start - timedelta(hours=1), False), (start + timedelta(hours=2), True)):
        seen = replace(given, seen_at=now)
        assert (picture(report_of(seen), seen).now is not None) is drawn
    past = replace(given, seen_at=end + timedelta(days=3))
    assert picture(report_of(past), past).now is None


def test_wall_times_name_how_many_dates_they_are_away() -> None:
    assert [clock(instant(f"{day} 15:00"), DAY) for day in ("05", "06", "07", "08")] == [
        "10:00-1",
        "10:00",
        "10:00+1",
        "10:00+2",
    ]
    assert clock(None, DAY) == "-"
