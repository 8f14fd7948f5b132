"""What one run is about: a date, a game, a team or an event, in canonical parameters.

The canonical set is `date` (ISO), `season` (2025-26), `game`, `team`, `event`, and with a game
`away`, `home` and `tip`. Each source's own spelling (YYYYMMDD, season's end year, ESPN's team
codes) is made from it by that source's module, in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shared.core.errors import BadInput

#: What a target's id may hold: it becomes part of object names and ids.
SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:+")


class TargetKind(StrEnum):
    """What a scraper is asked for."""

    DATE = "date"
    GAME = "game"
    TEAM = "team"
    EVENT = "event"


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One thing to ask one scraper for; equal ids are the same target."""

    kind: TargetKind
    #: The date (ISO), game id, tricode or the source's event id.
    id: str
    #: Canonical parameters; values are text.
    params: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.id or not SAFE.issuperset(self.id):
            raise BadInput(f"{self.kind} target", self.id, "letters, digits and - _ : +")
