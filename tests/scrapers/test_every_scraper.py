"""What holds for every scraper: success has records, no_data was empty, failed was broken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from scrapers.registry import WHERE
from shared.core.targets import TargetKind
from shared.errors import SourceFailure
from tests.scrapers.shapes import CASES, Case
from tests.scrapers.world import KEY, PAGE, Site, Source, ask, fetch, ok

#: The sources whose scrapers are listed in shapes.py, each by its module's name.
MODULES = ("odds_api", "balldontlie", "espn", "bettingpros")

KEYED = Source(tries=1, key_in="query:apiKey", secret="ODDS_API_KEY")
#: Answers with 200 that are of no use to anybody.
WRONG = (
    PAGE,
    httpx.Response(200),
    httpx.Response(200, content=b"not JSON"),
    httpx.Response(200, content=b'{"data": [NaN]}'),
    ok({"message": "Something went wrong"}),
    ok({"error": "unauthorized"}),
    ok(None),
    ok(5),
    ok("text"),
    ok([1]),
    ok({"data": 5, "events": 5, "offers": 5, "team": 5, "bookmakers": 5}),
    ok({"data": [5], "events": [5], "offers": [5], "team": [5], "bookmakers": [5]}),
)


def asked(scraper: str, **more: Any) -> Any:
    case = CASES[scraper]
    params = {"params": case.params} if case.params else {}
    return ask(scraper, kind=case.kind, id_=case.id_, **{**params, **more})


def calls() -> list[Any]:
    """(scraper, n): each call of each case."""
    return [(name, n) for name, case in CASES.items() for n in range(len(case.whole))]


def with_answer(case: Case, n: int, answer: httpx.Response) -> Site:
    """A site whose n-th answer is `answer`, after the good ones before it."""
    return Site(*case.whole[:n], answer, source=KEYED)


def test_every_scraper_of_these_sources_is_listed() -> None:
    of_ours = {
        name
        for name, where in WHERE.items()
        if where.removeprefix("scrapers.fetchers.").startswith(MODULES)
    }
    assert set(CASES) == of_ours


@pytest.mark.parametrize("scraper", CASES)
class TestEachScraper:
    def test_records_and_what_they_cover_are_found(self, scraper: str) -> None:
        case = CASES[scraper]
        site = Site(*case.whole)
        fetched = fetch(asked(scraper), site)
        assert len(fetched.records) == case.records
        assert sorted(fetched.covers) == sorted(case.covers)
        assert [request.url.path for request in site.asked] == case.paths

    def test_records_are_objects_that_json_can_hold(self, scraper: str) -> None:
        records = [dict(r) for r in fetch(asked(scraper), Site(*CASES[scraper].whole)).records]
        text = json.dumps(records, allow_nan=False)
        assert json.loads(text) == records
        assert all(records)

    def test_nothing_there_yet_is_no_record_and_no_error(self, scraper: str) -> None:
        for answers in CASES[scraper].empty:
            site = Site(*answers)
            fetched = fetch(asked(scraper), site)
            assert (list(fetched.records), tuple(fetched.covers)) == ([], ())
            assert len(site.asked) == len(answers)

    def test_a_missing_parameter_is_said_before_anything_is_asked(self, scraper: str) -> None:
        other = TargetKind.TEAM if CASES[scraper].kind is not TargetKind.TEAM else TargetKind.DATE
        site = Site(*CASES[scraper].whole)
        with pytest.raises(SourceFailure) as caught:
            fetch(ask(scraper, kind=other, id_="x", params={}), site)
        assert (caught.value.error_type, site.asked) == ("missing_parameter", [])


@pytest.mark.parametrize(
    "scraper", [name for name, case in CASES.items() if case.kind is TargetKind.DATE]
)
def test_a_date_that_is_none_is_said_before_anything_is_asked(scraper: str) -> None:
    site = Site(*CASES[scraper].whole)
    with pytest.raises(SourceFailure) as caught:
        fetch(asked(scraper, params={"date": "12.11.2025"}), site)
    assert (caught.value.error_type, site.asked) == ("missing_parameter", [])


@pytest.mark.parametrize(("scraper", "n"), calls())
class TestEachCall:
    """A call that fails fails the whole run, whatever was found before it."""

    @pytest.mark.parametrize(
        ("status", "error_type"),
        [
            (400, "http_4xx"),
            (401, "blocked"),
            (403, "blocked"),
            (418, "http_4xx"),
            (422, "http_4xx"),
            (429, "rate_limited"),
            (500, "http_5xx"),
            (503, "http_5xx"),
        ],
    )
    def test_a_refusal_is_a_failure(
        self, scraper: str, n: int, status: int, error_type: str
    ) -> None:
        refusal = httpx.Response(status, content=f'{{"message": "no, {KEY}"}}'.encode())
        site = with_answer(CASES[scraper], n, refusal)
        with pytest.raises(SourceFailure) as caught:
            fetch(asked(scraper), site)
        assert (caught.value.error_type, caught.value.status) == (error_type, status)
        assert len(site.asked) == n + 1
        assert KEY not in str(caught.value)

    def test_an_answer_that_is_cut_off_is_never_taken_for_a_whole_one(
        self, scraper: str, n: int
    ) -> None:
        body = CASES[scraper].whole[n].content
        for size in sorted({len(body) * tenths // 10 for tenths in range(10)} | {len(body) // 97}):
            site = with_answer(CASES[scraper], n, httpx.Response(200, content=body[:size]))
            with pytest.raises(SourceFailure) as caught:
                fetch(asked(scraper), site)
            assert caught.value.error_type in ("malformed", "error_page")

    def test_answers_of_no_use_are_failures(self, scraper: str, n: int) -> None:
        for answer in WRONG:
            with pytest.raises(SourceFailure) as caught:
                fetch(asked(scraper), with_answer(CASES[scraper], n, answer))
            assert caught.value.error_type in ("malformed", "error_page")

    def test_a_list_without_its_key_is_not_an_empty_list(self, scraper: str, n: int) -> None:
        for answer in _without_keys(CASES[scraper].whole[n]):
            with pytest.raises(SourceFailure) as caught:
                fetch(asked(scraper), with_answer(CASES[scraper], n, answer))
            assert caught.value.error_type == "malformed"


def _without_keys(whole: httpx.Response) -> Sequence[httpx.Response]:
    """The answer with its lists under another name."""
    try:
        payload = whole.json()
    except ValueError:
        return ()
    if not isinstance(payload, dict):
        return ()
    lists = {key for key, value in payload.items() if isinstance(value, list | dict)} - {
        "meta",
        "day",
        "_pagination",
    }
    return [ok({f"x{k}" if k == key else k: v for k, v in payload.items()}) for key in lists]
