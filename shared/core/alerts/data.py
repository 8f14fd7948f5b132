"""Alerts about data: files that were never loaded, and datasets that are not whole in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from shared.core.alerts.facts import Asked, DatasetFact, Facts
from shared.core.alerts.kinds import Alert, Severity, et, make, plural
from shared.core.alerts.work import EXPLAINED

MISSING_WARNING, MISSING_CRITICAL = 5, 10
#: Found by two cleanups, which come every 15 minutes: announcing it again did not help.
UNHEALED = timedelta(minutes=45)
#: Announced three times by now or refused, and not loaded: a person has to look.
STUCK = timedelta(hours=4)
#: Failed runs of all runs of the last 24 hours, from this many runs on.
FAILURE_RATE, FAILURE_RUNS = 0.2, 10


def data_alerts(facts: Facts, began: datetime) -> Iterator[Alert]:
    """Files, datasets, and how many runs failed."""
    yield from _files(facts)
    late = [
        each
        for each in facts.datasets
        # What was due before anything ran here was never promised by anybody.
        if each.missing and not each.running and each.deadline > began
        if facts.now - each.deadline >= EXPLAINED
    ]
    empty, rest = [e for e in late if e.empty], [e for e in late if not e.empty]
    yield from _grouped("zero_rows", empty, "asked, and never answered with a row")
    yield from _grouped("dataset_incomplete", rest, "not whole after the deadline")
    yield from _rate(facts)


def _rate(facts: Facts) -> Iterator[Alert]:
    """Failures that a later attempt made good, or may yet, are counted as runs alone."""
    old = [each for each in facts.asked if facts.now - each.at >= EXPLAINED]
    bad = [each for n, each in enumerate(old) if _stays(each, facts.asked[n + 1 :])]
    ended, failed = facts.runs_ended, sum(each.failed for each in bad)
    if ended >= FAILURE_RUNS and failed > ended * FAILURE_RATE:
        names = list(dict.fromkeys(f"{each.scraper}: {', '.join(each.errors)}" for each in bad))
        text = f"{failed} of {ended} runs failed in 24 hours"
        yield make("failure_rate", text, bad[0].at, evidence=names)


def _stays(asked: Asked, later: Sequence[Asked]) -> bool:
    """Whether it failed, and no later answer of the scraper for the same date was whole."""
    return asked.failed > 0 and not any(
        each.scraper == asked.scraper
        and each.target_date == asked.target_date
        and each.succeeded
        and not each.failed
        for each in later
    )


def _files(facts: Facts) -> Iterator[Alert]:
    missing = [file for file in facts.missing if file.age >= UNHEALED]
    files = sorted(missing, key=lambda file: (-file.age, file.path))
    paths = [file.path for file in files]
    if len(files) > MISSING_WARNING:
        loud = len(files) > MISSING_CRITICAL
        yield make(
            "missing_files",
            f"{plural(len(files), 'file')} were never loaded",
            facts.now - files[0].age,
            evidence=paths,
            severity=Severity.CRITICAL if loud else Severity.WARNING,
        )
    elif files and files[0].age > STUCK:
        stuck = [file.path for file in files if file.age > STUCK]
        text = f"{plural(len(stuck), 'file')} refused, or not loaded after every announcement"
        yield make("file_stuck", text, facts.now - files[0].age, evidence=stuck)
    if facts.blind_since is not None:
        text = f"cleanup cannot read the loads since {et(facts.blind_since)}"
        yield make("repair_blind", text, facts.blind_since)


def _grouped(code: str, late: Sequence[DatasetFact], said: str) -> Iterator[Alert]:
    """One alert a day and last workflow: what was due by one deadline is one thing to look at."""
    groups: dict[tuple[str, str], list[DatasetFact]] = {}
    for each in late:
        groups.setdefault((each.day.isoformat(), each.workflow), []).append(each)
    for (day, workflow), mine in groups.items():
        names = ", ".join(f"{each.dataset} {_share(each)}" for each in mine)
        yield make(
            code,
            f"{day}: {said}: {names}",
            min(each.deadline for each in mine),
            subject=f"{day}.{workflow}",
            evidence=[f"{each.dataset} {one}" for each in mine for one in each.missing],
        )


def _share(each: DatasetFact) -> str:
    return f"{each.expected - len(each.missing)}/{each.expected}"
