"""The books of a day, as tables of cases with their arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.books import Arrivals, Book, Books, Promised, deadline, reckon, take
from shared.core.games import Game, GameStatus
from shared.core.teams import TEAMS
from tests.core.made import NOV_12, at, config, config_of, game, planned

NOV_13 = NOV_12 + timedelta(days=1)
LOCK = at("+05:00")
#: The lock after the next one: every deadline of 12 November has passed.
LAST = LOCK + timedelta(days=1)
TWELVE = [game(n, "22:30" if n > 6 else "19:00") for n in range(1, 13)]
TEAM_IDS = sorted(TEAMS)
BOXES = config().scrapers["nbac_team_boxscore"]
ROSTERS = config().scrapers["espn_roster"]
REFEREES = config().scrapers["nbac_referee_assignments"]
LINEUPS = config().scrapers["bigdataball_pbp"]
SCHEDULE = config().scrapers["nbac_schedule_api"]


def off(of: Game, status: GameStatus = GameStatus.POSTPONED) -> Game:
    return replace(of, status=status)


def ids(games: Sequence[Game]) -> list[str]:
    return [each.game_id for each in games]


ALL = ids(TWELVE)


@pytest.mark.parametrize(
    ("entry", "games", "got", "counts"),
    [
        # (expected, obtained, waived, missing): 12 is 12 and none and none.
        (BOXES, TWELVE, ALL, (12, 12, 0, 0)),
        # One postponed, one not there: 12 = 10 + 1 + 1.
        (BOXES, [off(TWELVE[0]), *TWELVE[1:]], ALL[2:], (12, 10, 1, 1)),
        # Cancelled is called off too: 12 = 0 + 1 + 11.
        (BOXES, [off(TWELVE[0], GameStatus.CANCELLED), *TWELVE[1:]], [], (12, 0, 1, 11)),
        # Called off after its data had come: it is there, so nothing is waived.
        (BOXES, [off(TWELVE[0]), *TWELVE[1:]], ALL, (12, 12, 0, 0)),
        # Found whole, but a game of another day: it counts for nothing.
        (BOXES, TWELVE[:1], ["0022599999"], (1, 0, 0, 1)),
        (BOXES, [], [], (0, 0, 0, 0)),
        # Rosters: 30 teams, with and without games.
        (ROSTERS, TWELVE, TEAM_IDS[:29], (30, 29, 0, 1)),
        (ROSTERS, [], TEAM_IDS, (30, 30, 0, 0)),
        # A date is there with one whole answer, whatever the answer covers.
        (REFEREES, TWELVE, ["2025-11-12"], (1, 1, 0, 0)),
        (REFEREES, TWELVE, [ALL[0]], (1, 1, 0, 0)),
        (REFEREES, TWELVE, [], (1, 0, 0, 1)),
        # Nobody can count a schedule.
        (SCHEDULE, TWELVE, ["2025-11-12"], (0, 0, 0, 0)),
    ],
)
def test_expected_is_obtained_and_waived_and_missing(
    entry: object, games: Sequence[Game], got: Sequence[str], counts: tuple[int, ...]
) -> None:
    found = reckon(NOV_12, entry, games, frozenset(got))  # type: ignore[arg-type]
    parts = (found.expected, found.obtained, found.waived, found.missing)
    assert tuple(map(len, parts)) == counts
    assert found.complete == (counts[3] == 0)


STATUSES = st.sampled_from(list(GameStatus))


@given(
    st.sampled_from([BOXES, ROSTERS, REFEREES, LINEUPS, SCHEDULE]),
    st.lists(STATUSES, max_size=15),
    st.sets(st.sampled_from([*ALL, *TEAM_IDS, "2025-11-12", "stray"])),
    st.sets(st.sampled_from(["0022500012", "0022500099"])),
    st.booleans(),
)
@settings(max_examples=150)
def test_the_books_always_add_up(
    entry: object, statuses: list[GameStatus], got: set[str], gone: set[str], moot: bool
) -> None:
    games = [off(game(n), status) for n, status in enumerate(statuses, start=1)]
    gone -= set(ids(games))
    found = reckon(NOV_12, entry, games, got, gone=gone, moot=moot)  # type: ignore[arg-type]
    parts = [*found.obtained, *found.waived, *found.missing]
    assert sorted(parts) == sorted(found.expected)
    assert not (moot and found.missing)


@pytest.mark.parametrize(
    ("entry", "games", "due"),
    [
        # The end of the slot that asks for it last.
        (BOXES, TWELVE, "+14:00"),
        # Sixteen hours after the last tip, 22:30, is 14:30; after 19:00 it is 11:00.
        (LINEUPS, TWELVE, "+14:30"),
        (LINEUPS, TWELVE[:6], "+14:00"),
        # The late game is called off: the tips that are left count.
        (LINEUPS, [TWELVE[0], off(TWELVE[11])], "+14:00"),
    ],
)
def test_the_deadline_is_the_last_slots_end_or_the_sources_own(
    entry: object, games: Sequence[Game], due: str
) -> None:
    assert deadline(entry, at("+14:00"), games) == at(due)  # type: ignore[arg-type]


# --- what a lock writes down -------------------------------------------------------------------


def promised(games: Sequence[Game], now: Sequence[Game] | None = None) -> Promised:
    plan = planned(NOV_12, games)
    return Promised(locked=plan, in_force=plan, games=tuple(games if now is None else now))


def look(
    what: Promised | None, arrivals: Arrivals, before: Books | None = None, now: datetime = LOCK
) -> Books | None:
    lock: date = NOV_13 + timedelta(days=(now - LOCK).days)
    return take(NOV_12, what, config(), arrivals, before, lock=lock, now=now)


def looked(
    what: Promised | None, arrivals: Arrivals, before: Books | None = None, now: datetime = LOCK
) -> Books:
    found = look(what, arrivals, before, now)
    assert found is not None
    return found


def book(books: Books, dataset: str) -> Book:
    return next(each for each in books.books if each.dataset == dataset)


def everything(games: Sequence[Game]) -> dict[str, dict[str, datetime]]:
    """All datasets whole: what came of a game came at 22:00 and of a date at 06:00."""
    night = {each: at("22:00") for each in ids(games)}
    morning = {"2025-11-12": at("06:00"), **dict.fromkeys(TEAM_IDS, at("06:01"))}
    names = {s.dataset: s.expects for s in config().scrapers.values()}
    return {name: night if unit == "games" else morning for name, unit in names.items()}


def test_every_dataset_that_can_be_counted_has_a_book() -> None:
    books = looked(promised(TWELVE), everything(TWELVE))
    # Not the schedule, events, lines and listings: nobody can say how many there should be.
    assert {each.dataset: len(each.expected) for each in books.books} == {
        "active_players": 1, "injury_report": 1, "player_list": 1, "referee_assignments": 1,
        "standings": 1, "nba_rosters": 30, "rosters": 30, "season_rosters": 30,
        "box_scores": 12, "gamebooks": 12, "lineup_play_by_play": 12, "play_by_play": 12,
        "player_boxscores": 12, "team_boxscore": 12,
    }  # fmt: skip
    assert books.closed
    assert books.told == tuple(sorted(books.told)) == tuple(b.dataset for b in books.books)


def test_a_day_without_games_has_books_of_what_needs_none() -> None:
    books = looked(promised([]), everything([]))
    names = ["active_players", "nba_rosters", "player_list", "rosters", "season_rosters"]
    assert [each.dataset for each in books.books] == [*names, "standings"]
    assert books.closed


def test_a_book_is_open_until_its_own_deadline_and_then_closed_with_what_is_missing() -> None:
    arrivals = everything(TWELVE)
    arrivals["lineup_play_by_play"] = dict.fromkeys(ALL[:3], at("+04:30"))
    arrivals["rosters"] = dict.fromkeys(TEAM_IDS[1:], at("06:01"))
    books = looked(promised(TWELVE), arrivals)
    # The rosters were due by 10:00 of the 12th, the lineups are by 14:30 of the 13th.
    assert book(books, "rosters").missing == ("ATL",)
    assert book(books, "rosters").closed_at == LOCK
    assert book(books, "lineup_play_by_play").closed_at is None
    later = looked(promised(TWELVE), arrivals, books, LAST)
    # A row for the one that was open alone.
    assert later.told == ("lineup_play_by_play",)
    assert len(book(later, "lineup_play_by_play").missing) == 9
    assert later.closed
    assert look(None, arrivals, later, LAST + timedelta(days=1)) is None


def test_first_and_last_are_of_the_targets_that_were_expected() -> None:
    arrivals = everything(TWELVE)
    arrivals["team_boxscore"] = {
        "2025-11-12": at("18:00"), ALL[1]: at("22:00"), ALL[0]: at("+01:00"), "stray": at("+04:00"),
    }  # fmt: skip
    found = book(looked(promised(TWELVE), arrivals), "team_boxscore")
    assert (found.first_obtained_at, found.last_obtained_at) == (at("22:00"), at("+01:00"))
    arrivals["team_boxscore"] = {}
    found = book(looked(promised(TWELVE), arrivals), "team_boxscore")
    assert (found.first_obtained_at, found.last_obtained_at) == (None, None)


def test_what_comes_after_the_closing_is_written_down_and_reopens_nothing() -> None:
    arrivals = everything(TWELVE)
    arrivals["team_boxscore"] = dict.fromkeys(ALL[1:], at("22:00"))
    arrivals["referee_assignments"] = {}
    closed = looked(promised(TWELVE), arrivals, now=LAST)
    assert closed.closed
    # Later all that one listing still shows is what came late; a thirteenth game is the league's.
    late = {
        "team_boxscore": {ALL[0]: at("+20:00"), ALL[1]: at("+20:00")},
        "referee_assignments": {"2025-11-12": at("+20:00")},
    }
    again = looked(promised([*TWELVE, game(13)]), late, closed, LAST + timedelta(days=9))
    assert again.told == ("referee_assignments", "team_boxscore")
    found = book(again, "team_boxscore")
    assert (len(found.expected), len(found.obtained), found.missing) == (12, 12, ())
    # First at 22:00 as it was; last what was missing, and closed when it was closed.
    assert found.first_obtained_at == at("22:00")
    assert found.last_obtained_at == at("+20:00")
    assert found.closed_at == LAST
    assert look(None, late, again, LAST + timedelta(days=10)) is None


def test_a_game_that_left_the_day_is_waived() -> None:
    # Promised 12; by the morning the league plays the twelfth on another day: 12 = 11 + 1 + 0.
    found = book(looked(promised(TWELVE, TWELVE[:11]), everything(TWELVE[:11])), "team_boxscore")
    assert (len(found.expected), len(found.obtained), found.waived) == (12, 11, (ALL[11],))
    assert found.closed_at == LOCK


def test_on_a_day_whose_games_are_all_off_nothing_of_games_is_missing() -> None:
    called_off = [off(each) for each in TWELVE]
    arrivals = everything([])
    arrivals["referee_assignments"] = {}
    arrivals["standings"] = {}
    books = looked(promised(TWELVE, called_off), arrivals)
    # The referees of games that nobody plays: 1 = 0 + 1 + 0. The standings are due all the same.
    assert book(books, "referee_assignments").waived == ("2025-11-12",)
    assert book(books, "play_by_play").waived == tuple(ALL)
    assert book(books, "standings").missing == ("2025-11-12",)
    assert {each.dataset for each in books.books if each.missing} == {"standings"}


def test_a_slot_that_was_withdrawn_leaves_its_dataset_waived() -> None:
    workflows = config().workflows
    fewer = config_of(*(w for name, w in workflows.items() if name != "referee_discovery"))
    what = replace(promised(TWELVE), in_force=planned(NOV_12, TWELVE, fewer))
    found = book(looked(what, {}), "referee_assignments")
    assert (found.waived, found.missing, found.closed_at) == (("2025-11-12",), (), LOCK)


def test_a_dataset_that_left_the_configuration_is_closed() -> None:
    open_ones = looked(promised(TWELVE), {})
    real = config()
    names = {name: s for name, s in real.scrapers.items() if s.dataset != "gamebooks"}
    less = replace(real, scrapers=names)
    found = take(NOV_12, promised(TWELVE), less, {}, open_ones, lock=NOV_13, now=LAST)
    assert found is not None
    assert "gamebooks" in found.told
    assert book(found, "gamebooks").closed_at == LAST
