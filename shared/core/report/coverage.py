"""How much of each dataset a day has, by game, team or date. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.core.books import reckon
from shared.core.games import COUNTING, Game, GameType
from shared.core.report.facts import Facts, SeenGame, at
from shared.core.report.lines import DatasetLine
from shared.core.resolve import is_over
from shared.core.workflows import Scraper


def dataset_lines(facts: Facts) -> list[DatasetLine]:
    """The completeness of every dataset that an enabled workflow asks for, by name."""
    entries = {
        facts.config.scrapers[name].dataset: facts.config.scrapers[name]
        for workflow in facts.config.enabled
        # Nobody asks for the referees of a day on which nobody plays.
        if any(seen.counts for seen in facts.games) or not workflow.needs_games
        for name in workflow.scrapers
    }
    games = [seen.game for seen in facts.games if _is_asked_for(seen, facts)]
    covered, hoped, closed = covers_of(facts), _still_asked_for(facts), _closed(facts)
    return [
        _line(facts, entry, games, covered.get(dataset), closed.get(dataset), dataset in hoped)
        for dataset, entry in sorted(entries.items())
        if entry.expects != "none"
    ]


def covers_of(facts: Facts) -> dict[str, frozenset[str]]:
    """Per dataset the ids that complete runs of the day cover."""
    found: dict[str, set[str]] = {}
    for run in facts.rows("scraper_execution_log"):
        # A scraper that left the configuration since has no dataset now.
        entry = facts.config.scrapers.get(run["scraper_name"])
        if run["complete"] and entry is not None:
            covers = json.loads(run["data_summary"] or "{}").get("covers", ())
            found.setdefault(entry.dataset, set()).update(covers)
    return {dataset: frozenset(ids) for dataset, ids in sorted(found.items())}


def _still_asked_for(facts: Facts) -> set[str]:
    """The datasets that a slot of the day may still bring."""
    rows = [*facts.rows("daily_expected_schedule"), *facts.rows("plan_changes")]
    names = {
        name
        for row in rows
        if row["closes_at"] and at(row["closes_at"]) > facts.now
        for name in row.get("scrapers") or ()
    }
    return {facts.config.scrapers[name].dataset for name in names & facts.config.scrapers.keys()}


def _closed(facts: Facts) -> dict[str, datetime]:
    """When the book of a dataset was closed, by the newest row that says so."""
    rows = sorted(facts.rows("daily_completeness"), key=lambda row: at(row["created_at"]))
    return {row["dataset"]: at(row["closed_at"]) for row in rows if row["closed_at"]}


def _line(
    facts: Facts,
    entry: Scraper,
    games: Sequence[Game],
    got: frozenset[str] | None,
    closed_at: datetime | None,
    hoped: bool,  # noqa: FBT001 a slot may still bring it
) -> DatasetLine:
    day = facts.date.isoformat()
    # A date is there when one run found it whole, whatever the run says it covers.
    there = (got or frozenset()) | (frozenset({day}) if got is not None else frozenset())
    found = reckon(facts.date, entry, games, there)
    by_game = entry.expects == "games"
    early = _early(entry, games, facts) if by_game else set(found.missing) if hoped else set()
    return DatasetLine(
        dataset=entry.dataset,
        unit=entry.expects,
        owed=by_game,
        expected=len(found.expected),
        obtained=len(found.obtained),
        waived=len(found.waived),
        missing=tuple(each for each in found.missing if each not in early),
        not_due=tuple(each for each in found.missing if each in early),
        closed_at=closed_at,
    )


def _early(entry: Scraper, games: Sequence[Game], facts: Facts) -> set[str]:
    """The games that are not over, or of which the source may take longer."""
    due = timedelta(hours=entry.due_hours)
    return {
        game.game_id
        for game in games
        if not is_over(game, facts.now) or (due and game.tip + due > facts.now)
    }


def _is_asked_for(seen: SeenGame, facts: Facts) -> bool:
    """Whether it is of a kind that counts here, also when it was called off."""
    preseason = facts.config.preseason and seen.game.type is GameType.PRESEASON
    return preseason or seen.game.type in COUNTING
