"""A port that fails before or after any one of its calls: the end is the same.

One RUN of two steps, from tick to loads. A delivery whose handler raises comes again, as the
bus does it; nothing else is repaired by hand.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import time
from functools import cache
from typing import Any

import pytest

from shared.core.messages import Content, Tick
from shared.core.workflows import Config, Daily, Step
from shared.errors import PortUnavailable
from sim.clock import ManualClock
from tests.core.made import at, config_of, game, workflow
from tests.functions.worlds import ROUTES, Here

#: Calls that change something. (Reads that fail change nothing: the same redelivery.)
CHANGES = {
    "state": ("create_once",),
    "raw": ("create_once",),
    "journal": ("append",),
    "bus": ("publish",),
    "warehouse": ("load",),
}
#: What may differ between two runs of one story.
TIMES = ("_at", "_time", "duration_seconds")


class Counting:
    """A port whose n-th change fails, before or after it is made; n counts over all ports."""

    def __init__(self, port: Any, names: tuple[str, ...], fails: Callable[[], str]) -> None:
        self._port, self._names, self._fails = port, names, fails

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        return self._changing(method) if name in self._names else method

    def _changing(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            how = self._fails()
            if how == "before":
                raise PortUnavailable("before")
            result = method(*args, **kwargs)
            if how == "after":
                raise PortUnavailable("after")
            return result

        return call


def small() -> Config:
    """One workflow of two steps."""
    steps = (Step(scrapers=("bdl_standings",)), Step(scrapers=("bdl_active_players",)))
    morning = Daily(kind="daily", start=time(6), end=time(10))
    return config_of(workflow("w", morning, steps=steps))


#: The changes that append a plan's rows and confirm them: no decision waits for either.
PLAN_ROWS = (2, 3)


class Story:
    """A tick and all that follows, while one change fails."""

    def __init__(self, n: int, how: str) -> None:
        self.n, self.how, self.calls = n, how, 0
        self.here = Here(ManualClock(at("05:00")), small())
        self.here.import_schedule(game(1, "19:00"))
        self.here.at("06:00")
        for port, names in CHANGES.items():
            counting = Counting(getattr(self.here.world, port), names, self._next)
            object.__setattr__(self.here.world, port, counting)
        self.retries = 0
        self._run()

    def _next(self) -> str:
        self.calls += 1
        return self.how if self.calls == self.n else ""

    def _run(self) -> None:
        waiting: deque[tuple[str, Content]] = deque([("controller", Tick())])
        while waiting:
            name, content = waiting.popleft()
            try:
                self.here.deliver(name, content)
            except PortUnavailable:
                self.retries += 1
                waiting.append((name, content))
            for each in self.here.bus.published[self._seen :]:
                waiting.append((ROUTES.get(each.message.topic, "scraper"), _open(each.message)))
            self._seen = len(self.here.bus.published)

    _seen = 0

    def sweep(self) -> None:
        """A quarter of an hour later."""
        self.here.at("06:15")
        self.here.deliver("executor", Tick())

    def end(self) -> Mapping[str, object]:
        """Everything that remains, without times."""
        here = self.here
        tables = ("daily_expected_schedule", "workflow_decisions", "workflow_executions",
                  "scraper_execution_log", "file_processing_log")  # fmt: skip
        raw = ("bdl_standings", "bdl_active_players_current")
        return {
            "state": [s.name for s in here.state.list("")],
            "files": {s.name: here.raw.read(s.name) and s.generation for s in here.raw.list("")},
            **{table: [_timeless(row) for row in here.rows(table)] for table in tables},
            **{table: [_timeless(row) for row in here.warehouse.rows(table)] for table in raw},
        }


def _open(message: Any) -> Content:
    from shared.messages import parse_content
    from tests.functions.worlds import ALL_KINDS

    return parse_content(message.body, ALL_KINDS, None)


def _timeless(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if not key.endswith(TIMES)}


@cache
def undisturbed() -> Story:
    return Story(0, "")


def test_the_undisturbed_story_does_all_that_there_is_to_do() -> None:
    story = undisturbed()
    end = story.end()
    assert story.retries == 0
    assert {name: len(end[name]) for name in list(end)[2:]} == {  # type: ignore[arg-type]
        "daily_expected_schedule": 1,
        "workflow_decisions": 1,
        "workflow_executions": 1,
        "scraper_execution_log": 2,
        "file_processing_log": 2,
        "bdl_standings": 1,
        "bdl_active_players_current": 1,
    }
    assert story.calls > 20


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_crash_at_any_change_ends_as_if_there_had_been_none(how: str) -> None:
    for n in range(1, undisturbed().calls + 1):
        story = Story(n, how)
        assert story.retries == (0 if n in PLAN_ROWS else 1), n
        if n in PLAN_ROWS:
            story.sweep()
        assert story.end() == undisturbed().end(), n
        # A crash after the file was written asks nobody again; one before it must.
        assert len(story.here.asked) <= 3
