"""The rows of the table `messages`, one for each message and subscription, inside a transaction.

What is due, given up or recovered is decided by the bus (local/bus.py); here it is written down.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.delivery import Delivery
from local.store import from_micros, to_micros

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from local.delivery import Subscription
    from shared.core.ports import Message

#: What `delivery` reads a row by.
COLUMNS = (
    "id, message_id, subscription, topic, function, body, attributes, published_at,"
    " deliver_at, attempt"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A delivery that runs, by the mark of the process that has it."""

    delivery: Delivery
    mark: str
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """When a message that was published comes to its subscriptions, or that it never does."""

    message_id: str
    published_at: datetime
    #: pending, or lost on the way.
    state: str
    deliver_at: datetime
    #: The key that makes it one with those published before it.
    dedup: str | None


def delivery(row: Sequence[Any]) -> Delivery:
    """The delivery of a row of COLUMNS."""
    return Delivery(
        id=row[0],
        message_id=row[1],
        subscription=row[2],
        topic=row[3],
        function=row[4],
        body=row[5],
        attributes=json.loads(row[6]),
        published_at=from_micros(row[7]),
        deliver_at=from_micros(row[8]),
        attempt=row[9],
    )


def last_id(db: sqlite3.Connection) -> int:
    """The highest row id ever given, also to a row that is forgotten by now."""
    found = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'messages'").fetchone()
    return 0 if found is None else int(found[0])


def known_id(db: sqlite3.Connection, topic: str, dedup: str) -> str | None:
    """The id of the message that was published to `topic` with this key, while it is kept."""
    known = db.execute(
        "SELECT message_id FROM messages WHERE topic = ? AND dedup = ? LIMIT 1", (topic, dedup)
    ).fetchone()
    return None if known is None else str(known[0])


def insert(
    db: sqlite3.Connection,
    first_id: int,
    message: Message,
    subscriptions: Sequence[Subscription],
    arrival: Arrival,
) -> None:
    """One row for each subscription, from row id `first_id` on."""
    attributes = json.dumps(dict(message.attributes), ensure_ascii=False)
    db.executemany(
        "INSERT INTO messages (id, message_id, subscription, topic, function, body,"
        " attributes, dedup, published_at, deliver_at, attempt, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
        [
            (
                row_id,
                arrival.message_id,
                subscription.name,
                message.topic,
                subscription.function,
                message.body,
                attributes,
                arrival.dedup,
                to_micros(arrival.published_at),
                to_micros(arrival.deliver_at),
                arrival.state,
            )
            for row_id, subscription in enumerate(subscriptions, first_id)
        ],
    )


def take(db: sqlite3.Connection, ids: Sequence[int], mark: str, now: datetime) -> list[Delivery]:
    """Claim these rows for the process `mark`; each is one attempt more."""
    return [
        delivery(
            db.execute(
                "UPDATE messages SET state = 'running', attempt = attempt + 1, claimed_at = ?,"
                f" claimed_by = ? WHERE id = ? RETURNING {COLUMNS}",
                (to_micros(now), mark, one),
            ).fetchone()
        )
        for one in ids
    ]


def settle(
    db: sqlite3.Connection,
    settled: Delivery,
    mark: str,
    state: str,
    *,
    due: datetime | None = None,
    error: str | None = None,
) -> None:
    """End a claim of the process `mark`; one that was given out again is left alone."""
    # Attempt and owner name the claim: an ack that comes after the deadline finds another.
    db.execute(
        "UPDATE messages SET state = ?, deliver_at = ?, last_error = coalesce(?, last_error)"
        " WHERE id = ? AND state = 'running' AND attempt = ? AND claimed_by = ?",
        (state, to_micros(due or settled.deliver_at), error, settled.id, settled.attempt, mark),
    )


def running(db: sqlite3.Connection) -> list[Claim]:
    """What any process has claimed and not settled."""
    found = db.execute(
        f"SELECT {COLUMNS}, claimed_by, claimed_at FROM messages WHERE state = 'running'"
    ).fetchall()
    return [
        Claim(delivery=delivery(row[:-2]), mark=row[-2], since=from_micros(row[-1]))
        for row in found
    ]


def release(db: sqlite3.Connection, again: Iterable[tuple[int, int]]) -> None:
    """Make rows that ran pending again: (attempts that count so far, row id) each."""
    db.executemany(
        "UPDATE messages SET state = 'pending', attempt = ?, claimed_by = NULL,"
        " claimed_at = NULL WHERE id = ?",
        list(again),
    )
