from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console

from shared.core.games import GameStatus, GameType
from shared.core.report import healing
from shared.core.report.verdicts import slot_lines
from sim.sources.troubles import Kind, Trouble
from tests.tipoff.handmade_day import (
    DAY,
    GAME,
    SCRAPERS,
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
from tipoff.facts import Dead, Facts, LostEvent, RepeatedTick, clock
from tipoff.healing import Healed, healed
from tipoff.render import ending, render
from tipoff.review import review, unmet


def told(given: Facts) -> list[tuple[str, str]]:
    return [(each.rule, each.what) for each in unmet(given)]


def test_a_day_on_which_everything_arrived_owes_nothing() -> None:
    assert told(facts()) == []
    assert review(facts()).met


def test_a_day_that_was_never_locked_owes_its_plan() -> None:
    (first, *_) = told(with_table("daily_expected_schedule", lambda _: []))
    assert first == ("plan", "no plan was locked for 2025-11-06")


@pytest.mark.parametrize(
    ("decisions", "owed"),
    [
        ([], f"{SLOT}: no decision"),
        ([decision("SKIP", "needs_waiting")], f"{SLOT}: SKIP needs_waiting is no explanation"),
        ([decision("SKIP", "in_flight")], f"{SLOT}: SKIP in_flight is no explanation"),
        ([decision("ABORT", "missed", reason="")], f"{SLOT}: ABORT missed is no explanation"),
        ([decision("ABORT", "missed")], None),
        ([decision("SKIP", "satisfied")], None),
        ([decision("SKIP", "nothing_to_do")], None),
        # The slot is open until 14:00 ET and no game is over: it has nothing to run for yet.
        ([decision("SKIP", "nothing_over")], None),
    ],
)
def test_a_slot_ends_with_run_abort_or_that_it_needs_none(
    decisions: list[Any], owed: str | None
) -> None:
    given = with_table("workflow_decisions", lambda _: decisions)
    given = replace(given, tables={**given.tables, "workflow_executions": []})
    wanted = [] if owed is None else [owed]
    assert [what for rule, what in told(given) if rule == "slot"] == wanted


def test_a_slot_that_closed_with_no_game_over_is_owed_an_explanation() -> None:
    given = facts(
        tables={
            "daily_expected_schedule": [slot(closes_at=iso("07 10:00"))],
            "workflow_decisions": [decision("SKIP", "nothing_over")],
        },
        games=(),
    )
    assert [rule for rule, _ in told(given)] == ["slot"]


def test_a_slot_that_a_revision_withdrew_is_explained() -> None:
    gone = f"{SLOT}.gone"
    given = with_table("daily_expected_schedule", lambda rows: [*rows, slot(gone)])
    change = {**slot(gone), "change": "withdrawn"}
    assert [rule for rule, _ in told(given)] == ["slot"]
    given = replace(given, tables={**given.tables, "plan_changes": [change]})
    assert told(given) == []
    assert [line.verdict for line in slot_lines(given)] == ["ON TIME", "WITHDRAWN"]


def test_a_slot_that_a_revision_added_is_an_obligation_too() -> None:
    added = {**slot(f"{SLOT}.added"), "change": "added"}
    given = facts()
    given = replace(given, tables={**given.tables, "plan_changes": [added]})
    assert told(given) == [("slot", f"{SLOT}.added: no decision")]


def test_a_run_without_an_ended_execution_is_owed() -> None:
    given = with_table("workflow_executions", lambda _: [])
    assert told(given) == [("execution", f"{SLOT}.run1: no execution has ended")]


def test_a_second_attempt_is_owed_its_own_execution() -> None:
    again = decision(code="retry", decision_id=f"{SLOT}.run2")
    given = with_table("workflow_decisions", lambda rows: [*rows, again])
    assert told(given) == [("execution", f"{SLOT}.run2: no execution has ended")]


@pytest.mark.parametrize("scraper", SCRAPERS)
def test_a_game_that_is_over_is_owed_every_dataset_by_game(scraper: str) -> None:
    entry = facts().config.scrapers[scraper]
    given = with_table(
        "scraper_execution_log",
        lambda rows: [{**r, "complete": r["scraper_name"] != scraper} for r in rows],
    )
    owed = [("game", f"{GAME} is over and has no {entry.dataset}")]
    # The day ends 9 hours and 35 minutes after the tip: what may take 16 is not missed then.
    assert told(given) == ([] if entry.due_hours else owed)
    due = given.games[0].game.tip + timedelta(hours=entry.due_hours)
    assert told(replace(given, end=max(given.end, due))) == owed


@pytest.mark.parametrize(
    "seen",
    [
        # 10:05 UTC is less than three hours after this tip, and nobody says it is final.
        game(game=replace(game().game, tip=instant("07 09:00"), status=GameStatus.LIVE)),
        game(game=replace(game().game, status=GameStatus.POSTPONED), counts=False),
        game(game=replace(game().game, type=GameType.ALL_STAR), counts=False),
    ],
)
def test_a_game_not_over_called_off_or_for_show_is_owed_nothing(seen: Any) -> None:
    given = with_table("scraper_execution_log", lambda _: [])
    assert told(replace(given, games=(seen,))) == []


@pytest.mark.parametrize(
    ("loads", "owed"),
    [
        ([], "was never loaded"),
        ([load("nbac_play_by_play", gcs_generation=2)], "was never loaded"),
        (
            [load("nbac_play_by_play", status="failed", error_message="not JSON")],
            "was refused: not JSON",
        ),
        ([load("nbac_play_by_play", rows_loaded=1)], "has 2 records, 1 were loaded"),
    ],
)
def test_a_file_with_a_table_is_owed_its_load(loads: list[Any], owed: str) -> None:
    others = [load(name) for name in SCRAPERS if name != "nbac_play_by_play"]
    given = with_table("file_processing_log", lambda _: [*others, *loads])
    assert told(given) == [("load", f"nbac_play_by_play/{GAME}.json {owed}")]


@pytest.mark.parametrize(
    ("written", "owed"),
    # The day ends at 10:05 UTC; the cleanup has 46 minutes: files since 09:19 may wait for it.
    [("07 09:18", True), ("07 09:19", False), ("07 10:00", False)],
)
def test_a_file_may_wait_for_the_second_cleanup(written: str, owed: bool) -> None:
    given = with_table("file_processing_log", lambda rows: rows[1:])
    runs = [run(name, completed_at=iso(written)) for name in SCRAPERS]
    given = replace(given, tables={**given.tables, "scraper_execution_log": runs})
    assert [rule for rule, _ in told(given)] == (["load"] if owed else [])


def test_a_file_without_a_table_is_owed_no_load() -> None:
    events = run("oddsa_events", gcs_path="events.json")
    assert told(with_table("scraper_execution_log", lambda rows: [*rows, events])) == []


def test_a_dead_letter_is_owed_an_answer() -> None:
    dead = Dead(subscription="files-ready-loader", attempts=30, error="PortUnavailable: full")
    what = "files-ready-loader gave a message up after 30 tries: PortUnavailable: full"
    assert told(facts(dead=(dead,))) == [("message", what)]


def test_the_slots_of_the_next_day_are_not_obligations_yet() -> None:
    tomorrow = "2025-11-07"
    given = facts()
    tables = {
        **given.tables,
        "daily_expected_schedule": [slot(), slot("2025-11-07.x.1", date=tomorrow)],
        "workflow_decisions": [
            decision(),
            decision(decision_id="2025-11-07.x.1.run1", target_date=tomorrow),
        ],
    }
    assert told(replace(given, tables=tables)) == []


@pytest.mark.parametrize(
    ("started", "verdict"),
    # Expected at 09:00 UTC: half an hour is still on time.
    [("07 08:45", "ON TIME"), ("07 09:30", "ON TIME"), ("07 09:31", "LATE")],
)
def test_an_execution_is_late_after_half_an_hour(started: str, verdict: str) -> None:
    given = with_table("workflow_executions", lambda _: [execution(execution_time=iso(started))])
    assert [line.verdict for line in slot_lines(given)] == [verdict]


def ran(first: str, *waited: str, began: str, others: tuple[str, ...] = ()) -> Facts:
    """The slot of 09:00 UTC with its ticks of 7 November: nothing_over, then RUN; `began` is its
    execution, `others` are ticks that decided other things."""

    def said(clock: str, number: int, action: str, code: str, slot_id: str | None = SLOT) -> Any:
        tick = f"20251107T{clock.replace(':', '')}00Z"
        known = {"decision_id": f"d{number}", "tick": tick, "slot_id": slot_id}
        return decision(action, code, decision_time=iso(f"07 {clock}"), **known)

    rows = [said(clock, n, "SKIP", "nothing_over") for n, clock in enumerate(waited)]
    rows += [said(clock, 50 + n, "SKIP", "idle", None) for n, clock in enumerate(others)]
    rows.append(said(first, 99, "RUN", "due"))
    made = with_table("workflow_decisions", lambda _: rows)
    executions = [execution(execution_time=instant(f"07 {began[:5]}").isoformat()[:16] + began[5:])]
    return replace(made, tables={**made.tables, "workflow_executions": executions})


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        # Expected at 09:00, run by the tick of 09:30: half an hour, whenever its execution began.
        (ran("09:30", began="09:30:03+00:00"), "ON TIME"),
        (ran("09:31", began="09:31:03+00:00"), "LATE"),
        # The RUN of 09:00 was taken up after more than half an hour.
        (ran("09:00", began="09:31:00+00:00"), "LATE"),
        # No game was over at 09:00 and 10:00: due at 11:00, the next tick.
        (ran("11:00", "09:00", "10:00", began="11:00:03+00:00"), "ON TIME"),
        # The tick of 10:00 decided other things; this slot could have run at it.
        (ran("11:00", "09:00", began="11:00:03+00:00", others=("10:00",)), "LATE"),
        # Early words do not make a slot due before its time.
        (ran("09:30", "08:30", began="09:30:03+00:00", others=("08:45",)), "ON TIME"),
    ],
)
def test_a_slot_is_late_by_the_tick_of_its_first_run(given: Facts, verdict: str) -> None:
    assert [line.verdict for line in slot_lines(given)] == [verdict]


