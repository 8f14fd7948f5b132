"""The embedded bus against a plain model, in any order of calls, kills and waits.

Every message is delivered until it is acked or given up; an acked one never comes again; nothing
is lost; what is due comes in order. Time is the model's: nobody sleeps.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from local.bus import LocalBus
from local.delivery import AtOnce, Delivery, Subscription
from local.store import Store, process_mark
from shared.clock import DeliveryClock
from shared.core.ports import Message

NOON = datetime(2025, 11, 12, 17, tzinfo=UTC)
CLOCK = DeliveryClock()

#: `run` gives up after three; of `tick` two functions hear, one of them more patiently.
SUBSCRIPTIONS = (
    Subscription(
        name="run",
        topic="run",
        function="executor",
        max_attempts=3,
        max_backoff=timedelta(seconds=15),
    ),
    Subscription(
        name="tick-cleanup",
        topic="tick",
        function="cleanup",
        max_attempts=2,
        ack_deadline=timedelta(seconds=60),
    ),
    Subscription(name="tick-sweep", topic="tick", function="executor"),
)
TOPICS = ("run", "tick")

#: No process bears it: its start is not that of the first process of this machine.
DEAD = "1:0"


@dataclass
class Expected:
    """One message on its way to one subscription."""

    id: int
    message_id: str
    to: Subscription
    body: str
    published_at: datetime
    due: datetime
    dedup: str | None
    state: str = "pending"
    attempt: int = 0
    claimed_at: datetime = NOON
    #: Every time that it was given out.
    seen: int = 0


@dataclass
class Model:
    """What the bus should hold."""

    now: datetime = NOON
    all: dict[int, Expected] = field(default_factory=dict)
    last_id: int = 0

    def of(self, state: str) -> list[Expected]:
        return [each for each in self.all.values() if each.state == state]

    def due(self, subscription: str | None = None) -> list[Expected]:
        """What may be claimed now, in order."""
        found = [
            each
            for each in self.of("pending")
            if each.due <= self.now and subscription in (None, each.to.name)
        ]
        return sorted(found, key=lambda each: (each.due, each.id))

    def take(self, each: Expected, at: datetime) -> None:
        each.state, each.claimed_at = "running", at
        each.attempt += 1
        each.seen += 1


class Died(BaseException):
    """The process ends here."""


class Deadly(AtOnce):
    """Ends the process in the midst of a publish."""

    def deliver_at(
        self,
        topic: str,
        body: str,
        attributes: Mapping[str, str],
        published_at: datetime,
        attempt: int,
    ) -> datetime | None:
        if body == "die":
            raise Died
        return super().deliver_at(topic, body, attributes, published_at, attempt)


class BusMachine(RuleBasedStateMachine):
    """Any calls, by any process, in any order."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tipoff-bus-"))
        self.model = Model()
        self.bodies = 0
        #: Claims that somebody holds, also such as were given to another meanwhile.
        self.held: list[Delivery] = []
        self.open()

    def open(self) -> None:
        self.store = Store(self.folder)
        self.bus = LocalBus(self.store, CLOCK, SUBSCRIPTIONS, policy=Deadly())

    def teardown(self) -> None:
        if not hasattr(self, "folder"):
            return
        try:
            self.to_the_end()
        finally:
            self.store.close()
            shutil.rmtree(self.folder)

    # --- what is published ---------------------------------------------------------------

    @rule(
        topics=st.lists(st.sampled_from(TOPICS), min_size=1, max_size=4),
        dedup=st.none() | st.sampled_from(["a", "b"]),
    )
    def publish(self, topics: list[str], dedup: str | None) -> None:
        messages, expected = [], []
        for topic in topics:
            self.bodies += 1
            body = str(self.bodies)
            attributes = {"dedup": dedup} if dedup else {}
            messages.append(Message(topic=topic, body=body, attributes=attributes))
            expected.append(self._expect(topic, body, dedup))
        with CLOCK.at(self.model.now):
            assert list(self.bus.publish(messages)) == expected

    @rule(topics=st.lists(st.sampled_from(TOPICS), min_size=1, max_size=3))
    def die_while_publishing(self, topics: list[str]) -> None:
        """Of what was published with it nothing is there."""
        messages = [Message(topic=topic, body="never") for topic in topics]
        with CLOCK.at(self.model.now), pytest.raises(Died):
            self.bus.publish([*messages, Message(topic=topics[0], body="die")])
        self.killed_and_opened_again()

    def _expect(self, topic: str, body: str, dedup: str | None) -> str:
        for known in self.model.all.values():
            if dedup is not None and (known.to.topic, known.dedup) == (topic, dedup):
                return known.message_id
        message_id = str(self.model.last_id + 1)
        for subscription in SUBSCRIPTIONS:
            if subscription.topic == topic:
                self.model.last_id += 1
                self.model.all[self.model.last_id] = Expected(
                    id=self.model.last_id,
                    message_id=message_id,
                    to=subscription,
                    body=body,
                    published_at=self.model.now,
                    due=self.model.now,
                    dedup=dedup,
                )
        return message_id

    # --- what is given out ----------------------------------------------------------------

    @rule(
        limit=st.integers(0, 4),
        subscription=st.none() | st.sampled_from([each.name for each in SUBSCRIPTIONS]),
    )
    def claim(self, limit: int, subscription: str | None) -> None:
        expected = self.model.due(subscription)[:limit]
        given = self.bus.claim(self.model.now, limit, subscription=subscription)
        self._given(given, expected, self.model.now)

    @rule()
    def next_batch(self) -> None:
        """All of one instant and topic, as simulated time takes them: also before they are due."""
        waiting = sorted(self.model.of("pending"), key=lambda each: (each.due, each.to.topic))
        batch = self.bus.next_batch()
        if not waiting:
            assert batch is None
            return
        head = waiting[0]
        expected = [
            each for each in waiting if (each.due, each.to.topic) == (head.due, head.to.topic)
        ]
        assert batch is not None
        assert batch[0] == head.due
        self._given(batch[1], sorted(expected, key=lambda each: each.id), head.due)

    def _given(self, given: list[Delivery], expected: list[Expected], at: datetime) -> None:
        for each in expected:
            self.model.take(each, at)
        told = [
            (d.id, d.message_id, d.subscription, d.body, d.attempt, d.deliver_at) for d in given
        ]
        assert told == [(e.id, e.message_id, e.to.name, e.body, e.attempt, e.due) for e in expected]
        self.held += given

    # --- what becomes of it ---------------------------------------------------------------

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def ack(self, data: st.DataObject) -> None:
        """Also of what was given to another since: then it changes nothing."""
        held = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        self.bus.ack(held)
        if mine := self._claim_of(held):
            mine.state = "done"

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def nack(self, data: st.DataObject) -> None:
        held = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        self.bus.nack(held, self.model.now, "no")
        if (mine := self._claim_of(held)) is None:
            return
        if mine.attempt >= mine.to.max_attempts:
            mine.state = "dead"
        else:
            # 10 s, doubled with each attempt, up to the subscription's longest.
            wait = min(timedelta(seconds=10 * 2 ** (mine.attempt - 1)), mine.to.max_backoff)
            mine.state, mine.due = "pending", self.model.now + wait

    def _claim_of(self, held: Delivery) -> Expected | None:
        """What the claim is of, unless it was given out again or is settled."""
        found = self.model.all.get(held.id)
        current = found and found.state == "running" and found.attempt == held.attempt
        return found if current else None

    # --- what passes and what breaks --------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 10, 61, 599, 601, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.model.now += timedelta(seconds=seconds)

    @rule()
    def deadlines_are_looked_at(self) -> None:
        late = [
            each
            for each in self.model.of("running")
            if self.model.now - each.claimed_at > each.to.ack_deadline
        ]
        assert self.bus.recover(self.model.now) == len(late)
        for each in late:
            each.state = "pending"

    @rule()
    def killed_and_opened_again(self) -> None:
        """The claims are a dead process's; what it held is forgotten with it."""
        with self.store.write() as db:
            db.execute(
                "UPDATE messages SET claimed_by = ? WHERE claimed_by = ?", (DEAD, process_mark())
            )
        self.store.close()
        self.held = []
        self.open()
        lost = self.model.of("running")
        assert self.bus.recover() == len(lost)
        for each in lost:
            # Nobody was at fault: the attempt does not count.
            each.state, each.attempt = "pending", each.attempt - 1

    @rule()
    def dead_letters_are_replayed(self) -> None:
        dead = self.model.of("dead")
        with CLOCK.at(self.model.now):
            assert self.bus.replay_dead() == len(dead)
        for each in dead:
            each.state, each.attempt, each.due = "pending", 0, self.model.now

    @rule(seconds=st.sampled_from([0, 60, 3600]))
    def what_is_old_is_forgotten(self, seconds: int) -> None:
        before = self.model.now - timedelta(seconds=seconds)
        old = [each.id for each in self.model.of("done") if each.published_at < before]
        assert self.bus.prune(before) == len(old)
        for each in old:
            del self.model.all[each]

    # --- what is always so -------------------------------------------------------------------

    @invariant()
    def the_bus_holds_what_the_model_holds(self) -> None:
        if not hasattr(self, "folder"):
            return
        found = self.store.read("SELECT id, state, attempt, body FROM messages ORDER BY id")
        assert found == [
            (each.id, each.state, each.attempt, each.body)
            for each in sorted(self.model.all.values(), key=lambda each: each.id)
        ]
        waiting = self.model.of("pending")
        if waiting:
            first = min(each.due for each in waiting)
            assert self.bus.due_subscriptions(first - timedelta(microseconds=1)) == []
            assert self.bus.due_subscriptions(first) == sorted(
                {each.to.name for each in waiting if each.due == first}
            )
        assert [letter.delivery.id for letter in self.bus.dead()] == sorted(
            each.id for each in self.model.of("dead")
        )

    def to_the_end(self) -> None:
        """Whatever happened, all that was not given up is delivered and acked at last."""
        self.killed_and_opened_again()
        while waiting := self.model.of("pending"):
            self.model.now = max(self.model.now, min(each.due for each in waiting))
            expected = self.model.due()
            given = self.bus.claim(self.model.now, 1000)
            self._given(given, expected, self.model.now)
            self.bus.ack(*given)
            for each in expected:
                each.state = "done"
        assert {each.state for each in self.model.all.values()} <= {"done", "dead"}
        assert all(each.seen for each in self.model.all.values())
        assert self.bus.next_batch() is None
        self.the_bus_holds_what_the_model_holds()


def test_the_bus_does_what_a_plain_model_does() -> None:
    run_state_machine_as_test(
        BusMachine, settings=settings(max_examples=60, stateful_step_count=40)
    )


@pytest.mark.soak
def test_the_bus_does_what_a_plain_model_does_at_length() -> None:
    run_state_machine_as_test(
        BusMachine, settings=settings(max_examples=300, stateful_step_count=60)
    )
