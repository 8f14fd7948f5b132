"""The bus delivers at least once, gives up in time, and forgets nothing when killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.bus import LocalBus
from local.delivery import After, Subscription
from local.store import Store
from shared.clock import DeliveryClock
from shared.core.errors import BadInput
from shared.core.ports import Message
from shared.errors import PortUnavailable

NOON = datetime(2025, 11, 12, 12, tzinfo=UTC)
CLOCK = DeliveryClock()
ROOT = Path(__file__).resolve().parents[2]


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def open_bus(folder: Path, policy: object = None) -> LocalBus:
    subscriptions = [
        Subscription(name="executor-run", topic="run", function="executor", max_attempts=3),
        Subscription(name="cleanup", topic="cleanup-tick", function="cleanup"),
        Subscription(name="sweep", topic="cleanup-tick", function="executor"),
    ]
    return LocalBus(Store(folder), CLOCK, subscriptions, policy=policy, topics=["later"])  # type: ignore[arg-type]


def publish(
    bus: LocalBus, topic: str, body: str = "{}", at: datetime = NOON, **attributes: str
) -> str:
    with CLOCK.at(at):
        (result,) = bus.publish([Message(topic=topic, body=body, attributes=attributes)])
    assert isinstance(result, str)
    return result


def test_every_subscription_of_a_topic_gets_the_message_once(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    message_id = publish(bus, "cleanup-tick", '{"a": 1}', tick="12:00")
    deliveries = bus.claim(NOON, 10)
    assert [(d.subscription, d.function) for d in deliveries] == [
        ("cleanup", "cleanup"),
        ("sweep", "executor"),
    ]
    assert {d.message_id for d in deliveries} == {message_id}
    assert {d.attempt for d in deliveries} == {1}
    assert deliveries[0].body == '{"a": 1}'
    assert deliveries[0].attributes == {"tick": "12:00"}
    assert deliveries[0].published_at == deliveries[0].deliver_at == NOON
    assert bus.claim(NOON, 10) == []
    bus.ack(*deliveries)
    assert bus.counts()["cleanup-tick"] == {"done": 2}


def test_a_message_is_due_at_its_instant_not_before(tmp_path: Path) -> None:
    bus = open_bus(tmp_path, After(seconds(5)))
    publish(bus, "run")
    assert bus.due_subscriptions(NOON + seconds(4.999999)) == []
    assert bus.claim(NOON + seconds(4.999999), 10) == []
    assert bus.due_subscriptions(NOON + seconds(5)) == ["executor-run"]
    assert len(bus.claim(NOON + seconds(5), 10)) == 1
    assert bus.pending() == {}


def test_the_oldest_come_first_and_a_limit_holds(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    for minute in (3, 1, 2):
        publish(bus, "run", str(minute), NOON + timedelta(minutes=minute))
    later = NOON + timedelta(hours=1)
    assert [d.body for d in bus.claim(later, 2)] == ["1", "2"]
    assert bus.claim(later, 0) == []
    assert [d.body for d in bus.claim(later, 2)] == ["3"]


def test_a_subscription_can_be_claimed_alone(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    publish(bus, "cleanup-tick")
    assert [d.subscription for d in bus.claim(NOON, 9, subscription="sweep")] == ["sweep"]
    assert bus.claim(NOON, 9, subscription="sweep") == []
    assert bus.pending() == {"cleanup-tick": 1}


def test_a_dedup_key_makes_two_publishes_one_message(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    first = publish(bus, "run", dedup="tick-1")
    assert publish(bus, "run", dedup="tick-1") == first
    assert publish(bus, "run", dedup="tick-2") != first
    # A key belongs to its topic, and is remembered after the message is done.
    assert publish(bus, "cleanup-tick", dedup="tick-1") != first
    bus.ack(*bus.claim(NOON, 10))
    assert publish(bus, "run", dedup="tick-1") == first
    assert bus.pending() == {}


def test_a_failed_delivery_waits_longer_each_time_and_dies_after_the_last(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    publish(bus, "run", "poison")
    now = NOON
    for attempt, wait in ((1, 10), (2, 20)):  # 10 s doubled
        (delivery,) = bus.claim(now, 1)
        assert delivery.attempt == attempt
        assert bus.nack(delivery, now, f"error {attempt}") == "pending"
        assert bus.due_subscriptions(now + seconds(wait - 0.000001)) == []
        assert bus.due_subscriptions(now + seconds(wait)) == ["executor-run"]
        now += seconds(wait)
    (delivery,) = bus.claim(now, 1)
    assert bus.nack(delivery, now, "error 3") == "dead"  # max_attempts=3
    assert bus.pending() == {}
    (letter,) = bus.dead()
    assert (letter.delivery.body, letter.delivery.attempt, letter.error) == (
        "poison",
        3,
        "error 3",
    )


@pytest.mark.parametrize(
    ("attempt", "wait"),
    # 10 s doubled each time: 10, 20, 40, 80, 160, 320, then 640 is cut to 600.
    [(1, 10), (2, 20), (6, 320), (7, 600), (30, 600), (5000, 600)],
)
def test_the_back_off_doubles_up_to_ten_minutes(attempt: int, wait: int) -> None:
    subscription = Subscription(name="s", topic="t", function="f")
    assert subscription.backoff(attempt) == seconds(wait)


def test_dead_letters_are_replayed_with_all_their_attempts(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    for body in ("one", "two"):
        publish(bus, "run", body)
    now = NOON
    while deliveries := bus.claim(now, 10):
        for delivery in deliveries:
            bus.nack(delivery, now, "no")
        now += timedelta(hours=1)
    one, two = bus.dead()
    with CLOCK.at(now):
        assert bus.replay_dead([two.delivery.id]) == 1
        assert bus.replay_dead([two.delivery.id, 99]) == 0
    (again,) = bus.claim(now, 10)
    assert (again.body, again.attempt, again.published_at) == ("two", 1, NOON)
    assert [letter.delivery.id for letter in bus.dead()] == [one.delivery.id]
    with CLOCK.at(now):
        assert bus.replay_dead() == 1


class Loses:
    """Loses the first delivery of each message, or every one of topic `run`."""

    def deliver_at(
        self,
        topic: str,
        body: str,
        attributes: Mapping[str, str],
        published_at: datetime,
        attempt: int,
    ) -> datetime | None:
        return None if body == f"lose {attempt}" else published_at


def test_what_a_policy_loses_is_counted_and_never_delivered(tmp_path: Path) -> None:
    bus = open_bus(tmp_path, Loses())
    publish(bus, "run", "lose 1")
    publish(bus, "run", "lose 2")
    (delivery,) = bus.claim(NOON, 10)
    assert delivery.body == "lose 2"
    assert bus.nack(delivery, NOON, "no") == "lost"
    assert bus.counts()["run"] == {"lost": 2}
    assert bus.pending() == {}


def test_a_batch_is_one_instant_and_one_topic_in_order(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    later = NOON + seconds(1)
    publish(bus, "run", "late", later)
    publish(bus, "run", "b")
    publish(bus, "cleanup-tick", "a")
    publish(bus, "run", "c")
    batches = []
    while (batch := bus.next_batch()) is not None:
        instant, deliveries = batch
        assert all(d.simulated and d.deliver_at == instant for d in deliveries)
        batches.append((instant, [d.body for d in deliveries]))
    assert batches == [(NOON, ["a", "a"]), (NOON, ["b", "c"]), (later, ["late"])]


def test_no_batch_comes_from_behind_the_end(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    publish(bus, "run")
    assert bus.next_batch(NOON - seconds(0.000001)) is None
    assert bus.next_batch(NOON) is not None


def test_a_late_ack_does_not_end_the_delivery_that_took_over(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    publish(bus, "run")
    (slow,) = bus.claim(NOON, 1)
    assert bus.recover(NOON + seconds(600)) == 0  # the deadline is 600 s: not past it
    assert bus.recover(NOON + seconds(601)) == 1
    (second,) = bus.claim(NOON + seconds(601), 1)
    assert (second.attempt, second.deliver_at) == (2, NOON)
    bus.ack(slow)
    bus.nack(slow, NOON, "late")
    assert bus.counts()["run"] == {"running": 1}
    bus.ack(second)
    assert bus.counts()["run"] == {"done": 1}


def test_an_interrupted_driver_takes_its_own_deliveries_back(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    publish(bus, "run")
    bus.next_batch()
    assert bus.recover() == 0  # this process is alive
    assert bus.recover(own=True) == 1
    (delivery,) = bus.claim(NOON, 1)
    assert (delivery.attempt, delivery.deliver_at) == (1, NOON)


def test_a_delivery_of_a_killed_process_comes_again_at_its_own_instant(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    for number in range(3):
        publish(bus, "run", str(number), NOON + seconds(number))
    script = (
        "import sys, signal; from pathlib import Path; from tests.local.test_bus import open_bus\n"
        "bus = open_bus(Path(sys.argv[1])); bus.ack(*bus.next_batch()[1]); bus.next_batch()\n"
        "print('claimed', flush=True); signal.pause()\n"
    )
    driver = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert driver.stdout is not None
    assert driver.stdout.readline() == b"claimed\n"
    assert bus.recover() == 0
    assert bus.counts()["run"] == {"done": 1, "running": 1, "pending": 1}
    driver.kill()
    driver.wait()
    driver.stdout.close()
    assert bus.recover() == 1
    batch = bus.next_batch()
    assert batch is not None
    instant, (delivery,) = batch
    assert (instant, delivery.body, delivery.attempt) == (NOON + seconds(1), "1", 1)


def test_no_delivery_is_claimed_twice(tmp_path: Path) -> None:
    buses = [open_bus(tmp_path) for _ in range(4)]
    for number in range(100):
        publish(buses[0], "run", str(number))
    with ThreadPoolExecutor(8) as pool:
        claims = pool.map(lambda n: buses[n % 4].claim(NOON, 3), range(80))
    bodies = [delivery.body for claim in claims for delivery in claim]
    assert sorted(bodies, key=int) == [str(number) for number in range(100)]


def test_a_topic_without_subscription_takes_messages_to_nowhere(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    assert publish(bus, "later")
    assert bus.pending() == {}


def test_attributes_that_are_not_text_are_refused(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    bad = Message(topic="run", body="{}", attributes={"n": 1})  # type: ignore[dict-item]
    (result,) = bus.publish([bad])
    assert isinstance(result, BadInput)


def test_a_store_that_fails_is_every_messages_result(tmp_path: Path) -> None:
    store = Store(tmp_path)
    bus = LocalBus(store, CLOCK, [Subscription(name="s", topic="t", function="f")])
    with store.write() as db:
        db.execute("DROP TABLE messages")
    results = bus.publish([Message(topic="t", body="{}"), Message(topic="x", body="{}")])
    assert isinstance(results[0], PortUnavailable)
    assert isinstance(results[1], BadInput)


def test_two_subscriptions_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = [Subscription(name="s", topic="t", function="f")] * 2
    with pytest.raises(BadInput, match="each name once"):
        LocalBus(Store(tmp_path), CLOCK, twice)


def test_what_is_done_is_forgotten_when_it_is_old(tmp_path: Path) -> None:
    bus = open_bus(tmp_path)
    publish(bus, "run", "old")
    publish(bus, "run", "new", NOON + seconds(60))
    bus.ack(*bus.claim(NOON + seconds(60), 10))
    publish(bus, "run", "old but pending")
    assert bus.prune(NOON + seconds(30)) == 1
    assert bus.counts()["run"] == {"done": 1, "pending": 1}
    # Ids of what was forgotten are not given again.
    assert int(publish(bus, "run")) == 4
