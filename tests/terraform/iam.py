"""The table of who may do what, from a plan: `python -m tests.terraform.iam` writes docs/iam.md.

Sources' scrapers have equal roles and are told together, each with its own secret. It also
prints how many resources of each type the plan makes.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from shared.config import load_config
from tests.terraform.grants import AGENT, BUILD, INVOKER, Grant, granted
from tests.terraform.plans import Plan, check, missing, stage
from tipoff.packaging import ROOT

PAGE = ROOT / "docs" / "iam.md"

HEAD = """# Who may do what

Written from Terraform's plan by `python -m tests.terraform.iam`; a test keeps it current. Another
test reads from the functions' code what each asks of the cloud, and fails when a role is missing
or not used. Operators (`operators` in terraform/variables.tf) come on top: they may call the
functions, publish to the topics, read both datasets and both buckets, replay dead letters and
bring in a calendar.

| identity | role | on |
|---|---|---|
"""

#: Who an identity is, for people.
PEOPLE = {INVOKER: "what Pub/Sub calls the functions as", BUILD: "what builds the functions"}


def page(plan: Plan, sources: Iterable[str], raw: Iterable[str]) -> str:
    """docs/iam.md of a plan."""
    raw_tables = {f"table {name}" for name in raw}
    topics = {f"topic scrape-{name.replace('_', '-')}" for name in sources}
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for grant in granted(plan):
        found[_who(grant), grant.role] |= {_what(grant, raw_tables, topics)}
    lines = [
        f"| {who} | `{role.removeprefix('roles/')}` | {', '.join(sorted(what))} |"
        for (who, role), what in sorted(found.items(), key=_order)
    ]
    return HEAD + "\n".join(lines) + "\n"


def _who(grant: Grant) -> str:
    if grant.identity.startswith("scrape-"):
        return "scrape-SOURCE, one each"
    told = PEOPLE.get(grant.identity)
    return f"{grant.identity}: {told}" if told else grant.identity


def _what(grant: Grant, raw_tables: set[str], topics: set[str]) -> str:
    kind, _, name = grant.on.partition(" ")
    if grant.on in raw_tables:
        return "every raw table"
    if grant.on in topics:
        return "the topic of every source"
    if kind == "secret":
        return f"{name} ({grant.identity})"
    if kind == "function":
        return "every function that is woken"
    if kind == "subscription":
        return "every subscription that pushes"
    return f"{grant.on}: {grant.condition}" if grant.condition else grant.on


def _order(item: tuple[tuple[str, str], set[str]]) -> tuple[bool, str, str]:
    who, role = item[0]
    return (who.startswith((AGENT, INVOKER, BUILD)), who, role)


def counts(plan: Plan) -> Sequence[tuple[str, int]]:
    """How many resources of each type the plan makes, most first."""
    return Counter(each.kind for each in plan.resources).most_common()


def written(plan: Plan, folder: Path) -> str:
    """docs/iam.md as it should be for the configuration in `folder`."""
    config = load_config(folder / "config")
    raw = (entry.table for entry in config.scrapers.values() if entry.table)
    return page(plan, config.sources, raw)


def main() -> int:
    if (why := missing()) is not None:
        sys.stderr.write(f"needs terraform: {why}\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        staged = stage(Path(folder) / "staged")
        checked = check(staged)
        if checked.plan is None:
            sys.stderr.write(checked.output)
            return 1
        text = written(checked.plan, staged)
        made = counts(checked.plan)
    PAGE.write_text(text, "utf-8")
    sys.stdout.write(text + "\n")
    for kind, number in made:
        sys.stdout.write(f"{number:5} {kind}\n")
    sys.stdout.write(f"{sum(number for _, number in made):5} in all\n")
    return checked.code


if __name__ == "__main__":
    sys.exit(main())
