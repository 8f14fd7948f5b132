"""Crash points: wherever an instance dies, the world becomes what it would have been."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import time
from functools import cache
from typing import Any

import pytest

from shared.core.errors import BadInput
from shared.core.messages import FileReady
from shared.messages import Event
from shared.world import World
from sim.chaos.crash_points import crash_points, table_of
from sim.chaos.crashes import Point, Stretch
from sim.chaos.engine import Handler
from sim.chaos.ledger import said
from sim.chaos.world import handlers
from tests.chaos.made import NOV_12, SETTINGS, config
from tipoff.commands.seasons import sample_season

#: Of the day's calls every so many-th, in the quick run and in the long one.
SOME, MANY = 197, 5


def stretch(**changes: Any) -> Stretch:
    """12 November 2025, twelve games, from 05:00 to 05:00 ET."""
    season = sample_season(SETTINGS, config())
    return Stretch(day=NOV_12, calendar=season, settings=SETTINGS, **changes)


@cache
def some() -> tuple[Point, ...]:
    return tuple(crash_points(stretch(every=SOME)))


def unequal(points: tuple[Point, ...] | list[Point]) -> list[Point]:
    return [point for point in points if point.different]


def test_wherever_an_instance_dies_the_world_becomes_equal() -> None:
    """The long run takes every call; this one a few of each kind of delivery."""
    assert len(some()) > 40
    assert unequal(some()) == []


def test_instances_die_before_and_after_each_call() -> None:
    assert [point.moment for point in some()] == ["before", "after"] * (len(some()) // 2)
    table = table_of(some())
    assert sum(points for points, _ in table.values()) == len(some())
    assert {function for function, _, _ in table} >= {"cleanup", "executor", "scraper"}


def with_a_careless_loader() -> Mapping[str, Handler]:
    """A loader that counts what it is asked: a repeat is a row more."""
    asked: Counter[str] = Counter()

    def load(event: Event, world: World) -> None:
        file = event.expect(FileReady)
        asked[file.load_id] += 1
        name = f"{file.load_id}.{asked[file.load_id]}"
        world.journal.append("cleanup_operations", [(name, {})])
        handlers()["loader"](event, world)

    return {**handlers(), "loader": load}


def test_a_handler_that_cannot_be_repeated_is_found() -> None:
    careless = stretch(every=101, since=time(22), functions=with_a_careless_loader)
    found = [point for point in crash_points(careless) if point.function == "loader"]
    assert found
    assert unequal(found) == found


def with_a_broken_locker() -> Mapping[str, Handler]:
    """Something that no instance outlives: the process that plays it ends."""

    def lock(event: Event, world: World) -> None:
        raise SystemExit(3)

    return {**handlers(), "schedule_locker": lock}


def test_a_process_that_ends_early_is_no_result() -> None:
    with pytest.raises(ChildProcessError, match="ended 3"):
        list(crash_points(stretch(every=SOME, functions=with_a_broken_locker)))


def test_a_day_without_games_has_no_crash_points() -> None:
    day = NOV_12.replace(month=7)
    season = sample_season(SETTINGS, config())
    with pytest.raises(BadInput, match="a day with games"):
        list(crash_points(Stretch(day=day, calendar=season, settings=SETTINGS)))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"id": 1, "created_at": "a"}, {"id": 1, "created_at": "b"}, True),
        ({"id": 1}, {"id": 2}, False),
        # Looked into as well: rows inside records, JSON inside columns.
        ({"rows": [["x", {"at": 1}]]}, {"rows": [["x", {"at": 2}]]}, True),
        ({"rows": [["x", {"n": 1}]]}, {"rows": [["x", {"n": 2}]]}, False),
        ({"data_summary": '{"at": 1}'}, {"data_summary": '{"at": 2}'}, True),
        ({"data_summary": '{"n": 1}'}, {"data_summary": '{"n": 2}'}, False),
        # The end of an order's slot is not an instant of its handling.
        ({"not_after": 1}, {"not_after": 2}, False),
    ],
)
def test_only_instants_and_durations_may_differ(
    one: dict[str, Any], other: dict[str, Any], same: bool
) -> None:
    assert (said(one) == said(other)) is same


@pytest.mark.soak
def test_every_fifth_call_of_a_day_may_be_the_last() -> None:
    """`tipoff chaos --crash-points 2025-11-12` takes every one."""
    found = list(crash_points(stretch(every=MANY), jobs=2))
    assert len(found) > 2500
    assert unequal(found) == []
