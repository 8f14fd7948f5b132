"""Game days and Eastern wall time. Two functions, two names: a tip's day and an instant's day.

A game's day is the ET date of its tip-off. An instant's day is the ET date of its wall time
minus five hours, so that 01:30 ET still belongs to last night. Instants are compared, never
clock times, and nothing is keyed by UTC date (77 % of games tip on another UTC date).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.core.errors import BadInput

#: The league's zone. A missing tz database raises here, at import: never fall back to UTC.
ET = ZoneInfo("America/New_York")

#: Takes out what ISO 8601 may leave out.
_TIGHT = str.maketrans("", "", "-:")

#: What `stamp` writes: of ISO 8601's ways only one is a name.
_STAMP = re.compile(r"[0-9]{8}T[0-9]{6}Z")

#: Hours of wall time after midnight ET that still belong to the evening before.
ROLLOVER = timedelta(hours=5)


def aware(instant: datetime, what: str) -> datetime:
    """`instant` in UTC; a naive one is refused at the door (BadInput)."""
    if instant.tzinfo is None:
        raise BadInput(what, instant.isoformat(), "an instant with its offset")
    return instant.astimezone(UTC)


def day_of_tip(tip: datetime) -> date:
    """The game day of a tip-off: its ET date."""
    return tip.astimezone(ET).date()


def day_of_instant(now: datetime) -> date:
    """The game day that is going on at `now`: the ET date of its wall time minus five hours."""
    return (now.astimezone(ET).replace(tzinfo=None) - ROLLOVER).date()


def wall(day: date, at: time) -> datetime:
    """The instant at which ET clocks show `at` on `day`.

    A time that the spring switch leaves out (02:00 to 02:59) becomes the first instant after
    it; one that the autumn switch shows twice is its first showing.
    """
    local = datetime.combine(day, at, tzinfo=ET)
    instant = local.astimezone(UTC)
    if instant.astimezone(ET).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # In the gap fold=0 keeps the old offset: the same distance past the switch, one hour later
    # on the wall. The switch itself is the first whole hour of the new offset.
    return instant.replace(minute=0, second=0, microsecond=0)


def night_wall(day: date, at: time) -> datetime:
    """Like `wall`, but a time before the 05:00 rollover belongs to the night that ends `day`."""
    after_midnight = at < (datetime.min + ROLLOVER).time()
    return wall(day + timedelta(days=1) if after_midnight else day, at)


def day_starts(day: date) -> datetime:
    """The instant at which game day `day` begins: 05:00 ET."""
    return wall(day, (datetime.min + ROLLOVER).time())


def stamp(instant: datetime) -> str:
    """An instant as names use it: YYYYMMDDTHHMMSSZ, in UTC."""
    return instant.astimezone(UTC).isoformat(timespec="seconds")[:19].translate(_TIGHT) + "Z"


def parse_stamp(text: str) -> datetime:
    """The instant that `stamp` wrote (BadInput for anything else)."""
    try:
        # strptime takes five times as long, which every listing of names would feel.
        instant = datetime.fromisoformat(text)
    except ValueError as e:
        raise BadInput("instant", text, "YYYYMMDDTHHMMSSZ") from e
    if _STAMP.fullmatch(text) is None:
        raise BadInput("instant", text, "YYYYMMDDTHHMMSSZ")
    return instant


def iso(instant: datetime) -> str:
    """An instant as rows and records use it: ISO 8601 in UTC with offset."""
    return (instant if instant.tzinfo is UTC else instant.astimezone(UTC)).isoformat()


def minute(instant: datetime) -> datetime:
    """`instant` floored to its UTC minute: how a tick is named."""
    return instant.astimezone(UTC).replace(second=0, microsecond=0)


def season_of(day: date) -> str:
    """The season string of a day, as the league writes it: 2025-26; it turns over in July."""
    start = day.year if day.month >= 7 else day.year - 1
    return f"{start}-{(start + 1) % 100:02d}"
