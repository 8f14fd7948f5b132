"""Both sides of one contract: every fetcher understands what the simulated sources answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import httpx
import pytest

from scrapers.base import Ask, Fetched
from scrapers.http import SourceClient
from scrapers.registry import FETCHERS, fetcher
from shared.core.calendar import Calendar
from shared.core.days import wall
from shared.core.resolve import target_game, targets_of
from shared.core.schedule_csv import parse_schedule_csv
from shared.core.targets import Target, TargetKind
from sim.sources.server import SourceServer
from sim.sources.transport import SimulatedTransport
from sim.sources.world import SourceWorld
from tests.scrapers.world import FakeSecrets, ManualClock, Source, ask

SCHEDULE = Path(__file__).parents[2] / "config" / "calendar" / "2025-26.csv"
#: Twelve games; and a day of the league's newer report addresses.
DAYS = (date(2025, 11, 12), date(2025, 12, 27))
HOSTS = {
    "nbac_schedule_api": "stats.nba.com",
    "nbac_player_list": "stats.nba.com",
    "nbac_player_boxscore": "stats.nba.com",
    "nbac_team_boxscore": "stats.nba.com",
    "nbac_play_by_play": "cdn.nba.com",
    "nbac_referee_assignments": "official.nba.com",
    "nbac_injury_report": "ak-static.cms.nba.com",
    "oddsa_events": "api.the-odds-api.com",
    "oddsa_player_props": "api.the-odds-api.com",
    "oddsa_game_lines": "api.the-odds-api.com",
    "bdl_box_scores": "api.balldontlie.io",
    "bdl_standings": "api.balldontlie.io",
    "bdl_active_players": "api.balldontlie.io",
    "espn_roster": "site.api.espn.com",
}
KEYS = {"api.the-odds-api.com": "query:apiKey", "api.balldontlie.io": "header:Authorization"}


class League:
    """The simulated sources behind real clients, in simulated time."""

    def __init__(self, url: str, calendar: Calendar) -> None:
        self.url = url
        self.calendar = calendar
        self.clock = ManualClock(simulated=True)

    def fetch(self, scraper: str, day: date, at: datetime, target: Target | None = None) -> Fetched:
        self.clock.instant = at
        host = HOSTS[scraper]
        client = SourceClient(
            Source(name=host, host=host, key_in=KEYS.get(host), secret="KEY"),
            clock=self.clock,
            secrets=FakeSecrets(KEY="k"),
            sources_url=self.url,
            transport=SimulatedTransport(httpx.HTTPTransport(), self.clock),
        )
        games = [target_game(game).as_params() for game in self.calendar.on(day)]
        asked: Ask = ask(scraper, id_=day.isoformat(), day=day, now=at, games=games)
        if target is not None:
            options = asked.options
            asked = Ask(scraper=scraper, target=target, target_date=day, now=at, options=options)
        try:
            return fetcher(scraper)(asked, client.for_run())
        finally:
            client.close()

    def games(self, day: date) -> list[str]:
        return sorted(game.game_id for game in self.calendar.on(day))

    def targets(self, kind: TargetKind, day: date) -> tuple[Target, ...]:
        return targets_of(kind, day, [target_game(game) for game in self.calendar.on(day)])


@pytest.fixture(scope="module")
def league() -> Iterator[League]:
    calendar = Calendar.of(parse_schedule_csv(SCHEDULE.read_text(), place=SCHEDULE.name))
    with SourceServer(SourceWorld(calendar, seed=7, troubles=False)) as server:
        yield League(server.url, calendar)


def morning_after(day: date) -> datetime:
    """09:00 ET of the next day: every game has ended and every source has caught up."""
    return wall(day + timedelta(days=1), time(9))


@pytest.mark.parametrize("day", DAYS)
class TestADay:
    @pytest.mark.parametrize("scraper", ["nbac_player_boxscore", "bdl_box_scores"])
    def test_the_boxes_of_a_date_cover_every_game_the_morning_after(
        self, league: League, day: date, scraper: str
    ) -> None:
        fetched = league.fetch(scraper, day, morning_after(day))
        assert list(fetched.covers) == league.games(day)

    @pytest.mark.parametrize("scraper", ["nbac_team_boxscore", "nbac_play_by_play"])
    def test_a_games_own_files_cover_it_the_morning_after(
        self, league: League, day: date, scraper: str
    ) -> None:
        for target in league.targets(TargetKind.GAME, day):
            assert league.fetch(scraper, day, morning_after(day), target).covers == (target.id,)

    @pytest.mark.parametrize(
        "scraper", ["nbac_player_boxscore", "bdl_box_scores", "nbac_team_boxscore"]
    )
    def test_there_is_no_box_before_the_games(
        self, league: League, day: date, scraper: str
    ) -> None:
        kind = TargetKind.GAME if scraper == "nbac_team_boxscore" else TargetKind.DATE
        target = league.targets(kind, day)[0]
        fetched = league.fetch(scraper, day, wall(day, time(10)), target)
        assert (list(fetched.records), tuple(fetched.covers)) == ([], ())

    def test_a_game_covers_nothing_while_it_is_played(self, league: League, day: date) -> None:
        game = league.calendar.on(day)[0]
        target = next(t for t in league.targets(TargetKind.GAME, day) if t.id == game.game_id)
        at = game.tip + timedelta(hours=1)
        assert league.fetch("nbac_team_boxscore", day, at, target).covers == ()
        plays = league.fetch("nbac_play_by_play", day, at, target)
        assert plays.records
        assert plays.covers == ()
        assert game.game_id not in league.fetch("bdl_box_scores", day, at).covers

    def test_referees_are_announced_in_the_morning(self, league: League, day: date) -> None:
        scraper = "nbac_referee_assignments"
        assert not league.fetch(scraper, day, wall(day, time(8, 30))).records
        assert list(league.fetch(scraper, day, wall(day, time(10))).covers) == league.games(day)

    def test_the_injury_report_is_read_whole(self, league: League, day: date) -> None:
        """By 17:00 ET every team has reported, one to four players each."""
        scraper = "nbac_injury_report"
        assert not league.fetch(scraper, day, wall(day, time(9))).records
        fetched = league.fetch(scraper, day, wall(day, time(17, 5)))
        assert list(fetched.covers) == league.games(day)
        assert fetched.stats["unread_lines"] == 0
        assert fetched.attachments["pdf"].startswith(b"%PDF")
        teams = Counter(row["team"] for row in fetched.records)
        assert len(teams) == 2 * len(league.games(day))
        assert set(teams.values()) <= {1, 2, 3, 4}
        assert all(row["player_name"] and row["status"] for row in fetched.records)
        assert all(row["reason"].startswith("Injury/Illness - ") for row in fetched.records)

    def test_events_lead_to_odds_until_the_tip(self, league: League, day: date) -> None:
        events = league.fetch("oddsa_events", day, wall(day, time(10)))
        assert sorted(t.params["game"] for t in events.found) == league.games(day)
        assert events.stats["credits_left"] > 0
        target = events.found[0]
        for scraper in ("oddsa_player_props", "oddsa_game_lines"):
            odds = league.fetch(scraper, day, wall(day, time(10)), target)
            assert odds.records
            assert odds.covers == (target.params["game"],)
            late = datetime.fromisoformat(target.params["tip"]) + timedelta(hours=1)
            gone = league.fetch(scraper, day, late, target)
            assert (list(gone.records), gone.stats.get("gone")) == ([], True)

    @pytest.mark.parametrize(
        ("scraper", "least"),
        [
            ("nbac_schedule_api", 1200),
            ("nbac_player_list", 400),
            ("bdl_standings", 30),
            ("bdl_active_players", 400),
        ],
    )
    def test_what_a_date_has_without_games_covers_the_date(
        self, league: League, day: date, scraper: str, least: int
    ) -> None:
        fetched = league.fetch(scraper, day, wall(day, time(7)))
        assert len(fetched.records) >= least
        assert fetched.covers == (day.isoformat(),)


def test_every_team_has_a_roster(league: League) -> None:
    day = DAYS[0]
    at = datetime(2025, 11, 12, 12, tzinfo=UTC)
    for target in league.targets(TargetKind.TEAM, day):
        fetched = league.fetch("espn_roster", day, at, target)
        assert len(fetched.records) >= 13
        assert fetched.covers == (target.id,)


def test_simulated_time_passes_with_every_answer(league: League) -> None:
    at = wall(DAYS[0], time(7))
    league.fetch("bdl_standings", DAYS[0], at)
    assert 0.3 <= (league.clock.now() - at).total_seconds() <= 1.5


def test_without_a_transport_the_network_itself_is_asked(league: League) -> None:
    world = SourceWorld(league.calendar, seed=7, troubles=False)
    at = wall(DAYS[0], time(7))
    with SourceServer(world, clock=lambda: at) as server:
        client = SourceClient(
            Source(host="site.api.espn.com"),
            clock=ManualClock(),
            secrets=FakeSecrets(),
            sources_url=server.url,
        )
        team = "/apis/site/v2/sports/basketball/nba/teams/UTAH"
        assert client.get(team).json()["team"]["abbreviation"] == "UTAH"
        client.close()


def test_the_hosts_are_those_of_every_scraper() -> None:
    assert set(HOSTS) == set(FETCHERS)
