"""What no single record of a configuration can see; malformed YAML is tests/config's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from shared.core.check import problems
from shared.core.check_workflows import SAMPLE_DAYS
from shared.core.days import day_starts
from shared.core.problem import Problem
from shared.core.workflows import Config, Daily, Discovery, Job, Scraper, Source, Step
from tests.core.made import config, config_of, workflow

MORNING = Daily(kind="daily", start=time(6), end=time(10))


def hourly(minute: int = 0, every: int = 1) -> list[datetime]:
    """The controller's ticks over the sample days."""

    def ticks() -> Iterator[datetime]:
        for day in SAMPLE_DAYS:
            first = day_starts(day) + timedelta(minutes=minute)
            yield from (first + timedelta(hours=n) for n in range(0, 48, every))

    return sorted(ticks())


def found(using: Config, ticks: list[datetime] | None = None) -> list[Problem]:
    return list(problems(using, hourly() if ticks is None else ticks))


def of(using: Config, *path: object) -> list[tuple[str, str]]:
    """What is said under a path: (found, allowed)."""
    return [(p.found, p.allowed) for p in found(using) if p.path[: len(path)] == path]


def with_scraper(name: str, **changes: Any) -> Config:
    entry: Scraper = replace(config().scrapers[name], **changes)
    return replace(config(), scrapers={**config().scrapers, name: entry})


def with_source(name: str, **changes: Any) -> Config:
    entry: Source = replace(config().sources[name], **changes)
    return replace(config(), sources={**config().sources, name: entry})


def test_the_configuration_that_ships_has_no_problem() -> None:
    assert found(config()) == []


@pytest.mark.parametrize(
    ("ticks", "hit"),
    [
        (hourly(), True),
        (hourly(minute=30), True),
        # Every 6 h from 05:00 the poll of 09:00 to 10:00 is never seen.
        (hourly(every=6), False),
        ([], False),
    ],
)
def test_a_window_that_no_tick_can_hit_is_a_problem(ticks: list[datetime], hit: bool) -> None:
    polls = Discovery(kind="discovery", start=time(9), end=time(14), every_hours=1)
    said = [p for p in found(config_of(workflow("w", polls)), ticks) if p.file == "workflows"]
    assert (said == []) == hit
    if not hit:
        assert said[0].path == ("workflows", "w", "trigger")
        assert said[0].found.startswith("0 controller ticks in the window 2025-11-12T14:00")
        assert "at least 1 (attempts: 1;" in said[0].allowed


def test_later_attempts_need_a_second_tick_inside_the_window() -> None:
    short = Daily(kind="daily", start=time(6), end=time(7))
    assert of(config_of(workflow("w", short)), "workflows") == []
    ((what, allowed),) = of(config_of(workflow("w", short, attempts=2)), "workflows")
    assert what.startswith("1 controller ticks")
    assert "at least 2 (attempts: 2;" in allowed


def test_a_disabled_workflow_may_have_windows_that_nothing_hits() -> None:
    short = Daily(kind="daily", start=time(6, 10), end=time(6, 20))
    assert of(config_of(workflow("w", short, enabled=False)), "workflows") == []


@pytest.mark.parametrize(
    ("needs", "circles"),
    [
        ({"a": ("b",), "b": ()}, []),
        ({"a": ("a",)}, ["a -> a"]),
        ({"a": ("b",), "b": ("a",)}, ["a -> b -> a", "b -> a -> b"]),
        (
            {"a": ("b",), "b": ("c",), "c": ("a",)},
            ["a -> b -> c -> a", "b -> c -> a -> b", "c -> a -> b -> c"],
        ),
        # d leads into a circle and is not in it.
        ({"a": ("b",), "b": ("a",), "d": ("a",)}, ["a -> b -> a", "b -> a -> b"]),
    ],
)
def test_needs_that_go_round_are_told_with_the_way(
    needs: Mapping[str, tuple[str, ...]], circles: list[str]
) -> None:
    made = config_of(*(workflow(name, MORNING, needs=each) for name, each in needs.items()))
    said = [what for what, allowed in of(made, "workflows") if allowed == "needs without a circle"]
    assert said == circles


