"""Both sides of one contract: every fetcher understands what the simulated sources answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import httpx
import pytest

from scrapers.base import Ask, Fetched, Record
from scrapers.http import SourceClient
from scrapers.registry import fetcher
from shared.config import load_config
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
CONFIG = load_config(SCHEDULE.parents[1])


class League:
    """The simulated sources behind real clients, in simulated time."""

    def __init__(self, url: str, calendar: Calendar) -> None:
        self.url = url
        self.calendar = calendar
        self.clock = ManualClock(simulated=True)

    def fetch(self, scraper: str, day: date, at: datetime, target: Target | None = None) -> Fetched:
        self.clock.instant = at
        source = CONFIG.source_of(scraper)
        client = SourceClient(
            replace(source, secret=source.secret and "KEY"),
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

    @pytest.mark.parametrize("scraper", ["bdl_games", "bdl_player_box_scores", "espn_scoreboard"])
    def test_games_are_covered_once_they_are_over(
        self, league: League, day: date, scraper: str
    ) -> None:
        fetched = league.fetch(scraper, day, morning_after(day))
        assert list(fetched.covers) == league.games(day)
        morning = league.fetch(scraper, day, wall(day, time(10)))
        assert tuple(morning.covers) == ()
        # Lines are there once somebody plays; games are listed long before.
        assert bool(morning.records) is (scraper != "bdl_player_box_scores")
        game = league.calendar.on(day)[0]
        during = league.fetch(scraper, day, game.tip + timedelta(hours=1))
        assert during.records
        assert game.game_id not in during.covers

    def test_espns_box_covers_its_game_the_morning_after(self, league: League, day: date) -> None:
        scraper = "espn_game_boxscore"
        target = league.targets(TargetKind.GAME, day)[0]
        whole = league.fetch(scraper, day, morning_after(day), target)
        assert whole.covers == (target.id,)
        assert 20 <= len(whole.records) <= 26
        # Its points are those of the league's own box.
        own = league.fetch("nbac_team_boxscore", day, morning_after(day), target)
        told = sum(int(player["stats"]["PTS"]) for player in whole.records)
        assert told == sum(team["statistics"]["points"] for team in own.records)
        assert not league.fetch(scraper, day, wall(day, time(10)), target).records
        tip = datetime.fromisoformat(target.params["tip"])
        during = league.fetch(scraper, day, tip + timedelta(hours=1), target)
        assert (len(during.records), during.covers) == (10, ())

    def test_lines_of_the_past_are_those_that_were(self, league: League, day: date) -> None:
        at = wall(day, time(10))
        events = league.fetch("oddsa_events_his", day, morning_after(day))
        assert list(events.covers) == league.games(day)
        target = events.found[0]
        for scraper in ("oddsa_player_props", "oddsa_game_lines"):
            # The last snapshot before 10:00 is that of 09:55:38.
            live = league.fetch(scraper, day, at - timedelta(minutes=4), target)
            past = league.fetch(f"{scraper}_his", day, morning_after(day), target)
            assert past.covers == (target.params["game"],)
            assert [without(r, "snapshot") for r in past.records] == list(live.records)
            assert past.stats["credits_cost"] == 10 * live.stats["credits_cost"]

    def test_an_event_that_was_over_at_the_snapshot_is_gone(
        self, league: League, day: date
    ) -> None:
        event = league.fetch("oddsa_events_his", day, morning_after(day)).found[0]
        late = datetime.fromisoformat(event.params["tip"]) + timedelta(minutes=30)
        target = replace(event, params={**event.params, "snapshot": late.isoformat()})
        gone = league.fetch("oddsa_game_lines_his", day, morning_after(day), target)
        assert (list(gone.records), gone.stats["gone"]) == ([], True)

    def test_offers_are_made_on_every_game(self, league: League, day: date) -> None:
        at = wall(day, time(10))
        assert list(league.fetch("bp_events", day, at).covers) == league.games(day)
        fetched = league.fetch("bp_player_props", day, at)
        assert list(fetched.covers) == league.games(day)
        # Eight players of each team, in pages of ten.
        assert len(fetched.records) == 16 * len(league.games(day))
        assert fetched.stats["pages"] == -(-len(fetched.records) // 10)

    def test_who_is_hurt_is_told_by_balldontlie_too(self, league: League, day: date) -> None:
        fetched = league.fetch("bdl_injuries", day, wall(day, time(12)))
        assert fetched.covers == (day.isoformat(),)
        assert fetched.stats["pages"] == 1 + (len(fetched.records) - 1) // 100


def without(record: Record, key: str) -> Record:
    return {name: value for name, value in record.items() if name != key}


def test_a_teams_players_are_those_of_its_roster(league: League) -> None:
    day = DAYS[0]
    at = datetime(2025, 11, 12, 12, tzinfo=UTC)
    for target in league.targets(TargetKind.TEAM, day)[:3]:
        fetched = league.fetch("oddsa_team_players", day, at, target)
        roster = league.fetch("espn_roster", day, at, target)
        assert fetched.covers == (target.id,)
        names = [player["full_name"] for player in fetched.records]
        assert names == [player["fullName"] for player in roster.records]


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
