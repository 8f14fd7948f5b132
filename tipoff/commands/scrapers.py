"""`tipoff scrapers`: the registry as a table."""

from __future__ import annotations

from tipoff.commands.options import AsJson, ConfigDir, settings_of
from tipoff.commands.output import print_json, print_table


def scrapers(config: ConfigDir = None, *, json: AsJson = False) -> None:
    """List the scrapers of the registry.

    What each asks for, where its records go, and which workflows use it.

    \b
    Examples:
      tipoff scrapers
      tipoff scrapers --json
    \b
    Exit codes: 0 listed, 2 bad configuration.
    """
    from shared.config import load_config

    known = load_config(settings_of(None, config).config)
    users: dict[str, list[str]] = {}
    for workflow in known.workflows.values():
        for name in workflow.scrapers:
            users.setdefault(name, []).append(workflow.name)
    found = [
        {
            "name": entry.name,
            "available": entry.available,
            "source": entry.source,
            "target": entry.target.value,
            "dataset": entry.dataset,
            "table": entry.table,
            "workflows": sorted(users.get(entry.name, [])),
            "manual": entry.manual,
            "params": list(entry.params),
        }
        for _, entry in sorted(known.scrapers.items())
    ]
    if json:
        print_json(found)
        return
    rows = [
        (
            each["name"],
            "yes" if each["available"] else "not yet",
            each["source"],
            each["target"],
            each["dataset"],
            each["table"] or "-",
            ", ".join(users.get(str(each["name"]), [])) or f"by hand: {each['manual']}",
        )
        for each in found
    ]
    columns = ("scraper", "available", "source", "target", "dataset", "table", "used by")
    print_table(columns, rows)
