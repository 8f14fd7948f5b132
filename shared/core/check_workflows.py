"""What is wrong with the workflows: steps, needs, numbers, and windows that no tick hits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time

from shared.core.days import wall
from shared.core.games import Game, GameType
from shared.core.problem import Problem
from shared.core.slots import slots_of
from shared.core.targets import TargetKind
from shared.core.workflows import BeforeFirstGame, Config, Daily, Discovery, Every, Workflow

#: A winter day, both DST days, and a summer day: windows are tried on each.
SAMPLE_DAYS = (date(2025, 11, 12), date(2025, 11, 2), date(2026, 3, 8), date(2026, 6, 10))

#: Tips that occur: noon, the common ones, and the latest.
SAMPLE_TIPS = (time(12), time(19), time(19, 30), time(22, 30), time(23))

#: What a trigger's numbers may be; far beyond use, and near enough to compute with.
BOUNDS: Mapping[str, tuple[int, int]] = {
    "hours": (1, 72),
    "every_hours": (1, 24),
    "minutes": (1, 2880),
    "deadline_hours": (1, 336),
    "tolerance_minutes": (0, 720),
}


def workflow_problems(config: Config, ticks: Sequence[datetime]) -> Iterator[Problem]:
    """Every fault of the workflows; `ticks` are the controller's instants over the sample days."""
    for workflow in config.workflows.values():
        yield from _steps(workflow, config)
        yield from _needs(workflow, config)
        wrong = list(_numbers(workflow))
        yield from wrong
        if workflow.enabled and not wrong:
            yield from _windows(workflow, ticks)
    yield from _circles(config)


def _steps(workflow: Workflow, config: Config) -> Iterator[Problem]:
    base = ("workflows", workflow.name, "steps")
    if not workflow.steps:
        yield Problem(file="workflows", path=base, found="no step", allowed="at least one step")
    before: set[str] = set()
    for i, step in enumerate(workflow.steps):
        if not step.scrapers:
            path = (*base, i, "scrapers")
            yield Problem(file="workflows", path=path, found="none", allowed="at least one")
        for j, name in enumerate(step.scrapers):
            yield from _scraper(name, (*base, i, "scrapers", j), step.targets_from, config)
        if step.targets_from is not None and step.targets_from not in before:
            allowed = f"a scraper of an earlier step: {', '.join(sorted(before)) or 'none'}"
            path = (*base, i, "targets_from")
            yield Problem(file="workflows", path=path, found=step.targets_from, allowed=allowed)
        before |= set(step.scrapers)


def _scraper(
    name: str, path: tuple[str | int, ...], targets_from: str | None, config: Config
) -> Iterator[Problem]:
    scraper = config.scrapers.get(name)
    if scraper is None:
        allowed = "a scraper of scrapers.yaml"
        yield Problem(file="workflows", path=path, found=name, allowed=allowed)
    elif not scraper.available:
        allowed = "a scraper that is available"
        yield Problem(file="workflows", path=path, found=name, allowed=allowed)
    elif scraper.target is TargetKind.EVENT and targets_from is None:
        allowed = "targets_from an earlier step, since its targets are events"
        yield Problem(file="workflows", path=path, found=name, allowed=allowed)


def _needs(workflow: Workflow, config: Config) -> Iterator[Problem]:
    for i, need in enumerate(workflow.needs):
        path = ("workflows", workflow.name, "needs", i)
        needed = config.workflows.get(need)
        if needed is None:
            allowed = f"one of {', '.join(sorted(config.workflows))}"
            yield Problem(file="workflows", path=path, found=need, allowed=allowed)
        elif workflow.enabled and not needed.enabled:
            yield Problem(
                file="workflows", path=path, found=f"{need}, disabled", allowed="an enabled one"
            )


def _numbers(workflow: Workflow) -> Iterator[Problem]:
    base: tuple[str | int, ...] = ("workflows", workflow.name)
    if workflow.attempts < 1:
        path = (*base, "attempts")
        found = str(workflow.attempts)
        yield Problem(file="workflows", path=path, found=found, allowed="1 or more")
    trigger = workflow.trigger
    for key, (least, most) in BOUNDS.items():
        value = getattr(trigger, key, least)
        if not least <= value <= most:
            where = (*base, "trigger", key)
            allowed = f"{least} to {most}"
            yield Problem(file="workflows", path=where, found=str(value), allowed=allowed)
    ends: tuple[time, time] | None = None
    match trigger:
        case Daily(start=start, end=end):
            ends = (start, end)
        case BeforeFirstGame(business_start=start, business_end=end):
            ends = (start, end)
        case Discovery(start=start, end=time() as end):
            ends = (start, end)
        case Every(hours=hours) if hours > 24:
            where = (*base, "trigger", "hours")
            yield Problem(file="workflows", path=where, found=str(hours), allowed="1 to 24")
    if ends and ends[0] >= ends[1]:
        found = f"{ends[0]:%H:%M} to {ends[1]:%H:%M}"
        path = (*base, "trigger")
        yield Problem(
            file="workflows", path=path, found=found, allowed="an end later than the start"
        )


def _windows(workflow: Workflow, ticks: Sequence[datetime]) -> Iterator[Problem]:
    """Every slot of the sample days must hold a tick; two when there are later attempts."""
    wanted = 2 if workflow.attempts > 1 else 1
    none = True
    for day in SAMPLE_DAYS:
        games = [_sample_game(day, tip) for tip in SAMPLE_TIPS]
        for chosen in ([game] for game in games):
            for slot in slots_of(workflow, day, chosen):
                none = False
                hits = sum(slot.opens_at <= tick < slot.closes_at for tick in ticks)
                if hits < wanted:
                    yield Problem(
                        file="workflows",
                        path=("workflows", workflow.name, "trigger"),
                        found=(
                            f"{hits} controller ticks in the window {slot.opens_at.isoformat()}"
                            f" to {slot.closes_at.isoformat()}"
                        ),
                        allowed=f"windows that hold at least {wanted} (attempts: "
                        f"{workflow.attempts}; cron in schedules.yaml)",
                    )
                    return
    if none:
        yield Problem(
            file="workflows",
            path=("workflows", workflow.name, "trigger"),
            found="no window on any day",
            allowed="windows that open before they close",
        )


def _sample_game(day: date, tip: time) -> Game:
    return Game(
        game_id="0022500001",
        tip=wall(day, tip),
        away="BOS",
        home="NYK",
        type=GameType.REGULAR,
    )


def _circles(config: Config) -> Iterator[Problem]:
    """A workflow that needs itself, by whatever way."""
    for name, workflow in config.workflows.items():
        seen: list[str] = []
        stack = list(workflow.needs)
        while stack:
            need = stack.pop()
            if need == name:
                path = ("workflows", name, "needs")
                round_ = " -> ".join([name, *seen, name])
                yield Problem(
                    file="workflows", path=path, found=round_, allowed="needs without a circle"
                )
                break
            if need in config.workflows and need not in seen:
                seen.append(need)
                stack += config.workflows[need].needs
