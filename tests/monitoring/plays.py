"""The plays: a few days each, with what goes wrong in them. Each is played once a process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from shared.core.calendar import Calendar
from shared.core.games import GameStatus
from shared.core.ports import Message
from shared.messages import FILES_READY
from sim.chaos.sources import Given
from tests.core.made import at, game, season
from tests.monitoring.stage import (
    Bad,
    Down,
    Play,
    Stage,
    between,
    empty,
    minutes,
    of_source,
    postponed,
    refusing,
    staged,
)

NOV_11, NOV_12, NOV_13 = date(2025, 11, 11), date(2025, 11, 12), date(2025, 11, 13)
FALL_BACK, SPRING_ON = date(2025, 11, 2), date(2026, 3, 8)
THANKSGIVING, BREAK = date(2025, 11, 27), date(2026, 2, 15)
#: The last date of the calendar that ships.
LAST = date(2026, 4, 12)
#: Ticks of every function that answers to one, and of all others.
ALL = ("schedule_locker", "controller", "executor", "scraper", "loader", "cleanup")
SCHEDULE = "nbac_schedule_api"


def small(day: date, tips: Sequence[str] = ("19:00", "19:30", "22:30")) -> Calendar:
    """Three games a date around `day`: an evening as most are, and quickly played."""
    return Calendar.of(
        game(each.toordinal() % 90_000 * 10 % 90_000 + n, tip, day=each)
        for each in (day + timedelta(days=back) for back in range(-2, 4))
        for n, tip in enumerate(tips)
    )


def near(day: date) -> Calendar:
    """The real season's games of three weeks around `day`."""
    first, last = day - timedelta(days=5), day + timedelta(days=16)
    return Calendar.of(each for each in season().games if first <= each.day <= last)


def a_day(day: date = NOV_12, **changes: Any) -> Play:
    """From 04:55 ET of `day` to the next date, 17:30 ET."""
    after = day + timedelta(days=1)
    play = Play(first=day, until=at("17:30", after), calendar=small(day))
    return replace(play, **changes)


def down(what: str, since: str, until: str, *, port: bool = False) -> Down:
    """`what` is down on 12 November."""
    return Down(what=what, since=at(since), until=at(until), port=port)


def late_by(number: float, job: str = "") -> Callable[[str, datetime], Sequence[datetime]]:
    """The ticks of a job (or of all) come so many minutes late."""
    return lambda name, tick: (tick + minutes(number) if name == (job or name) else tick,)


def twice(_: str, tick: datetime) -> Sequence[datetime]:
    """Every tick comes twice, the second time after twenty seconds."""
    return tick, tick + timedelta(seconds=20)


def paused(since: datetime, until: datetime) -> Callable[[str, datetime], Sequence[datetime]]:
    """No tick of any job in this time."""
    return lambda _, tick: () if since <= tick < until else (tick,)


def files_lost(wanted: str, count: int) -> Callable[[Message, datetime], bool]:
    """No announcement of the first `count` files whose path holds `wanted` ever arrives."""
    seen: set[str] = set()

    def lost(message: Message, _: datetime) -> bool:
        if message.topic != FILES_READY or wanted not in message.body:
            return False
        path = message.body.partition('"path":"')[2].partition('"')[0]
        if len(seen) < count:
            seen.add(path)
        return path in seen

    return lost


def topic_lost(topic: str, since: datetime, until: datetime) -> Callable[[Message, datetime], bool]:
    """A subscription is gone for a while."""
    return lambda message, now: message.topic == topic and since <= now < until


def cut_schedule(since: datetime) -> Bad:
    """From `since` on the league's feed holds one record that is none."""

    def bad(scraper: str, _: Any, now: datetime) -> Given | None:
        wrong = scraper == SCHEDULE and now >= since
        return Given(records=[{"gameId": "0022500001"}]) if wrong else None

    return bad


def _two_calm_days() -> Play:
    return a_day(NOV_11, until=at("17:30", NOV_13))


def _called_off() -> Play:
    play = a_day()
    games = play.calendar.on(NOV_12)
    return replace(
        play,
        changes=[
            postponed(games[0], at("16:00"), GameStatus.POSTPONED),
            postponed(games[2], at("21:50"), GameStatus.POSTPONED),
        ],
    )


def _all_called_off() -> Play:
    play = a_day()
    games = play.calendar.on(NOV_12)
    return replace(play, changes=[postponed(g, at("15:30"), GameStatus.POSTPONED) for g in games])


def _all_down(since: str, until: str) -> list[Down]:
    return [down(what, since, until) for what in ALL]


