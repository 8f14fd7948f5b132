"""The cloud's world: what it needs to be told, and what it loads when."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.clock import DeliveryClock
from shared.core.errors import BadInput
from shared.gcp import clients
from shared.gcp.files import GcsFiles
from shared.gcp.lazy import Lazy
from shared.gcp.world import connect
from shared.settings import read_settings
from tests.cloud.emulators import Emulators
from tests.contracts.cloud import open_world, settings_of

ROOT = Path(__file__).resolve().parents[2]

#: Opens the world and does as its argument says; prints which of Google's clients are loaded.
PROBE = """
import json, sys
from shared.settings import read_settings
from shared.gcp.world import connect
from shared.core.ports import Message
world = connect(read_settings())
{do}
names = ("bigquery", "pubsub_v1", "storage", "secretmanager")
print(json.dumps([name for name in names if "google.cloud." + name in sys.modules]))
print(json.dumps("google.api_core" in sys.modules))
world.close()
"""


@pytest.mark.parametrize("project", [None, ""])
def test_a_world_without_a_project_is_refused(project: str | None) -> None:
    env = {} if project is None else {"GOOGLE_CLOUD_PROJECT": project}
    with pytest.raises(BadInput, match="GOOGLE_CLOUD_PROJECT"):
        connect(read_settings(env))


def test_the_buckets_are_named_after_the_project_unless_said() -> None:
    told = read_settings({"GOOGLE_CLOUD_PROJECT": "p"})
    assert (told.state_bucket, told.raw_bucket) == ("p-tipoff-state", "p-tipoff-raw")
    named = read_settings({"GOOGLE_CLOUD_PROJECT": "p", "TIPOFF_STATE_BUCKET": "s"})
    assert (named.state_bucket, named.raw_bucket) == ("s", "p-tipoff-raw")


@pytest.mark.parametrize(
    ("do", "loaded"),
    [
        ("pass", []),
        ("world.state.stat('nothing')", ["storage"]),
        ("world.bus.publish([Message(topic='nobody', body='{}')])", ["pubsub_v1"]),
        ("assert world.secrets.get('odds-api-key') == 'k-123'", ["secretmanager"]),
        ("world.journal.loads([])", []),
    ],
    ids=["nothing", "state", "bus", "secrets", "no loads"],
)  # fmt: skip
def test_a_function_loads_only_the_clients_that_it_uses(
    emulators: Emulators, do: str, loaded: list[str]
) -> None:
    project = str(settings_of(emulators).project)
    told = subprocess.run(
        [sys.executable, "-c", PROBE.format(do=do)],
        env={
            **os.environ,
            **emulators.environment,
            "GOOGLE_CLOUD_PROJECT": project,
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert told.returncode == 0, told.stderr
    found, core = [json.loads(line) for line in told.stdout.splitlines()[-2:]]
    assert found == loaded
    assert core is bool(loaded)


def test_an_object_remembers_the_simulated_instant_at_which_it_was_created(
    emulators: Emulators,
) -> None:
    world = open_world(settings_of(emulators))
    noon = datetime(2025, 11, 12, 17, tzinfo=UTC)
    with world.clock.at(noon):
        made = world.files.create_once("at-noon", b"").stored
    assert made.created_at == noon
    assert made.metadata == {}
    # A listing hides nothing: whoever ends a step sees what ended at a later simulated second.
    with world.clock.at(noon - timedelta(hours=1)):
        assert world.files.list("") == [made]
        assert world.files.stat("at-noon") == made
    world.close()


def test_two_instances_that_write_the_same_body_do_not_both_win(emulators: Emulators) -> None:
    settings = settings_of(emulators)
    client = Lazy(lambda: clients.storage(settings))
    client().create_bucket(str(settings.raw_bucket))
    one, other = (GcsFiles(client, str(settings.raw_bucket), DeliveryClock()) for _ in range(2))
    assert one.create_once("resent/1", b"{}").created
    assert not other.create_once("resent/1", b"{}").created
    assert not one.create_once("resent/1", b"{}").created
    client.close()
