"""The 169 hours without a single execution, replayed: how long until somebody is told.

    python -m tests.monitoring.outage

The executor answers nothing, everything else runs: real functions, virtual time, the real games of
those dates. Once over the whole outage, then once for each hour of the day at which it may begin.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from shared.core.days import ET
from tests.core.made import at
from tests.monitoring.plays import near
from tests.monitoring.stage import Down, Play, Stage, staged

#: The evening on which it began, and how long it lasted.
BEGAN = at("16:20", date(2026, 1, 23))
LASTED = timedelta(hours=169)
#: The schedule is refreshed every six hours, so that at the latest a RUN is decided; it has half
#: an hour, and cleanup looks at that minute.
BOUND = timedelta(hours=6, minutes=30)

Told = tuple[datetime, str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class First:
    """The first alert after a beginning."""

    began: datetime
    #: The first RUN that nobody took up.
    decided: datetime
    told: datetime
    code: str

    @property
    def minutes(self) -> float:
        """From the beginning until it was told."""
        return (self.told - self.began).total_seconds() / 60

    @property
    def after_decision(self) -> float:
        """From the first RUN that nobody took up."""
        return (self.told - self.decided).total_seconds() / 60


def outage(began: datetime, lasted: timedelta, *, after: timedelta) -> Stage:
    """Half a day of peace, the executor dead, and a time after it."""
    day = (began - timedelta(hours=14)).astimezone(ET).date()
    return staged(
        Play(
            first=day,
            start=began - timedelta(hours=14),
            until=began + lasted + after,
            calendar=near(day),
            down=[Down(what="executor", since=began, until=began + lasted)],
        )
    )


@cache
def whole() -> Stage:
    """The whole outage and a day after it."""
    return outage(BEGAN, LASTED, after=timedelta(days=1, hours=6))


def alarms_of(stage: Stage, since: datetime) -> Sequence[Told]:
    """The alerts told from `since` on."""
    return [each for each in stage.told if each[0] >= since and each[2]["action"] == "alert"]


def first(stage: Stage, began: datetime) -> First:
    """The first alert after `began`; StopIteration when there is none."""
    at_, _, fields = next(iter(alarms_of(stage, began)))
    runs = [
        s for s in stage.state.list("ticks/") if s.metadata.get("runs") and s.created_at > began
    ]
    return First(began=began, decided=runs[0].created_at, told=at_, code=fields["alert"])


@cache
def at_hours(step: int = 1) -> Sequence[First]:
    """The first alert for outages that begin at each `step`-th hour of a day, 20 minutes past."""
    found = []
    for hour in range(0, 24, step):
        began = BEGAN - timedelta(hours=BEGAN.hour - hour)
        found.append(first(outage(began, timedelta(hours=8), after=timedelta()), began))
    return found


def main() -> int:
    """The command line; 1 when somebody waited longer than BOUND."""
    stage = whole()
    one = first(stage, BEGAN)
    end = BEGAN + LASTED
    print(f"the executor is dead from {_et(BEGAN)} for 169 hours")  # noqa: T201 a command
    print(  # noqa: T201
        f"first alert: {one.code} at {_et(one.told)}: {one.minutes:.0f} minutes after it died, "
        f"{one.after_decision:.0f} after the first RUN that nobody took up"
    )
    told = [each for each in alarms_of(stage, BEGAN) if each[0] < end]
    print(f"told in 169 hours, each condition once: {len(told)}")  # noqa: T201
    for (code, severity), count in sorted(Counter((f["alert"], s) for _, s, f in told).items()):
        print(f"  {count:>3} {severity:<8} {code}")  # noqa: T201
    later = stage.alerts_at(end + timedelta(hours=30))
    print(f"30 hours after its return: {sorted(a.code for a in later) or 'quiet'}")  # noqa: T201
    each = at_hours()
    minutes = sorted(f.minutes for f in each)
    print(  # noqa: T201
        f"begun at each of 24 hours: told after {minutes[0]:.0f} to {minutes[-1]:.0f} minutes, "
        f"median {minutes[len(minutes) // 2]:.0f}; after the first RUN at most "
        f"{max(f.after_decision for f in each):.0f}"
    )
    return 0 if minutes[-1] <= BOUND.total_seconds() / 60 else 1


def _et(instant: datetime) -> str:
    return f"{instant.astimezone(ET):%a %d %b %H:%M} ET"


if __name__ == "__main__":
    sys.exit(main())