PLAYS: Mapping[str, Callable[[], Play]] = {
    "calm": _two_calm_days,
    "real_day": lambda: a_day(calendar=near(NOV_12)),
    "new": lambda: a_day(start=at("12:10")),
    "matinees": lambda: a_day(calendar=small(NOV_12, ("12:00", "15:30"))),
    "late_tips": lambda: a_day(calendar=small(NOV_12, ("22:00", "22:30"))),
    "fall_back": lambda: a_day(
        FALL_BACK - timedelta(days=1),
        until=at("17:30", FALL_BACK + timedelta(days=1)),
        calendar=small(FALL_BACK),
    ),
    "spring_on": lambda: a_day(
        SPRING_ON - timedelta(days=1),
        until=at("17:30", SPRING_ON + timedelta(days=1)),
        calendar=small(SPRING_ON),
    ),
    "thanksgiving": lambda: a_day(
        THANKSGIVING - timedelta(days=1),
        until=at("17:30", THANKSGIVING + timedelta(days=1)),
        calendar=near(THANKSGIVING),
    ),
    "all_star_break": lambda: a_day(BREAK, calendar=near(BREAK)),
    "break_silent": lambda: a_day(
        BREAK,
        calendar=near(BREAK),
        down=[between("controller", at("12:30", BREAK), at("23:00", BREAK))],
    ),
    "break_blocked": lambda: a_day(
        BREAK,
        calendar=near(BREAK),
        bad=refusing(of_source("balldontlie"), at("05:00", BREAK), at("23:00", BREAK)),
    ),
    "season_over": lambda: a_day(LAST + timedelta(days=6), calendar=near(LAST)),
    "before_opening": lambda: a_day(date(2025, 10, 5), calendar=near(date(2025, 10, 21))),
    "no_plan": lambda: a_day(
        NOV_11,
        until=at("17:30", NOV_12),
        down=[down("schedule_locker", "04:00", "+10:00"), down("controller", "04:58", "+10:00")],
    ),
    "locker_dead": lambda: a_day(down=[down("schedule_locker", "04:00", "+10:00")]),
    "controller_silent": lambda: a_day(down=[down("controller", "14:30", "20:50")]),
    "one_tick_lost": lambda: a_day(
        ticks=lambda name, tick: (
            () if name == "master-controller-hourly" and tick == at("14:00") else (tick,)
        )
    ),
    "executor_dead": lambda: a_day(down=[down("executor", "12:30", "20:50")]),
    "executor_dies_at_work": lambda: a_day(
        down=[down("executor", "06:02", "08:50")],
        lost=topic_lost("run-advance", at("05:58"), at("06:10")),
    ),
    "scrapers_unheard": lambda: a_day(lost=topic_lost("scrape-espn", at("06:00"), at("08:10"))),
    "blocked_all_day": lambda: a_day(
        bad=refusing(of_source("balldontlie"), at("05:00"), at("+17:00"))
    ),
    "odds_down": lambda: a_day(
        bad=refusing(of_source("odds_api"), at("12:00"), at("20:00"), "http_5xx")
    ),
    "odds_spell": lambda: a_day(
        bad=refusing(of_source("odds_api"), at("12:50"), at("13:20"), "http_5xx")
    ),
    "espn_down": lambda: a_day(
        bad=refusing(of_source("espn"), at("05:00"), at("06:40"), "timeout")
    ),
    "espn_down_long": lambda: a_day(
        bad=refusing(of_source("espn"), at("05:00"), at("08:30"), "timeout")
    ),
    "box_scores_fail": lambda: a_day(
        bad=refusing(lambda name: name == "bdl_box_scores", at("05:00"), at("+17:00"), "malformed")
    ),
    "poll_fails": lambda: a_day(
        bad=refusing(lambda name: name == "nbac_referee_assignments", at("08:50"), at("10:30"))
    ),
    "injuries_empty": lambda: a_day(bad=empty("nbac_injury_report")),
    "officials_empty": lambda: a_day(bad=empty("nbac_referee_assignments")),
    "boxes_empty": lambda: a_day(bad=empty("bdl_box_scores")),
    "plays_late": lambda: a_day(bad=_until("nbac_play_by_play", at("+07:30"))),
    "plays_never": lambda: a_day(bad=_only_first("nbac_play_by_play")),
    "loader_dead": lambda: a_day(down=[down("loader", "05:50", "08:50")]),
    "loader_pause": lambda: a_day(down=[down("loader", "10:55", "11:20")]),
    "seven_files": lambda: a_day(lost=files_lost("espn/", 7)),
    "one_file": lambda: a_day(lost=files_lost("bdl_standings", 1)),
    "journal_away": lambda: a_day(down=[down("journal", "11:40", "12:50", port=True)]),
    "late_ticks": lambda: a_day(ticks=late_by(25)),
    "very_late_ticks": lambda: a_day(ticks=late_by(50, "master-controller-hourly")),
    "double_ticks": lambda: a_day(ticks=twice),
    "morning_missed": lambda: a_day(down=[down("controller", "05:30", "10:40")]),
    "expired": lambda: a_day(down=[down("executor", "14:50", "17:20")]),
    "cleanup_dead": lambda: a_day(down=[down("cleanup", "12:05", "14:50")]),
    "all_down": lambda: a_day(down=_all_down("12:05", "18:50")),
    "all_paused": lambda: a_day(
        LAST, until=at("17:30", LAST + timedelta(days=4)), calendar=near(LAST)
    ),
    "credits_low": lambda: a_day(credits_left=1_999),
    "credits_out": lambda: a_day(credits_left=500),
    "schedule_refused": lambda: a_day(bad=cut_schedule(at("10:30"))),
    "schedule_blocked": lambda: a_day(
        until=at("17:30", NOV_13),
        bad=refusing(lambda name: name == SCHEDULE, at("05:00"), at("+16:30")),
    ),
    "called_off": _called_off,
    "all_called_off": _all_called_off,
}


def _until(scraper: str, since: datetime) -> Bad:
    """This scraper has nothing before `since`."""
    return lambda name, _, now: Given(records=()) if name == scraper and now < since else None


def _only_first(scraper: str) -> Bad:
    """This scraper never has the second game that it is asked for, nor any after it."""
    seen: list[str] = []

    def bad(name: str, ask: Any, _: datetime) -> Given | None:
        if name != scraper:
            return None
        if ask.target.id not in seen:
            seen.append(ask.target.id)
        return Given(records=()) if seen[0] != ask.target.id else None

    return bad


@cache
def stage(name: str) -> Stage:
    """The play of that name, played."""
    return staged(PLAYS[name]())