def test_what_ran_without_a_tick_is_late_by_its_execution() -> None:
    made = with_table("workflow_decisions", lambda _: [decision(tick=None)])
    for began, verdict in (("07 09:30", "ON TIME"), ("07 09:31", "LATE")):
        executions = [execution(execution_time=iso(began))]
        given = replace(made, tables={**made.tables, "workflow_executions": executions})
        assert [line.verdict for line in slot_lines(given)] == [verdict]


def test_runs_are_counted_over_all_attempts_of_a_slot() -> None:
    again = execution(execution_id=f"{SLOT}.2", execution_time=iso("07 10:00"), status="partial")
    given = with_table("workflow_executions", lambda rows: [*rows, again])
    more = [
        run("bdl_box_scores", workflow_execution_id=f"{SLOT}.2", status="failed"),
        run("bdl_box_scores", workflow_execution_id=f"{SLOT}.2", status="no_data"),
    ]
    runs = [*given.tables["scraper_execution_log"], *more]
    given = replace(given, tables={**given.tables, "scraper_execution_log": runs})
    (line,) = slot_lines(given)
    assert (line.attempts, line.success, line.no_data, line.failed) == (2, len(SCRAPERS), 1, 1)
    assert line.status == "partial"


# --- what was healed -------------------------------------------------------------------------

