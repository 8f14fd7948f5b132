"""Bus, secrets, pool and clock: what every world promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.core.errors import BadInput
from shared.core.ports import Message
from shared.errors import MissingSecret, PortUnavailable
from tests.contracts.worlds import World


def test_each_message_has_its_own_result_and_one_failure_stops_no_other(world: World) -> None:
    results = world.bus.publish(
        [
            Message(topic="run-decisions", body='{"n": 1}', attributes={"tick": "é"}),
            Message(topic="no-such-topic", body="{}"),
            Message(topic="files-ready", body=""),
            Message(topic="files-ready", body='{"n": 2}'),
        ]
    )
    assert len(results) == 4
    first, unknown, empty, last = results
    assert isinstance(first, str)
    # In the cloud a topic may only not be there yet.
    assert isinstance(unknown, BadInput | PortUnavailable)
    assert isinstance(empty, BadInput)
    assert isinstance(last, str)
    assert world.pull() == [
        (first, Message(topic="run-decisions", body='{"n": 1}', attributes={"tick": "é"})),
        (last, Message(topic="files-ready", body='{"n": 2}')),
    ]
    assert world.pull() == []


def test_ids_of_messages_are_their_own_also_for_equal_messages(world: World) -> None:
    message = Message(topic="files-ready", body="{}")
    first, second = world.bus.publish([message, message])
    (third,) = world.bus.publish([message])
    assert len({first, second, third}) == 3


def test_publishing_nothing_is_fine(world: World) -> None:
    assert list(world.bus.publish([])) == []


def test_a_secret_is_read_by_name(world: World) -> None:
    assert world.secrets.get("odds-api-key") == "k-123"


def test_a_missing_secret_is_named(world: World) -> None:
    with pytest.raises(MissingSecret, match="other-key"):
        world.secrets.get("other-key")


def test_a_pool_answers_in_order(world: World) -> None:
    assert list(world.pool.map(lambda n: n * n, range(20))) == [n * n for n in range(20)]
    assert list(world.pool.map(str, [])) == []


def test_one_bad_item_stops_no_sibling_and_the_first_error_is_raised_at_the_end(
    world: World,
) -> None:
    done: list[int] = []

    def do(n: int) -> int:
        if n in {2, 5}:
            message = f"item {n}"
            raise ValueError(message)
        done.append(n)
        return n

    with pytest.raises(ValueError, match="item 2"):
        world.pool.map(do, range(8))
    assert sorted(done) == [0, 1, 3, 4, 6, 7]


def test_time_is_aware_in_utc_and_passes_with_sleep(world: World) -> None:
    before = world.clock.now()
    world.clock.sleep(0.01)
    assert before.tzinfo == UTC
    assert world.clock.now() - before >= timedelta(seconds=0.01)


def test_a_delivery_can_live_at_an_instant_of_its_own(world: World) -> None:
    instant = datetime(2026, 3, 8, 6, 59, tzinfo=UTC)
    before = world.clock.now()
    with world.clock.at(instant):
        assert world.clock.simulated
        world.clock.sleep(400)
        assert world.clock.now() == instant + timedelta(seconds=400)
        created = world.files.create_once("at", b"x").stored.created_at
    assert created == instant + timedelta(seconds=400)
    assert timedelta(0) <= world.clock.now() - before < timedelta(seconds=60)
