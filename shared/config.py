"""Configuration: config/*.yaml into the core's records, with errors that name file and line.

Values stay text until a model wants them otherwise: `06:00` is a time and not 360, `0042` keeps
its zeros. Unknown and repeated keys are errors. All problems are collected and told at once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from cronsim import CronSim, CronSimError
from pydantic import ValidationError

from shared.core.check import problems
from shared.core.check_workflows import SAMPLE_DAYS
from shared.core.days import day_starts
from shared.core.errors import BadInput
from shared.core.problem import Problem
from shared.core.workflows import (
    AfterEachGame,
    AtClock,
    BeforeEachGame,
    BeforeFirstGame,
    Config,
    Daily,
    Discovery,
    Every,
    Job,
    Scraper,
    Source,
    Workflow,
)
from shared.typed import adapter, allowed_of, key_of, short

FILES = ("workflows", "scrapers", "sources", "schedules")

TRIGGERS: Mapping[str, type] = {
    "daily": Daily,
    "every": Every,
    "before_first_game": BeforeFirstGame,
    "before_each_game": BeforeEachGame,
    "clock": AtClock,
    "after_each_game": AfterEachGame,
    "discovery": Discovery,
}

NAME = re.compile(r"[a-z][a-z0-9_-]*")
HH_MM = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

#: A key's path in its file.
Path_ = tuple[str | int, ...]


class BadConfig(BadInput):
    """Everything that is wrong with a configuration; the first problem is its message."""

    def __init__(self, errors: Sequence[BadInput]) -> None:
        first = errors[0]
        self.errors = tuple(errors)
        super().__init__(first.place, first.found, first.allowed)


@dataclass(kw_only=True, slots=True)
class _Text:
    """One YAML file as data, with the line of every key."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path_, int] = field(default_factory=dict)
    errors: list[BadInput] = field(default_factory=list)

    def place(self, path: Sequence[str | int]) -> str:
        """File, line and key of `path`, or of the nearest parent that has a line."""
        known = tuple(path)
        while known and known not in self.lines:
            known = known[:-1]
        line = self.lines.get(known, 1)
        return f"{self.name} line {line} {key_of(path)}".strip()

    def complain(self, path: Sequence[str | int], found: object, allowed: str) -> None:
        """Note a problem at `path`."""
        self.errors.append(BadInput(self.place(path), short(found), allowed))


def load_config(folder: Path) -> Config:
    """The configuration in `folder`; raises BadConfig with every problem found."""
    if missing := [name for name in FILES if not (folder / f"{name}.yaml").is_file()]:
        allowed = f"a configuration folder with {', '.join(f'{name}.yaml' for name in FILES)}"
        raise BadConfig([BadInput(f"{name}.yaml", "no such file", allowed) for name in missing])
    texts = {name: _read(folder / f"{name}.yaml") for name in FILES}
    config = _build(texts)
    errors = [error for text in texts.values() for error in text.errors]
    if not errors:
        errors = [_told(texts, problem) for problem in _all_problems(config)]
    if errors:
        raise BadConfig(errors)
    return config


def _build(texts: Mapping[str, _Text]) -> Config:
    head = texts["workflows"]
    preseason = head.data.get("preseason", "false")
    if preseason not in ("true", "false"):
        head.complain(("preseason",), preseason, "true or false")
    known = {
        "workflows": ("preseason", "workflows"),
        "scrapers": ("scrapers",),
        "sources": ("sources",),
        "schedules": ("jobs",),
    }
    for name, keys in known.items():
        for key in texts[name].data:
            if key not in keys:
                texts[name].complain((key,), key, ", ".join(keys))
    digest = hashlib.sha256(repr([texts[name].data for name in FILES]).encode())
    return Config(
        version=digest.hexdigest()[:12],
        workflows=_section(head, "workflows", Workflow),
        scrapers=_section(texts["scrapers"], "scrapers", Scraper),
        sources=_section(texts["sources"], "sources", Source),
        jobs=_section(texts["schedules"], "jobs", Job),
        preseason=preseason == "true",
    )


def _section(text: _Text, key: str, model: type) -> dict[str, Any]:
    """The named records of one section; what does not fit is noted in `text`."""
    entries = text.data.get(key)
    if not isinstance(entries, dict) or not entries:
        text.complain((key,), entries or "nothing", "a mapping of names")
        return {}
    built = {}
    for name, entry in entries.items():
        path = (key, name)
        if not NAME.fullmatch(name):
            # Names become parts of ids, object names and topics.
            text.complain(path, name, "small letters, digits, _ and -, a letter first")
            continue
        if not isinstance(entry, dict):
            text.complain(path, entry, "a mapping")
            continue
        values = dict(entry)
        if model is Workflow and not _trigger(text, path, values):
            continue
        try:
            built[name] = adapter(model).validate_python({**values, "name": name})
        except ValidationError as e:
            _note(text, path, e)
    return built


