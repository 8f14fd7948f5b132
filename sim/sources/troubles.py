"""The troubles of the simulated sources, all by hash: none depends on the order of asking.

A day has one spell of 503s, one slow hour, and one error page, each on another source, at an
hour when that source is due; and any request may meet a passing 503, 429 or stall. Each of the
three begins shortly before a full hour, when ticks come, and is over before the next one.
Their hours are chosen so that at least one later attempt or poll of the same obligation is
left, and a passing trouble never meets a third try.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from shared.core.calendar import Calendar
from shared.core.days import ET, night_wall
from sim.sources.chance import Chance
from sim.sources.exchange import Reply, Request, text_reply

#: By host, the key of each source in config/sources.yaml.
SOURCES = {
    "stats.nba.com": "nba_stats",
    "cdn.nba.com": "nba_cdn",
    "official.nba.com": "nba_official",
    "ak-static.cms.nba.com": "nba_static",
    "api.the-odds-api.com": "odds_api",
    "api.balldontlie.io": "balldontlie",
    "site.api.espn.com": "espn",
    "www.espn.com": "espn_web",
    "api.bettingpros.com": "bettingpros",
    "statsdmz.nba.com": "nba_dmz",
    "www.nba.com": "nba_web",
    "www.basketball-reference.com": "basketball_reference",
    "www.googleapis.com": "bigdataball",
}
PASSING = 0.015
#: Of the passing troubles, the share that is a stall (longer than any client waits).
STALLS = 0.15
STALL_SECONDS = 120.0
SLOW_SECONDS = 8.0
#: Passing troubles only meet the first tries, so that a retry always cures them.
LAST_TROUBLED_TRY = 2


class Kind(StrEnum):
    """What goes wrong."""

    SPELL = "spell_of_503"
    SLOW = "slow"
    ERROR_PAGE = "error_page"


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """One trouble of a day: from `start` until before `end`."""

    kind: Kind
    source: str
    start: datetime
    end: datetime
    note: str

    def holds(self, source: str, now: datetime) -> bool:
        """Whether it strikes a request to `source` at `now`."""
        return source == self.source and self.start <= now < self.end


def troubles_of(chance: Chance, calendar: Calendar, day: date) -> tuple[Trouble, ...]:
    """The three long troubles of game day `day`."""
    found: list[Trouble] = []
    for kind in Kind:
        taken = {trouble.source for trouble in found}
        due = [each for each in _due(calendar, day) if each[0] not in taken]
        # The source first, or one that is due often would have most of the troubles.
        source = chance.pick(sorted({each[0] for each in due}), day, kind, "source")
        hours = [hour for each, hour in due if each == source]
        hour = chance.pick(hours, day, kind, "hour")
        found.append(_trouble(chance, day, kind, source, hour))
    return tuple(sorted(found, key=lambda trouble: trouble.start))


def _trouble(chance: Chance, day: date, kind: Kind, source: str, hour: int) -> Trouble:
    before = timedelta(seconds=chance.whole(120, 480, day, kind, "before"))
    start = night_wall(day, time(hour)) - before
    if kind is Kind.SPELL:
        length = timedelta(seconds=chance.whole(20 * 60, 50 * 60, day, kind, "length"))
        note = "every answer is 503"
    elif kind is Kind.SLOW:
        length, note = timedelta(hours=1), f"answers take {SLOW_SECONDS:g} s"
    else:
        length, note = timedelta(minutes=30), "first tries get a web page with status 200"
    return Trouble(kind=kind, source=source, start=start, end=start + length, note=note)


def _due(calendar: Calendar, day: date) -> list[tuple[str, int]]:
    """(source, ET hour) at which something is asked and a later attempt is left."""
    morning = ("espn", "balldontlie", "nba_web", "basketball_reference")
    due = [(each, 6) for each in morning]
    due += [("nba_stats", hour) for hour in (6, 11, 17)]
    tips = [game.tip.astimezone(ET) for game in calendar.on(day) if game.tip_known]
    if not tips:
        return due
    due += [("nba_official", 10), ("nba_stats", 22), ("nba_stats", 1), ("balldontlie", 1)]
    # Of the sources that the last window asks, one is enough: its later attempt comes as the day
    # ends, and what is lost then has no time left to be healed.
    due.append(("nba_cdn", 4))
    first = min(tips)
    if first.hour >= 14:
        # Lines are asked for from 6 and 4 hours before the tip on; two ticks lie in each slot.
        for hours in (6, 4):
            due.append(("odds_api", first.hour - hours + bool(first.minute)))
    if max(tips).hour >= 19:
        due += [("nba_static", 13), ("nba_static", 15)]
    return due


def passing(chance: Chance, source: str, request: Request) -> Reply | None:
    """The passing trouble that this try meets, if it meets one."""
    if request.attempt > LAST_TROUBLED_TRY:
        return None
    hour = request.now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    # In real time nobody counts tries: every second has its own chance.
    bucket = hour if request.simulated else request.now.replace(microsecond=0)
    what = (source, request.target, request.attempt, bucket)
    if chance.unit(*what, "passing") >= PASSING:
        return None
    if chance.unit(*what, "stall") < STALLS:
        return Reply(status=503, seconds=STALL_SECONDS, body=b"")
    if chance.unit(*what, "kind") < 0.5:
        return unavailable()
    return Reply(
        status=429,
        headers={"content-type": "application/json", "retry-after": "2"},
        body=b'{"message":"Too many requests"}',
    )


def unavailable() -> Reply:
    """The answer of a spell."""
    return text_reply("<html><body><h1>503 Service Unavailable</h1></body></html>", 503)


def error_page() -> Reply:
    """The page that comes with status 200."""
    page = "<!DOCTYPE html><html><head><title>We'll be right back</title></head></html>"
    return text_reply(page, 200)
