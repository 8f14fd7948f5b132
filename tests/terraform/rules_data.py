"""Rules for tables, views, buckets and secrets: what is kept, how long, and from whom."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from shared.config import load_config
from tests.terraform.plans import Plan, first

DAY = 86400
#: Days after which the state's objects go, by prefix; plans and books never do.
STATE_AGES = dict.fromkeys(
    (
        "alerts/",
        "claims/",
        "cleanups/",
        "credits/",
        "executions/",
        "republished/",
        "resent/",
        "ticks/",
    ),
    90,
) | {"schedules/": 400}


def tables(plan: Plan, folder: Path) -> Iterator[str]:
    """Tables are what config/tables says: columns, partitions, clusters, expiry; and protected."""
    said = {
        path.stem: json.loads(path.read_text("utf-8"))
        for path in (folder / "config/tables").glob("*.json")
    }
    raw = said.pop("raw")
    scrapers = load_config(folder / "config").scrapers.values()
    want = said | {entry.table: raw for entry in scrapers if entry.table}
    have = {each.key: each.values for each in plan.of("google_bigquery_table", "table")}
    if unlike := want.keys() ^ have.keys():
        yield f"tables there or here only: {sorted(unlike)}"
    for name in sorted(want.keys() & have.keys()):
        table, values = want[name], have[name]
        days = table["expiration_days"]
        facts = {
            "dataset": (table["dataset"], values["dataset_id"]),
            "columns": (table["fields"], json.loads(values["schema"])),
            "partition": (table["partition"]["field"], first(values, "time_partitioning", "field")),
            "unit": (table["partition"]["type"], first(values, "time_partitioning", "type")),
            "expiry": (
                days and days * DAY * 1000,
                first(values, "time_partitioning", "expiration_ms"),
            ),
            "clusters": (table["clustering"], values["clustering"] or []),
            "deletion_protection": (True, values["deletion_protection"]),
        }
        for what, (wanted, found) in facts.items():
            if wanted != found:
                yield f"{name}: {what} differs from config/tables"


def views(plan: Plan, folder: Path) -> Iterator[str]:
    """Every view is there, names its project, and is made after what it reads."""
    order = ["table", "view", "view_of_views", "view_of_those"]
    made: dict[str, int] = {}
    for each in plan.of("google_bigquery_table"):
        made[each.key] = max(made.get(each.key, 0), order.index(each.name))
    want = {path.stem for path in (folder / "config/views").glob("*.sql")} - {"raw_latest"}
    yield from (f"no view {name}" for name in sorted(want - made.keys()))
    for each in plan.of("google_bigquery_table"):
        if each.name == "table":
            continue
        sql = str(first(each.values, "view", "query"))
        if first(each.values, "view", "use_legacy_sql") is not False:
            yield f"{each.key}: legacy SQL"
        for project, name in re.findall(r"`(?:([\w-]+)\.)?nba_\w+\.(\w+)`", sql):
            if not project:
                yield f"{each.key}: names [{name}] without its project"
            if made.get(name, len(order)) >= order.index(each.name):
                yield f"{each.key} is made before [{name}], which it reads"
    for later, earlier in zip(order[2:], order[1:], strict=False):
        waits = plan.block("google_bigquery_table", later).get("depends_on", [])
        if f"google_bigquery_table.{earlier}" not in waits:
            yield f"{later} does not wait for {earlier}"


def buckets(plan: Plan, _: Path) -> Iterator[str]:
    """No bucket is public, none is emptied by a destroy, and only the state's objects expire."""
    for each in plan.of("google_storage_bucket"):
        values = each.values
        if values.get("uniform_bucket_level_access") is not True:
            yield f"{each.name}: access by object"
        if values.get("public_access_prevention") != "enforced":
            yield f"{each.name}: may be made public"
        if values.get("force_destroy") and each.name != "source":
            yield f"{each.name}: a destroy empties it"
        ages = {
            prefix: first(rule, "condition", "age")
            for rule in values.get("lifecycle_rule") or []
            if first(rule, "action", "type") == "Delete"
            for prefix in first(rule, "condition", "matches_prefix") or ["everything"]
        }
        if ages != (STATE_AGES if each.name == "state" else {}):
            yield f"{each.name}: objects are deleted after days {ages}"


def secrets(plan: Plan, folder: Path) -> Iterator[str]:
    """A secret for each that a source names, without a version in Terraform's state."""
    sources = load_config(folder / "config").sources.values()
    want = {source.secret for source in sources if source.secret}
    have = {str(each.values["secret_id"]) for each in plan.of("google_secret_manager_secret")}
    if want != have:
        yield f"secrets there or here only: {sorted(want ^ have)}"
    yield from (
        f"{each.address} would lie in the state"
        for each in plan.of("google_secret_manager_secret_version")
    )
