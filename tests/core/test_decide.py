"""Deciding: what a tick says of each slot, and that it says so once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta

import pytest

from shared.core.decide import decide
from shared.core.decision import Action, AlertLevel, Decision
from shared.core.execution import ExecutionStatus
from shared.core.games import Game, GameStatus
from shared.core.history import Attempt, DayHistory
from shared.core.moment import Moment
from shared.core.workflows import AtClock, Config, Daily, Discovery, Step, Trigger
from tests.core.made import NOV_12, at, config_of, game, planned, workflow

GAMES = (game(1, "19:00"), game(2, "22:30"))
IDS = tuple(each.game_id for each in GAMES)
POLLS = Discovery(kind="discovery", start=time(9), end=time(14), every_hours=1)
WINDOW = AtClock(kind="clock", at=time(22), tolerance_minutes=30, useful_until=time(9))
MORNING = Daily(kind="daily", start=time(6), end=time(10))
BOXES = (Step(scrapers=("bdl_box_scores", "nbac_team_boxscore")),)
DATASETS = ("box_scores", "team_boxscore")


def one(trigger: Trigger, **changes: object) -> Config:
    """One workflow `w`; polls ask for referees, windows for box scores."""
    steps = {
        Discovery: (Step(scrapers=("nbac_referee_assignments",)),),
        AtClock: BOXES,
    }.get(type(trigger), (Step(scrapers=("nbac_schedule_api",)),))
    return config_of(workflow("w", trigger, **({"steps": steps} | changes)))


def moment(tick: str, previous: str | None = "", *, clock: str | None = None) -> Moment:
    """A tick, by default an hour after the one before and served at once."""
    named = at(tick)
    before = named - timedelta(hours=1) if previous == "" else previous and at(previous)
    return Moment(tick=named, now=at(clock) if clock else named, previous=before or None)


def tried(
    slot: str,
    status: ExecutionStatus | None,
    n: int = 1,
    *,
    games: Sequence[str] = (),
    obtained: str | None = None,
    of: str = "w",
) -> Attempt:
    """The n-th execution of the slot at an ET wall time."""
    slot_id = f"2025-11-12.{of}.{at(slot):%Y%m%dT%H%M%SZ}"
    return Attempt(
        execution_id=f"{slot_id}.{n}",
        workflow=of,
        slot_id=slot_id,
        attempt=n,
        created_at=at(slot),
        games=tuple(games),
        status=status,
        obtained={obtained: frozenset({"2025-11-12"})} if obtained else {},
    )


def said(
    using: Config,
    when: Moment,
    *attempts: Attempt,
    games: Sequence[Game] = GAMES,
    covered: Sequence[str] = (),
    made_at: str = "05:00",
) -> tuple[Decision, ...]:
    """The decisions of a day with these attempts; `covered` games are in both datasets."""
    day = DayHistory(
        plan=replace(planned(NOV_12, games, using), made_at=at(made_at)),
        attempts=attempts,
        covered=dict.fromkeys(DATASETS, frozenset(covered)),
    )
    return decide(when, [day], {NOV_12: games}, using)


def codes(decisions: Sequence[Decision]) -> list[str]:
    return [f"{d.action} {d.reason_code}" for d in decisions]


FOUND = tried("09:00", "completed", obtained="nbac_referee_assignments")


@pytest.mark.parametrize(
    ("using", "when", "attempts", "expected"),
    [
        # Daily, 06:00 to 10:00, three attempts.
        (one(MORNING), moment("05:00"), (), "SKIP not_due"),
        (one(MORNING), moment("06:00"), (), "RUN due"),
        (one(MORNING), moment("09:00"), (), "RUN due"),
        (one(MORNING), moment("10:00"), (), "ABORT missed"),
        (one(MORNING), moment("11:00"), (), "SKIP done_today"),
        (one(MORNING), moment("07:00"), (tried("06:00", None),), "SKIP in_flight"),
        (one(MORNING), moment("07:00"), (tried("06:00", "completed"),), "SKIP done_today"),
        # One attempt is all there is: failed is failed.
        (one(MORNING), moment("07:00"), (tried("06:00", "failed"),), "SKIP done_today"),
        (one(MORNING, attempts=3), moment("07:00"), (tried("06:00", "failed"),), "RUN retry"),
        (one(MORNING, attempts=3), moment("07:00"), (tried("06:00", "partial"),), "RUN retry"),
        (
            one(MORNING, attempts=3),
            moment("09:00"),
            tuple(tried("06:00", "failed", n) for n in (1, 2, 3)),
            "SKIP done_today",
        ),
        # A slot that ran is never aborted, however it ended, nor while it is under way.
        (one(MORNING), moment("10:00"), (tried("06:00", "failed"),), "SKIP done_today"),
        (one(MORNING), moment("10:00"), (tried("06:00", None),), "SKIP in_flight"),
        # The tick is inside, but it is served when the clock is past the end: run is no use.
        (one(MORNING), moment("09:00", clock="10:00"), (), "SKIP clock_past_end"),
        (one(MORNING), moment("09:00", clock="09:59"), (), "RUN due"),
        # After a silence of three hours the first tick says it, and no later one.
        (one(MORNING), moment("12:00", "09:00"), (), "ABORT missed"),
        (one(MORNING), moment("13:00", "12:00"), (), "SKIP done_today"),
        # The very first tick ever explains what it finds closed.
        (one(MORNING), moment("12:00", None), (), "ABORT missed"),
        # A poll that is not needed any more says that and nothing of the clock: at its end nobody
        # says it again.
        (one(POLLS), moment("10:00", clock="11:00"), (FOUND,), "SKIP satisfied"),
        # Discovery: later polls are satisfied while they are open, once each.
        (one(POLLS), moment("10:00"), (), "RUN due"),
        (one(POLLS), moment("10:00"), (FOUND,), "SKIP satisfied"),
        (one(POLLS), moment("15:00"), (FOUND,), "SKIP done_today"),
        # no_data: completed without an obtained target is no success.
        (one(POLLS), moment("10:00"), (tried("09:00", "completed"),), "RUN due"),
        (one(replace(POLLS, refresh=True)), moment("10:00"), (FOUND,), "RUN due"),
    ],
)
def test_one_slot_at_one_tick(
    using: Config, when: Moment, attempts: tuple[Attempt, ...], expected: str
) -> None:
    # Where one poll ends as the next begins there are two rows; the last is the open one's.
    assert codes(said(using, when, *attempts))[-1] == expected


def test_a_missed_slot_is_a_warning_with_the_slots_own_id() -> None:
    (abort,) = said(one(MORNING), moment("10:00"))
    assert abort.decision_id == "2025-11-12.w.20251112T110000Z.abort"
    assert abort.alert_level is AlertLevel.WARNING
    assert abort.reason == "no run began between 06:00 ET and 10:00 ET"
    late = said(one(MORNING), moment("12:00", "09:00"))[0]
    assert late.decision_id == abort.decision_id


def test_a_run_says_why_how_late_and_until_when() -> None:
    (run,) = said(one(MORNING), moment("08:00"))
    assert run.decision_id == "2025-11-12.w.20251112T110000Z.run1"
    assert run.reason == "due at 06:00 ET (once a day, 06:00 ET to 10:00 ET)"
    assert run.context == {"games_today": 2, "late_seconds": 7200}
    assert (run.attempt, run.next_check, run.target_date) == (1, at("10:00"), NOV_12)


def test_a_satisfied_poll_says_so_in_its_window_and_not_again_at_its_end() -> None:
    """Ticks 10:00 to 16:00 of polls 10:00 to 14:00: five satisfied, one row each."""
    rows = [
        decision
        for hour in range(10, 17)
        for decision in said(one(POLLS), moment(f"{hour}:00"), FOUND)
        if decision.reason_code == "satisfied"
    ]
    assert [row.slot and row.slot.expected_run_time for row in rows] == [
        at(f"{hour}:00") for hour in range(10, 15)
    ]


def test_a_satisfied_poll_that_no_tick_saw_is_told_at_the_next_one() -> None:
    """Silence from 09:00 to 12:00: polls 10:00 and 11:00 are closed, 12:00 is open."""
    found = said(one(POLLS), moment("12:00", "09:00"), FOUND)
    assert codes(found) == ["SKIP satisfied"] * 3
    assert [d.action for d in found] == [Action.SKIP] * 3


@pytest.mark.parametrize(
    ("made_at", "closing"),
    [
        # The tick of 10:00 saw the plan that was made five minutes before it, and no later one.
        ("09:55", []),
        ("09:56", ["10:00"]),
        ("10:11", ["10:00"]),
    ],
)
def test_a_satisfied_poll_that_came_back_after_its_tick_is_told_at_its_end(
    made_at: str, closing: list[str]
) -> None:
    """A tick of 08:00 that comes at 10:11 finds a new game, and brings the poll of 10:00 back."""
    found = said(one(POLLS), moment("11:00"), FOUND, made_at=made_at)
    assert codes(found) == ["SKIP satisfied"] * (len(closing) + 1)
    assert [d.slot and d.slot.expected_run_time for d in found][:-1] == [at(t) for t in closing]


def test_needs_wait_while_the_slot_is_open_and_abort_it_at_its_end() -> None:
    first = workflow("first", MORNING, attempts=2)
    then = workflow("then", Daily(kind="daily", start=time(8), end=time(12)), needs=("first",))
    using = config_of(first, then)
    failed = tried("06:00", "failed", of="first")
    after = [said(using, moment(f"{h:02d}:00"), failed)[-1] for h in (8, 11, 12, 13)]
    assert codes(after) == [
        "SKIP needs_waiting",
        "SKIP needs_waiting",
        "ABORT needs_unmet",
        "SKIP done_today",
    ]
    assert after[0].reason == "waits for first"
    partial = tried("06:00", "partial", of="first")
    assert codes(said(using, moment("08:00"), partial))[-1] == "RUN due"
    under_way = tried("06:00", None, of="first")
    assert codes(said(using, moment("08:00"), under_way)) == [
        "SKIP in_flight",
        "SKIP needs_waiting",
    ]


FINAL = tuple(replace(each, status=GameStatus.FINAL) for each in GAMES)


@pytest.mark.parametrize(
    ("tick", "games", "attempts", "covered", "expected", "asked"),
    [
        # 19:00 + 3 h = 22:00: the first game is over, the second is not.
        ("22:00", GAMES, (), (), "RUN due", IDS[:1]),
        ("22:00", GAMES, (), IDS[:1], "SKIP nothing_over", ()),
        # A second tick inside the tolerance asks for nothing that has not ended.
        ("21:30", GAMES, (), (), "SKIP nothing_over", ()),
        # The newest schedule knows better than three hours.
        ("21:45", FINAL, (), (), "RUN due", IDS),
        ("22:00", FINAL, (), IDS, "SKIP nothing_to_do", ()),
        # The first RUN fixed its targets: at 02:00 both are over, the first alone is asked again.
        ("+02:00", GAMES, (tried("22:00", "completed", games=IDS[:1]),), (), "RUN retry", IDS[:1]),
        (
            "+02:00",
            GAMES,
            (tried("22:00", "completed", games=IDS[:1]),),
            IDS[:1],
            "SKIP done_today",
            (),
        ),
        ("+09:00", GAMES, (), (), "ABORT missed", ()),
        ("+09:00", GAMES, (), IDS, "SKIP nothing_to_do", ()),
        ("22:00", (), (), (), "SKIP no_games", ()),
    ],
)
def test_a_clock_slot_asks_for_games_that_are_over_and_missing(
    tick: str,
    games: tuple[Game, ...],
    attempts: tuple[Attempt, ...],
    covered: tuple[str, ...],
    expected: str,
    asked: tuple[str, ...],
) -> None:
    using = one(WINDOW, attempts=4)
    (decision,) = said(using, moment(tick), *attempts, games=games, covered=covered)
    assert f"{decision.action} {decision.reason_code}" == expected
    assert decision.target_games == asked


def test_a_game_is_missing_until_every_dataset_has_it() -> None:
    day = DayHistory(
        plan=planned(NOV_12, GAMES, one(WINDOW)),
        covered={"box_scores": frozenset(IDS), "team_boxscore": frozenset(IDS[1:])},
    )
    (run,) = decide(moment("+02:00"), [day], {NOV_12: GAMES}, one(WINDOW))
    assert run.target_games == IDS[:1]


def test_a_game_that_was_postponed_after_the_first_run_is_not_asked_for_again() -> None:
    asked = tried("22:00", "partial", games=IDS)
    using = one(WINDOW, attempts=4)
    day = DayHistory(plan=planned(NOV_12, GAMES, using), attempts=(asked,))
    (run,) = decide(moment("+02:00"), [day], {NOV_12: GAMES[:1]}, using)
    assert run.target_games == IDS[:1]


def test_a_retry_asks_for_what_was_over_at_the_first_run_also_when_another_asked_then() -> None:
    """At 01:00 another window asked for game 1, so the first RUN took game 2 alone; the other
    gave up, and at 02:00 nobody has game 1."""
    window = one(WINDOW, attempts=3)
    first = tried("22:00", "partial", games=(IDS[1],))
    late = replace(first, created_at=at("+01:30"))
    (word,) = said(window, moment("+02:00"), late)
    assert (word.action, word.target_games) == (Action.RUN, IDS)


def test_games_never_known_to_be_over_are_a_hole_and_not_a_success() -> None:
    """Both tips still to be set at 09:00 of the next day."""
    unset = tuple(game(n, "00:00", tip_known=False) for n in (1, 2))
    (word,) = said(one(WINDOW), moment("+09:00"), games=unset)
    assert (word.action, word.reason_code) == (Action.ABORT, "not_over")
    assert word.alert_level is AlertLevel.WARNING
    assert word.reason == "2 of 2 games were never known to be over"
