"""What is wrong with a configuration that no single record can see.

The rules that keep a workflow from failing in silence: windows that no controller tick can hit,
chunks that cannot fit a push, needs that go round in circles, scrapers that nobody runs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time

from shared.core.check_policy import policy_problems
from shared.core.check_services import Problem, service_problems
from shared.core.days import wall
from shared.core.execution import PUSH_SECONDS, group_size_of
from shared.core.games import Game, GameType
from shared.core.slots import slots_of
from shared.core.targets import TargetKind
from shared.core.workflows import (
    BeforeFirstGame,
    Config,
    Daily,
    Discovery,
    Every,
    Scraper,
    Source,
    Workflow,
)

__all__ = ["BOUNDS", "SAMPLE_DAYS", "Problem", "problems"]

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

#: What a dataset and a raw table may be called: parts of object names and of SQL.
NAME = re.compile(r"[a-z][a-z0-9_]*")

#: Hours after a tip within which a game's data may be due.
DUE_HOURS = (0, 72)

#: Where a source's key can go.
KEY_IN = re.compile(r"(query|header):.+|bearer")

#: Seconds that one call with all its tries may take (rule 6).
CALL_SECONDS = 100


def problems(config: Config, ticks: Sequence[datetime]) -> Iterator[Problem]:
    """Every problem; `ticks` are the controller's instants over the sample days."""
    for workflow in config.workflows.values():
        yield from _steps(workflow, config)
        yield from _needs(workflow, config)
        wrong = list(_numbers(workflow))
        yield from wrong
        if workflow.enabled and not wrong:
            yield from _windows(workflow, ticks)
    yield from _circles(config)
    yield from _registry(config)
    yield from service_problems(config)
    yield from _sources(config)
    yield from _jobs(config)


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


def _registry(config: Config) -> Iterator[Problem]:
    used = {name for workflow in config.workflows.values() for name in workflow.scrapers}
    for name, scraper in config.scrapers.items():
        base = ("scrapers", name)
        if scraper.source not in config.sources:
            allowed = f"one of {', '.join(sorted(config.sources))}"
            yield Problem(
                file="scrapers", path=(*base, "source"), found=scraper.source, allowed=allowed
            )
        if name not in used and scraper.manual is None:
            yield Problem(
                file="scrapers",
                path=base,
                found=f"{name} in no workflow",
                allowed="a workflow that uses it, or manual: with the reason",
            )
        for key in ("dataset", "table"):
            value = getattr(scraper, key)
            if value is not None and not NAME.fullmatch(value):
                allowed = "small letters, digits and _, a letter first"
                yield Problem(file="scrapers", path=(*base, key), found=value, allowed=allowed)
        if scraper.expects == "games" and scraper.target not in (TargetKind.DATE, TargetKind.GAME):
            yield Problem(
                file="scrapers",
                path=(*base, "expects"),
                found=f"games for a {scraper.target} target",
                allowed="games for date and game targets",
            )
        yield from _due(scraper)
    yield from _same_folder(config)


def _due(scraper: Scraper) -> Iterator[Problem]:
    least, most = DUE_HOURS
    found, path = scraper.due_hours, ("scrapers", scraper.name, "due_hours")
    if found and scraper.expects != "games":
        allowed = "no due_hours without `expects: games`"
        yield Problem(file="scrapers", path=path, found=str(found), allowed=allowed)
    elif not least <= found <= most:
        allowed = f"{least} to {most}"
        yield Problem(file="scrapers", path=path, found=str(found), allowed=allowed)


def _same_folder(config: Config) -> Iterator[Problem]:
    """Two scrapers may not write under one name: source and dataset."""
    folders: dict[tuple[str, str], str] = {}
    for name, scraper in config.scrapers.items():
        other = folders.setdefault((scraper.source, scraper.dataset), name)
        if other != name:
            yield Problem(
                file="scrapers",
                path=("scrapers", name, "dataset"),
                found=f"{scraper.dataset}, as {other} of the same source",
                allowed="a dataset of its own",
            )


def _sources(config: Config) -> Iterator[Problem]:
    for name, source in config.sources.items():
        base = ("sources", name)
        if wrong := list(_limits(name, source)):
            yield from wrong
            continue
        for path, found, allowed in policy_problems(source):
            yield Problem(file="sources", path=(*base, *path), found=found, allowed=allowed)
        call = source.tries * (source.timeout + source.backoff)
        if call > CALL_SECONDS:
            yield Problem(
                file="sources",
                path=base,
                found=f"tries x (timeout + backoff) = {call:g} s",
                allowed=f"at most {CALL_SECONDS} s",
            )
        elif group_size_of(config, name) < 1:
            yield Problem(
                file="sources",
                path=base,
                found=f"rate {source.rate:g} and calls of {call:g} s",
                allowed=f"at least one target in the {PUSH_SECONDS} s of a push",
            )
        if source.key_in is not None and not KEY_IN.fullmatch(source.key_in):
            yield Problem(
                file="sources",
                path=(*base, "key_in"),
                found=source.key_in,
                allowed="query:NAME, header:NAME or bearer",
            )
        if source.scope is not None and source.key_in != "bearer":
            yield Problem(
                file="sources",
                path=(*base, "scope"),
                found=f"a scope with key_in {source.key_in}",
                allowed="a scope with `key_in: bearer` only",
            )
        if (source.key_in is None) != (source.secret is None):
            yield Problem(
                file="sources",
                path=base,
                found=f"key_in {source.key_in} and secret {source.secret}",
                allowed="both or neither",
            )


def _limits(name: str, source: Source) -> Iterator[Problem]:
    for key in ("concurrency", "rate", "timeout", "tries", "max_bytes", "backoff"):
        value = getattr(source, key)
        zero = key == "backoff" and value == 0
        if not (zero or 0 < value < math.inf):
            allowed = "0 or more" if key == "backoff" else "more than 0"
            path = ("sources", name, key)
            yield Problem(file="sources", path=path, found=str(value), allowed=allowed)


def _jobs(config: Config) -> Iterator[Problem]:
    topics = ("schedule-lock", "controller-tick", "execute-sweep", "cleanup-tick")
    for name, job in config.jobs.items():
        if job.topic not in topics:
            yield Problem(
                file="schedules",
                path=("jobs", name, "topic"),
                found=job.topic,
                allowed=", ".join(topics),
            )
    for topic in topics:
        if all(job.topic != topic for job in config.jobs.values()):
            yield Problem(
                file="schedules", path=("jobs",), found=f"no job for {topic}", allowed="one each"
            )
