"""Closing the books: the lock writes down what came of the days before, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest

from shared import records
from shared.core.execution import Outcome
from shared.core.games import GameStatus
from shared.core.messages import ChunkOrder, Tick
from shared.core.runs import RunResult
from shared.core.targets import Target, TargetKind
from shared.effects import outcome_name
from shared.errors import PortUnavailable
from sim.clock import ManualClock
from tests.core.made import NOV_12, at, game
from tests.functions.test_crashes import CHANGES, Counting
from tests.functions.worlds import Here

GAMES = (game(1, "19:00"), game(2, "22:30"))
NOV_13 = NOV_12 + timedelta(days=1)
BOXES = "nbac_team_boxscore"


def brought(here: Here, scraper: str, *found: str, at_: datetime, asked: str = "w") -> None:
    """An outcome of 12 November that found these games or teams whole; its record came at `at_`."""
    here.clock.set(at_)
    day = here.clock.now() - timedelta(hours=10)
    results = tuple(
        RunResult(
            run_id=f"{asked}.{scraper}.{each}",
            target=Target(kind=TargetKind.GAME, id=each, params={}),
            status="success",
            record_count=2,
            complete=True,
            covers=(each,),
            triggered_at=at_,
            completed_at=at_,
        )
        for each in found
    )
    order = ChunkOrder(
        chunk_id=f"{asked}.s1.{scraper}.1",
        execution_id=asked,
        decision_id="",
        workflow="MANUAL",
        slot_id=None,
        game_day=day.date(),
        target_date=NOV_12,
        step=1,
        n=1,
        scraper=scraper,
        targets=tuple(each.target for each in results),
        expects=(),
        day_games=(),
        decided_at=at_,
        not_after=at_,
        config_version=here.config.version,
        advance=False,
    )
    outcome = Outcome(order=order, results=results, at=at_)
    tags = records.outcome_metadata(outcome, here.config)
    records.create(here.state, outcome_name(outcome), outcome, tags)


def locked(here: Here, text: str, day: int = 0) -> None:
    """One delivery of the lock, at an ET wall time of 12 November or days later."""
    here.clock.set(at(text, NOV_12 + timedelta(days=day)))
    here.deliver("schedule_locker", Tick())


def played(here: Here) -> None:
    """12 November is locked, and its boxes come: one in the evening, one at night."""
    locked(here, "05:00")
    brought(here, BOXES, GAMES[0].game_id, at_=at("22:10"), asked="w1")
    brought(here, BOXES, GAMES[1].game_id, at_=at("+01:10"), asked="w2")
    brought(here, "nbac_play_by_play", GAMES[0].game_id, at_=at("+04:10"), asked="w3")


def row(here: Here, dataset: str) -> Mapping[str, Any]:
    """The newest row of a dataset."""
    return [each for each in here.rows("daily_completeness") if each["dataset"] == dataset][-1]


def test_a_first_lock_has_no_day_before_it_to_close(here: Here) -> None:
    locked(here, "05:00")
    assert here.names("books/") == []
    assert here.rows("daily_completeness") == []


def test_the_next_lock_writes_a_row_for_every_dataset_of_the_day(here: Here) -> None:
    played(here)
    locked(here, "05:00", 1)
    assert here.names("books/") == ["books/2025-11-13/2025-11-12.json"]
    rows = here.rows("daily_completeness")
    assert {each["date"] for each in rows} == {"2025-11-12"}
    assert len(rows) == len({each["dataset"] for each in rows}) == 14
    assert row(here, "team_boxscore") == {
        "date": "2025-11-12", "dataset": "team_boxscore",
        "expected": 2, "obtained": 2, "waived": 0, "missing": 0, "missing_targets": [],
        "first_obtained_at": "2025-11-13T03:10:00+00:00",
        "last_obtained_at": "2025-11-13T06:10:00+00:00",
        "complete": True, "closed_at": "2025-11-13T10:00:00+00:00",
        "created_at": "2025-11-13T10:00:00+00:00",
    }  # fmt: skip
    # The third window is open until 14:00, so what it lacks may still come.
    lacking = row(here, "play_by_play")
    assert (lacking["missing_targets"], lacking["closed_at"]) == ([GAMES[1].game_id], None)
    # The morning's data was due by 10:00 of its day.
    assert row(here, "rosters")["missing"] == 30
    assert row(here, "rosters")["closed_at"] == "2025-11-13T10:00:00+00:00"


def test_the_lock_after_that_closes_what_was_open_and_looks_at_its_own_day(here: Here) -> None:
    played(here)
    locked(here, "05:00", 1)
    locked(here, "05:00", 2)
    rows = here.rows("daily_completeness")
    second = [each for each in rows if each["created_at"].startswith("2025-11-14")]
    open_ones = ("gamebooks", "lineup_play_by_play", "play_by_play", "box_scores",
                 "player_boxscores")  # fmt: skip
    assert {e["dataset"] for e in second if e["date"] == "2025-11-12"} == set(open_ones)
    assert all(each["closed_at"] for each in second if each["date"] == "2025-11-12")
    # The 13th has no games: what needs none, due by 10:00.
    assert len([each for each in second if each["date"] == "2025-11-13"]) == 6
    locked(here, "05:00", 3)
    assert [e for e in here.rows("daily_completeness") if e["created_at"][:10] == "2025-11-15"
            and e["date"] < "2025-11-14"] == []  # fmt: skip


def test_what_is_asked_for_after_the_closing_gets_a_row_of_its_own(here: Here) -> None:
    played(here)
    locked(here, "05:00", 1)
    locked(here, "05:00", 2)
    # A backfill, asked for on the 20th: it lies under that day.
    late = at("12:00", NOV_12.replace(day=20))
    brought(here, "nbac_play_by_play", GAMES[1].game_id, at_=late, asked="b1")
    locked(here, "05:00", 9)
    found = row(here, "play_by_play")
    assert (found["obtained"], found["missing"], found["complete"]) == (2, 0, True)
    assert found["last_obtained_at"] == "2025-11-20T17:00:00+00:00"
    assert found["closed_at"] == "2025-11-14T10:00:00+00:00"
    count = len(here.rows("daily_completeness"))
    # And long after a fortnight the listing shows it no more, which takes nothing back.
    locked(here, "05:00", 40)
    assert [e for e in here.rows("daily_completeness")[count:] if e["date"] == "2025-11-12"] == []


def test_a_backfill_of_a_day_older_than_a_fortnight_is_written_down(here: Here) -> None:
    played(here)
    locked(here, "05:00", 1)
    locked(here, "05:00", 2)
    late = at("12:00", NOV_12 + timedelta(days=30))
    brought(here, "nbac_play_by_play", GAMES[1].game_id, at_=late, asked="b1")
    locked(here, "05:00", 31)
    assert row(here, "play_by_play")["complete"]


def test_a_postponed_game_is_waived(here: Here) -> None:
    played(here)
    here.clock.set(at("+02:00"))
    here.import_schedule(GAMES[0], replace(GAMES[1], status=GameStatus.POSTPONED))
    locked(here, "05:00", 1)
    found = row(here, "play_by_play")
    # 2 = 1 + 1 + 0.
    assert [found[key] for key in ("expected", "obtained", "waived", "missing")] == [2, 1, 1, 0]
    assert found["closed_at"]


def test_a_lock_after_an_outage_of_a_week_closes_every_promised_day(here: Here) -> None:
    played(here)
    locked(here, "05:00", 7)
    # No plan, no promise: the controller makes the plans of the days of an outage, if it ran.
    assert {each["date"] for each in here.rows("daily_completeness")} == {"2025-11-12"}
    assert all(each["closed_at"] for each in here.rows("daily_completeness"))


def test_without_a_schedule_the_books_stay_open() -> None:
    here = Here(ManualClock(at("05:00")))
    locked(here, "05:00")
    locked(here, "05:00", 1)
    assert here.names("books/") == []


def test_a_redelivery_counts_nothing_anew(here: Here) -> None:
    played(here)
    locked(here, "05:00", 1)
    before = here.rows("daily_completeness")
    sent = here.journal.sent
    brought(here, "nbac_play_by_play", GAMES[1].game_id, at_=at("+05:01"), asked="w4")
    locked(here, "05:10", 1)
    assert here.rows("daily_completeness") == before
    assert here.journal.sent == sent


@pytest.mark.parametrize("by", ["executor", "schedule_locker"])
def test_rows_that_were_never_confirmed_are_appended_by_sweep_or_lock(here: Here, by: str) -> None:
    played(here)
    locked(here, "05:00", 1)
    # As if the process had died before the append of the second day's rows.
    here.clock.set(at("05:00", NOV_13 + timedelta(days=1)))
    counting = Counting(here.world.journal, ("append",), Nth(2, "before"))
    object.__setattr__(here.world, "journal", counting)
    with pytest.raises(PortUnavailable):
        here.deliver("schedule_locker", Tick())
    count = len(here.rows("daily_completeness"))
    here.clock.advance(601)
    here.deliver(by, Tick())
    made = here.rows("daily_completeness")[count:]
    assert {each["created_at"] for each in made[:5]} == {"2025-11-14T10:00:00+00:00"}
    assert len(made) == (5 if by == "executor" else 5 + 6)


class Nth:
    """Fails the n-th change."""

    def __init__(self, n: int, how: str) -> None:
        self.n, self.how, self.calls = n, how, 0

    def __call__(self) -> str:
        self.calls += 1
        return self.how if self.calls == self.n else ""


def story(n: int, how: str) -> tuple[int, int, Mapping[str, object]]:
    """The locks of three days, of which the n-th change fails; calls, retries, what remains."""
    here = Here(ManualClock(at("04:00")))
    here.import_schedule(*GAMES)
    played(here)
    fails = Nth(n, how)
    for port, names in CHANGES.items():
        counting = Counting(getattr(here.world, port), names, fails)
        object.__setattr__(here.world, port, counting)
    retries = 0
    for day in (1, 2):
        try:
            locked(here, "05:00", day)
        except PortUnavailable:
            retries += 1
            locked(here, "05:01", day)
    left = {
        "state": [stored.name for stored in here.state.list("")],
        "rows": [
            {key: value for key, value in each.items() if key not in ("closed_at", "created_at")}
            for each in here.rows("daily_completeness")
        ],
        "locked": [each["slot_id"] for each in here.rows("daily_expected_schedule")],
    }
    return fails.calls, retries, left


@cache
def undisturbed() -> tuple[int, int, Mapping[str, object]]:
    return story(0, "")


def test_the_undisturbed_locks_write_two_days_books() -> None:
    calls, retries, left = undisturbed()
    assert retries == 0
    # Two plans (record, append, done) and three books: the 12th twice, the 13th once.
    assert calls == 3 * (2 + 3)
    assert len(left["rows"]) == 14 + 5 + 6  # type: ignore[arg-type]


#: The changes that confirm a plan's rows: where only their answer is lost, all is written.
CONFIRMED = (3, 9)


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_crash_at_any_change_ends_in_the_same_rows(how: str) -> None:
    calls, _, whole = undisturbed()
    for n in range(1, calls + 1):
        _, retries, left = story(n, how)
        assert retries == (0 if how == "after" and n in CONFIRMED else 1), n
        assert left == whole, n
