"""The Odds API's history and its teams' players, beyond what holds for every scraper."""

from __future__ import annotations

from typing import Any

import pytest

from scrapers.fetchers.odds_api import price
from shared.core.targets import TargetKind
from shared.errors import SourceFailure
from tests.scrapers.shapes import EVENT, ORL_NYK, book, event, past
from tests.scrapers.world import Site, ask, fetch, ok

HIS = ("oddsa_player_props_his", "oddsa_game_lines_his")


def odds_ask(scraper: str = "oddsa_player_props_his", **more: Any) -> Any:
    params = {"event": EVENT, "game": ORL_NYK, "date": "2025-11-12", **more.pop("params", {})}
    return ask(scraper, kind=TargetKind.EVENT, id_=EVENT, params=params, **more)


@pytest.mark.parametrize(
    ("snapshot", "params", "date"),
    [
        # 10:00 ET of the date unless anything else is known.
        (None, {}, "2025-11-12T15:00:00Z"),
        # It is 18:00 UTC: an hour before a tip of 18:30 UTC.
        (None, {"tip": "2025-11-12T18:30:00+00:00"}, "2025-11-12T17:30:00Z"),
        # Nothing is known of the future: now, for a tip at midnight UTC.
        (None, {"tip": "2025-11-13T00:00:00+00:00"}, "2025-11-12T18:00:00Z"),
        # Floored to five minutes; any offset.
        ("2025-11-12T12:34:56Z", {}, "2025-11-12T12:30:00Z"),
        ("2025-11-12T07:35:00-05:00", {}, "2025-11-12T12:35:00Z"),
        ("2026-01-01T00:00:00Z", {}, "2025-11-12T18:00:00Z"),
        # What an earlier step found carries its snapshot along.
        (None, {"snapshot": "2025-11-12T14:00:00Z"}, "2025-11-12T14:00:00Z"),
    ],
)
def test_a_snapshot_is_named_or_suits_the_target(
    snapshot: str | None, params: dict[str, str], date: str
) -> None:
    options = {"snapshot": snapshot} if snapshot else {}
    site = Site(ok(past(event(bookmakers=[]), "2025-11-12T11:55:38Z")))
    fetch(odds_ask(params=params, **options), site)
    assert site.query()["date"] == date


@pytest.mark.parametrize("snapshot", ["noon", "2025-11-12T12:00:00", "2025-11-12"])
@pytest.mark.parametrize("scraper", HIS)
def test_a_snapshot_that_is_no_instant_is_said_before_anything_is_asked(
    scraper: str, snapshot: str
) -> None:
    site = Site(ok({}))
    with pytest.raises(SourceFailure, match="snapshot is ") as caught:
        fetch(odds_ask(scraper, snapshot=snapshot), site)
    assert (caught.value.error_type, site.asked) == ("missing_parameter", [])


@pytest.mark.parametrize("taken", ["2025-11-12T15:00:38Z", "soon", None, "2025-11-12T14:55:38"])
def test_a_snapshot_after_the_asked_instant_is_not_what_was_asked_for(taken: Any) -> None:
    """Lines of a later hour would be taken for those of the asked one."""
    for scraper in HIS:
        with pytest.raises(SourceFailure, match="asked for 2025-11-12T15:00:00Z"):
            fetch(odds_ask(scraper), Site(ok(past(event(bookmakers=[book("totals")]), taken))))
    with pytest.raises(SourceFailure, match="got the snapshot of"):
        fetch(ask("oddsa_events_his"), Site(ok(past([event()], taken))))


def test_a_record_of_the_past_says_which_snapshot_it_is_of() -> None:
    fetched = fetch(odds_ask(), Site(ok(past(event(bookmakers=[book("player_points")])))))
    assert {record["snapshot"] for record in fetched.records} == {"2025-11-12T14:55:38Z"}
    assert fetched.records[0]["bookmaker"] == "draftkings"
    assert fetched.stats["next_snapshot"] == "2025-11-12T15:00:38Z"


def test_events_of_the_past_find_targets_that_know_their_snapshot() -> None:
    site = Site(ok(past([event()]), x_requests_last="1"))
    fetched = fetch(ask("oddsa_events_his"), site)
    assert site.query() == {
        "date": "2025-11-12T15:00:00Z",
        "commenceTimeFrom": "2025-11-12T05:00:00Z",
        "commenceTimeTo": "2025-11-13T04:59:59Z",
    }
    (target,) = fetched.found
    assert (target.id, target.params["game"]) == (EVENT, ORL_NYK)
    assert target.params["snapshot"] == "2025-11-12T15:00:00Z"
    assert fetched.stats["credits_cost"] == 1


def test_odds_of_another_event_are_refused() -> None:
    with pytest.raises(SourceFailure, match="not the odds of event"):
        fetch(odds_ask(), Site(ok(past(event("e9", bookmakers=[book("totals")])))))


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        # Markets x regions.
        ({"markets": "player_points", "regions": "us"}, 1),
        ({"markets": "spreads,totals", "regions": "us"}, 2),
        ({"markets": "spreads,totals,h2h", "regions": "us,uk"}, 6),
        # Bookmakers that are named stand for the regions, ten for one.
        ({"markets": "spreads,totals", "regions": "us,uk", "bookmakers": "draftkings,fanduel"}, 2),
        ({"markets": "totals", "bookmakers": ",".join("abcdefghijkl")}, 2),
        # Neither is a query that the source refuses; it is never taken for free.
        ({"markets": "totals"}, 1),
    ],
)
def test_a_querys_price_is_markets_times_regions(query: dict[str, str], cost: int) -> None:
    assert price(query) == cost


def test_a_known_participant_is_not_looked_up() -> None:
    site = Site(ok([{"id": "p1", "full_name": "A Guard"}]))
    asked = ask("oddsa_team_players", kind=TargetKind.TEAM, id_="NYK", participant="par_7")
    fetched = fetch(asked, site)
    assert [r.url.path for r in site.asked] == [
        "/v4/sports/basketball_nba/participants/par_7/players"
    ]
    assert fetched.records == [
        {"team": "NYK", "participant": "par_7", "id": "p1", "full_name": "A Guard"}
    ]


def test_a_team_that_is_no_participant_is_a_failure() -> None:
    site = Site(ok([{"id": "par_2", "full_name": "Orlando Magic"}, {"full_name": "x"}]))
    with pytest.raises(SourceFailure, match="New York Knicks is none of 2 participants"):
        fetch(ask("oddsa_team_players", kind=TargetKind.TEAM, id_="NYK"), site)


def test_a_team_that_is_none_of_the_30_is_said_before_anything_is_asked() -> None:
    site = Site(ok([]))
    with pytest.raises(SourceFailure, match="no tricode of the 30 teams"):
        fetch(ask("oddsa_team_players", kind=TargetKind.TEAM, id_="SEA"), site)
    assert not site.asked
