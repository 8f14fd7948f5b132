"""Gamebooks, BigDataBall, roster pages and lists: fetcher and simulated source, both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest

from shared.core.calendar import Calendar
from shared.core.days import wall
from shared.core.schedule_csv import parse_schedule_csv
from shared.core.targets import Target, TargetKind
from shared.core.teams import TEAMS
from shared.errors import SourceFailure
from sim.sources.server import SourceServer
from sim.sources.world import SourceWorld
from tests.scrapers.test_simulated_sources import DAYS, SCHEDULE, League

WEDNESDAY = DAYS[0]


@pytest.fixture(scope="module")
def league() -> Iterator[League]:
    calendar = Calendar.of(parse_schedule_csv(SCHEDULE.read_text(), place=SCHEDULE.name))
    with SourceServer(SourceWorld(calendar, seed=7, troubles=False)) as server:
        yield League(server.url, calendar)


def night(day: date, hour: int) -> datetime:
    """`hour` ET of the date after `day`."""
    return wall(day + timedelta(days=1), time(hour))


def games(league: League, day: date) -> tuple[Target, ...]:
    return league.targets(TargetKind.GAME, day)


@pytest.mark.parametrize("day", DAYS)
def test_by_four_in_the_morning_every_game_has_its_gamebook(league: League, day: date) -> None:
    for target in games(league, day):
        fetched = league.fetch("nbac_gamebook_pdf", day, night(day, 4), target)
        assert fetched.covers == (target.id,)
        assert fetched.stats["unread_lines"] == 0
        of_team = Counter((row["team"], row["status"]) for row in fetched.records)
        for code in (target.params["away"], target.params["home"]):
            states = {status: n for (team, status), n in of_team.items() if team == code}
            # Of 15 players 10 to 13 play; the hurt are inactive, and the rest sat.
            assert 10 <= states["active"] <= 13
            assert sum(states.values()) == 15


def test_the_gamebook_agrees_with_the_box_score(league: League) -> None:
    target = games(league, WEDNESDAY)[0]
    book = league.fetch("nbac_gamebook_pdf", WEDNESDAY, night(WEDNESDAY, 4), target)
    box = league.fetch("nbac_team_boxscore", WEDNESDAY, night(WEDNESDAY, 4), target)
    points = {
        f"{player['firstName']} {player['familyName']}": player["statistics"]["points"]
        for team in box.records
        for player in team["players"]
    }
    active = [row for row in book.records if row["status"] == "active"]
    assert {row["player_name"]: row["pts"] for row in active} == points


def test_before_the_game_there_is_neither_a_gamebook_nor_a_file(league: League) -> None:
    target = games(league, WEDNESDAY)[0]
    for scraper in ("nbac_gamebook_pdf", "bigdataball_pbp"):
        fetched = league.fetch(scraper, WEDNESDAY, wall(WEDNESDAY, time(12)), target)
        assert (list(fetched.records), tuple(fetched.covers)) == ([], ())


@pytest.mark.parametrize("day", DAYS)
def test_bigdataball_is_whole_by_the_last_attempt_of_the_window(league: League, day: date) -> None:
    """The window of 04:00 closes at 14:00: its last tick is at 13:00."""
    at = night(day, 13)
    listing = league.fetch("bigdataball_discovery", day, at)
    assert list(listing.covers) == league.games(day)
    # The folder gives 8 files a page.
    assert listing.stats["pages"] == -(-len(league.games(day)) // 8)
    for target in games(league, day):
        fetched = league.fetch("bigdataball_pbp", day, at, target)
        assert fetched.covers == (target.id,)
        assert fetched.attachments["csv"]


def test_bigdataball_takes_six_hours_at_least(league: League) -> None:
    """The first tips are at 19:00 and end at 21:05 at the earliest: nothing before 03:05."""
    early = league.fetch("bigdataball_discovery", WEDNESDAY, night(WEDNESDAY, 3))
    assert (list(early.records), tuple(early.covers)) == ([], ())
    some = league.fetch("bigdataball_discovery", WEDNESDAY, night(WEDNESDAY, 8)).covers
    assert 0 < len(some) < len(league.games(WEDNESDAY))


@pytest.mark.parametrize("scraper", ["nbac_roster", "br_season_roster"])
def test_every_team_has_its_fifteen_players_on_every_page(league: League, scraper: str) -> None:
    at = wall(WEDNESDAY, time(7))
    names: set[str] = set()
    for target in league.targets(TargetKind.TEAM, WEDNESDAY):
        fetched = league.fetch(scraper, WEDNESDAY, at, target)
        assert fetched.covers == (target.id,)
        assert len(fetched.records) == 15
        names |= {row.get("PLAYER") or row["player"] for row in fetched.records}
    assert len(names) == 15 * len(TEAMS)


def test_a_page_of_a_season_that_the_site_has_not_is_not_there(league: League) -> None:
    day = date(2031, 11, 12)
    target = league.targets(TargetKind.TEAM, day)[0]
    with pytest.raises(SourceFailure) as caught:
        league.fetch("br_season_roster", day, wall(WEDNESDAY, time(7)), target)
    assert caught.value.error_type == "http_4xx"


def test_the_scoreboard_covers_the_games_that_are_over(league: League) -> None:
    scraper = "nbac_scoreboard_v2"
    noon = league.fetch(scraper, WEDNESDAY, wall(WEDNESDAY, time(12)))
    assert (len(noon.records), tuple(noon.covers)) == (12, ())
    after = league.fetch(scraper, WEDNESDAY, night(WEDNESDAY, 4))
    assert list(after.covers) == league.games(WEDNESDAY)
    for record in after.records:
        for side in ("awayTeam", "homeTeam"):
            assert sum(record[side]["periods"]) == record[side]["score"] > 0
    thanksgiving = date(2025, 11, 27)
    assert not league.fetch(scraper, thanksgiving, wall(thanksgiving, time(12))).records


@pytest.mark.parametrize("scraper", ["nbac_schedule", "nbac_schedule_cdn"])
def test_the_files_have_the_same_schedule_as_the_api(league: League, scraper: str) -> None:
    at = wall(WEDNESDAY, time(12))
    file = league.fetch(scraper, WEDNESDAY, at)
    assert file.records == league.fetch("nbac_schedule_api", WEDNESDAY, at).records
    assert len(file.records) >= 1200


def test_the_movements_reach_up_to_the_day(league: League) -> None:
    fetched = league.fetch("nbac_player_movement", WEDNESDAY, wall(WEDNESDAY, time(12)))
    assert fetched.stats["newest"] == WEDNESDAY.isoformat()
    assert len(fetched.records) >= 30
