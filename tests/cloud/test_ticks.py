"""Lock and ticks of one evening, on the emulated cloud and in memory: the same by id."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from operator import itemgetter
from typing import Any

import pytest

from shared import records
from shared.core.calendar import Calendar
from shared.core.messages import Content, Tick
from shared.core.ports import Row
from shared.gcp.world import connect
from shared.messages import Event
from shared.schema import Schemas
from shared.world import World
from sim.clock import ManualClock
from tests.cloud.emulators import Emulators
from tests.cloud.provision import provision
from tests.cloud.proxy import Proxy, before
from tests.cloud.rows import rows_of
from tests.contracts.cloud import settings_of
from tests.core.made import at, game
from tests.functions.worlds import Here, function

GAMES = (game(1, "19:00"), game(2, "19:30"), game(3, "22:00"))
#: ET wall times: the lock, then ticks from the first line to the morning after.
LOCK = "05:00"
TICKS = ("13:00", "15:00", "17:00", "19:00", "22:00", "+01:00", "+04:00")


@pytest.fixture
def proxy(emulators: Emulators) -> Iterator[Proxy]:
    """BigQuery, and what it was asked."""
    with before(emulators.bigquery.port, lambda _method, _path: None) as proxy:
        yield proxy


@pytest.fixture
def cloud(emulators: Emulators, proxy: Proxy) -> Iterator[World]:
    settings = replace(
        settings_of(emulators),
        environment="test",
        simulated_time=True,
        bigquery_emulator=proxy.url,
    )
    provision(settings)
    proxy.seen.clear()
    world = connect(settings)
    yield world
    world.close()


def deliver(world: World, name: str, content: Content, text: str) -> None:
    event = Event(content=content, message_id="m1", published_at=at(text))
    with world.clock.at(at(text)):
        function(name).handle(event, world)


def in_memory() -> Here:
    here = Here(ManualClock(at("00:00")))
    here.at("04:00")
    here.import_schedule(*GAMES)
    for name, text in [("schedule_locker", LOCK), *(("controller", text) for text in TICKS)]:
        here.at(text)
        here.deliver(name, Tick())
    return here


def test_an_evening_on_the_emulated_cloud_is_the_evening_in_memory(
    cloud: World, proxy: Proxy
) -> None:
    with cloud.clock.at(at("04:00")):
        name = records.schedule_name(cloud.clock.now())
        games = Calendar.of(GAMES).to_records()
        records.create(cloud.state, name, games, {"origin": "import"})
    deliver(cloud, "schedule_locker", Tick(), LOCK)
    for text in TICKS:
        deliver(cloud, "controller", Tick(), text)
    here = in_memory()

    def states(world: World) -> dict[str, tuple[bytes, dict[str, str]]]:
        return {s.name: (world.state.read(s.name), dict(s.metadata)) for s in world.state.list("")}

    assert states(cloud) == states(here.world)
    assert len(states(cloud)) > 2 * len(TICKS)
    # A tick appends and asks nothing: BigQuery saw inserts only.
    asked = {path.split("?")[0].rpartition("/")[2] for _, path, _ in proxy.seen}
    assert asked == {"insertAll"}
    for table, key in [
        ("daily_expected_schedule", "slot_id"),
        ("workflow_decisions", "decision_id"),
    ]:
        expected = {row[key]: given(row) for row in here.rows(table)}
        assert by_id(cloud, table, key) == expected
        assert expected


def test_a_redelivered_tick_appends_nothing_anew(cloud: World, proxy: Proxy) -> None:
    deliver(cloud, "controller", Tick(), "13:00")
    sent = len(proxy.seen)
    deliver(cloud, "controller", Tick(), "13:00")
    assert len(proxy.seen) == sent > 0


def given(row: Row) -> dict[str, Any]:
    """A row without what is null or empty (BigQuery answers [] for both), its JSON read."""
    told = {name: value for name, value in row.items() if value not in (None, [], ())}
    return told | {"context": json.loads(told["context"])} if "context" in told else told


def by_id(world: World, table: str, key: str) -> dict[str, dict[str, Any]]:
    """One row an id, the first: a RUN that nobody took up is decided again at the next tick."""
    place = f"{world.settings.project}.{world.settings.dataset}.{table}"
    schema = Schemas(world.settings.config / "tables").of(table)
    rows = rows_of(world.built["bigquery"](), place, schema)
    newest_first = sorted(rows, key=itemgetter("created_at"), reverse=True)
    return {row[key]: given(row) for row in newest_first}
