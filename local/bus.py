"""An at-least-once bus in the store: topics, subscriptions, back-off and dead letters."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local import messages as rows
from local.delivery import AtOnce, DeadLetter, Delivery, Subscription
from local.store import from_micros, process_alive, process_mark, to_micros
from shared.core.errors import BadInput
from shared.errors import PortUnavailable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from local.delivery import DeliveryPolicy
    from local.store import Store
    from shared.core.ports import Clock, Message

#: The attribute that makes messages of a topic with one value one message.
DEDUP = "dedup"


class LocalBus:
    """One row in `messages` for each message and subscription.

    States: pending, running (claimed by a process), done, dead (given up), lost (a policy's
    loss on the way). Several processes may publish and deliver at once.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        subscriptions: Iterable[Subscription],
        *,
        policy: DeliveryPolicy | None = None,
        topics: Collection[str] = (),
    ) -> None:
        """`topics` are allowed without a subscription: their messages go nowhere."""
        self._store = store
        self._clock = clock
        self._policy = policy or AtOnce()
        self._by_topic: dict[str, list[Subscription]] = {topic: [] for topic in topics}
        self._by_name: dict[str, Subscription] = {}
        for subscription in subscriptions:
            if subscription.name in self._by_name:
                raise BadInput("subscription", subscription.name, "each name once")
            self._by_name[subscription.name] = subscription
            self._by_topic.setdefault(subscription.topic, []).append(subscription)
        self._mark = process_mark()
        self._changed = threading.Condition()
        self._changes = 0

    @property
    def subscriptions(self) -> Sequence[Subscription]:
        """All subscriptions, in the order given."""
        return list(self._by_name.values())

    def publish(self, messages: Sequence[Message]) -> Sequence[str | Exception]:
        """Publish each, all in one transaction; per message its id or why it failed.

        An unknown topic, an empty body or attributes that are not text is that message's
        BadInput. A message with the attribute `dedup` that is known already answers its id.
        """
        published_at = self._clock.now()
        results: list[str | Exception] = [self._refusal(message) or "" for message in messages]
        try:
            with self._store.write() as db:
                following = rows.last_id(db) + 1
                for index, message in enumerate(messages):
                    if results[index] == "":
                        results[index], following = self._insert(
                            db, message, published_at, following
                        )
        except PortUnavailable as e:
            return [result if isinstance(result, BadInput) else e for result in results]
        self.wake()
        return results

    def claim(
        self, now: datetime, limit: int, *, subscription: str | None = None
    ) -> list[Delivery]:
        """Take up to `limit` deliveries that are due at `now`, the oldest first."""
        where = "state = 'pending' AND deliver_at <= ?"
        values: list[Any] = [to_micros(now)]
        if subscription is not None:
            where += " AND subscription = ?"
            values.append(subscription)
        select = f"SELECT id FROM messages WHERE {where} ORDER BY deliver_at, id LIMIT ?"
        values.append(limit)
        if limit <= 0 or not self._store.read(select, values):  # idle polls take no lock
            return []
        with self._store.write() as db:
            ids = [row[0] for row in db.execute(select, values).fetchall()]
            return rows.take(db, ids, self._mark, now)

    def due_subscriptions(self, now: datetime) -> list[str]:
        """Whose deliveries are due at `now`; one that the configuration has no more among them."""
        found = self._store.read(
            "SELECT DISTINCT subscription FROM messages WHERE state = 'pending'"
            " AND deliver_at <= ? ORDER BY subscription",
            (to_micros(now),),
        )
        return [str(name) for (name,) in found]

    def next_batch(self, until: datetime | None = None) -> tuple[datetime, list[Delivery]] | None:
        """Claim the next pending deliveries of one instant and one topic, for simulated time.

        Ordered by instant, then topic. None when nothing is pending up to and including
        `until`.
        """
        with self._store.write() as db:
            head = db.execute(
                "SELECT deliver_at, topic FROM messages WHERE state = 'pending'"
                " ORDER BY deliver_at, topic LIMIT 1"
            ).fetchone()
            if head is None or (until is not None and head[0] > to_micros(until)):
                return None
            found = db.execute(
                "SELECT id FROM messages WHERE state = 'pending' AND deliver_at = ?"
                " AND topic = ? ORDER BY id",
                head,
            ).fetchall()
            instant = from_micros(head[0])
            taken = rows.take(db, [row[0] for row in found], self._mark, instant)
        return instant, [replace(delivery, simulated=True) for delivery in taken]

    def ack(self, *deliveries: Delivery) -> None:
        """Done, in one transaction. A delivery that was given out again is left alone."""
        with self._store.write() as db:
            for delivery in deliveries:
                rows.settle(db, delivery, self._mark, "done")
        self.wake()

    def nack(self, delivery: Delivery, now: datetime, error: str) -> str:
        """Failed: due again after the back-off, or dead after the last attempt.

        Returns the new state: pending, dead or lost.
        """
        subscription = self._subscription(delivery)
        state, due = "dead", delivery.deliver_at
        if delivery.attempt < subscription.max_attempts:
            state, due = self._due(
                delivery.topic,
                delivery.body,
                delivery.attributes,
                now + subscription.backoff(delivery.attempt),
                delivery.attempt + 1,
            )
        with self._store.write() as db:
            rows.settle(db, delivery, self._mark, state, due=due, error=error)
        self.wake()
        return state

    def recover(self, now: datetime | None = None, *, own: bool = False) -> int:
        """Make abandoned deliveries pending again, at their own `deliver_at`; their number.

        Abandoned is what a process that has ended was running (not counted as an attempt),
        and, with `now`, what runs past its ack deadline (counted: a late ack is ignored).
        `own` adds what this process itself runs: for a driver whose delivery was interrupted.
        """
        with self._store.write() as db:
            claims = rows.running(db)
            alive = {mark: process_alive(mark) for mark in {claim.mark for claim in claims}}
            again: list[tuple[int, int]] = []
            for claim in claims:
                delivery = claim.delivery
                if not alive[claim.mark] or (own and claim.mark == self._mark):
                    again.append((delivery.attempt - 1, delivery.id))
                elif now is not None:
                    deadline = self._subscription(delivery).ack_deadline
                    if now - claim.since > deadline:
                        again.append((delivery.attempt, delivery.id))
            rows.release(db, again)
        if again:
            self.wake()
        return len(again)

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Per topic, how many deliveries are in each state."""
        counted: dict[str, Counter[str]] = {topic: Counter() for topic in self._by_topic}
        for topic, state, number in self._store.read(
            "SELECT topic, state, count(*) FROM messages GROUP BY topic, state"
        ):
            counted.setdefault(topic, Counter())[state] = number
        return counted

    def pending(self) -> Mapping[str, int]:
        """Per topic with any, how many deliveries are pending."""
        found = self._store.read(
            "SELECT topic, count(*) FROM messages WHERE state = 'pending' GROUP BY topic"
        )
        return {str(topic): int(number) for topic, number in found}

    def dead(self) -> list[DeadLetter]:
        """The dead letters, the oldest first."""
        found = self._store.read(
            f"SELECT {rows.COLUMNS}, last_error FROM messages WHERE state = 'dead' ORDER BY id"
        )
        return [DeadLetter(delivery=rows.delivery(row[:-1]), error=row[-1] or "") for row in found]

    def replay_dead(self, ids: Iterable[int] | None = None) -> int:
        """Deliver dead letters (all, or those with these delivery ids) again; their number."""
        wanted = [letter.delivery.id for letter in self.dead()] if ids is None else list(ids)
        now = to_micros(self._clock.now())
        with self._store.write() as db:
            number = db.executemany(
                "UPDATE messages SET state = 'pending', attempt = 0, deliver_at = ?,"
                " last_error = NULL WHERE id = ? AND state = 'dead'",
                [(now, one) for one in wanted],
            ).rowcount
        self.wake()
        return max(0, number)

    def prune(self, before: datetime) -> int:
        """Forget what was done or lost and published before `before`; their number.

        A dedup key is forgotten with its message.
        """
        with self._store.write() as db:
            return db.execute(
                "DELETE FROM messages WHERE state IN ('done', 'lost') AND published_at < ?",
                (to_micros(before),),
            ).rowcount

    @property
    def changes(self) -> int:
        """Grows with everything that this process does to the bus; see `wait`."""
        return self._changes

    def wait(self, seen: int, seconds: float) -> None:
        """Until `changes` is no longer `seen`, or `seconds` have passed."""
        with self._changed:
            self._changed.wait_for(lambda: self._changes != seen, timeout=seconds)

    def wake(self) -> None:
        """Let everybody who waits look again."""
        with self._changed:
            self._changes += 1
            self._changed.notify_all()

    def _refusal(self, message: Message) -> BadInput | None:
        if message.topic not in self._by_topic:
            return BadInput("topic", message.topic, ", ".join(sorted(self._by_topic)))
        if not message.body:
            return BadInput(f"message to {message.topic}", "an empty body", "JSON text")
        for key, value in message.attributes.items():
            if not isinstance(key, str) or not isinstance(value, str):
                place = f"attributes of a message to {message.topic}"
                return BadInput(place, f"{key!r}: {value!r}", "text to text")
        return None

    def _insert(
        self, db: sqlite3.Connection, message: Message, published_at: datetime, following: int
    ) -> tuple[str, int]:
        """The message's id and the next free row id."""
        dedup = message.attributes.get(DEDUP)
        if dedup is not None:
            known = rows.known_id(db, message.topic, dedup)
            if known is not None:
                return known, following
        state, due = self._due(message.topic, message.body, message.attributes, published_at, 1)
        arrival = rows.Arrival(
            message_id=str(following),
            published_at=published_at,
            state=state,
            deliver_at=due,
            dedup=dedup,
        )
        subscriptions = self._by_topic[message.topic]
        rows.insert(db, following, message, subscriptions, arrival)
        return arrival.message_id, following + len(subscriptions)

    def _due(
        self,
        topic: str,
        body: str,
        attributes: Mapping[str, str],
        ready: datetime,
        attempt: int,
    ) -> tuple[str, datetime]:
        due = self._policy.deliver_at(topic, body, attributes, ready, attempt)
        return ("lost", ready) if due is None else ("pending", due)

    def _subscription(self, delivery: Delivery) -> Subscription:
        """The subscription, or one with the defaults if it was removed meanwhile."""
        return self._by_name.get(delivery.subscription) or Subscription(
            name=delivery.subscription, topic=delivery.topic, function=delivery.function
        )
