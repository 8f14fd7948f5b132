"""Deciding over whole days: two open game days, repeated ticks, and a slot's last word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.days import day_of_instant, day_starts
from shared.core.decide import decide
from shared.core.decision import Action, Decision
from shared.core.history import Attempt, DayHistory
from shared.core.moment import Moment
from shared.core.plan import Plan
from tests.core.made import NOV_12, at, config, game, planned, season


@dataclass
class Walk:
    """The real workflows over game days, tick by tick; every RUN ends before the next tick."""

    #: Workflows whose executions fail.
    failing: frozenset[str] = frozenset()
    plans: dict[date, Plan] = field(default_factory=dict)
    attempts: dict[date, list[Attempt]] = field(default_factory=dict)
    covered: dict[date, dict[str, set[str]]] = field(default_factory=dict)
    previous: datetime | None = None
    rows: list[Decision] = field(default_factory=list)

    def day(self, day: date) -> DayHistory:
        if day not in self.plans:
            self.plans[day] = planned(day, season().on(day))
        covered = self.covered.get(day, {})
        return DayHistory(
            plan=self.plans[day],
            attempts=tuple(self.attempts.get(day, ())),
            covered={dataset: frozenset(ids) for dataset, ids in covered.items()},
        )

    def look(self, tick: datetime) -> tuple[Decision, ...]:
        """What is decided at a tick, without any effect."""
        today = day_of_instant(tick)
        days = [self.day(day) for day in (today - timedelta(days=1), today) if day >= NOV_12]
        games = {each.day: season().on(each.day) for each in days}
        return decide(Moment(tick=tick, now=tick, previous=self.previous), days, games, config())

    def tick(self, tick: datetime) -> tuple[Decision, ...]:
        found = self.look(tick)
        for run in found:
            if run.action is Action.RUN:
                self._run(run, tick)
        self.rows += found
        self.previous = tick
        return found

    def _run(self, run: Decision, tick: datetime) -> None:
        assert run.slot is not None
        good = run.workflow not in self.failing
        if good:
            covered = self.covered.setdefault(run.game_day, {})
            for name in run.scrapers:
                dataset = config().scrapers[name].dataset
                covered.setdefault(dataset, set()).update(run.target_games)
        attempt = Attempt(
            execution_id=f"{run.slot.slot_id}.{run.attempt}",
            workflow=run.workflow,
            slot_id=run.slot.slot_id,
            attempt=run.attempt,
            created_at=tick,
            games=run.target_games,
            status="completed" if good else "failed",
            obtained=dict.fromkeys(run.scrapers, frozenset({"x"})) if good else {},
        )
        self.attempts.setdefault(run.game_day, []).append(attempt)


def hourly(first: datetime, hours: int) -> Sequence[datetime]:
    return [first + timedelta(hours=n) for n in range(hours)]


def last_words(walk: Walk, day: date) -> Mapping[str, str]:
    """Per slot of the day what was last said of it."""
    said = {d.slot.slot_id: d for d in walk.rows if d.slot is not None}
    return {
        s.slot_id: f"{said[s.slot_id].action} {said[s.slot_id].reason_code}"
        for s in walk.plans[day].slots
    }


#: 05:00 ET of the game day to 14:00 ET of the date after: the last window closes there.
WHOLE = hourly(day_starts(NOV_12), 34)


def test_every_slot_of_12_november_ends_with_a_word() -> None:
    walk = Walk()
    for tick in WHOLE:
        walk.tick(tick)
    words = last_words(walk, NOV_12)
    assert len(words) == 23
    # Five of six referee polls are satisfied by the first; all else ran.
    assert sorted(words.values()) == ["RUN due"] * 18 + ["SKIP satisfied"] * 5


def test_a_day_on_which_everything_fails_is_told_as_such() -> None:
    walk = Walk(failing=frozenset(config().workflows))
    for tick in WHOLE:
        walk.tick(tick)
    words = last_words(walk, NOV_12)
    # Betting lines wait for the morning, which never ends well.
    assert [w for s, w in words.items() if ".betting_lines." in s] == ["ABORT needs_unmet"] * 3
    runs = [d for d in walk.rows if d.action is Action.RUN and d.game_day == NOV_12]
    tries = {name: sum(d.workflow == name for d in runs) for name in config().workflows}
    # Slots x attempts: 4 refreshes twice, one morning three times, six polls of each once,
    # windows 4, 4 and 10 times.
    assert tries == {
        "schedule_refresh": 8,
        "morning_operations": 3,
        "referee_discovery": 6,
        "injury_discovery": 6,
        "betting_lines": 0,
        "post_game_window_1": 4,
        "post_game_window_2": 4,
        "post_game_window_3": 10,
    }


def test_a_silence_of_the_whole_day_aborts_each_slot_once() -> None:
    walk = Walk()
    walk.tick(day_starts(NOV_12))
    for tick in (at("+14:00"), at("+15:00")):
        walk.tick(tick)
    aborts = [d for d in walk.rows if d.action is Action.ABORT and d.game_day == NOV_12]
    ran = {d.slot.slot_id for d in walk.rows if d.action is Action.RUN and d.slot}
    slots = {s.slot_id for s in walk.plans[NOV_12].slots}
    assert len(aborts) == len({d.decision_id for d in aborts})
    assert {d.slot.slot_id for d in aborts if d.slot} == slots - ran


@pytest.mark.parametrize(
    ("tick", "windows"),
    [
        # 05:00 on the 13th: windows 1 and 2 of the 12th are open until 09:00, 3 until 14:00.
        # 1 asks for every box, so 2 has nothing of its own; 3 wants the play-by-play besides.
        ("+05:00", {1: "RUN due", 2: "SKIP in_flight", 3: "RUN due"}),
        ("+08:00", {1: "RUN due", 2: "SKIP in_flight", 3: "RUN due"}),
        ("+09:00", {1: "ABORT missed", 2: "ABORT missed", 3: "RUN due"}),
        ("+13:00", {3: "RUN due"}),
        ("+14:00", {3: "ABORT missed"}),
        ("+15:00", {}),
    ],
)
def test_slots_of_last_night_are_decided_the_next_morning(
    tick: str, windows: Mapping[int, str]
) -> None:
    walk = Walk(previous=at(tick) - timedelta(hours=1))
    found = {
        d.workflow: f"{d.action} {d.reason_code}"
        for d in walk.look(at(tick))
        if d.slot and d.game_day == NOV_12 and d.workflow.startswith("post_game")
    }
    assert found == {f"post_game_window_{n}": word for n, word in windows.items()}


def test_every_enabled_workflow_has_a_row_at_every_tick_and_ids_are_unique() -> None:
    walk = Walk()
    for tick in hourly(day_starts(NOV_12), 72):
        found = walk.tick(tick)
        assert {d.workflow for d in found} == {w.name for w in config().enabled}
        assert len({d.decision_id for d in found}) == len(found)
        for decision in found:
            assert decision.reason
            assert decision.next_check is None or decision.next_check > tick
    executions = [a.execution_id for attempts in walk.attempts.values() for a in attempts]
    assert len(set(executions)) == len(executions)


@given(st.integers(0, 60), st.integers(0, 59), st.sets(st.sampled_from(sorted(config().workflows))))
@settings(max_examples=25)
def test_a_tick_decided_twice_gives_the_same_decisions(
    hours: int, minutes: int, failing: set[str]
) -> None:
    walk = Walk(failing=frozenset(failing))
    for tick in hourly(day_starts(NOV_12), hours):
        walk.tick(tick)
    by_hand = day_starts(NOV_12) + timedelta(hours=hours, minutes=minutes)
    assert walk.look(by_hand) == walk.look(by_hand)


def test_two_ticks_that_find_a_slot_due_give_the_same_run() -> None:
    walk = Walk()
    first, second = walk.look(at("06:00")), walk.look(at("06:37"))
    runs = [{d.decision_id for d in found if d.action is Action.RUN} for found in (first, second)]
    assert runs[0] == runs[1] != set()


def test_a_day_without_games_says_so_and_still_runs_what_needs_none() -> None:
    day = date(2025, 11, 27)
    plan = planned(day, ())
    moment = Moment(tick=at("06:00", day), now=at("06:00", day), previous=at("05:00", day))
    found = {d.workflow: d for d in decide(moment, [DayHistory(plan=plan)], {day: ()}, config())}
    assert found["betting_lines"].reason_code == "no_games"
    assert found["betting_lines"].reason == plan.reason
    assert found["morning_operations"].action is Action.RUN


def test_all_games_of_a_day_to_be_set_is_not_a_day_without_games() -> None:
    games = (game(1, "00:00", tip_known=False),)
    moment = Moment(tick=at("14:00"), now=at("14:00"), previous=at("13:00"))
    day = DayHistory(plan=planned(NOV_12, games))
    found = {d.workflow: d.reason_code for d in decide(moment, [day], {NOV_12: games}, config())}
    assert found["betting_lines"] == "no_slot"
    assert found["post_game_window_1"] == "not_due"
