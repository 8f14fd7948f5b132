"""scraper: one chunk: ask a source for each target, write files, report.

Acked: a chunk with an outcome, written now or before (also `expired`, and the sources' own
failures: they are outcomes), and input that can never be right (logged). Retried: what our own
ports fail at, and names that only a newer configuration knows. Effects in order: files, outcome,
files-ready, run-advance, one append of all rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import functions_framework
from cloudevents.http import CloudEvent

from scrapers.base import Fetched
from scrapers.http import SourceClient
from scrapers.registry import fetcher, own_fetcher
from scrapers.run import Runner
from scrapers.service import service_fetcher
from shared import records
from shared.core.calendar import Calendar
from shared.core.days import day_of_instant, season_of
from shared.core.errors import BadInput
from shared.core.execution import Outcome, failed_outcome
from shared.core.ids import GRACE
from shared.core.messages import ChunkOrder, ScrapeRequest
from shared.core.runs import RunResult
from shared.core.schedule_json import parse_schedule_json
from shared.core.workflows import Scraper, Source
from shared.credits import newest_balance, note_balance
from shared.effects import outcome_name, perform_outcome
from shared.errors import SourceFailure
from shared.handmade import chunk_by_hand
from shared.locks import KeyedLocks
from shared.messages import Event
from shared.planning import adopt_schedule, scraper_named
from shared.settings import Settings
from shared.wiring import serve
from shared.world import World

#: The scraper whose records are the calendar itself.
SCHEDULE = "nbac_schedule_api"


@functions_framework.cloud_event
def scraper(event: CloudEvent) -> None:
    """Entry point; see the module."""
    serve(event, handle, (ChunkOrder, ScrapeRequest))


def handle(event: Event, world: World) -> None:
    """Run the chunk that arrived, unless its outcome is there."""
    if isinstance(event.content, ScrapeRequest):
        order = chunk_by_hand(world, event.content, event)
    else:
        order = event.expect(ChunkOrder)
    with world.once("chunks", KeyedLocks).hold(order.chunk_id):
        _chunk(world, order)


def _chunk(world: World, order: ChunkOrder) -> None:
    name = records.outcome_name(
        order.game_day, order.execution_id, order.step, order.scraper, order.n
    )
    if records.is_done(world.state, name):
        world.log.info(
            "done before",
            action="repeat",
            chunk_id=order.chunk_id,
            execution_id=order.execution_id,
            decision_id=order.decision_id,
        )
        return
    repeated = world.state.stat(name) is not None
    if repeated:
        outcome = records.read(world.state, name, Outcome)
    else:
        fresh = _run(world, order)
        tags = records.outcome_metadata(fresh, world.config)
        outcome = records.decide_once(world.state, outcome_name(fresh), fresh, tags)
    perform_outcome(world, outcome, repeated=repeated)


def _run(world: World, order: ChunkOrder) -> Outcome:
    """Ask for every target of the chunk at once, within the source's limits."""
    began = world.clock.now()
    if began > order.not_after + GRACE:
        message = f"not run by {order.not_after.isoformat()}"
        return failed_outcome(order, "expired", message, began)
    entry = scraper_named(world, order.scraper, order.config_version)
    source = world.config.sources[entry.source]
    client = _client(world, source)
    if source.credits is not None and world.outside is None:
        _learn(world, source, client)
    runner = Runner(
        order=order,
        scraper=entry,
        fetcher=(
            world.outside.fetcher(entry.name)
            if world.outside is not None
            else fetcher_of(entry, world.settings)
        ),
        client=client,
        raw=world.raw,
        clock=world.clock,
        began=began,
        accept=lambda fetched: _accept(world, order, fetched),
    )
    # Two threads a seat: while one writes what it was given, the other asks. The limiter alone
    # says how many ask at once.
    pool = world.pool(source.name, 2 * source.concurrency)
    results = tuple(pool.map(runner.run, order.targets))
    _teach(world, order, results)
    for result in results:
        log = world.log.warning if result.status == "failed" else world.log.info
        log(
            f"{order.scraper} {result.target.id}: {result.status}, {result.record_count} records"
            + (f", {result.error_type}: {result.error_message}" if result.error_type else ""),
            action="scrape",
            run_id=result.run_id,
            execution_id=order.execution_id,
            decision_id=order.decision_id,
            path=result.path,
        )
    return Outcome(order=order, results=results, at=world.clock.now())


def _learn(world: World, source: Source, client: SourceClient) -> None:
    """What other instances know of the source's credits."""
    known = newest_balance(world.state, source.name, world.clock.now())
    if known is not None:
        client.balance.tell(*known)


def _teach(world: World, order: ChunkOrder, results: Sequence[RunResult]) -> None:
    """Let other instances know what is left of the source's credits after this chunk."""
    told = [result for result in results if result.credits_left is not None]
    if told:
        # The calls were made side by side: the lowest balance was told by the last of them.
        left = min(result.credits_left or 0 for result in told)
        at = max(result.completed_at for result in told)
        source = world.config.source_of(order.scraper).name
        note_balance(world.state, source, order.chunk_id, at, left)


def fetcher_of(entry: Scraper, settings: Settings) -> Callable[[Any, Any], Any]:
    """What asks for a scraper: a fetcher of the house or of the configuration's folder, or one
    that posts to the entry's scraper service. BadInput when there is none."""
    if entry.service is not None:
        return service_fetcher(entry, entry.service, bucket=settings.raw_bucket)
    if entry.fetcher is not None:
        return own_fetcher(settings.config, entry.fetcher)
    return fetcher(entry.name)


def _client(world: World, source: Source) -> SourceClient:
    """The source's one client: a client per thread would cost three times the CPU."""
    if world.outside is not None:
        client: SourceClient = world.outside.client(source)
        return client
    return world.once(
        f"client {source.name}",
        lambda: SourceClient(
            source,
            clock=world.clock,
            secrets=world.secrets,
            sources_url=world.settings.sources_url,
            transport=world.transport,
        ),
    )


def _accept(world: World, order: ChunkOrder, fetched: Fetched) -> None:
    """A fetched schedule becomes the newest one, or its run fails and says why."""
    season = season_of(order.target_date)
    if order.scraper != SCHEDULE or not fetched.records:
        return
    if season != season_of(day_of_instant(world.clock.now())):
        world.log.info(f"{season} is not going on: kept as a file only", action="schedule")
        return
    payload = {
        "leagueSchedule": {
            "seasonYear": season,
            "gameDates": [{"games": list(fetched.records)}],
        }
    }
    try:
        games = parse_schedule_json(payload, place=order.scraper)
        calendar = Calendar.of(games, preseason=world.config.preseason)
        adopt_schedule(world, calendar, origin=order.scraper)
    except BadInput as e:
        world.log.critical(
            f"schedule refused: {e}",
            action="schedule",
            chunk_id=order.chunk_id,
            execution_id=order.execution_id,
            decision_id=order.decision_id,
        )
        raise SourceFailure("schedule_refused", str(e)) from e
