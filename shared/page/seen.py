"""What is known of a system at an instant: the rows and records around a game day.

Everything is read side by side, so that a page costs a few round trips to the cloud and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared import records
from shared.core.alerts import Alert, Facts, alerts
from shared.core.days import day_of_instant
from shared.core.plan import Plan
from shared.core.ports import Row, Stored
from shared.core.report.facts import TABLES, span_of
from shared.core.workflows import Config
from shared.page.ahead import ReadAhead
from shared.records import Schedule
from shared.watching import AsOf, Memory, facts_at
from shared.world import World

#: Column of the instant at which a row came to be, by table.
SINCE = {
    "daily_expected_schedule": "locked_at",
    "plan_changes": "changed_at",
    "workflow_decisions": "decision_time",
    "workflow_executions": "execution_time",
    "scraper_execution_log": "triggered_at",
    "cleanup_operations": "cleanup_time",
    "file_processing_log": "processed_at",
    "daily_completeness": "created_at",
}

#: Partitions that are read: all rows of the day before and of two days after, and what was done
#: for the day until a fortnight after.
BEFORE, AFTER, LATE = timedelta(days=1), timedelta(days=2), timedelta(days=14)

#: Tables in which what is done for a day may lie in the partition of a later one.
BY_TIME = {"decision_time", "execution_time", "triggered_at", "processed_at"}

#: Game days whose records the alerts look at (shared.watching), and the one before them.
BACK = 4

#: Questions at once.
THREADS = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """Rows and records around the game day `day`."""

    day: date
    #: The instant as of which the day is told: nothing later is in the tables.
    now: datetime
    #: The instant of the alerts: now, or the end of a day that is past.
    moment: datetime
    config: Config
    #: The state bucket, read ahead.
    state: ReadAhead
    tables: Mapping[str, Sequence[Row]]
    schedule: Schedule | None
    #: What the alerts were made of, and what they are.
    facts: Facts
    alerts: tuple[Alert, ...]

    def listing(self, prefix: str) -> list[Stored]:
        """The records under a prefix, as of now, without the marks that say done."""
        return [
            stored
            for stored in self.state.list(prefix)
            if stored.created_at <= self.now and not stored.name.endswith(records.DONE)
        ]

    def plan(self, day: date) -> tuple[Plan, Plan] | None:
        """The plan in force and the one that was locked; None for a day without."""
        names = [stored.name for stored in self.listing(plans_prefix(day))]
        if not names:
            return None
        first = records.read(self.state, names[0], Plan)
        return records.read(self.state, names[-1], Plan), first

    def rows(self, table: str) -> list[Row]:
        """The rows of an audit table as of the moment."""
        return _until(self.tables[table], SINCE[table], self.moment)

    def recent(self, table: str) -> list[Row]:
        """Its rows of the 24 hours before the moment."""
        since = self.moment - timedelta(hours=24)
        found = self.rows(table)
        return [row for row in found if datetime.fromisoformat(row[SINCE[table]]) >= since]


def look(world: World, day: date, now: datetime) -> Seen:
    """Read what is known of `day` and of the days before; PortUnavailable when that fails."""
    moment = min(now, span_of(day)[1])
    first, last = min(day, moment.astimezone(UTC).date()) - BEFORE, day + AFTER
    pool = world.pool("page", THREADS)
    asks: dict[str, Callable[[], Any]] = {
        **{table: _rows(world, table, first, last, day, now) for table in TABLES},
        "dead letters": world.ledger.dead_letters,
    }
    found = dict(zip(asks, pool.map(lambda ask: ask(), list(asks.values())), strict=True))
    state = ReadAhead(world.state, pool, world.once("page bodies", dict[str, bytes]))
    state.fetch(_prefixes(day, moment), _wanted)
    facts = facts_at(
        AsOf(state, moment),
        world.config,
        moment,
        memory=Memory() if moment < now else world.once("page memory", Memory),
        dead_letters=found["dead letters"],
    )
    return Seen(
        day=day,
        now=now,
        moment=moment,
        config=world.config,
        state=state,
        tables={table: _until(found[table], SINCE[table], now) for table in TABLES},
        schedule=records.newest_schedule(state, world.config),
        facts=facts,
        alerts=alerts(facts),
    )


def plans_prefix(day: date) -> str:
    """The plans of a game day."""
    return f"plans/{day.isoformat()}/"


def resent_prefix(day: date) -> str:
    """The chunks of a game day that were sent again."""
    return f"resent/{day.isoformat()}."


def _prefixes(day: date, moment: datetime) -> list[str]:
    days = {day, *(day_of_instant(moment) - n * BEFORE for n in range(BACK))}
    dates = [moment.astimezone(UTC).date() - n * BEFORE for n in range(BACK - 1)]
    return [
        "schedules/",
        resent_prefix(day),
        *(records.executions_prefix(each) for each in sorted(days)),
        *(plans_prefix(each) for each in sorted(days)),
        *(f"{kind}/{each:%Y%m%d}" for kind in ("ticks", "cleanups") for each in dates),
    ]


def _wanted(prefix: str, listing: Sequence[Stored]) -> Iterable[Stored]:
    """The bodies that are looked at: the newest schedule, the last cleanups, ticks, plans and
    outcomes."""
    found = [stored for stored in listing if not stored.name.endswith(records.DONE)]
    if prefix == "schedules/":
        return found[-1:]
    if prefix.startswith("cleanups/"):
        return found[-2:]
    if prefix.startswith("executions/"):
        return [stored for stored in found if "/chunks/" in stored.name]
    return () if prefix.startswith("resent/") else found


def _rows(
    world: World, table: str, first: date, last: date, day: date, now: datetime
) -> Callable[[], Sequence[Row]]:
    def ask() -> Sequence[Row]:
        found = [*world.ledger.rows(table, first, last)]
        until = min(day + LATE, now.astimezone(UTC).date())
        # Other tables' rows lie in the partition of their day.
        if until > last and SINCE[table] in BY_TIME:
            found += world.ledger.rows(table, last + BEFORE, until, about=day)
        return found

    return ask


def _until(rows: Sequence[Row], column: str, now: datetime) -> list[Row]:
    return [row for row in rows if row[column] and datetime.fromisoformat(row[column]) <= now]
