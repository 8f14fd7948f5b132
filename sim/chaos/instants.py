"""Virtual time: whole microseconds since the epoch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


def micros(instant: datetime) -> int:
    """An instant as whole microseconds since the epoch."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def instant_of(at: int) -> datetime:
    """The inverse of `micros`."""
    return EPOCH + timedelta(0, 0, at)