SPELL = Trouble(
    kind=Kind.SPELL,
    source="nba_cdn",
    start=instant("07 08:55"),
    end=instant("07 09:30"),
    note="every answer is 503",
)


def only(given: Facts) -> Healed:
    (found,) = healed(given)
    return found


def with_runs(*runs: Any, **changed: Any) -> Facts:
    return replace(with_table("scraper_execution_log", lambda _: list(runs)), **changed)


def test_a_failed_run_is_healed_by_a_later_attempt_of_its_slot() -> None:
    failed = run("nbac_play_by_play", status="failed", complete=False, error_type="http_5xx")
    cure = run(
        "nbac_play_by_play",
        run_id="later",
        decision_id=f"{SLOT}.run2",
        triggered_at=iso("07 10:00"),
        completed_at=iso("07 10:01"),
    )
    found = only(with_runs(failed, cure, troubles=(SPELL,)))
    # 09:02 to 10:01 UTC.
    assert (found.kind, found.healed, found.minutes) == ("503 spell", True, 59)
    assert found.how == "later attempt 05:00+1: nbac_play_by_play"


def test_a_failed_run_that_nobody_asked_again_is_not_healed() -> None:
    failed = run("nbac_play_by_play", status="failed", complete=False, error_type="http_5xx")
    found = only(with_runs(failed, troubles=(SPELL,)))
    assert (found.healed, found.how) == (False, "not asked again: nbac_play_by_play")


def test_a_failed_run_that_was_asked_again_in_vain_says_how_often() -> None:
    bad = {"status": "failed", "complete": False, "error_type": "http_5xx"}
    runs = [
        run("nbac_play_by_play", run_id=f"r{n}", triggered_at=iso(text), **bad)
        for n, text in enumerate(("07 09:02", "07 10:00", "07 11:00"))
    ]
    pairs = [(each, None) for each in runs]
    assert list(healing.told(pairs, with_runs(*runs))) == [
        "asked again 2x, in vain: nbac_play_by_play",
        "asked again 1x, in vain: nbac_play_by_play",
        "not asked again: nbac_play_by_play",
    ]


def test_a_spell_in_which_nothing_was_asked_did_no_harm() -> None:
    found = only(facts(troubles=(replace(SPELL, source="espn"),)))
    assert (found.healed, found.minutes) == (True, None)
    assert found.how.startswith("no harm")


def test_a_retry_heals_what_is_only_passing() -> None:
    found = only(with_runs(run("nbac_play_by_play", retry_count=2, completed_at=iso("07 09:04"))))
    assert (found.kind, found.how) == ("passing error", "retry: 2 more, 120 s at most")


