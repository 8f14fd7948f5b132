"""The season index: which games count on which day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.calendar import Calendar
from shared.core.days import ET
from shared.core.errors import BadInput
from shared.core.games import Game, GameStatus, GameType
from shared.core.schedule_json import load_games

SAMPLE = Path(__file__).parents[2] / "config" / "calendar" / "2025-26.csv"
NOV_12 = datetime(2025, 11, 12, 18, tzinfo=UTC)  # 13:00 EST
OPENING = datetime(2025, 10, 22, 0, tzinfo=UTC)  # 20:00 EDT on the 21st


def game(number: int, tip: datetime, **changes: object) -> Game:
    """Regular-season game `number` of the season of `tip`."""
    year = tip.year if tip.month >= 7 else tip.year - 1
    facts: dict[str, object] = {
        "game_id": f"002{year % 100:02d}{number:05d}",
        "tip": tip,
        "away": "LAL",
        "home": "BOS",
        "type": GameType.REGULAR,
    }
    return Game(**(facts | changes))  # type: ignore[arg-type]


games = st.builds(
    Game,
    game_id=st.integers(0, 40).map(lambda n: f"00225{n:05d}"),
    tip=st.datetimes(
        datetime(2025, 10, 1),
        datetime(2025, 11, 20),
        timezones=st.sampled_from([UTC, ET]),
    ),
    tip_known=st.booleans(),
    away=st.sampled_from(["", "LAL", "id:15016"]),
    home=st.sampled_from(["", "BOS"]),
    type=st.sampled_from(GameType),
    status=st.sampled_from(GameStatus),
)


@given(st.lists(games), st.booleans())
def test_the_normal_form_gives_back_the_same_calendar(
    found: list[Game],
    preseason: bool,
) -> None:
    calendar = Calendar.of(found, preseason=preseason)
    assert Calendar.from_records(calendar.to_records(), preseason=preseason) == calendar


@given(st.lists(games), st.booleans())
def test_the_days_partition_the_games_that_count(
    found: list[Game],
    preseason: bool,
) -> None:
    calendar = Calendar.of(found, preseason=preseason)
    counting = [each for day in calendar.days() for each in calendar.on(day)]
    assert counting == [each for each in calendar.games if calendar.counts(each)]
    assert list(calendar.days()) == sorted({each.day for each in counting})
    assert all(each in calendar.all_on(each.day) for each in calendar.games)


@given(st.lists(games), st.randoms())
def test_the_order_of_different_games_changes_nothing(found: list[Game], random: object) -> None:
    single = list({each.game_id: each for each in found}.values())
    mixed = list(single)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert Calendar.of(single) == Calendar.of(mixed)


def test_the_last_of_two_games_with_one_id_wins() -> None:
    early, late = game(1, OPENING), game(1, OPENING + timedelta(days=3))
    calendar = Calendar.of([early, late])
    assert calendar.games == (late,)
    assert calendar.game(early.game_id) == late
    assert calendar.on(early.day) == ()


def test_games_of_a_day_are_sorted_by_tip_and_id() -> None:
    later, second, first = game(1, NOV_12), game(3, OPENING), game(2, OPENING)
    assert Calendar(games=(later, second, first)).games == (first, second, later)


def test_preseason_counts_only_where_asked_and_all_star_never_does() -> None:
    pre = game(1, OPENING, game_id="0012500001", type=GameType.PRESEASON)
    off = game(2, OPENING, game_id="0012500002", type=pre.type, status=GameStatus.POSTPONED)
    star = game(3, OPENING, game_id="0032500001", type=GameType.ALL_STAR)
    assert Calendar.of([pre, off, star]).days() == ()
    assert Calendar.of([pre, off, star], preseason=True).on(pre.day) == (pre,)
    assert Calendar.of([pre, off, star]).all_on(pre.day) == (pre, off, star)


def test_an_empty_calendar_answers_with_nothing() -> None:
    nothing = Calendar.of([])
    assert (nothing.days(), nothing.first_day(), nothing.last_day()) == ((), None, None)
    assert nothing.on(date(2025, 11, 12)) == ()
    assert nothing.game("0022500165") is None


@pytest.mark.parametrize("records", [{}, "games", None])
def test_records_that_are_no_list_are_refused(records: object) -> None:
    with pytest.raises(BadInput, match="a list of games"):
        Calendar.from_records(records)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def sample() -> Calendar:
    """The season that comes with the project, as known on 2025-11-07."""
    return Calendar.of(load_games(SAMPLE.read_bytes(), place=SAMPLE.name))


def test_the_sample_season_has_its_games_and_days(sample: Calendar) -> None:
    # 1206 regular games and the cup final; 24 are only set once the cup's groups are played.
    assert sum(each.counts for each in sample.games) == 1207
    assert len(sample.days()) == 161
    assert (sample.first_day(), sample.last_day()) == (date(2025, 10, 21), date(2026, 4, 12))


@pytest.mark.parametrize(
    ("day", "number", "first", "last"),
    [
        ("2025-11-12", 12, "19:00", "22:30"),
        ("2025-11-02", 8, "15:30", "21:30"),  # the autumn switch
        ("2025-11-01", 6, "17:00", "22:00"),  # its eve: the last game ends after the switch
        ("2026-03-08", 10, "13:00", "21:00"),  # the spring switch
        ("2025-12-25", 5, "12:00", "22:30"),
        ("2026-01-18", None, "12:00", None),  # London
        ("2025-12-16", 1, "00:00", "00:00"),  # the cup final, its time still to be set
        ("2025-11-27", 0, None, None),
        ("2025-12-24", 0, None, None),
        ("2026-02-13", 0, None, None),
        ("2026-04-11", 0, None, None),
        ("2026-04-12", 15, None, None),
    ],
)
def test_the_special_days_of_the_sample_season(
    sample: Calendar, day: str, number: int | None, first: str | None, last: str | None
) -> None:
    found = sample.on(date.fromisoformat(day))
    clocks = [each.tip.astimezone(ET).strftime("%H:%M") for each in found]
    assert number is None or len(found) == number
    assert first is None or clocks[0] == first
    assert last is None or clocks[-1] == last


def test_three_of_four_games_of_the_sample_tip_on_another_utc_date(sample: Calendar) -> None:
    other = [each for each in sample.games if each.counts and each.tip.date() != each.day]
    assert len(other) == 926  # of 1207
