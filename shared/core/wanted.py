"""What a slot still wants: its games, its needs, and whether it is satisfied or settled."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.games import Game
from shared.core.history import NOTHING, Attempt, DayHistory
from shared.core.moment import Moment
from shared.core.resolve import is_over, was_over
from shared.core.slots import Slot
from shared.core.workflows import AtClock, Config, Discovery, Workflow


def wanted_games(
    moment: Moment,
    workflow: Workflow,
    slot: Slot,
    day: DayHistory,
    games: Sequence[Game],
    config: Config,
    attempts: Sequence[Attempt],
) -> tuple[str, ...]:
    """The games a RUN of this slot would ask for, by id.

    A clock slot asks for the games that are over and not obtained in each of its datasets;
    its first RUN fixes them. A per-game slot asks for its game; any other for all games.
    """
    if slot.game_id is not None:
        ids = [slot.game_id]
    elif not isinstance(workflow.trigger, AtClock):
        return tuple(game.game_id for game in games)
    elif attempts:
        # What was over at the first RUN stays asked for, also what another window had asked for
        # at that moment.
        first = attempts[0]
        ids = [
            g.game_id for g in games if g.game_id in first.games or was_over(g, first.created_at)
        ]
    else:
        ids = [game.game_id for game in games if is_over(game, moment.tick)]
    datasets = game_datasets(workflow, config)
    have = [day.covered.get(dataset, NOTHING) for dataset in datasets]
    still = {game.game_id for game in games}
    missing = [i for i in ids if i in still and any(i not in got for got in have)]
    return tuple(sorted(missing if datasets else (i for i in ids if i in still)))


def satisfied(workflow: Workflow, slot: Slot, day: DayHistory) -> str | None:
    """Why a discovery's later polls are not needed: an earlier one found everything."""
    trigger = workflow.trigger
    if not isinstance(trigger, Discovery) or trigger.refresh:
        return None
    done = [a for a in day.of_workflow(workflow.name) if a.good and a.slot_id != slot.slot_id]
    found = [a for a in done if set(workflow.scrapers) <= set(a.obtained)]
    return f"found by {found[0].execution_id}" if found else None


def settled(workflow: Workflow, attempts: Sequence[Attempt], wanted: Sequence[str]) -> bool:
    """Whether an open slot needs no further attempt."""
    if not attempts:
        return False
    if len(attempts) >= workflow.attempts:
        return True
    if isinstance(workflow.trigger, AtClock):
        return not wanted
    return attempts[-1].status == "completed"


def unmet_needs(workflow: Workflow, day: DayHistory) -> list[str]:
    """The workflows it needs that have not ended with something on this day."""
    return [need for need in workflow.needs if not any(a.good for a in day.of_workflow(need))]


def in_flight(day: DayHistory, config: Config) -> DayHistory:
    """The day as if what is under way were there: it is not asked for a second time."""
    for attempt in day.attempts:
        if attempt.status is None and attempt.workflow in config.workflows:
            datasets = game_datasets(config.workflows[attempt.workflow], config)
            day = day.covering(datasets, attempt.games)
    return day


def game_datasets(workflow: Workflow, config: Config) -> list[str]:
    """The workflow's datasets that are measured by games."""
    scrapers = (config.scrapers[name] for name in workflow.scrapers)
    return [scraper.dataset for scraper in scrapers if scraper.expects == "games"]