def test_a_lost_event_is_healed_by_the_cleanup_that_announced_the_file() -> None:
    path = f"nbac_play_by_play/{GAME}.json"
    tick = {
        "cleanup_time": iso("07 09:45"),
        "missing_files": [{"gcs_path": path, "republished": True}],
        "republished_count": 1,
    }
    loads = [load("nbac_play_by_play", processed_at=iso("07 09:46"))]
    given = facts(lost=(LostEvent(path=path, lost_at=instant("07 09:02")),))
    tables = {**given.tables, "cleanup_operations": [tick], "file_processing_log": loads}
    found = only(replace(given, tables=tables))
    assert (found.healed, found.minutes) == (True, 44)
    assert found.how == "cleanup tick 04:45+1, loaded 04:46+1"
    assert not only(replace(given, tables={**tables, "file_processing_log": []})).healed


def test_a_tick_that_came_twice_is_told_by_its_job() -> None:
    ticks = tuple(RepeatedTick(job="cleanup", at=instant(f"07 0{n}:00")) for n in (1, 2))
    found = only(facts(repeated=ticks))
    assert (found.what, found.healed) == ("cleanup: 2 ticks came twice", True)


def test_a_slot_decided_twice_at_one_tick_is_harm() -> None:
    other = decision("SKIP", "in_flight", decision_id="another")
    given = with_table("workflow_decisions", lambda rows: [*rows, other])
    found = only(replace(given, repeated=(RepeatedTick(job="controller", at=given.end),)))
    assert (found.healed, found.how) == (False, f"done twice: {SLOT} at 20251107T090000Z")


# --- the review ------------------------------------------------------------------------------


def test_a_review_is_json_with_instants_in_utc_and_the_same_every_time() -> None:
    first, again = (json.dumps(review(facts()).as_json(), sort_keys=True) for _ in range(2))
    assert first == again
    found = json.loads(first)
    assert found["date"] == DAY.isoformat()
    assert found["slots"][0]["expected_run_time"] == "2025-11-07T09:00:00+00:00"
    assert found["counts"]["runs"] == {"success": len(SCRAPERS)}
    assert found["met"] is True


def test_two_runs_that_name_one_file_are_one_file() -> None:
    given = with_table("scraper_execution_log", lambda rows: [*rows, rows[0]])
    assert review(given).counts["files"] == {"with_table": len(SCRAPERS), "without_table": 0}


def test_credits_are_added_up_by_source() -> None:
    given = with_runs(
        run("oddsa_game_lines", requests=3, retry_count=2, credits=2, credits_left=95,
            completed_at=iso("07 09:04")),
        run("oddsa_player_props", requests=1, credits=3, credits_left=97,
            completed_at=iso("07 09:03")),
        run("espn_roster", requests=2, retry_count=1),
    )  # fmt: skip
    found = [
        (line.source, line.runs, line.requests, line.retries, line.credits_spent, line.credits_left)
        for line in review(given).sources
    ]
    # What is left is what the last of the runs was told.
    assert found == [("espn", 1, 2, 1, None, None), ("odds_api", 2, 4, 2, 5, 95)]


def test_requests_and_credits_are_a_table_with_a_sum() -> None:
    given = with_runs(
        run("oddsa_game_lines", requests=3, retry_count=2, credits=2, credits_left=95),
        run("espn_roster", requests=2, retry_count=0),
    )
    out = io.StringIO()
    render(review(given), Console(file=out, width=100, color_system=None))
    _, _, table = out.getvalue().partition("Requests and credits by source")
    lines = [line.split() for line in table.splitlines()[1:5]]
    assert lines == [
        ["source", "runs", "requests", "retries", "credits", "credits", "left"],
        ["espn", "1", "2", "0", "-", "-"],
        ["odds_api", "1", "3", "2", "2", "95"],
        ["all", "2", "5", "2", "2"],
    ]


def test_a_dataset_that_is_lacking_with_an_explanation_is_named_after_the_last_word() -> None:
    """No game is owed by the day, and so no obligation: yet it must not look as if it had come."""
    out = io.StringIO()
    ending(review(facts()), Console(file=out, width=100, color_system=None))
    said = out.getvalue().splitlines()
    assert said[1] == "✓ Every obligation of 2025-11-06 was met or explained."
    assert "  explained standings: 0 of 1; missing 2025-11-06" in said


def test_a_time_of_the_next_date_is_marked() -> None:
    assert clock(instant("07 09:00"), DAY) == "04:00+1"
    assert clock(instant("06 18:00"), DAY) == "13:00"
    assert clock(None, DAY) == "-"
