"""Any one message is lost for ever: sweeps and cleanups bring the story to the same end."""

from __future__ import annotations

from collections import deque
from datetime import timedelta

import pytest

from shared.core.messages import Content, Tick
from shared.messages import parse_content
from sim.clock import ManualClock
from tests.core.made import at, game
from tests.functions.test_crashes import small
from tests.functions.worlds import ALL_KINDS, ROUTES, Here


def told(lost: int | None, *, twice: bool = False) -> tuple[Here, int]:
    """The story with the n-th message lost (or every message delivered twice, in reverse)."""
    here = Here(ManualClock(at("05:00")), small())
    here.import_schedule(game(1, "19:00"))
    here.at("06:00")
    here.deliver("controller", Tick())
    count = travel(here, 0, lost, twice=twice)
    for quarter in range(1, 9):
        here.clock.set(at("06:00") + timedelta(minutes=15 * quarter))
        for name in ("executor", "cleanup"):
            here.deliver(name, Tick())
        count = travel(here, count, lost, twice=twice)
    return here, count


def travel(here: Here, count: int, lost: int | None, *, twice: bool) -> int:
    """Deliver what was published; returns how many messages there have been."""
    waiting: deque[tuple[str, Content]] = deque()
    while True:
        for each in here.bus.pull():
            count += 1
            if count != lost:
                content = parse_content(each.message.body, ALL_KINDS, None)
                found = (ROUTES.get(each.message.topic, "scraper"), content)
                waiting.extend([found, found] if twice else [found])
        if not waiting:
            return count
        here.deliver(*(waiting.pop() if twice else waiting.popleft()))


def ending(here: Here) -> dict[str, object]:
    """What counts in the end: how it ended, what was obtained, what is loaded, each once."""
    (execution,) = here.rows("workflow_executions")
    return {
        "status": execution["status"],
        "error": execution["error_message"],
        "runs": sorted((r["run_id"], r["status"]) for r in here.rows("scraper_execution_log")),
        "files": [s.name for s in here.raw.list("")],
        "loads": sorted(
            (r["processing_id"], r["status"]) for r in here.rows("file_processing_log")
        ),
        "standings": len(here.warehouse.rows("bdl_standings")),
        "players": len(here.warehouse.rows("bdl_active_players_current")),
    }


EVERY = 7  # one order, two chunks, two files, two reports


def test_the_undisturbed_story_has_seven_messages() -> None:
    here, count = told(None)
    assert count == EVERY
    assert ending(here)["status"] == "completed"
    assert here.names("resent/") == here.names("republished/") == []


@pytest.mark.parametrize("lost", range(1, EVERY + 1))
def test_a_lost_message_is_made_good(lost: int) -> None:
    here, _ = told(lost)
    assert ending(here) == ending(told(None)[0])
    # Nothing was asked for twice: what is there is used.
    assert len(here.asked) == 2


def test_every_message_twice_and_in_reverse_changes_nothing() -> None:
    here, count = told(None, twice=True)
    assert ending(here) == ending(told(None)[0])
    assert len(here.asked) == 2
    assert count >= EVERY
