"""`tipoff smoke` on the emulated cloud: to its row, stuck, and with nothing there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shared import records
from shared.core.days import stamp
from shared.core.execution import failed_outcome
from shared.core.messages import ScrapeRequest
from shared.effects import outcome_name
from shared.handmade import chunk_by_hand
from shared.messages import Event
from shared.world import World
from tests.cloud.emulators import Emulators
from tests.cloud.functions import deployed
from tests.cloud.project import Project, furnished
from tests.tipoff.cli_run import Said, tipoff


@pytest.fixture(scope="module")
def project(emulators: Emulators, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project in which cleanup alone runs."""
    folder = tmp_path_factory.mktemp("functions")
    with deployed(emulators, folder, names=["cleanup"]) as running, furnished(running) as made:
        yield made


def smoke(emulators: Emulators, project: str, *args: object) -> Said:
    env = {**emulators.environment, "TIPOFF_ENVIRONMENT": "test"}
    return tipoff("smoke", "--project", project, *args, env=env)


def test_a_smoke_is_followed_to_its_row_and_orders_nothing(
    emulators: Emulators, project: Project
) -> None:
    told = smoke(emulators, project.deployment.project, "--json")
    assert told.code == 0, told
    answer = told.json
    assert [step["step"] for step in answer["seen"]] == ["published", "decided", "done", "row"]
    assert (answer["stuck"], answer["errors"]) == (None, [])
    assert answer["known"]["last tick"].startswith("none")
    name = f"cleanup.{stamp(datetime.fromisoformat(answer['tick']))}"
    (row,) = [row for row in project.rows("cleanup_operations") if row["cleanup_id"] == name]
    assert (row["files_checked"], row["republished_count"]) == (0, 0)
    names = {stored.name.partition("/")[0] for stored in project.world.state.list("")}
    assert names <= {"cleanups", "alerts"}


def test_a_second_smoke_of_the_same_minute_is_no_second_row(
    emulators: Emulators, project: Project
) -> None:
    told = [smoke(emulators, project.deployment.project) for _ in range(2)]
    assert [each.code for each in told] == [0, 0]
    assert "row" in told[1].out
    found = [row["cleanup_id"] for row in project.rows("cleanup_operations")]
    assert len(found) == len(set(found))


def test_a_tick_that_nobody_takes_up_is_told_with_where_to_look(
    emulators: Emulators, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("nobody")
    with deployed(emulators, folder, names=[]) as running, furnished(running):
        told = smoke(emulators, running.project, "--wait", 1)
    assert told.code == 1
    assert "not decided after 1 s: the subscription cleanup-tick-to-cleanup" in told.err


def test_what_the_row_tells_of_is_told_as_an_error(
    emulators: Emulators, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("unread")
    with deployed(emulators, folder, names=["cleanup"]) as running, furnished(running) as project:
        leave_a_file(project.world)
        dataset = project.world.settings.dataset
        project.bigquery.delete_table(f"{running.project}.{dataset}.file_processing_log")
        told = smoke(emulators, running.project)
    assert told.code == 1
    assert "the row tells: the loads could not be read, nothing is announced" in told.err


def leave_a_file(world: World) -> None:
    """A run of two hours ago names a file: whether it was loaded must be looked up."""
    then = world.clock.now() - timedelta(hours=2)
    asked = Event(content=ScrapeRequest(scraper="bdl_standings"), message_id="1", published_at=then)
    outcome = failed_outcome(
        chunk_by_hand(world, asked.expect(ScrapeRequest), asked), "lost", "", then
    )
    (run,) = outcome.results
    wrote = replace(
        run, status="success", record_count=1, path="bdl/standings/1.json", generation=1
    )
    outcome = replace(outcome, results=(wrote,))
    tags = records.outcome_metadata(outcome, world.config)
    records.create(world.state, outcome_name(outcome), outcome, tags)


def test_a_project_without_topics_is_told_at_once(emulators: Emulators) -> None:
    told = smoke(emulators, "nothing-here")
    assert told.code == 3
    assert "cleanup-tick" in told.err


@pytest.mark.parametrize("wait", [0, 1_801])
def test_a_wait_that_is_no_wait_is_refused(emulators: Emulators, wait: int) -> None:
    told = smoke(emulators, "nothing-here", "--wait", wait)
    assert told.code == 2
    assert f"--wait: found [{wait}]" in told.err
