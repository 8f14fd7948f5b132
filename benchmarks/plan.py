"""A whole season, planned and decided: every hourly tick, every workflow, no input or output.

    python -m benchmarks.plan [--json] [--rounds N]

As the controller does it: each tick looks at today and yesterday, compares each plan with the
schedule, decides every workflow; a RUN is an attempt under way and has ended by the next tick.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.config import load_config, ticks_of
from shared.core.calendar import Calendar
from shared.core.days import day_of_instant, day_starts
from shared.core.decide import decide
from shared.core.decision import Action, Decision
from shared.core.history import Attempt, DayHistory
from shared.core.moment import Moment
from shared.core.plan import make_plan, revise
from shared.core.schedule_json import load_games
from shared.core.targets import TargetKind
from shared.core.workflows import Config
from shared.settings import Settings

ROUNDS = 7


class Season:
    """What is known of each game day, as the season goes on."""

    def __init__(self, calendar: Calendar, config: Config) -> None:
        self.calendar = calendar
        self.config = config
        self.days: dict[date, DayHistory] = {}
        self.counted: Counter[str] = Counter()

    def tick(self, tick: datetime, previous: datetime | None) -> None:
        """One wake-up of the controller; what it runs has ended by the next."""
        today = day_of_instant(tick)
        open_days = [self._day(day, tick) for day in (today - timedelta(days=1), today)]
        games = {day.day: self.calendar.on(day.day) for day in open_days}
        moment = Moment(tick=tick, now=tick, previous=previous)
        for decision in decide(moment, open_days, games, self.config):
            self.counted[decision.action] += 1
            if decision.action is Action.RUN:
                self._ran(decision, tick)
        self.counted["ticks"] += 1

    def _day(self, day: date, tick: datetime) -> DayHistory:
        games = self.calendar.on(day)
        known = self.days.get(day)
        if known is None:
            plan = make_plan(day, games, self.config, schedule="season", now=tick, by="controller")
            self.counted["plans"] += 1
            self.counted["slots"] += len(plan.slots)
            known = self.days[day] = DayHistory(plan=plan)
        revised = revise(
            known.plan,
            games,
            self.config,
            schedule="season",
            now=tick,
            ran=known.ran,
            by="controller",
        )
        assert revised is None, "the schedule does not change in this season"
        return known

    def _ran(self, decision: Decision, tick: datetime) -> None:
        """The execution of a RUN: everything asked for was found."""
        assert decision.slot is not None
        day = self.days[decision.game_day]
        obtained: dict[str, frozenset[str]] = {}
        covered = dict(day.covered)
        for name in decision.scrapers:
            scraper = self.config.scrapers[name]
            by_date = scraper.target is TargetKind.DATE or not decision.target_games
            ids = [decision.target_date.isoformat()] if by_date else decision.target_games
            obtained[name] = frozenset(ids)
            got = decision.target_games if scraper.expects == "games" else ids
            covered[scraper.dataset] = covered.get(scraper.dataset, frozenset()) | frozenset(got)
        attempt = Attempt(
            execution_id=f"{decision.slot.slot_id}.{decision.attempt}",
            workflow=decision.workflow,
            slot_id=decision.slot.slot_id,
            attempt=decision.attempt,
            created_at=tick,
            games=decision.target_games,
            status="completed",
            obtained=obtained,
        )
        self.days[day.day] = replace(day, attempts=(*day.attempts, attempt), covered=covered)


def inputs() -> tuple[Calendar, Config]:
    """The season that ships, and the configuration that ships."""
    folder = Settings().config
    config = load_config(folder)
    text = (folder / "calendar" / "2025-26.csv").read_text(encoding="utf-8")
    games = load_games(text, place="2025-26.csv")
    return Calendar.of(games, preseason=config.preseason), config


def ticks(calendar: Calendar, config: Config, days: int | None) -> list[datetime]:
    """The controller's instants from the first day's 05:00 ET to the last day's end."""
    first, last = calendar.first_day(), calendar.last_day()
    assert first is not None
    assert last is not None
    end = last if days is None else first + timedelta(days=days - 1)
    job = config.jobs["master-controller-hourly"]
    span = day_starts(first), day_starts(end + timedelta(days=1))
    return [at.astimezone(UTC) for at in ticks_of(job, *span)]


def play(calendar: Calendar, config: Config, instants: list[datetime]) -> Mapping[str, int]:
    """One season; what was decided."""
    season = Season(calendar, config)
    previous = None
    for tick in instants:
        season.tick(tick, previous)
        previous = tick
    return season.counted


def measure(rounds: int, days: int | None = None) -> dict[str, Any]:
    """All rounds, after one to warm up; the result that --json prints."""
    calendar, config = inputs()
    instants = ticks(calendar, config, days)
    counted = play(calendar, config, instants)
    took = []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        again = play(calendar, config, instants)
        took.append((time.perf_counter() - wall, time.process_time() - cpu))
        assert again == counted, "the same season gives the same decisions"
    walls, cpus = zip(*took, strict=True)
    return {
        "benchmark": "plan",
        "rounds": rounds,
        "seconds": round(statistics.median(walls), 3),
        "seconds_range": [round(min(walls), 3), round(max(walls), 3)],
        "cpu_seconds": round(statistics.median(cpus), 3),
        "decisions": sum(counted[action] for action in Action),
        **{key.lower(): counted[key] for key in ("ticks", "plans", "slots", *Action)},
    }


def told(found: dict[str, Any]) -> str:
    """The result for people."""
    low, high = found["seconds_range"]
    return (
        f"{found['decisions']} decisions in {found['ticks']} ticks, {found['plans']} plans, "
        f"{found['slots']} slots: {found['run']} RUN, {found['skip']} SKIP, "
        f"{found['abort']} ABORT\n"
        f"  {found['seconds']:.3f} s (goal 1.5; {low:.3f} to {high:.3f} in {found['rounds']} "
        f"rounds), CPU {found['cpu_seconds']:.3f} s"
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--days", type=int, help="only the season's first days")
    asked = parser.parse_args()
    found = measure(asked.rounds, asked.days)
    print(json.dumps(found) if asked.json else told(found))


if __name__ == "__main__":
    main()
