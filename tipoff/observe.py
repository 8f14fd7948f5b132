"""Reads from a simulated world the facts of its day."""

from __future__ import annotations

import json
from collections.abc import Iterator

from local.store import ORCHESTRATION, RAW, from_micros, to_micros
from local.world import bus_of, store_of
from shared import records
from shared.core.games import Game
from shared.messages import FILES_READY
from shared.world import World
from sim.sources.chance import Chance
from sim.sources.timing import times_of
from sim.sources.troubles import troubles_of
from tipoff.day import Day
from tipoff.facts import Dead, Facts, LostEvent, RepeatedTick, SeenGame, at

TABLES = (
    "daily_expected_schedule",
    "plan_changes",
    "workflow_decisions",
    "workflow_executions",
    "scraper_execution_log",
    "cleanup_operations",
    "file_processing_log",
    "daily_completeness",
)


def observe(day: Day, world: World) -> Facts:
    """The facts of `day` in the folder of `world`."""
    store, bus = store_of(world), bus_of(world)
    plan = records.newest_plan(world.state, day.date)
    tables = {table: list(store.rows(ORCHESTRATION, table)) for table in TABLES}
    counts = {f"{ORCHESTRATION}.{table}": len(rows) for table, rows in tables.items()}
    found = store.read("SELECT table_name, count(*) FROM rows WHERE dataset = ? GROUP BY 1", (RAW,))
    return Facts(
        date=day.date,
        start=day.start,
        end=day.end,
        seed=day.seed,
        troubled=day.troubles,
        folder=str(world.settings.data),
        config=world.config,
        plan_reason=plan.reason if plan else "no plan was locked",
        revision=plan.revision if plan else 0,
        games=tuple(_games(day, world)),
        tables=tables,
        row_counts=counts | {f"{RAW}.{table}": number for table, number in found},
        troubles=troubles_of(Chance(day.seed), day.calendar, day.date) if day.troubles else (),
        lost=tuple(_lost(day, world)),
        repeated=tuple(_repeated(day, world)),
        dead=tuple(
            Dead(
                subscription=letter.delivery.subscription,
                attempts=letter.delivery.attempt,
                error=letter.error,
            )
            for letter in bus.dead()
        ),
        delivered=sum(states.get("done", 0) for states in bus.counts().values()),
    )


def _games(day: Day, world: World) -> Iterator[SeenGame]:
    schedule = records.newest_schedule(world.state, world.config)
    calendar = schedule.calendar if schedule else day.calendar
    for game in calendar.all_on(day.date):
        times = times_of(Chance(day.seed), _as_simulated(day, game))
        yield SeenGame(
            game=game,
            counts=calendar.counts(game),
            started_at=times.start if times else None,
            ended_at=times.end if times else None,
        )


def _as_simulated(day: Day, game: Game) -> Game:
    """The game as the sources play it: theirs may know more of it than the schedule."""
    return day.calendar.game(game.game_id) or game


def _lost(day: Day, world: World) -> Iterator[LostEvent]:
    found = store_of(world).read(
        "SELECT body, published_at FROM messages WHERE state = 'lost' AND topic = ? ORDER BY id",
        (FILES_READY,),
    )
    for body, published_at in found:
        event = json.loads(body)
        if event["target_date"] == day.date.isoformat():
            yield LostEvent(path=event["path"], lost_at=from_micros(published_at))


def _repeated(day: Day, world: World) -> Iterator[RepeatedTick]:
    """Second copies of ticks, known by the key under which `put_ticks` publishes them."""
    found = store_of(world).read(
        "SELECT DISTINCT dedup FROM messages WHERE dedup LIKE '% 1'"
        " AND published_at BETWEEN ? AND ? ORDER BY dedup",
        (to_micros(day.start), to_micros(day.end)),
    )
    for (key,) in found:
        job, instant, _ = key.split(" ")
        yield RepeatedTick(job=job, at=at(instant))
