"""Days that are not a Wednesday in November: no games, the DST switches, noon and late tips."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from shared.core.calendar import Calendar
from tests.day.conftest import Ask, asker, play
from tipoff.day import Day

VERDICTS = ("ON TIME", "LATE", "ABORTED", "SATISFIED")


def verdicts(ask: Ask, day: date) -> dict[str, int]:
    rows = ask(
        "SELECT verdict, COUNT(*) FROM nba_orchestration.v_expected_vs_actual "
        f"WHERE date = DATE '{day}' GROUP BY verdict"
    )
    return dict(rows)


@pytest.mark.parametrize(
    ("day", "slots", "games"),
    [
        # No games (Thanksgiving): 4 refreshes and the morning, nothing that needs games.
        (date(2025, 11, 27), 5, 0),
        # The clocks went back in the night: 4 + 1 + 6 referee + 6 injury (11:00 to 21:00, last
        # tip 21:30) + 3 betting (15:30 less 6, 4 and 2 h) + 3 windows.
        (date(2025, 11, 2), 23, 8),
        # They went forward: 13:00 is the first tip, so betting at 09:00 and 11:00 only, and the
        # last at 21:00, so injury polls until 19:00.
        (date(2026, 3, 8), 21, 10),
        # Tips from noon: betting at 08:00 and 10:00 only (06:00 is before business hours).
        (date(2025, 12, 25), 22, 5),
        # The last tip at 23:00: seven injury polls, 11:00 to 21:00, and 23:00 is not before it.
        (date(2025, 10, 28), 23, 5),
    ],
)
def test_every_slot_of_the_day_is_explained_and_every_game_obtained(
    season: Calendar, tmp_path: Path, day: date, slots: int, games: int
) -> None:
    played = Day(date=day, calendar=season)
    play(tmp_path, played)
    ask = asker(tmp_path, played)
    found = verdicts(ask, day)
    assert set(found) <= set(VERDICTS)
    assert sum(found.values()) == slots
    if games:
        ((boxes,),) = ask(
            f"SELECT COUNT(*) FROM nba_raw.v_nbac_team_boxscore WHERE game_date = DATE '{day}'"
        )
        assert boxes == 2 * games


def test_a_tip_that_moves_from_19_to_22_makes_revision_2_and_nothing_runs_twice(
    tmp_path: Path, season: Calendar
) -> None:
    # One game, LAC@PHX, alone on 6 November; told at 14:00 that it tips at 22:00, not 19:00.
    day = date(2025, 11, 6)
    (only,) = season.on(day)
    early = replace(only, tip=datetime.fromisoformat("2025-11-06T19:00:00-05:00"))
    calendar = Calendar.of([early if game is only else game for game in season.games])
    told = datetime.fromisoformat("2025-11-06T14:00:00-05:00")
    moved = datetime.fromisoformat("2025-11-06T22:00:00-05:00")
    played = Day(
        date=day,
        calendar=calendar,
        troubles=False,
        changes=((told, only.game_id, moved),),
    )
    play(tmp_path, played)
    ask = asker(tmp_path, played)
    changes = ask(
        "SELECT revision, `change`, FORMAT_TIMESTAMP('%H:%M', expected_run_time, "
        "'America/New_York') FROM nba_orchestration.plan_changes "
        "WHERE workflow_name = 'betting_lines' ORDER BY expected_run_time, `change`"
    )
    # 13:00, 15:00 and 17:00 had run when the 17:00 refresh told of it; 16:00 to 18:00 is over
    # at the 18:00 tick, so 18:00 and 20:00 are what is still ahead of a 22:00 tip.
    assert changes == [
        (2, "held", "13:00"),
        (2, "held", "15:00"),
        (2, "held", "17:00"),
        (2, "added", "18:00"),
        (2, "added", "20:00"),
    ]
    runs = ask(
        "SELECT FORMAT_TIMESTAMP('%H:%M', execution_time, 'America/New_York'), status "
        "FROM nba_orchestration.v_executions WHERE workflow_name = 'betting_lines' ORDER BY 1"
    )
    assert runs == [(f"{hour}:00", "completed") for hour in (13, 15, 17, 18, 20)]
    ((boxes,),) = ask("SELECT COUNT(*) FROM nba_raw.v_nbac_team_boxscore")
    assert boxes == 2
    assert set(verdicts(ask, day)) <= {*VERDICTS, "WITHDRAWN"}
