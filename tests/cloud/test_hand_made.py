"""The runbook's lines for gcloud work: their very bodies, read from it, reach the functions."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from shared import records
from shared.core.days import day_of_instant, iso, wall
from shared.core.ports import Message
from shared.messages import NOW
from sim.sources.server import SourceServer
from sim.sources.world import SourceWorld
from tests.cloud.emulators import Emulators
from tests.cloud.evening import the_day
from tests.cloud.functions import deployed
from tests.cloud.project import Project, furnished

ROOT = Path(__file__).resolve().parents[2]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
#: topic -> body, as the runbook publishes it.
PUBLISHED = dict(re.findall(r"gcloud pubsub topics publish (\S+) --message '([^']+)'", RUNBOOK))
#: function -> CloudEvent, as the runbook calls it.
CALLED = dict(re.findall(r"gcloud functions call (\S+) .*--cloud-event '([^']+)'", RUNBOOK))


def quick(folder: Path) -> Path:
    """The configuration, with no source that must be asked slowly.

    A tick in real time runs what the hour asks for: in the morning the rosters of thirty teams,
    of a source that may be asked every three seconds.
    """
    shutil.copytree(ROOT / "config", folder)
    sources = folder / "sources.yaml"
    slow = re.compile(r"^( +rate:) [0-2](\.\d+)?\b", re.MULTILINE)
    text, changed = slow.subn(r"\1 10", sources.read_text("utf-8"))
    assert changed
    sources.write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def project(emulators: Emulators, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    day = the_day()
    sources = SourceWorld(day.calendar, seed=day.seed, troubles=False)
    config = quick(tmp_path_factory.mktemp("quick") / "config")
    with (
        SourceServer(sources, clock=lambda: datetime.now(UTC)) as server,
        deployed(
            emulators,
            tmp_path_factory.mktemp("functions"),
            env={"TIPOFF_SOURCES_URL": server.url, "TIPOFF_CONFIG": str(config)},
        ) as running,
        furnished(running) as made,
    ):
        yield made


def published(project: Project, topic: str) -> str:
    """Publish the runbook's body for `topic`, without attributes, as gcloud does; its id."""
    (found,) = project.world.bus.publish([Message(topic=topic, body=PUBLISHED[topic])])
    assert isinstance(found, str)
    return found


def test_the_runbook_has_lines_for_ticks_runs_and_scrapes() -> None:
    assert {"controller-tick", "run-decisions", "scrape-nba-static"} <= PUBLISHED.keys()
    assert "controller" in CALLED


def test_an_empty_object_on_a_tick_topic_is_a_tick_of_this_minute(project: Project) -> None:
    began = datetime.now(UTC)
    published(project, "controller-tick")
    # Published within this minute, or just in the next one.
    minutes = {records.tick_name(at) for at in (_minute(began), _minute(datetime.now(UTC)))}
    project.wait(lambda: not minutes & set(_ticks(project)))
    project.settle()


def test_a_run_by_hand_becomes_an_execution_under_the_messages_id(project: Project) -> None:
    message_id = published(project, "run-decisions")
    day = day_of_instant(datetime.now(UTC))
    project.settle([records.finished_name(day, f"manual.{message_id}") + records.DONE])
    rows = project.rows("workflow_executions")
    # Rows may come twice: the id makes them one.
    assert {r["workflow_name"] for r in rows if r["execution_id"] == f"manual.{message_id}"} == {
        "betting_lines"
    }


def test_a_scrape_by_hand_becomes_a_chunk_under_the_messages_id(project: Project) -> None:
    message_id = published(project, "scrape-nba-static")
    day = day_of_instant(datetime.now(UTC))
    name = records.outcome_name(day, f"manual.{message_id}", 1, "nbac_injury_report", 1)
    project.wait(lambda: project.world.state.stat(name + records.DONE) is None)
    rows = project.rows("scraper_execution_log")
    assert {r["scraper_name"] for r in rows if r["run_id"].startswith(f"manual.{message_id}.")} == {
        "nbac_injury_report"
    }


@pytest.mark.parametrize("structured", [True, False], ids=["structured", "binary"])
def test_a_cloud_event_by_hand_is_a_tick(project: Project, structured: bool) -> None:
    event = json.loads(CALLED["controller"])
    data = event.pop("data")
    if structured:
        body, headers = {**event, "data": data}, {"Content-Type": "application/cloudevents+json"}
    else:
        body = data
        headers = {f"ce-{key}": value for key, value in event.items()}
    seen = project.deployment.logged("controller")
    status = project.deployment.post(
        "controller", json.dumps(body).encode(), topic="controller-tick", headers=headers
    )
    assert status == 200
    log = project.deployment.log("controller", seen)
    assert "refuse" not in {line.get("action") for line in log}
    assert _ticks(project)
    project.settle()


def test_a_call_by_hand_at_14_37_is_not_swallowed_as_the_tick_of_14_00(project: Project) -> None:
    day = the_day().date
    hours = [wall(day, time(14)), wall(day, time(14, 37))]
    for at in hours:
        assert project.deployment.post("controller", _push(at), topic="controller-tick") == 200
    ticks = _ticks(project)
    assert records.tick_name(hours[0]) in ticks
    assert records.tick_name(hours[1]) in ticks
    told = [row["tick"] for row in project.rows("workflow_decisions")]
    assert {"20251112T190000Z", "20251112T193700Z"} <= set(told)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _ticks(project: Project) -> list[str]:
    listing = project.world.state.list("ticks/")
    return [s.name for s in listing if not s.name.endswith(records.DONE)]


def _push(at: datetime) -> bytes:
    """The runbook's tick as it arrives when it is published at `at`."""
    found: dict[str, Any] = {
        "data": base64.b64encode(PUBLISHED["controller-tick"].encode()).decode(),
        "attributes": {NOW: iso(at)},
        "messageId": f"by-hand-{at:%H%M}",
        "publishTime": iso(at),
    }
    return json.dumps({"message": found, "subscription": "projects/p/subscriptions/s"}).encode()