def test_what_is_needed_must_be_there_and_enabled() -> None:
    off = workflow("off", MORNING, enabled=False)
    made = config_of(off, workflow("w", MORNING, needs=("off", "gone")))
    assert of(made, "workflows", "w", "needs") == [
        ("off, disabled", "an enabled one"),
        ("gone", "one of off, w"),
    ]


@pytest.mark.parametrize(
    ("steps", "what", "allowed"),
    [
        ((), "no step", "at least one step"),
        ((Step(scrapers=()),), "none", "at least one"),
        ((Step(scrapers=("nope",)),), "nope", "a scraper of scrapers.yaml"),
        (
            (Step(scrapers=("oddsa_game_lines",)),),
            "oddsa_game_lines",
            "targets_from an earlier step, since its targets are events",
        ),
        (
            (Step(scrapers=("oddsa_events",), targets_from="oddsa_events"),),
            "oddsa_events",
            "a scraper of an earlier step: none",
        ),
    ],
)
def test_steps_that_cannot_run(steps: tuple[Step, ...], what: str, allowed: str) -> None:
    assert of(config_of(workflow("w", MORNING, steps=steps)), "workflows", "w") == [(what, allowed)]


def test_a_scraper_that_is_not_available_is_in_no_workflow() -> None:
    made = with_scraper("espn_roster", available=False)
    assert of(made, "workflows", "morning_operations") == [
        ("espn_roster", "a scraper that is available")
    ]


@pytest.mark.parametrize(
    ("using", "path", "what"),
    [
        (with_scraper("bdl_games", manual=None), ("scrapers", "bdl_games"), "in no workflow"),
        (
            with_scraper("bdl_standings", source="bdl"),
            ("scrapers", "bdl_standings", "source"),
            "bdl",
        ),
        (
            with_scraper("espn_roster", expects="games"),
            ("scrapers", "espn_roster", "expects"),
            "games for a team target",
        ),
        (
            with_scraper("bdl_games", dataset="standings"),
            ("scrapers", "bdl_games", "dataset"),
            "standings, as bdl_standings of the same source",
        ),
        (with_scraper("bdl_games", table="a.b"), ("scrapers", "bdl_games", "table"), "a.b"),
        (with_source("espn", rate=0.0), ("sources", "espn", "rate"), "0.0"),
        (with_source("espn", rate=float("nan")), ("sources", "espn", "rate"), "nan"),
        (with_source("espn", timeout=float("inf")), ("sources", "espn", "timeout"), "inf"),
        (with_source("espn", backoff=-15.0), ("sources", "espn", "backoff"), "-15.0"),
        (with_source("espn", tries=5), ("sources", "espn"), "tries x (timeout + backoff) = 115 s"),
        (with_source("espn", rate=0.001), ("sources", "espn"), "rate 0.001 and calls of 69 s"),
        (
            with_source("espn", key_in="cookie:a", secret="s"),
            ("sources", "espn", "key_in"),
            "cookie",
        ),
        (with_source("espn", secret="s"), ("sources", "espn"), "key_in None and secret s"),
    ],
)
def test_the_registry_and_the_sources(using: Config, path: tuple[object, ...], what: str) -> None:
    (problem,) = found(using)
    assert problem.path == path
    assert what in problem.found


def test_every_faulty_source_is_told_and_not_the_first_alone() -> None:
    two = with_source("espn", tries=0)
    two = replace(two, sources={**two.sources, "nba_cdn": replace(two.sources["nba_cdn"], tries=9)})
    assert {p.path[1] for p in found(two)} == {"espn", "nba_cdn"}


def test_every_topic_of_a_tick_has_a_job() -> None:
    jobs: dict[str, Job] = {k: j for k, j in config().jobs.items() if j.topic != "execute-sweep"}
    (problem,) = found(replace(config(), jobs=jobs))
    assert (problem.file, problem.found) == ("schedules", "no job for execute-sweep")
    strange = replace(config().jobs["execute-workflows"], topic="sweep")
    said = found(replace(config(), jobs={**config().jobs, "execute-workflows": strange}))
    assert [p.found for p in said] == ["sweep", "no job for execute-sweep"]
