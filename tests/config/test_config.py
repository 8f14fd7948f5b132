"""The configuration that ships, and the instants at which its jobs fire."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from shared.config import load_config, ticks_of
from shared.core.days import day_starts
from shared.core.workflows import BeforeFirstGame, Discovery, Priority
from tests.config.edits import CONFIG

REAL = load_config(CONFIG)


def test_the_seven_workflows_of_the_original_and_schedule_refresh() -> None:
    assert sorted(REAL.workflows) == [
        "betting_lines",
        "injury_discovery",
        "morning_operations",
        "post_game_window_1",
        "post_game_window_2",
        "post_game_window_3",
        "referee_discovery",
        "schedule_refresh",
    ]
    assert {w.name for w in REAL.enabled} == set(REAL.workflows)
    assert not REAL.preseason


def test_the_numbers_that_operators_know() -> None:
    lines = REAL.workflows["betting_lines"]
    assert isinstance(lines.trigger, BeforeFirstGame)
    assert (lines.trigger.hours, lines.trigger.every_hours) == (6, 2)
    assert lines.priority is Priority.CRITICAL
    assert lines.needs == ("morning_operations",)
    injuries = REAL.workflows["injury_discovery"].trigger
    assert isinstance(injuries, Discovery)
    assert injuries.refresh
    assert [REAL.workflows[f"post_game_window_{n}"].attempts for n in (1, 2, 3)] == [4, 4, 10]


def test_each_post_game_workflow_begins_with_a_schedule_refresh() -> None:
    for name, workflow in REAL.workflows.items():
        if name.startswith("post_game"):
            assert workflow.steps[0].scrapers == ("nbac_schedule_api",)


def test_the_34_scrapers_are_in_the_registry_and_those_in_use_can_be_fetched() -> None:
    assert len(REAL.scrapers) >= 34
    used = {name for workflow in REAL.workflows.values() for name in workflow.scrapers}
    available = {name for name, each in REAL.scrapers.items() if each.available}
    assert used <= available
    for name, entry in REAL.scrapers.items():
        assert (entry.manual is None) or name not in used


def test_four_jobs_one_a_topic() -> None:
    assert {name: job.topic for name, job in REAL.jobs.items()} == {
        "daily-schedule-locker": "schedule-lock",
        "master-controller-hourly": "controller-tick",
        "execute-workflows": "execute-sweep",
        "cleanup-processor": "cleanup-tick",
    }
    assert {job.retries for job in REAL.jobs.values()} == {3}


#: A winter day and the nights of both switches: game days of 24, 25 and 23 hours.
DAYS = [(date(2025, 11, 12), 24), (date(2025, 11, 1), 25), (date(2026, 3, 7), 23)]


@pytest.mark.parametrize(("day", "hours"), DAYS)
def test_jobs_fire_in_elapsed_time_and_the_lock_once_a_day(day: date, hours: int) -> None:
    start, end = day_starts(day), day_starts(day + timedelta(days=1))
    fired = {name: list(ticks_of(job, start, end)) for name, job in REAL.jobs.items()}
    assert {name: len(found) for name, found in fired.items()} == {
        "daily-schedule-locker": 1,
        "master-controller-hourly": hours,
        "execute-workflows": hours,
        "cleanup-processor": 4 * hours,
    }
    assert fired["daily-schedule-locker"] == [start]
    for before, after in pairwise(fired["master-controller-hourly"]):
        assert after - before == timedelta(hours=1)


def test_a_job_fires_inside_the_half_open_span_alone() -> None:
    job = REAL.jobs["master-controller-hourly"]
    noon = datetime(2025, 11, 12, 12, tzinfo=UTC)
    assert list(ticks_of(job, noon, noon + timedelta(hours=1))) == [noon]
    assert list(ticks_of(job, noon + timedelta(seconds=1), noon + timedelta(hours=1))) == []
    odd = noon + timedelta(milliseconds=1)
    assert list(ticks_of(job, odd, noon + timedelta(minutes=59))) == []


def test_every_dataset_of_a_table_is_one_scrapers_own() -> None:
    folders = Counter((each.source, each.dataset) for each in REAL.scrapers.values())
    assert set(folders.values()) == {1}
