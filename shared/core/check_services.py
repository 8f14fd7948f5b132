"""What is wrong with the registry's scraper services (`kind: service`) and own fetchers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields

from shared.core.problem import Problem
from shared.core.workflows import Config, Scraper, Service

#: The scraper whose records become the calendar: they must be fetched here.
SCHEDULE = "nbac_schedule_api"

#: What stands in a service's path for the scraper's name; without it the name is in the body.
NAME_IN_PATH = "{scraper}"

#: Canonical parameters, and the forms in which a service may want them.
PLAIN = ("date", "season", "game", "team", "event", "away", "home", "tip")
FORM = re.compile(rf"({'|'.join(PLAIN)})|date:[%YmdyjbB/._-]+|season:(start|end)")
FORMS = f"{', '.join(PLAIN)}, date:%Y%m%d, season:start or season:end"

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+|/\{scraper\})+")
_KEYS = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")
_FOLDER = re.compile(r"(gs://[a-z0-9][a-z0-9._-]+/)?([A-Za-z0-9_][A-Za-z0-9._=-]*/)+")
_FETCHER = re.compile(r"([A-Za-z0-9_]+/)*[A-Za-z0-9_]+\.py:[A-Za-z_][A-Za-z0-9_]*")
#: What the body shape itself calls the scraper.
_TAKEN = "scraper"


def service_problems(config: Config) -> Iterator[Problem]:
    """Every fault of services and own fetchers, and of steps that want targets of a service."""
    for name, scraper in config.scrapers.items():
        if scraper.kind == "service" and scraper.service is not None:
            yield from _scraper(config, scraper, scraper.service)
        elif scraper.kind == "service":
            yield _fault(name, "service", found="nothing", allowed="how the service is asked")
        elif scraper.service is not None:
            yield _fault(name, "service", found="a service", allowed="it with kind: service")
        if scraper.fetcher is not None and scraper.kind == "service":
            yield _fault(name, "fetcher", found=scraper.fetcher, allowed="it with kind: fetch")
        elif scraper.fetcher is not None and not _FETCHER.fullmatch(scraper.fetcher):
            allowed = "fetchers/name.py:function, below the configuration's folder"
            yield _fault(name, "fetcher", found=scraper.fetcher, allowed=allowed)
    yield from _steps(config)


def _scraper(config: Config, scraper: Scraper, service: Service) -> Iterator[Problem]:
    name = scraper.name
    if name == SCHEDULE:
        allowed = "fetch: its records become the calendar"
        yield _fault(name, "kind", found="service", allowed=allowed)
    if not _PATH.fullmatch(scraper.path) or scraper.path.count(NAME_IN_PATH) > 1:
        allowed = f"a path as /scrape (the name in the body) or /scraper/{NAME_IN_PATH}"
        yield _fault(name, "path", found=scraper.path, allowed=allowed)
    if not _NAME.fullmatch(service.scraper):
        allowed = "letters, digits, _ and -"
        yield _fault(name, "service", "scraper", found=service.scraper, allowed=allowed)
    yield from _params(scraper, service)
    yield from _files(config, scraper, service)
    for each in fields(service.answer):
        key = getattr(service.answer, each.name)
        if not _KEYS.fullmatch(key):
            allowed = "keys with dots between, as data_summary.rowCount"
            yield _fault(name, "service", "answer", each.name, found=key, allowed=allowed)


def _params(scraper: Scraper, service: Service) -> Iterator[Problem]:
    in_body = NAME_IN_PATH not in scraper.path
    for theirs, ours in service.params.items():
        place = (scraper.name, "service", "params", theirs)
        if not _NAME.fullmatch(theirs):
            yield _fault(*place, found=theirs, allowed="letters, digits, _ and -")
        elif in_body and theirs == _TAKEN:
            yield _fault(*place, found=theirs, allowed="another name: this one holds the scraper's")
        if not FORM.fullmatch(ours):
            yield _fault(*place, found=ours, allowed=FORMS)
        elif ours.partition(":")[0] not in scraper.params:
            allowed = f"one of the entry's params: {', '.join(scraper.params)}"
            yield _fault(*place, found=ours, allowed=allowed)


def _files(config: Config, scraper: Scraper, service: Service) -> Iterator[Problem]:
    base = (scraper.name, "service", "files")
    if not service.files:
        yield _fault(*base, found="none", allowed="at least one folder")
    for i, folder in enumerate(service.files):
        owner = folder.partition("/")[0]
        if not _FOLDER.fullmatch(folder):
            allowed = "folder/ in the raw bucket, or gs://bucket/folder/"
            yield _fault(*base, i, found=folder, allowed=allowed)
        elif owner in config.sources and owner != scraper.source:
            allowed = "a folder that no other source writes to"
            yield _fault(*base, i, found=folder, allowed=allowed)
        elif owner == "gs:" and scraper.table is not None:
            allowed = "no table: files of another bucket are recorded and not loaded"
            yield _fault(scraper.name, "table", found=scraper.table, allowed=allowed)


def _steps(config: Config) -> Iterator[Problem]:
    """A service tells of no targets: a step that waits for them would ask for nothing."""
    services = {name for name, each in config.scrapers.items() if each.kind == "service"}
    for workflow in config.workflows.values():
        for i, step in enumerate(workflow.steps):
            if step.targets_from in services:
                yield Problem(
                    file="workflows",
                    path=("workflows", workflow.name, "steps", i, "targets_from"),
                    found=f"{step.targets_from}, a scraper service",
                    allowed="a scraper that is fetched here",
                )


def _fault(*path: str | int, found: str, allowed: str) -> Problem:
    return Problem(file="scrapers", path=("scrapers", *path), found=found, allowed=allowed)
