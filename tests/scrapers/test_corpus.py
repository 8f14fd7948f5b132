"""Every labelled response of the corpus through the real client and Runner: none is misjudged."""

from __future__ import annotations

from collections import Counter

import pytest

from scrapers.registry import WHERE
from tests.scrapers.corpus.build import Answer
from tests.scrapers.corpus.table import MODULES, all_cases, cases_of, confusion, judge
from tests.scrapers.harness import Reply


@pytest.mark.parametrize("module", MODULES)
def test_no_response_is_misjudged(module: str) -> None:
    judged = [judge(case) for case in cases_of(module)]
    wrong = [str(each) for each in judged if not each.right]
    assert not wrong, "\n".join(confusion(judged))


def test_the_corpus_has_every_scraper_and_every_label() -> None:
    cases = all_cases()
    assert len(cases) >= 295
    assert {case.scraper for case in cases} == set(WHERE)
    labels = Counter(case.label for case in cases)
    assert min(labels.values()) >= 50
    assert len({case.kind for case in cases}) >= 80
    assert {case.label for case in cases if case.error} == {"failed"}
    assert all(case.error for case in cases if case.label == "failed")
    assert not any(case.complete for case in cases if case.label != "success")


def test_no_case_is_there_twice() -> None:
    answers = Counter((case.name, *map(told, case.answers or ())) for case in all_cases())
    assert [name for name, number in answers.items() if number > 1] == []


def told(answer: Answer) -> str | tuple[int, int]:
    return (answer.status, hash(answer.body)) if isinstance(answer, Reply) else str(answer)
