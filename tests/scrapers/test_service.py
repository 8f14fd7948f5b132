"""Scraper services: what is asked in both shapes, and what an answer comes to."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest

from scrapers.base import Handed
from scrapers.service import service_fetcher
from shared.core.targets import TargetKind
from shared.core.workflows import Answer, Scraper, Service
from shared.errors import SourceFailure
from tests.scrapers.world import PAGE, Site, Source, ask, ok

GAME = "0022500201"
SERVICE = Service(scraper="nbac_team_boxscore", files=("ours/", "gs://theirs/box/"))
ENTRY = Scraper(
    name="our_box",
    source="ours",
    dataset="box",
    target=TargetKind.GAME,
    params=("date", "season", "game"),
    path="/scrape",
    records="two a game",
    kind="service",
    service=SERVICE,
)


def handed(site: Site, service: Service = SERVICE, entry: Scraper = ENTRY, **more: Any) -> Handed:
    asked = ask("our_box", kind=TargetKind.GAME, id_=GAME, **more)
    fetch = service_fetcher(entry, service, bucket="raw-bucket")
    return fetch(replace(asked, run_id="e1.our_box.1"), site.run())


def sent(site: Site) -> tuple[str, dict[str, Any]]:
    request = site.asked[-1]
    return f"{request.method} {request.url.path}", json.loads(request.content)


NOTHING = {"status": "no_data", "record_count": 0}
GOOD = {"status": "success", "record_count": 2, "file_path": "ours/a.json"}


def test_the_body_shape_has_the_scrapers_name_beside_the_parameters() -> None:
    site = Site(ok(NOTHING))
    handed(site)
    assert sent(site) == (
        "POST /scrape",
        {"scraper": "nbac_team_boxscore", "date": "2025-11-12", "season": "2025-26", "game": GAME},
    )
    assert site.asked[0].headers["Content-Type"] == "application/json"
    assert site.asked[0].headers["Idempotency-Key"] == "e1.our_box.1"


def test_the_path_shape_has_it_in_the_path_alone() -> None:
    site = Site(ok(NOTHING))
    handed(site, entry=replace(ENTRY, path="/scraper/{scraper}", params=("game",)))
    assert sent(site) == ("POST /scraper/nbac_team_boxscore", {"game": GAME})


def test_parameters_are_spelt_as_the_service_wants_them_and_options_go_along() -> None:
    forms = {"gamedate": "date:%Y%m%d", "year": "season:end", "from": "season:start", "g": "game"}
    site = Site(ok(NOTHING))
    handed(site, replace(SERVICE, params=forms), market="points")
    assert sent(site)[1] == {
        "scraper": "nbac_team_boxscore",
        "gamedate": "20251112",
        "year": "2026",
        "from": "2025",
        "g": GAME,
        "market": "points",
    }


def test_the_token_goes_as_a_bearer_and_into_no_message() -> None:
    source = Source(name="ours", key_in="bearer", secret="ODDS_API_KEY", tries=1)
    site = Site(httpx.Response(500, content=b"no, k3y-4711"), source=source)
    with pytest.raises(SourceFailure) as caught:
        handed(site)
    assert site.asked[0].headers["Authorization"] == "Bearer k3y-4711"
    assert "k3y" not in str(caught.value)
    assert 'POST https://api.example.com/scrape {"date": "2025-11-12"' in str(caught.value)


@pytest.mark.parametrize(
    ("change", "count", "path", "whole"),
    [
        ({}, 2, "ours/a.json", True),
        ({"file_path": "gs://raw-bucket/ours/b/a.json"}, 2, "ours/b/a.json", True),
        ({"file_path": "gs://theirs/box/a.csv"}, 2, "gs://theirs/box/a.csv", True),
        ({"status": "partial"}, 2, "ours/a.json", False),
        # Nothing was found, whatever the word and whatever the file.
        ({"record_count": 0}, 0, None, True),
        ({"status": "partial", "record_count": 0}, 0, None, True),
        ({"status": "no_data", "record_count": 0}, 0, None, True),
        ({"status": "no_data", "record_count": None}, 0, None, True),
    ],
)
def test_an_answer_that_can_be_used(
    change: dict[str, Any], count: int, path: str | None, whole: bool
) -> None:
    found = handed(Site(ok(GOOD | change)))
    assert (found.record_count, found.path, found.whole) == (count, path, whole)
    assert found.covers == ((GAME,) if count and whole else ())
    assert found.stats["service_status"] == (GOOD | change)["status"]


WORDS = "allowed: success, partial, no_data, failed, error"


@pytest.mark.parametrize(
    ("answer", "error_type", "message"),
    [
        (ok(GOOD | {"status": "ok"}), "malformed", f"status: found [ok], {WORDS}"),
        (ok(GOOD | {"status": "SUCCESS"}), "malformed", f"status: found [SUCCESS], {WORDS}"),
        (ok(GOOD | {"status": None}), "malformed", f"status: found [nothing], {WORDS}"),
        (ok(GOOD | {"status": ["success"]}), "malformed", "status: found [['success']]"),
        (ok({}), "malformed", "status: found [nothing]"),
        (ok([GOOD]), "malformed", "the answer: found [[{"),
        (ok(GOOD | {"status": "failed"}), "service_failed", "the service says [no reason]"),
        (ok({"status": "error", "message": "no key"}), "service_failed", "[no key]"),
        (ok(GOOD | {"record_count": None}), "malformed", "record_count: found [nothing]"),
        (ok(GOOD | {"record_count": "2"}), "malformed", "record_count: found [2], allowed: a num"),
        (ok(GOOD | {"record_count": True}), "malformed", "record_count: found [True]"),
        (ok(GOOD | {"record_count": -1}), "malformed", "record_count: found [-1]"),
        (ok(GOOD | {"status": "no_data"}), "malformed", "found [2], allowed: 0 with status no_"),
        (ok(GOOD | {"file_path": None}), "malformed", "file_path: found [nothing]"),
        (ok(GOOD | {"covers": "all"}), "malformed", "covers: found [all], allowed: a list"),
        (ok(GOOD | {"file_path": "other/a.json"}), "bad_file", "found [other/a.json], allowed: a"),
        (ok(GOOD | {"file_path": "ours/"}), "bad_file", "found [ours/]"),
        (ok(GOOD | {"file_path": "ours/../x.json"}), "bad_file", "found [ours/../x.json]"),
        (ok(GOOD | {"file_path": "ours//x.json"}), "bad_file", "found [ours//x.json]"),
        (ok(GOOD | {"file_path": "gs://theirs/a.csv"}), "bad_file", "found [gs://theirs/a.csv]"),
        (ok(GOOD | {"file_path": "oursx/a.json"}), "bad_file", "found [oursx/a.json]"),
        (PAGE, "error_page", "HTML instead of JSON"),
        (httpx.Response(200), "malformed", "the body is empty"),
        (httpx.Response(200, content=b'{"status": "succ'), "malformed", "cut off"),
        (httpx.Response(202), "malformed", "unexpected status 202"),
        (httpx.Response(400, content=b"no scraper named"), "http_4xx", "no scraper named"),
        (httpx.Response(401), "blocked", "status 401"),
        (httpx.Response(404), "http_4xx", "status 404"),
        # Neither a consent page elsewhere nor a GET in place of the POST.
        (httpx.Response(302, headers={"location": "/login"}), "error_page", "redirected to"),
        (httpx.Response(307, headers={"location": "https://x.example/"}), "error_page", "x.exam"),
    ],
)
def test_an_answer_that_cannot_be_used_says_what_was_found_and_what_is_allowed(
    answer: httpx.Response, error_type: str, message: str
) -> None:
    site = Site(answer, source=Source(name="ours"))
    with pytest.raises(SourceFailure) as caught:
        handed(site)
    assert caught.value.error_type == error_type
    assert message in str(caught.value)
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    ("answer", "error_type"),
    [
        (httpx.Response(500), "http_5xx"),
        (httpx.Response(503), "http_5xx"),
        (httpx.Response(429), "rate_limited"),
        (httpx.ReadTimeout("slow"), "timeout"),
        (httpx.ConnectError("refused"), "network"),
    ],
)
def test_what_may_pass_is_posted_again_with_the_same_key(
    answer: httpx.Response | Exception, error_type: str
) -> None:
    site = Site(answer, source=Source(name="ours"))
    with pytest.raises(SourceFailure) as caught:
        handed(site)
    assert caught.value.error_type == error_type
    assert [request.headers["Idempotency-Key"] for request in site.asked] == ["e1.our_box.1"] * 3
    assert len({request.content for request in site.asked}) == 1


def test_a_second_try_may_succeed() -> None:
    site = Site(httpx.Response(502), ok(GOOD), source=Source(name="ours"))
    assert handed(site).record_count == 2


def test_keys_of_the_answer_may_lie_deeper() -> None:
    keys = Answer(record_count="data_summary.rowCount", file="data_summary.gcs_path")
    payload = {
        "status": "success",
        "data_summary": {"rowCount": 9, "gcs_path": "ours/a.json", "more": 1},
    }
    found = handed(Site(ok(payload)), replace(SERVICE, answer=keys))
    assert (found.record_count, found.path) == (9, "ours/a.json")


def test_a_date_is_whole_only_as_far_as_the_service_says() -> None:
    entry = replace(ENTRY, target=TargetKind.DATE, params=("date",))
    fetch = service_fetcher(entry, SERVICE, bucket=None)
    day = ask("our_box", day=date(2025, 11, 12))
    assert fetch(day, Site(ok(GOOD)).run()).covers == ()
    assert fetch(day, Site(ok(GOOD | {"covers": [GAME]})).run()).covers == (GAME,)


def test_without_a_name_of_the_raw_bucket_a_bucket_is_anothers() -> None:
    fetch = service_fetcher(ENTRY, SERVICE, bucket=None)
    asked = ask("our_box", kind=TargetKind.GAME, id_=GAME)
    with pytest.raises(SourceFailure, match="allowed: a file in ours/, gs:"):
        fetch(asked, Site(ok(GOOD | {"file_path": "gs://raw-bucket/ours/a.json"})).run())


def test_a_missing_parameter_is_told_before_anything_is_asked() -> None:
    site = Site(ok(GOOD))
    entry = replace(ENTRY, params=("date", "tip"))
    with pytest.raises(SourceFailure, match="needs the parameter"):
        handed(site, entry=entry)
    assert site.asked == []
