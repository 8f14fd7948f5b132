"""ESPN's rosters on hand-written answers."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared.core.targets import TargetKind
from shared.errors import SourceFailure
from tests.scrapers.world import PAGE, Site, ask, cut_off, fetch, ok


def roster(code: str, *names: str) -> dict[str, Any]:
    return {"team": {"abbreviation": code, "athletes": [{"fullName": name} for name in names]}}


def roster_ask(team: str, **more: Any) -> Any:
    return ask("espn_roster", kind=TargetKind.TEAM, id_=team, **more)


@pytest.mark.parametrize(
    ("team", "code"),
    [
        ("BOS", "BOS"),
        ("GSW", "GS"),
        ("NOP", "NO"),
        ("NYK", "NY"),
        ("SAS", "SA"),
        ("UTA", "UTAH"),
        ("WAS", "WSH"),
    ],
)
def test_a_roster_is_asked_by_espns_code_and_covers_the_tricode(team: str, code: str) -> None:
    site = Site(ok(roster(code, "A Guard", "A Center")))
    fetched = fetch(roster_ask(team), site)
    assert (len(fetched.records), fetched.covers) == (2, (team,))
    assert site.asked[0].url.path == f"/apis/site/v2/sports/basketball/nba/teams/{code}"
    assert site.query() == {"enable": "roster"}


def test_an_empty_roster_is_no_data() -> None:
    fetched = fetch(roster_ask("BOS"), Site(ok(roster("BOS"))))
    assert (list(fetched.records), fetched.covers) == ([], ())


@pytest.mark.parametrize(
    ("answer", "error_type"),
    [
        (httpx.Response(404), "http_4xx"),
        (PAGE, "error_page"),
        (ok({"team": {"abbreviation": "BOS"}}), "malformed"),
        (ok(roster("NY", "A Guard")), "malformed"),
        (cut_off(roster("BOS", "A Guard")), "malformed"),
    ],
)
def test_a_roster_that_is_no_useful_answer(answer: httpx.Response, error_type: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        fetch(roster_ask("BOS"), Site(answer))
    assert caught.value.error_type == error_type


@pytest.mark.parametrize("asked", [roster_ask("SEA"), ask("espn_roster", params={})])
def test_a_team_that_is_missing_or_unknown_is_said_before_anything_is_asked(asked: Any) -> None:
    site = Site(ok(roster("BOS")))
    with pytest.raises(SourceFailure) as caught:
        fetch(asked, site)
    assert (caught.value.error_type, site.asked) == ("missing_parameter", [])
