"""The corpus, run: what a person says of each response, what the product says, and where not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tests.scrapers.corpus import bodies, contents, good_and_empty, refused
from tests.scrapers.corpus.build import Case

STATUSES = ("success", "no_data", "failed")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One case and what the product made of it."""

    case: Case
    status: str
    error: str | None
    complete: bool
    records: int
    message: str | None

    @property
    def right(self) -> bool:
        """Status, class and completeness, all three."""
        case = self.case
        found = (self.status, self.error, self.complete)
        counted = case.records in (None, self.records)
        return counted and found == (case.label, case.error, case.complete)

    def __str__(self) -> str:
        case = self.case
        said = f"{self.status}, {self.error or '-'}, complete {self.complete}, {self.records}"
        number = "any" if case.records is None else case.records
        wanted = f"{case.label}, {case.error or '-'}, complete {case.complete}, {number}"
        return f"{case.name}: {said}; labelled {wanted} [{self.message or ''}]"


MODULES = {
    "good and empty": good_and_empty.cases,
    "refused": refused.cases,
    "bodies": bodies.cases,
    "contents": contents.cases,
}


@cache
def cases_of(module: str) -> tuple[Case, ...]:
    return tuple(MODULES[module]())


def all_cases() -> list[Case]:
    return [case for module in MODULES for case in cases_of(module)]


def judge(case: Case) -> Judged:
    result = case.run().result
    return Judged(
        case=case,
        status=result.status,
        error=result.error_type,
        complete=result.complete,
        records=result.record_count,
        message=result.error_message,
    )


def confusion(judged: Sequence[Judged]) -> list[str]:
    """The table of labels against statuses, and every case that is wrong."""
    counts: Counter[tuple[str, str]] = Counter((each.case.label, each.status) for each in judged)
    lines = ["labelled \\ said  " + "".join(f"{status:>9}" for status in STATUSES)]
    for label in STATUSES:
        numbers = "".join(f"{counts[label, status]:9}" for status in STATUSES)
        lines.append(f"{label:<16} {numbers}")
    wrong = [each for each in judged if not each.right]
    scrapers = len({each.case.scraper for each in judged})
    kinds = len({each.case.kind for each in judged})
    lines.append(
        f"{len(judged)} responses of {kinds} kinds for {scrapers} scrapers: {len(wrong)} wrong"
        " (status, class of the failure, complete, count)"
    )
    return lines + [f"  {each}" for each in wrong]
