"""How much of each dataset a day has, by game, team or date. Pure."""

from __future__ import annotations

from shared.core.games import COUNTING, GameType
from shared.core.reconcile import completeness
from shared.core.teams import TEAMS
from tipoff.facts import Facts, SeenGame
from tipoff.healing import covers_of
from tipoff.summary import DatasetLine


def dataset_lines(facts: Facts) -> list[DatasetLine]:
    """The completeness of every dataset that an enabled workflow asks for, by name."""
    units = {
        facts.config.scrapers[name].dataset: facts.config.scrapers[name].expects
        for workflow in facts.config.enabled
        # Nobody asks for the referees of a day on which nobody plays.
        if any(seen.counts for seen in facts.games) or not workflow.needs_games
        for name in workflow.scrapers
    }
    covered = covers_of(facts)
    lines = []
    for dataset, unit in sorted(units.items()):
        got = covered.get(dataset, frozenset())
        if unit == "games":
            lines.append(_by_game(facts, dataset, got))
        elif unit == "teams":
            lines.append(_by_name(dataset, unit, frozenset(TEAMS), got))
        elif unit == "date":
            # A date is there when one run found it whole, whatever the run says it covers.
            wanted = frozenset({facts.date.isoformat()})
            lines.append(_by_name(dataset, unit, wanted, wanted if dataset in covered else got))
    return lines


def _by_game(facts: Facts, dataset: str, got: frozenset[str]) -> DatasetLine:
    games = [seen.game for seen in facts.games if _is_asked_for(seen, facts)]
    found = completeness(facts.date, dataset, games, got)
    return DatasetLine(
        dataset=dataset,
        unit="games",
        owed=True,
        expected=len(found.expected),
        obtained=len(found.obtained),
        waived=len(found.waived),
        missing=found.missing,
    )


def _by_name(dataset: str, unit: str, wanted: frozenset[str], got: frozenset[str]) -> DatasetLine:
    return DatasetLine(
        dataset=dataset,
        unit=unit,
        owed=False,
        expected=len(wanted),
        obtained=len(wanted & got),
        waived=0,
        missing=tuple(sorted(wanted - got)),
    )


def _is_asked_for(seen: SeenGame, facts: Facts) -> bool:
    """Whether it is of a kind that counts here, also when it was called off."""
    preseason = facts.config.preseason and seen.game.type is GameType.PRESEASON
    return preseason or seen.game.type in COUNTING
