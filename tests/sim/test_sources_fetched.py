"""The fetchers find in the simulated sources what they look for: the contract between both."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pytest

from scrapers.base import Ask, Fetched
from scrapers.registry import fetcher
from scrapers.response import Response
from shared.core.calendar import Calendar
from shared.core.days import iso, wall
from shared.core.games import Game, GameType
from shared.core.targets import Target, TargetKind
from shared.errors import SourceFailure
from sim.sources.answers import answer
from sim.sources.exchange import Request
from sim.sources.world import SourceWorld

DAYS = (date(2025, 11, 12), date(2025, 12, 23))
PAIRS = (("MIL", "CHA"), ("GSW", "SAS"), ("UTA", "NOP"), ("DEN", "LAC"))
HOSTS = {
    "nbac_play_by_play": "cdn.nba.com",
    "nbac_referee_assignments": "official.nba.com",
    "nbac_injury_report": "ak-static.cms.nba.com",
    "oddsa": "api.the-odds-api.com",
    "bdl": "api.balldontlie.io",
    "espn": "site.api.espn.com",
}


def games_of(day: date) -> list[Game]:
    return [
        Game(
            game_id=f"00225{day:%m%d}{n}", tip=wall(day, time(19 + n)), away=away, home=home,
            type=GameType.REGULAR,
        )
        for n, (away, home) in enumerate(PAIRS)
    ]  # fmt: skip


@dataclass
class WorldHttp:
    """A source's client whose wire is the world itself."""

    world: SourceWorld
    host: str
    now: datetime
    asked: list[str] = field(default_factory=list)

    def get(
        self,
        path: str,
        params: Mapping[str, str | Sequence[str]] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        accept: Sequence[int] = (200,),
        cost: int = 0,
    ) -> Response:
        del cost
        query = {name: str(value) for name, value in (params or {}).items()} | {"apiKey": "k"}
        given = {"authorization": "k", **(headers or {})}
        request = Request(host=self.host, path=path, query=query, headers=given, now=self.now)
        reply = answer(self.world, request)
        self.asked.append(path)
        if reply.status not in accept:
            raise SourceFailure("http", path, status=reply.status)
        return Response(status=reply.status, headers=reply.headers, body=reply.body)


def fetch(scraper: str, day: date, now: datetime, target: Target | None = None) -> Fetched:
    games = games_of(day)
    world = SourceWorld(Calendar.of(games), seed=4, troubles=False)
    host = next((h for name, h in HOSTS.items() if scraper.startswith(name)), "stats.nba.com")
    listed = [{"id": g.game_id, "away": g.away, "home": g.home, "tip": iso(g.tip)} for g in games]
    ask = Ask(
        scraper=scraper,
        target=target or a_target(TargetKind.DATE, day.isoformat(), day),
        target_date=day,
        now=now,
        options={"games": json.dumps(listed)},
    )
    return fetcher(scraper)(ask, WorldHttp(world, host, now))


def a_target(kind: TargetKind, name: str, day: date, **params: str) -> Target:
    params |= {"date": day.isoformat(), "season": "2025-26", kind.value: name}
    return Target(kind=kind, id=name, params=params)


def ids(day: date) -> list[str]:
    return [game.game_id for game in games_of(day)]


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return wall(day, time(hour, minute))


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize(
    ("scraper", "records"),
    [
        ("nbac_schedule_api", 4),
        ("nbac_player_list", 450),
        ("bdl_standings", 30),
        ("bdl_active_players", 450),
    ],
)
def test_what_is_always_there_covers_its_date(scraper: str, records: int, day: date) -> None:
    found = fetch(scraper, day, at(day, 6))
    assert (len(found.records), list(found.covers)) == (records, [day.isoformat()])


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("scraper", ["bdl_box_scores", "nbac_player_boxscore"])
def test_boxes_by_date_cover_the_games_that_are_whole(scraper: str, day: date) -> None:
    assert list(fetch(scraper, day, at(day, 12)).covers) == []
    # Tips at 19, 20, 21 and 22:00. At 21:00 none can have ended. By 23:00 at most the first two
    # have, and the first certainly: 19:00 + 3 h 10 + 40 minutes is 22:50.
    assert list(fetch(scraper, day, at(day, 21)).covers) == []
    partly = fetch(scraper, day, at(day, 23)).covers
    assert ids(day)[0] in partly
    assert set(partly) <= set(ids(day)[:2])
    assert list(fetch(scraper, day, at(day + timedelta(days=1), 4)).covers) == ids(day)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("scraper", ["nbac_team_boxscore", "nbac_play_by_play"])
def test_a_game_s_own_data_covers_it_once_whole(scraper: str, day: date) -> None:
    game = ids(day)[0]
    target = a_target(TargetKind.GAME, game, day)
    before = fetch(scraper, day, at(day, 18), target)
    assert (list(before.records), list(before.covers)) == ([], [])
    assert list(fetch(scraper, day, at(day, 20), target).covers) == []
    whole = fetch(scraper, day, at(day + timedelta(days=1), 1), target)
    assert whole.records
    assert list(whole.covers) == [game]


@pytest.mark.parametrize("day", DAYS)
def test_referees_cover_all_games_from_ten_o_clock_on(day: date) -> None:
    assert list(fetch("nbac_referee_assignments", day, at(day, 8)).covers) == []
    assert list(fetch("nbac_referee_assignments", day, at(day, 10)).covers) == ids(day)


@pytest.mark.parametrize("day", DAYS)
def test_the_injury_poll_finds_nothing_at_eleven_and_a_report_at_thirteen(day: date) -> None:
    assert list(fetch("nbac_injury_report", day, at(day, 11)).records) == []
    found = fetch("nbac_injury_report", day, at(day, 13))
    assert len(found.records) >= 8
    assert found.stats["unread_lines"] == 0
    # From 14:00 on every team has reported.
    assert list(fetch("nbac_injury_report", day, at(day, 17)).covers) == ids(day)


@pytest.mark.parametrize("day", DAYS)
def test_events_lead_to_props_and_lines(day: date) -> None:
    found = fetch("oddsa_events", day, at(day, 13))
    assert list(found.covers) == ids(day)
    assert {"credits_left", "credits_used"} <= set(found.stats)
    for scraper in ("oddsa_player_props", "oddsa_game_lines"):
        for target in found.found:
            odds = fetch(scraper, day, at(day, 13), target)
            assert odds.records
            assert list(odds.covers) == [target.params["game"]]
            assert fetch(scraper, day, at(day, 23), target).stats["gone"]


@pytest.mark.parametrize("team", ["GSW", "UTA", "NOP", "WAS", "BOS"])
def test_a_roster_covers_its_team(team: str) -> None:
    found = fetch("espn_roster", DAYS[0], at(DAYS[0], 6), a_target(TargetKind.TEAM, team, DAYS[0]))
    assert (len(found.records), list(found.covers)) == (15, [team])
