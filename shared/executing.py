"""Executions at the edge: start one, move it on, end it. The rules are in core.execution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from shared import listings, records
from shared.core.chunks import Progress, group_size_of, progress
from shared.core.execution import Manifest, Outcome, finish_by, found_in, options_for, summarise
from shared.core.games import Game
from shared.core.history import NOTHING, DayFacts
from shared.core.ids import GRACE
from shared.core.messages import ChunkOrder, RunOrder, RunRequest
from shared.core.ports import Stored
from shared.core.resolve import TargetGame, is_over, target_game
from shared.core.targets import Target, TargetKind
from shared.core.workflows import Scraper, Workflow
from shared.effects import FinishedRecord, append_hand_decision, perform_finished
from shared.messages import message, scrape_topic
from shared.planning import games_on, scraper_named
from shared.world import World

#: How long a run asked for by hand may wait before it is of no use.
BY_HAND = timedelta(hours=2)


def start(world: World, order: RunOrder) -> None:
    """Write the manifest, or find it, and move the execution on."""
    name = records.manifest_name(order.game_day, order.execution_id)
    if world.state.stat(name) is not None:
        manifest = records.read(world.state, name, Manifest)
    else:
        fresh = _manifest(world, order)
        manifest = records.decide_once(world.state, name, fresh, records.manifest_metadata(fresh))
    advance(world, manifest)
    # Behind it: a run waits for no row.
    append_hand_decision(world, manifest)


def advance(world: World, manifest: Manifest) -> None:
    """Publish the next group of chunks if one is due, or end the execution."""
    prefix = records.execution_prefix(manifest.game_day, manifest.execution_id)
    facts = listings.sort_out(world.state.list(prefix))[manifest.execution_id]
    if facts.finished is not None:
        finish(world, manifest, list(facts.outcomes.values()))
        return
    where = where_it_stands(world, manifest, facts.outcomes)
    if where.ended:
        finish(world, manifest, list(facts.outcomes.values()))
    elif where.fresh:
        send(world, where.waiting)


def where_it_stands(world: World, manifest: Manifest, outcomes: Mapping[str, Stored]) -> Progress:
    """The execution's progress, from the names of its outcomes (bodies only where needed)."""
    done = {chunk_id(manifest, stem): stored.created_at for stem, stored in outcomes.items()}

    def found_by(scraper: str) -> Sequence[Target]:
        named = [s for s in outcomes.values() if s.metadata.get("scraper") == scraper]
        return found_in(records.read(world.state, stored.name, Outcome) for stored in named)

    return progress(manifest, done, found_by)


def chunk_id(manifest: Manifest, stem: str) -> str:
    """The chunk whose outcome bears the file name `stem`: 1-oddsa_events-1."""
    step, rest = stem.split("-", 1)
    scraper, n = rest.rsplit("-", 1)
    return f"{manifest.execution_id}.s{step}.{scraper}.{n}"


def send(world: World, chunks: Sequence[ChunkOrder]) -> None:
    """Publish chunks to their sources' topics.

    A scraper that left the configuration under way has none: its chunks end lost, at finish_by.
    """
    known = [chunk for chunk in chunks if chunk.scraper in world.config.scrapers]
    world.publish(
        [
            message(scrape_topic(world.config.source_of(chunk.scraper).name), chunk)
            for chunk in known
        ]
    )
    for chunk in known:
        world.log.info(
            f"{chunk.scraper}: {len(chunk.targets)} targets",
            action="fan-out",
            chunk_id=chunk.chunk_id,
            execution_id=chunk.execution_id,
            decision_id=chunk.decision_id,
        )


def finish(world: World, manifest: Manifest, outcomes: Sequence[Stored]) -> None:
    """End the execution: the first to say so decides how it ended."""
    name = records.finished_name(manifest.game_day, manifest.execution_id)
    if records.is_done(world.state, name):
        return
    if world.state.stat(name) is not None:
        perform_finished(world, records.read(world.state, name, FinishedRecord))
        return
    read = [records.read(world.state, stored.name, Outcome) for stored in outcomes]
    summary = summarise(manifest, read)
    record = FinishedRecord(manifest=manifest, summary=summary, at=world.clock.now())
    first = records.decide_once(world.state, name, record, records.finished_metadata(summary))
    perform_finished(world, first)
    came_to = first.summary
    log = world.log.info if came_to.status == "completed" else world.log.warning
    log(
        f"{manifest.workflow} {came_to.status}: {came_to.succeeded} of {came_to.triggered} runs "
        f"ended well, {came_to.no_data} of them without data",
        action="finish",
        execution_id=manifest.execution_id,
        decision_id=manifest.decision_id,
    )


