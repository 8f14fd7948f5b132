"""The page of a game day, from a world: its report, and the report as HTML or as JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from shared.core.days import day_of_instant, wall
from shared.core.report.day import DayReport, report_of
from shared.core.report.facts import Facts, SeenGame, at, span_of
from shared.core.report.picture import picture
from shared.page.html import Frame, page, standing_of
from shared.page.seen import Seen, look, resent_prefix
from shared.world import World

#: What is still shown of the morning after, when something was done then.
LATEST = timedelta(hours=10)
ROOM = timedelta(minutes=20)


def day_json(world: World, day: date) -> dict[str, object]:
    """The report of a day as JSON; docs/status-page.md has its shape."""
    _, report = told(world, day)
    return report.as_json()


def day_page(world: World, day: date) -> str:
    """The page of a day."""
    facts, report = told(world, day)
    frame = Frame(
        origin=f"Tipoff, {world.settings.environment}",
        headline=standing_of(report),
        browsable=True,
        today=day_of_instant(facts.now),
    )
    return page(report, picture(report, facts), frame)


def told(world: World, day: date) -> tuple[Facts, DayReport]:
    """A day's facts and report as of now; PortUnavailable when something cannot be read."""
    seen = look(world, day, world.clock.now())
    facts = facts_of(seen)
    return facts, report_of(facts, alerts=seen.alerts, resent=_resent(seen))


def facts_of(seen: Seen) -> Facts:
    """The facts of the day."""
    found = seen.plan(seen.day)
    plan = found[0] if found else None
    start, end = span_of(seen.day)
    facts = Facts(
        date=seen.day,
        start=start,
        end=end,
        seen_at=seen.now,
        config=seen.config,
        plan_reason=plan.reason if plan else _unplanned(seen),
        revision=plan.revision if plan else 0,
        locked_at=found[1].made_at if found else None,
        games=tuple(_games(seen)),
        tables=seen.tables,
    )
    return facts if (last := _last(facts)) <= end else _until(facts, last)


def _until(facts: Facts, last: datetime) -> Facts:
    return replace(facts, end=min(last + ROOM, facts.end + LATEST))


def _last(facts: Facts) -> datetime:
    """When something was last done for the day."""
    rows = [
        *(row["decision_time"] for row in facts.rows("workflow_decisions") if row["slot_id"]),
        *(row["execution_time"] for row in facts.rows("workflow_executions")),
    ]
    return max(map(at, rows), default=facts.start)


def _unplanned(seen: Seen) -> str:
    due = wall(seen.day, (datetime.min + timedelta(hours=5)).time())
    return "no plan was locked" if seen.now >= due else "the plan is locked at 05:00 of the day"


def _games(seen: Seen) -> list[SeenGame]:
    if seen.schedule is None:
        return []
    calendar = seen.schedule.calendar
    return [SeenGame(game=game, counts=calendar.counts(game)) for game in calendar.all_on(seen.day)]


def _resent(seen: Seen) -> dict[str, datetime]:
    """Chunks that were sent again: resent/<chunk>.<n>."""
    found: dict[str, datetime] = {}
    for stored in seen.listing(resent_prefix(seen.day)):
        chunk = stored.name.removeprefix("resent/").rpartition(".")[0]
        found.setdefault(chunk, stored.created_at)
    return found
