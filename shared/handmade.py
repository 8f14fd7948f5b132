"""Scrapes by hand: a request becomes a chunk like any other, outside a workflow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from shared import records
from shared.core.days import day_of_instant, season_of
from shared.core.errors import BadInput
from shared.core.messages import ChunkOrder, ScrapeRequest
from shared.core.resolve import TargetGame, game_target, is_over, target_game, targets_of
from shared.core.targets import SAFE, Target, TargetKind
from shared.core.teams import TEAMS
from shared.core.workflows import Scraper
from shared.messages import Event
from shared.planning import games_on, scraper_named
from shared.world import World

#: How long a scrape by hand may wait before it is of no use.
BY_HAND = timedelta(hours=2)

#: What the audit table calls the workflow of a scrape outside one.
MANUAL = "MANUAL"


def chunk_by_hand(world: World, request: ScrapeRequest, event: Event) -> ChunkOrder:
    """One chunk that nobody waits for; its ids take the message's."""
    entry = scraper_named(world, request.scraper, world.config.version)
    for key, value in request.params.items():
        # It goes into a source's address.
        if not value or not set(value) <= SAFE | {","}:
            raise BadInput(f"scrape-request params {key}", value, "letters, digits and - _ : + ,")
    asked = event.published_at or world.clock.now()
    day = request.target_date or day_of_instant(asked)
    schedule = records.newest_schedule(world.state, world.config)
    if schedule is None and entry.target is TargetKind.GAME:
        allowed = "a schedule: tipoff calendar import FILE brings one in"
        raise BadInput(f"games of {day}", "no schedule is known", allowed)
    games = games_on(schedule, day)
    execution_id = f"manual.{event.message_id}"
    return ChunkOrder(
        chunk_id=f"{execution_id}.s1.{entry.name}.1",
        execution_id=execution_id,
        decision_id="",
        workflow=MANUAL,
        slot_id=None,
        game_day=day_of_instant(asked),
        target_date=day,
        step=1,
        n=1,
        scraper=entry.name,
        targets=_targets(entry, request, day, tuple(target_game(game) for game in games)),
        expects=tuple(game.game_id for game in games if is_over(game, asked)),
        day_games=tuple(target_game(game).as_params() for game in games),
        decided_at=asked,
        not_after=asked + BY_HAND,
        config_version=world.config.version,
        advance=False,
        source=request.source,
        triggered_by=request.triggered_by,
        fresh=request.fresh,
        options={**entry.options, **request.params},
    )


def _targets(
    entry: Scraper, request: ScrapeRequest, day: date, games: tuple[TargetGame, ...]
) -> tuple[Target, ...]:
    """What is asked: the named game, team or event, else all of the day."""
    params: Mapping[str, str] = request.params
    common = {"date": day.isoformat(), "season": season_of(day), **params}
    match entry.target:
        case TargetKind.GAME if request.game is not None:
            named = [game for game in games if game.game_id == request.game]
            if not named:
                known = ", ".join(game.game_id for game in games) or "none"
                raise BadInput(f"game of {day}", request.game, known)
            return (game_target(named[0], common),)
        case TargetKind.TEAM if "team" in params:
            team = params["team"].upper()
            if team not in TEAMS:
                raise BadInput("team", params["team"], ", ".join(sorted(TEAMS)))
            return (Target(kind=entry.target, id=team, params={**common, "team": team}),)
        case TargetKind.EVENT:
            if "event" not in params:
                raise BadInput(entry.name, "no event", "the parameter event")
            return (Target(kind=entry.target, id=params["event"], params=common),)
        case _:
            found = targets_of(entry.target, day, games)
            if not found:
                raise BadInput(f"games of {day}", "none", "a day with games")
            return found
