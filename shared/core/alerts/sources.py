"""Alerts about sources: one that gives nothing however often it is asked, refusals, credits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from shared.core.alerts.facts import Asked, Facts
from shared.core.alerts.kinds import Alert, Severity, et, make, plural

#: A scraper is failing when this many executions in a row got only failures, over this long.
#: A spell of half an hour is over before; what is asked once a day fails in its attempts.
STREAK, SPAN = 3, timedelta(hours=1)
#: Failures that are ours and say nothing of the source.
OURS = frozenset({"expired", "lost"})
REFUSED = "schedule_refused"
#: Of a plan's credits: somebody should look, and it will not last a week.
CREDITS_LOW, CREDITS_OUT = 0.2, 0.02
#: Of the reserve below which nothing is asked: where a source does not say how many were used.
RESERVES = 4


def source_alerts(facts: Facts) -> Iterator[Alert]:
    """What the answers of the last 24 hours tell."""
    refused = [each for each in facts.asked if REFUSED in each.errors]
    accepted = max((each.at for each in facts.asked if _good_schedule(each, refused)), default=None)
    bad = [each for each in refused if accepted is None or each.at > accepted]
    if bad:
        text = f"the schedule was refused {plural(len(bad), 'time')}, last at {et(bad[-1].at)}"
        ids = [each.execution_id for each in bad]
        yield make(REFUSED, text, bad[0].at, evidence=ids)
    yield from _failing(facts)
    yield from _credits(facts)


def _good_schedule(each: Asked, refused: Sequence[Asked]) -> bool:
    return each.succeeded > 0 and any(each.scraper == bad.scraper for bad in refused)


def _failing(facts: Facts) -> Iterator[Alert]:
    by_source: dict[str, dict[str, list[Asked]]] = {}
    for each in facts.asked:
        by_source.setdefault(each.source, {}).setdefault(each.scraper, []).append(each)
    for source, scrapers in sorted(by_source.items()):
        streaks = {name: streak(mine) for name, mine in scrapers.items()}
        failing = {name: found for name, found in streaks.items() if _long(found)}
        # What has not been asked since the others began to fail says nothing either way.
        healthy = [name for name, found in streaks.items() if not found]
        if failing and not healthy:
            yield _silent(source, failing)
        elif failing:
            for name, found in failing.items():
                text = f"{name} of {source} {_said(found)}"
                ids = [each.execution_id for each in found]
                yield make("scraper_failing", text, found[0].at, subject=name, evidence=ids)


def streak(asked: Sequence[Asked]) -> list[Asked]:
    """The newest answers of one scraper in a row, oldest first, that are failures only."""
    found: list[Asked] = []
    for each in reversed(asked):
        if set(each.errors) and set(each.errors) <= OURS:
            continue
        if each.succeeded or each.no_data or not each.failed:
            break
        found.append(each)
    return found[::-1]


def _long(found: Sequence[Asked]) -> bool:
    executions = {each.execution_id for each in found}
    return len(executions) >= STREAK and found[-1].at - found[0].at >= SPAN


def _silent(source: str, failing: Mapping[str, Sequence[Asked]]) -> Alert:
    found = sorted((each for mine in failing.values() for each in mine), key=lambda each: each.at)
    text = f"{source} {_said(found)}"
    return make("source_silent", text, found[0].at, subject=source, evidence=sorted(failing))


def _said(found: Sequence[Asked]) -> str:
    errors = ", ".join(sorted({error for each in found for error in each.errors}))
    times = plural(len({each.execution_id for each in found}), "execution")
    return f"gave nothing in {times} since {et(found[0].at)}: {errors}"


def _credits(facts: Facts) -> Iterator[Alert]:
    newest = {each.source: each for each in facts.asked if each.credits_left is not None}
    for source, each in sorted(newest.items()):
        left, total = each.credits_left or 0, (each.credits_left or 0) + (each.credits_used or 0)
        if left < max(CREDITS_LOW * total, RESERVES * each.reserve):
            out = left < CREDITS_OUT * total or left <= each.reserve
            of = f" of {total}" if each.credits_used else ""
            yield make(
                "credits_low",
                f"{source} has {left}{of} credits left",
                each.at,
                subject=source,
                evidence=(each.scraper,),
                severity=Severity.CRITICAL if out else Severity.WARNING,
            )
