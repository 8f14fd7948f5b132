"""What is wrong with the registry's scrapers: names, sources, targets, and who runs them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.core.problem import Problem
from shared.core.targets import TargetKind
from shared.core.workflows import Config, Scraper

#: What a dataset and a raw table may be called: parts of object names and of SQL.
NAME = re.compile(r"[a-z][a-z0-9_]*")

#: Hours after a tip within which a game's data may be due.
DUE_HOURS = (0, 72)


def scraper_problems(config: Config) -> Iterator[Problem]:
    """Every fault of the scrapers, but for how a service is asked."""
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