def _manifest(world: World, order: RunOrder) -> Manifest:
    now = world.clock.now()
    config = world.config
    schedule = records.newest_schedule(world.state, config)
    day_games = games_on(schedule, order.target_date)
    names = dict.fromkeys(name for step in order.steps for name in step.scrapers)
    scrapers = {name: scraper_named(world, name, order.config_version) for name in names}
    if schedule is None and any(each.target is TargetKind.GAME for each in scrapers.values()):
        # Its steps go on without the games, and must not look whole.
        world.log.error("no schedule is known", action="start", execution_id=order.execution_id)
    days = world.once("days", listings.Kept)
    known = listings.facts_now(world.state, order.target_date, days)
    games = _games(order, day_games, now)
    return Manifest(
        execution_id=order.execution_id,
        decision_id=order.decision_id,
        workflow=order.workflow,
        slot_id=order.slot_id,
        game_day=order.game_day,
        target_date=order.target_date,
        attempt=order.attempt,
        decided_at=order.decided_at,
        created_at=now,
        steps=order.steps,
        games=games,
        day_games=tuple(target_game(game) for game in day_games),
        expects=tuple(game.game_id for game in day_games if is_over(game, order.decided_at)),
        have={} if order.fresh else _have(order, scrapers, games, known),
        kinds={name: scraper.target for name, scraper in scrapers.items()},
        sources={name: scraper.source for name, scraper in scrapers.items()},
        group_size={s.source: group_size_of(config, s.source) for s in scrapers.values()},
        options=options_for(scrapers),
        not_after=order.not_after,
        finish_by=finish_by(now, order.steps),
        config_version=order.config_version,
        source=order.source,
        triggered_by=order.triggered_by,
        fresh=order.fresh,
        expired=now > order.not_after + GRACE or not _may_run(world, order),
    )


def _may_run(world: World, order: RunOrder) -> bool:
    """Whether the slot was not aborted; from here on it cannot be. Later attempts follow a first
    that ran, so that nobody aborts their slot."""
    if order.slot_id is None or order.attempt > 1:
        return True
    return records.claim(world.state, order.game_day, order.slot_id, "run")


def _games(order: RunOrder, day_games: Sequence[Game], now: datetime) -> tuple[TargetGame, ...]:
    """The games asked for; by hand: all that are over, or all of the day before any is."""
    if order.games is None:
        over = [game for game in day_games if is_over(game, now)]
        return tuple(target_game(game) for game in over or day_games)
    asked = set(order.games)
    return tuple(target_game(game) for game in day_games if game.game_id in asked)


def _have(
    order: RunOrder,
    scrapers: Mapping[str, Scraper],
    games: Sequence[TargetGame],
    known: DayFacts,
) -> dict[str, tuple[str, ...]]:
    """Per scraper what is not asked for again.

    Per game: the games its dataset has. Per date, measured by games: the date, when none of the
    asked games is missing. Others: what this slot's earlier attempts got. Scrapers that feed a
    later step, or that nothing is expected of, are always asked.
    """
    feeders = {step.targets_from for step in order.steps}
    earlier = known.of_slot(order.slot_id) if order.slot_id else ()
    have: dict[str, tuple[str, ...]] = {}
    for name, scraper in scrapers.items():
        covered = known.covered.get(scraper.dataset, NOTHING)
        if name in feeders or (scraper.expects == "none" and scraper.target is TargetKind.DATE):
            continue
        if scraper.expects != "games":
            got = [attempt.obtained.get(name, NOTHING) for attempt in earlier]
            ids = sorted(frozenset().union(*got))
        elif scraper.target is TargetKind.GAME:
            ids = sorted(covered)
        else:
            whole = games and all(game.game_id in covered for game in games)
            ids = [order.target_date.isoformat()] if whole else []
        if ids:
            have[name] = tuple(ids)
    return have


def order_by_hand(
    workflow: Workflow,
    request: RunRequest,
    *,
    message_id: str,
    asked: datetime,
    game_day: date,
    config_version: str,
) -> RunOrder:
    """The order that a request by hand comes to; its ids take the message's."""
    return RunOrder(
        decision_id=f"manual.{message_id}.run1",
        execution_id=f"manual.{message_id}",
        workflow=workflow.name,
        slot_id=None,
        game_day=game_day,
        target_date=request.target_date or game_day,
        steps=workflow.steps,
        games=None,
        attempt=1,
        decided_at=asked,
        not_after=asked + BY_HAND,
        config_version=config_version,
        source=request.source,
        triggered_by=request.triggered_by,
        fresh=request.fresh,
    )
