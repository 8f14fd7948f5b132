"""The faults there are, and which of them strike: a pure function of the seed.

A fault is known by its kind and key. `only` keeps some and drops the rest: how a trace is made
shorter without shifting what remains.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sim.chaos.luck import Draw


class Kind(StrEnum):
    """What can go wrong."""

    # At a port call.
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    CRASH_BEFORE = "crash_before"
    CRASH_AFTER = "crash_after"
    PARTIAL = "partial"
    STALL = "stall"
    PORT_DOWN = "port_down"
    # On the way of a message.
    DUPLICATE = "duplicate"
    DELAY = "delay"
    REORDER = "reorder"
    LOST_EVENT = "lost_file_event"
    LOST_MESSAGE = "lost_message"
    #: A delivery that failed does not come again, as after a purge or its last attempt.
    ABANDONED = "abandoned"
    # At a function or the scheduler.
    FUNCTION_DOWN = "function_down"
    TICK_LOST = "tick_lost"
    TICK_DOUBLED = "tick_doubled"
    CLOCK_SKEW = "clock_skew"
    #: Not faults but people: they do in the midst of it what they may do.
    CONFIG_EDITED = "config_edited"
    RUN_BY_HAND = "run_by_hand"
    # In the world outside.
    NO_SCHEDULE = "no_schedule"
    GAME_MOVED = "game_moved"
    GAME_POSTPONED = "game_postponed"
    GAME_ADDED = "game_added"
    SOURCE_EMPTY = "source_empty"
    SOURCE_LATE = "source_late"
    SOURCE_SLOW = "source_slow"
    SOURCE_TIMEOUT = "source_timeout"
    SOURCE_WRONG = "source_wrong"
    SOURCE_LIMITED = "source_rate_limited"
    SOURCE_503 = "source_503"
    SOURCE_BLOCKED = "source_blocked"


ALL = frozenset(Kind)

#: Faults of one delivery, with their weights.
AT_PORTS = (
    (Kind.ERROR_BEFORE, 5),
    (Kind.ERROR_AFTER, 5),
    (Kind.CRASH_BEFORE, 4),
    (Kind.CRASH_AFTER, 4),
    (Kind.PARTIAL, 4),
    (Kind.STALL, 2),
)
_TICKETS = tuple(kind for kind, weight in AT_PORTS for _ in range(weight))


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault that struck."""

    kind: Kind
    key: str
    #: Microseconds since the epoch.
    at: int
    what: str

    @property
    def name(self) -> str:
        """What `only` holds of it."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class Spell:
    """Something that is broken from `since` to `until` (microseconds)."""

    kind: Kind
    key: str
    what: str
    since: int
    until: int


class Faults:
    """Decides which faults strike, and remembers those that did."""

    def __init__(
        self,
        seed: int,
        *,
        kinds: Collection[Kind] = ALL,
        only: Collection[str] | None = None,
        quiet_from: int = 0,
    ) -> None:
        """After `quiet_from` (microseconds) nothing new strikes."""
        self.seed = seed
        self.quiet_from = quiet_from
        self._kinds = frozenset(kinds)
        self._only = None if only is None else frozenset(only)
        self.struck: dict[str, Fault] = {}
        # Some days are calm, most are rough, some are storms.
        mood = Draw(seed, "mood").share()
        self.force = 0.25 if mood < 0.15 else 1.0 if mood < 0.8 else 2.5

    def chance(self, share: float, odds: float) -> bool:
        """Whether a draw of `share` falls under `odds`, the day's force considered."""
        return share < odds * self.force

    def allows(self, kind: Kind, key: str) -> bool:
        """Whether this fault may strike at all."""
        return kind in self._kinds and (self._only is None or f"{kind}:{key}" in self._only)

    def strike(self, kind: Kind, key: str, at: int, what: str) -> bool:
        """Let the fault strike, if it may; the first time is remembered."""
        if at >= self.quiet_from or not self.allows(kind, key):
            return False
        fault = Fault(kind, key, at, what)
        self.struck.setdefault(fault.name, fault)
        return True

    def at_port(self, key: str) -> tuple[Kind, int] | None:
        """Which port call of the delivery `key` fails and how; None when none does."""
        draw = Draw(self.seed, "port", key)
        if not self.chance(draw.share(), 0.07):
            return None
        kind = _TICKETS[draw.below(len(_TICKETS))]
        # Most handlers make few calls: early ones are struck more often.
        reach = (4, 10, 30)[draw.below(3)]
        return kind, 1 + draw.below(reach)

    def counted(self) -> Counter[str]:
        """How many struck, by kind."""
        return Counter(fault.kind.value for fault in self.struck.values())
