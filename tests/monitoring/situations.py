"""Labelled situations: what operators must be told in each, and that nothing else is told.

    python -m tests.monitoring.situations

Each is an instant of a play (tests/monitoring/plays.py): real functions, virtual time, real
records. Prints what fired beside what was expected; misses and false alarms make the exit code 1.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tests.core.made import at
from tests.monitoring.plays import (
    BREAK,
    FALL_BACK,
    NOV_11,
    NOV_12,
    NOV_13,
    SPRING_ON,
    THANKSGIVING,
    stage,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """An instant of a play, and the codes that must be told then: no more, no less."""

    play: str
    at: datetime
    why: str
    expected: frozenset[str] = frozenset()
    dead_letters: int = 0

    @property
    def name(self) -> str:
        """What a test calls it."""
        return f"{self.play}-{self.at:%m%dT%H%MZ}"


def s(
    play: str, text: str, why: str, *expected: str, day: date = NOV_12, dead_letters: int = 0
) -> Situation:
    """A situation at an ET wall time; + is the date after."""
    return Situation(
        play=play,
        at=at(text, day),
        why=why,
        expected=frozenset(expected),
        dead_letters=dead_letters,
    )


QUIET = (
    s("calm", "05:10", "just locked"),
    s("calm", "06:20", "morning operations are under way"),
    s("calm", "09:00", "before the first poll"),
    s("calm", "13:05", "lines were asked for a minute ago"),
    s("calm", "18:55", "nobody has tipped off yet"),
    s("calm", "22:45", "games are on: no box score is due"),
    s("calm", "+00:30", "the late game is on"),
    s("calm", "+01:30", "the late game is over, its data is not due"),
    s("calm", "+04:20", "the last window is open"),
    s("calm", "+09:30", "the first windows have closed"),
    s("calm", "15:20", "all deadlines of the day before have passed", day=NOV_13),
    s("calm", "04:56", "nothing has run but the import", "nothing_ran", day=NOV_11),
    s("real_day", "16:00", "twelve games, lines for the second time"),
    s("real_day", "+15:30", "twelve games, everything has arrived"),
    s("new", "12:20", "installed at 12:10: cleanup ran once, no tick was due"),
    s("new", "13:10", "the first tick has made the plan"),
    s("new", "14:50", "slots that closed before the installation are nobody's"),
    s("matinees", "15:00", "games at noon, not over"),
    s("matinees", "+15:30", "games at noon and 15:30, all there"),
    s("late_tips", "+01:10", "no game over at the second window"),
    s("late_tips", "+15:30", "the late ones are there"),
    s("fall_back", "+00:30", "the hour before the clocks go back", day=date(2025, 11, 1)),
    s("fall_back", "01:30", "the hour that comes twice, the first time", day=FALL_BACK),
    s("fall_back", "05:35", "locked on the day of 25 hours", day=FALL_BACK),
    s("fall_back", "+15:30", "the day of 25 hours is whole", day=FALL_BACK),
    s("spring_on", "03:15", "02:00 to 03:00 did not happen", day=SPRING_ON),
    s("spring_on", "05:35", "locked on the day of 23 hours", day=SPRING_ON),
    s("spring_on", "+15:30", "the day of 23 hours is whole", day=SPRING_ON),
    s("thanksgiving", "12:00", "no games, all jobs run", day=THANKSGIVING),
    s("thanksgiving", "+04:30", "no games, nothing to wait for", day=THANKSGIVING),
    s("all_star_break", "11:30", "the All-Star break, morning", day=BREAK),
    s("all_star_break", "+15:30", "the All-Star break, a day later", day=BREAK),
    s("season_over", "12:00", "six days after the last game", day=date(2026, 4, 18)),
    s("before_opening", "12:00", "sixteen days before the first game", day=date(2025, 10, 5)),
    s("all_paused", "12:00", "off-season, schedulers paused since April", day=date(2026, 7, 15)),
    s("locker_dead", "05:35", "the controller has made the plan instead"),
    s("one_tick_lost", "15:01", "one lost tick is made good by the next"),
    s("odds_spell", "15:20", "a spell of half an hour was healed by the second attempt"),
    s("espn_down", "08:20", "a source is back: its attempt has brought everything"),
    s("plays_late", "+06:00", "play-by-play comes in the morning: not due yet"),
    s("plays_late", "+15:30", "and it has come"),
    s("boxes_empty", "+08:00", "empty answers, the deadline is at 14:00"),
    s("poll_fails", "10:00", "a poll failed, the next is due"),
    s("poll_fails", "10:20", "two polls failed, there are more"),
    s("poll_fails", "16:30", "the third poll found what the two before did not"),
    s("injuries_empty", "20:00", "polls find nothing, the last tip is ahead"),
    s("officials_empty", "13:30", "polls find nothing yet"),
    s("loader_pause", "11:40", "the loader was away for 25 minutes"),
    s("loader_dead", "06:20", "files are on their way for less than half an hour"),
    s("one_file", "09:00", "one file is announced again and again"),
    s("late_ticks", "14:30", "ticks come 25 minutes late"),
    s("very_late_ticks", "16:55", "decisions come 50 minutes late"),
    s("double_ticks", "17:10", "every tick comes twice"),
    s("double_ticks", "+15:30", "every tick came twice, all night"),
    s("called_off", "18:00", "one game was postponed at 16:00"),
    s("called_off", "+15:30", "two postponed games are missed by nobody"),
    s("all_called_off", "+15:30", "every game was postponed in the afternoon"),
)

TROUBLE = (
    s("new", "15:20", "lines needed a morning that nobody has run", "slot_aborted"),
    s("no_plan", "05:25", "not locked, due at 05:30"),
    s("no_plan", "05:35", "the schedule was not generated", "plan_not_locked"),
    s("no_plan", "07:10", "nor decided", "plan_not_locked", "no_decisions"),
    s("controller_silent", "16:00", "the controller is silent for two hours: its tick may come"),
    s("controller_silent", "16:10", "it did not come", "no_decisions"),
    s(
        "controller_silent",
        "18:30",
        "the slots of 15:00 and 17:00 go by",
        "no_decisions",
        "slot_missed",
    ),
    s("controller_silent", "21:10", "back: what was missed is explained", "slot_aborted"),
    s(
        "break_silent",
        "15:30",
        "silent in the All-Star break: the schedule is due all the same",
        "no_decisions",
        day=BREAK,
    ),
    s(
        "break_blocked",
        "11:30",
        "a blocked source on a day without games: no book is open",
        "source_silent",
        day=BREAK,
    ),
    s("executor_dead", "13:25", "decided, not begun: it has half an hour"),
    s("executor_dead", "13:31", "the executor is dead", "run_not_executed"),
    s("executor_dead", "21:30", "back: the day's lines were never asked for", "slot_failed"),
    s("executor_dies_at_work", "08:28", "an execution has a quarter of an hour past its time"),
    s("executor_dies_at_work", "08:35", "the executor died at work", "execution_overdue"),
    s("executor_dies_at_work", "09:20", "it is back and has ended what was left"),
    s("scrapers_unheard", "07:00", "chunks are sent again, nobody hears them"),
    s("blocked_all_day", "06:40", "two runs of 35 failed"),
    s("blocked_all_day", "08:30", "blocked in three attempts", "source_silent"),
    s(
        "blocked_all_day",
        "11:30",
        "and the morning's books are closed",
        "source_silent",
        "dataset_incomplete",
    ),
    s("odds_down", "13:40", "one failure is no streak"),
    s("odds_down", "15:30", "three executions got nothing", "source_silent", "slot_failed"),
    s("espn_down", "06:30", "a third of the runs failed: the next attempt may bring them"),
    s("espn_down_long", "07:30", "it did not", "failure_rate"),
    s("espn_down_long", "08:20", "nor did the third", "failure_rate", "source_silent"),
    s(
        "espn_down_long",
        "10:20",
        "the fourth comes too late: the morning's three are used up",
        "failure_rate",
        "source_silent",
    ),
    s("box_scores_fail", "+00:40", "one scraper fails, its source is well", "scraper_failing"),
    s(
        "box_scores_fail",
        "+15:30",
        "and its data never came",
        "scraper_failing",
        "dataset_incomplete",
    ),
    s("injuries_empty", "+00:00", "a game day without a row of injuries", "zero_rows"),
    s("officials_empty", "16:20", "a game day without officials", "zero_rows"),
    s("boxes_empty", "+15:30", "answers came all night, rows never", "zero_rows"),
    s("plays_never", "+15:30", "two of three games never came", "dataset_incomplete"),
    s("loader_dead", "06:50", "files were found missing and announced again a moment ago"),
    s("loader_dead", "07:05", "no file of the morning was loaded", "missing_files"),
    s("loader_dead", "09:40", "the loader is back and the files are announced again"),
    s("seven_files", "07:05", "seven files were never loaded", "missing_files"),
    s("one_file", "11:00", "three announcements, and still not loaded", "file_stuck"),
    s("journal_away", "11:50", "one cleanup could not read the loads"),
    s("journal_away", "12:40", "nor could the next", "repair_blind"),
    s("morning_missed", "11:40", "the morning was missed", "slot_aborted", "dataset_incomplete"),
    s("expired", "15:50", "an order waits", "run_not_executed"),
    s("expired", "17:50", "it came too late to be of use", "slot_failed"),
    s("cleanup_dead", "12:25", "one cleanup did not come"),
    s("cleanup_dead", "12:40", "cleanup is dead", "cleanup_silent"),
    s("cleanup_dead", "15:20", "and back"),
    s("all_down", "12:35", "everything is down", "cleanup_silent"),
    s("all_down", "15:10", "for three hours", "cleanup_silent", "no_decisions"),
    s(
        "all_paused",
        "12:00",
        "October, and nobody has started the schedulers again",
        "plan_not_locked",
        "no_decisions",
        "cleanup_silent",
        "schedule_stale",
        day=date(2026, 10, 5),
    ),
    s(
        "all_paused",
        "12:00",
        "paused in the season's last week",
        "plan_not_locked",
        "no_decisions",
        "cleanup_silent",
        "schedule_stale",
        day=date(2026, 4, 18),
    ),
    s("credits_low", "13:20", "under four times the reserve of credits is left", "credits_low"),
    s("credits_out", "13:20", "the reserve of credits is reached", "credits_low"),
    s("schedule_refused", "11:10", "the league's feed holds no game", "schedule_refused"),
    s(
        "schedule_blocked",
        "17:20",
        "the schedule is twelve hours old",
        "scraper_failing",
        "schedule_stale",
        "slot_failed",
    ),
    s(
        "schedule_blocked",
        "+05:20",
        "the schedule is a day old",
        "scraper_failing",
        "schedule_stale",
        "slot_failed",
    ),
    s("schedule_blocked", "+17:40", "fresh again; its slots are told for a day", "slot_failed"),
    s("calm", "12:00", "messages were given up", "dead_letters", dead_letters=3),
)

ALL: Sequence[Situation] = (*QUIET, *TROUBLE)


def fired(situation: Situation) -> frozenset[str]:
    """The codes that are told."""
    found = stage(situation.play).alerts_at(situation.at, situation.dead_letters)
    return frozenset(alert.code for alert in found)


def main() -> int:
    """The command line."""
    misses: Counter[str] = Counter()
    false: Counter[str] = Counter()
    for each in ALL:
        found = fired(each)
        misses.update(each.expected - found)
        false.update(found - each.expected)
        mark = "ok " if found == each.expected else "BAD"
        told = ", ".join(sorted(found)) or "-"
        print(f"{mark} {each.name:<32} {each.why:<66} {told}")  # noqa: T201 a command
        if found != each.expected:
            print(f"    expected {', '.join(sorted(each.expected)) or '-'}")  # noqa: T201
            for alert in stage(each.play).alerts_at(each.at, each.dead_letters):
                print(f"    {alert.code}: {alert.message} {alert.evidence}")  # noqa: T201
    codes = {code for each in ALL for code in each.expected}
    print(  # noqa: T201
        f"{len(ALL)} situations ({sum(not each.expected for each in ALL)} quiet), "
        f"{len(codes)} codes: {misses.total()} misses, {false.total()} false alarms"
    )
    return 1 if misses or false else 0


if __name__ == "__main__":
    sys.exit(main())
