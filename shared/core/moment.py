"""The moment of a decision: a tick, the clock, the tick before, and how a slot lies to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.core.ids import GRACE
from shared.core.slots import Slot


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A tick, the clock, and the tick before: who closes what is decided by these alone."""

    tick: datetime
    now: datetime
    #: The newest earlier tick that was decided; None when there is none.
    previous: datetime | None

    def closes_now(self, slot: Slot) -> bool:
        """Whether this is the first tick at or after the slot's end: ABORT is said once."""
        ended = slot.closes_at <= self.tick
        return ended and (self.previous is None or self.previous < slot.closes_at)

    def concerns(self, slot: Slot) -> bool:
        """Whether the slot is open by its window, or ends now."""
        return slot.opens_at <= self.tick < slot.closes_at or self.closes_now(slot)

    def is_open(self, slot: Slot) -> bool:
        """Whether tick and clock both lie inside [opens_at, closes_at)."""
        return slot.opens_at <= self.tick < slot.closes_at and self.now < slot.closes_at

    def skipped(self, slot: Slot, planned: datetime) -> bool:
        """Whether no tick saw the slot open, as far as the tick before tells.

        `planned` is when its plan's newest revision was made, by a clock that may be GRACE behind:
        a tick that comes late may bring a slot back in its midst, after its own tick.
        """
        if self.previous is None:
            return True
        return self.previous < max(slot.opens_at, planned + GRACE)
