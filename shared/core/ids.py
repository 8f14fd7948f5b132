"""Ids that are not plain sentences: derived from content, never drawn."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from shared.core.days import aware, iso, minute
from shared.core.errors import BadInput

#: How far a tick may lie from the clock: replay goes back a week, skew ahead five minutes.
OLDEST = timedelta(days=7)
AHEAD = timedelta(minutes=5)

#: Skew allowed past a not_after before work is refused.
GRACE = timedelta(minutes=5)


def load_id(path: str, generation: int) -> str:
    """The id of a load: which file, in which generation."""
    return hashlib.sha256(f"{path}#{generation}".encode()).hexdigest()[:24]


def tick_of(
    at: datetime | None, published: datetime | None, event_time: datetime | None, now: datetime
) -> datetime:
    """The UTC minute that names a tick: its attribute, else the publish or event time.

    Raises BadInput for one over five minutes ahead of `now` or over seven days behind,
    and for one without its offset.
    """
    named = aware(at or published or event_time or now, "tick")
    if not now - OLDEST <= named <= now + AHEAD:
        allowed = f"between {iso(now - OLDEST)} and {iso(now + AHEAD)}"
        raise BadInput("tick", iso(named), allowed)
    return minute(named)
