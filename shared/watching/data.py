"""What was asked, what arrived and what did not, as outcomes and cleanups tell it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared import records
from shared.core.alerts import Asked, DatasetFact, MissingFile, SlotFact, SlotState
from shared.core.books import deadline, reckon
from shared.core.execution import Outcome
from shared.core.history import NOTHING
from shared.core.ports import Stored
from shared.core.workflows import Config, Scraper
from shared.watching.bucket import Look


def asked(look: Look) -> list[Asked]:
    """What was asked, oldest first."""
    known = look.memory.asked
    found: dict[str, Asked] = {}
    for executions in look.executions.values():
        for facts in executions.sorted.values():
            for stored in facts.outcomes.values():
                found[stored.name] = known.get(stored.name) or answers(look, stored)
    known.clear()
    known.update(found)
    return sorted(found.values(), key=lambda each: (each.at, each.execution_id, each.scraper))


def answers(look: Look, stored: Stored) -> Asked:
    """What one chunk's outcome tells, in numbers."""
    outcome = records.read(look.state, stored.name, Outcome)
    order, results = outcome.order, outcome.results
    entry = look.config.scrapers.get(order.scraper)
    limits = look.config.sources[entry.source].credits if entry else None
    left = [each.credits_left for each in results if each.credits_left is not None]
    used = [each.stats["credits_used"] for each in results if "credits_used" in each.stats]
    return Asked(
        scraper=order.scraper,
        source=entry.source if entry else "",
        dataset=stored.metadata.get("dataset", ""),
        target_date=order.target_date,
        execution_id=order.execution_id,
        at=outcome.at,
        succeeded=sum(each.status == "success" for each in results),
        no_data=sum(each.status == "no_data" for each in results),
        failed=sum(each.status == "failed" for each in results),
        errors=tuple(dict.fromkeys(e.error_type for e in results if e.error_type)),
        credits_left=min(left, default=None),
        credits_used=max(used, default=None),
        reserve=limits.reserve if limits else 0,
    )


def games(look: Look, day: date) -> frozenset[str]:
    """The ids of the day's games that count, in the newest schedule."""
    games = look.calendar.on(day) if look.calendar else ()
    return frozenset(game.game_id for game in games)


def datasets(
    look: Look, day: date, slots: Sequence[SlotFact], asked: Sequence[Asked]
) -> Iterator[DatasetFact]:
    """The books of one day with games."""
    covered = obtained(look, day)
    answers: dict[str, list[Asked]] = {}
    for each in asked:
        if each.target_date == day:
            answers.setdefault(each.dataset, []).append(each)
    owed = look.calendar.owed_on(day) if look.calendar else ()
    for dataset, mine in _by_dataset(slots, look.config).items():
        entry, last = mine[0][0], max(mine, key=lambda one: one[1].slot.closes_at)[1]
        found = reckon(day, entry, owed, covered.get(dataset, NOTHING))
        mine_asked = answers.get(dataset, ())
        yield DatasetFact(
            day=day,
            dataset=dataset,
            workflow=last.slot.workflow,
            deadline=deadline(entry, last.slot.closes_at, owed),
            expected=len(found.expected) - len(found.waived),
            missing=found.missing,
            running=any(fact.state is SlotState.RUNNING for _, fact in mine),
            empty=any(each.no_data for each in mine_asked)
            and not any(each.succeeded or each.failed for each in mine_asked),
        )


def obtained(look: Look, day: date) -> dict[str, frozenset[str]]:
    """Per dataset the ids found whole for `day`, also by runs asked for later."""
    covered: dict[str, frozenset[str]] = {}
    for executions in look.executions.values():
        for dataset, ids in executions.obtained.get(day.isoformat(), {}).items():
            covered[dataset] = covered.get(dataset, NOTHING).union(ids)
    return covered


def _by_dataset(
    slots: Sequence[SlotFact], config: Config
) -> dict[str, list[tuple[Scraper, SlotFact]]]:
    """Per dataset the scrapers and slots that ask for it."""
    found: dict[str, list[tuple[Scraper, SlotFact]]] = {}
    for fact in slots:
        for name in fact.slot.scrapers:
            entry = config.scrapers.get(name)
            if entry is not None and entry.expects != "none":
                found.setdefault(entry.dataset, []).append((entry, fact))
    return found


@dataclass(frozen=True, slots=True)
class Cleanup:
    """What one cleanup found."""

    missing: tuple[MissingFile, ...]
    blind: bool


def cleanup_of(body: bytes) -> Cleanup:
    """What one cleanup found; its record holds the row that it appends."""
    (_, row), *_ = json.loads(body)["rows"]
    return Cleanup(
        missing=tuple(
            MissingFile(
                path=each["gcs_path"],
                scraper=each["scraper_name"],
                age=timedelta(minutes=each["age_minutes"]),
            )
            for each in row["missing_files"]
        ),
        blind=bool(row["errors"]),
    )