def _trigger(text: _Text, path: Path_, values: dict[str, Any]) -> bool:
    """Replace the trigger's mapping by its model, chosen by kind."""
    found = values.get("trigger")
    where = (*path, "trigger")
    kind = found.get("kind") if isinstance(found, dict) else found
    if not isinstance(found, dict) or not isinstance(kind, str) or kind not in TRIGGERS:
        at = (*where, "kind") if isinstance(found, dict) else where
        text.complain(at, "nothing" if kind is None else kind, ", ".join(TRIGGERS))
        return False
    try:
        values["trigger"] = adapter(TRIGGERS[kind]).validate_python(found)
    except ValidationError as e:
        _note(text, where, e)
        return False
    for key, value in found.items():
        # A time with a zone or seconds reads as one too, and cannot be compared with the others.
        wanted = isinstance(getattr(values["trigger"], key), time)
        if wanted and not HH_MM.fullmatch(str(value)):
            text.complain((*where, key), value, "a time as HH:MM")
            return False
    return True


def _note(text: _Text, path: Path_, error: ValidationError) -> None:
    for each in error.errors(include_url=False):
        found = "nothing" if each["type"] == "missing" else each["input"]
        text.complain((*path, *each["loc"]), found, allowed_of(dict(each)))


def _all_problems(config: Config) -> Iterator[Problem]:
    ticks: list[datetime] = []
    for name, job in config.jobs.items():
        try:
            found = list(_ticks(job))
        except CronSimError as e:
            where, what = ("jobs", name, "cron"), f"{job.cron}: {e}"
            yield Problem(
                file="schedules", path=where, found=what, allowed="five fields, as 0 5 * * *"
            )
        except (ValueError, KeyError, OSError):
            # OSError: a folder of zones, as America.
            where = ("jobs", name, "zone")
            yield Problem(
                file="schedules", path=where, found=job.zone, allowed="a zone, as America/New_York"
            )
        else:
            ticks += found if job.topic == "controller-tick" else []
    yield from problems(config, sorted(ticks))


def _ticks(job: Job) -> Iterator[datetime]:
    """The job's instants over the sample days, DST days among them."""
    for day in SAMPLE_DAYS:
        yield from ticks_of(job, day_starts(day), day_starts(day + timedelta(days=2)))


def ticks_of(job: Job, start: datetime, end: datetime) -> Iterator[datetime]:
    """The instants in [start, end) at which the job fires, in its own zone."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(job.zone)
    for at in CronSim(job.cron, (start - timedelta(seconds=1)).astimezone(zone)):
        instant = at.astimezone(UTC)
        if instant >= end:
            return
        if instant >= start:
            yield instant


def _told(texts: Mapping[str, _Text], problem: Problem) -> BadInput:
    place = texts[problem.file].place(problem.path)
    return BadInput(place, problem.found, problem.allowed)


def _read(path: Path) -> _Text:
    """The file's data and lines; a malformed file raises at once."""
    try:
        source = path.read_text(encoding="utf-8")
        node = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as e:
        mark = e.problem_mark
        line = mark.line + 1 if mark else 1
        raise BadInput(f"{path.name} line {line}", e.problem, "well-formed YAML") from e
    except (yaml.YAMLError, UnicodeDecodeError) as e:
        raise BadInput(f"{path.name} line 1", short(e), "UTF-8 YAML") from e
    text = _Text(name=path.name)
    try:
        data = _value(node, (), text) if node is not None else None
    except RecursionError as e:
        raise BadInput(f"{path.name} line 1", "an alias inside itself", "a tree") from e
    if not isinstance(data, dict):
        raise BadInput(f"{path.name} line 1", short(data), "a mapping")
    text.data = data
    return text


def _value(node: Any, path: Path_, text: _Text) -> Any:
    """A node as data: text, None, lists and dicts; lines are noted on the way."""
    text.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        empty = node.style is None and node.value in ("", "~", "null")
        return None if empty else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, i), text) for i, item in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            text.lines[(*path, "?")] = key.start_mark.line + 1
            text.complain((*path, "?"), "a key that is no text", "text as a key")
            continue
        here = (*path, str(key.value))
        text.lines[here] = key.start_mark.line + 1
        if key.value in found:
            text.complain(here, f"{key.value} twice", "each key once")
        found[str(key.value)] = _value(value, here, text)
    return found
