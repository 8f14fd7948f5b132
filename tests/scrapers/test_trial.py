"""What one's own tests are made with: a fetcher on canned answers."""

from __future__ import annotations

import pytest

from scrapers.base import Ask, Fetched, Http
from scrapers.trial import NOON, Trial, asking
from shared.errors import SourceFailure


def fetch(ask: Ask, http: Http) -> Fetched:
    """Asks twice; the second page may be missing."""
    first = http.get("/a", {"date": ask.target.params["date"]}).json()
    second = http.get("/b", accept=(200, 404))
    return Fetched(records=[*first, *(second.json() if second.status == 200 else ())])


def test_answers_come_in_order_and_the_last_again() -> None:
    source = Trial(b'[{"n": 1}]')
    assert list(source.run(fetch, asking("x")).records) == [{"n": 1}, {"n": 1}]
    assert source.asked == ["/a?date=2025-11-12", "/b"]


def test_a_status_may_come_alone_or_with_a_body() -> None:
    assert len(Trial(b'[{"n": 1}]', 404).run(fetch, asking("x")).records) == 1
    with pytest.raises(SourceFailure, match=r"said \[no\]") as caught:
        Trial((503, b"no")).run(fetch, asking("x"))
    assert caught.value.error_type == "http_5xx"


def test_what_is_asked_has_date_season_and_the_targets_own_parameter() -> None:
    ask = asking("x", kind="team", id_="BOS", params={"home": "BOS"}, options={"market": "a"})
    assert dict(ask.target.params) == {
        "date": "2025-11-12",
        "season": "2025-26",
        "team": "BOS",
        "home": "BOS",
    }
    assert (ask.target.id, ask.now, dict(ask.options)) == ("BOS", NOON, {"market": "a"})
    assert asking("x").target.id == "2025-11-12"
