"""What keeps an empty, torn or foreign feed from replacing the newest valid schedule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.core.calendar import Calendar
from shared.core.games import CALLED_OFF, Game, GameStatus, GameType
from shared.core.schedule_guard import refuse_reason

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


def season(start: datetime, days: int, *, per_day: int = 1) -> list[Game]:
    """`per_day` games on each of `days` days from `start` on, half an hour apart."""
    return [
        game(day * per_day + n, start + timedelta(days=day, minutes=30 * n))
        for day in range(days)
        for n in range(per_day)
    ]


OLD = season(OPENING, 100)
# to 2026-01-28; from 2025-11-12 (day 22) on 78 games are ahead
LATER = season(OPENING.replace(year=2026), 100)


def shifted(found: list[Game], hours: int, every: int = 1) -> list[Game]:
    """The games, each `every`-th of them moved by `hours`."""
    return [
        game(n, each.tip + timedelta(hours=hours if n % every == 0 else 0))
        for n, each in enumerate(found)
    ]


@pytest.mark.parametrize(
    ("new", "old", "now", "reason"),
    [
        ([], OLD, NOV_12, "no games at all"),
        ([], None, NOV_12, "no games at all"),
        (OLD, None, NOV_12, None),
        (OLD, [], NOV_12, None),
        (OLD, OLD, NOV_12, None),
        # 78 ahead: 62.4 is 80 %, so 63 may stay and 62 may not.
        (OLD[:85], OLD, NOV_12, None),
        (OLD[:84], OLD, NOV_12, "62 games from today on, the kept one 78; 16 ids are gone"),
        # What is over need not be in the feed any more.
        (OLD[22:], OLD, NOV_12, None),
        # Near the end five games are more than 20 %: 8 ahead from 2026-01-21 on.
        (OLD[:95], OLD, datetime(2026, 1, 21, 18, tzinfo=UTC), None),
        (OLD[:94], OLD, datetime(2026, 1, 21, 18, tzinfo=UTC), "2 games from today on"),
        # 20:00 ET read as 20:00 UTC: every game four or five hours early.
        (shifted(OLD, -4), OLD, NOV_12, "78 of 78 coming games moved at once"),
        (shifted(OLD, -4, every=3), OLD, NOV_12, None),
        # Another season.
        (LATER, OLD, NOV_12, "2026-27 while 2025-26"),
        (LATER, OLD, datetime(2026, 8, 20, tzinfo=UTC), None),
        (OLD, season(OPENING.replace(year=2026), 9), datetime(2026, 8, 20, tzinfo=UTC), "before"),
        # Last season's feed in November would look like days without games.
        (season(OPENING.replace(year=2024), 100), None, NOV_12, "ended on 2025-01-28"),
        (OLD, None, datetime(2026, 8, 20, tzinfo=UTC), None),
        # After the last game known of a season its play-offs may still be announced.
        (LATER, OLD, datetime(2026, 4, 1, 18, tzinfo=UTC), "2026-27 while 2025-26"),
        # Nine games are too few to tell a fault of the feed: the last nine days of 100.
        (shifted(OLD, -4), OLD, datetime(2026, 1, 20, 18, tzinfo=UTC), None),
    ],
)
def test_what_may_not_replace_the_newest_valid_schedule(
    new: list[Game], old: list[Game] | None, now: datetime, reason: str | None
) -> None:
    found = refuse_reason(Calendar.of(new), None if old is None else Calendar.of(old), now)
    assert found is None if reason is None else reason in (found or "")


def test_a_league_that_stops_is_not_a_torn_feed() -> None:
    """All coming games postponed at once: the feed still knows each of them."""
    stopped = [game(n, each.tip, status=GameStatus.POSTPONED) for n, each in enumerate(OLD)]
    assert refuse_reason(Calendar.of(stopped), Calendar.of(OLD), NOV_12) is None


def test_play_off_games_that_a_series_does_not_need_may_vanish() -> None:
    june = datetime(2026, 6, 8, 16, tzinfo=UTC)
    played = [game(n, each.tip) for n, each in enumerate(OLD)]
    spare = [
        game(0, june + timedelta(days=n), game_id=f"00425004{n:02d}", type=GameType.PLAYOFFS)
        for n in range(1, 9)
    ]
    assert refuse_reason(Calendar.of(played), Calendar.of([*played, *spare]), june) is None


MAY_6 = datetime(2026, 5, 6, 15, tzinfo=UTC)  # 11:00 EDT


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (None, "1 of today's 2 games are gone, such as 0042500402"),
        (lambda game: replace(game, status=GameStatus.POSTPONED), None),
        (lambda game: replace(game, tip=MAY_6 + timedelta(days=2)), None),
    ],
    ids=["gone", "called off", "moved"],
)
def test_a_game_of_today_does_not_vanish_not_even_of_a_series(
    change: Callable[[Game], Game] | None, reason: str | None
) -> None:
    one, other, later = (
        game(n, MAY_6 + timedelta(hours=hours), game_id=f"00425004{n:02d}", type=GameType.PLAYOFFS)
        for n, hours in ((1, 8), (2, 10), (3, 58))
    )
    kept = [one] if change is None else [one, change(other)]
    found = refuse_reason(Calendar.of(kept), Calendar.of([one, other, later]), MAY_6)
    assert found == reason


def test_a_game_that_was_called_off_may_vanish_on_its_day() -> None:
    today = [game(n, NOV_12, status=status) for n, status in enumerate(GameStatus)]
    left = [each for each in today if each.status not in CALLED_OFF]
    assert len(left) < len(today)
    assert refuse_reason(Calendar.of(left), Calendar.of(today), NOV_12) is None


def test_a_season_that_runs_into_the_next_one_is_still_going() -> None:
    """The games of 2019-20 went on to October 2020, when the year already is 2020-21."""
    october = datetime(2020, 10, 2, 16, tzinfo=UTC)
    bubble = Calendar.of(
        game(0, october + timedelta(days=n - 60), game_id=f"00419{n:05d}", type=GameType.PLAYOFFS)
        for n in range(70)
    )
    upcoming = Calendar.of(season(datetime(2020, 12, 23, tzinfo=UTC), 72))
    assert refuse_reason(bubble, None, october) is None
    assert refuse_reason(bubble, bubble, october) is None
    assert "2020-21 while 2019-20" in (refuse_reason(upcoming, bubble, october) or "")
    assert refuse_reason(upcoming, bubble, october + timedelta(days=30)) is None
