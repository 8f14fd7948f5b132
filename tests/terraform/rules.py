"""What a plan must keep to that no provider checks. Each rule yields sentences; none is right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from shared.core.alerts.kinds import CODES
from tests.terraform.grants import granted, needed
from tests.terraform.plans import Plan, first
from tests.terraform.rules_data import buckets, secrets, tables, views
from tests.terraform.rules_deliveries import dead_letters, deliveries, routes, scheduled
from tests.terraform.rules_functions import deployed

Rule = Callable[[Plan, Path], Iterator[str]]

#: Characters that a filter of Cloud Monitoring may have.
LONGEST_FILTER = 2048


def problems(plan: Plan, folder: Path) -> list[str]:
    """What is wrong with a plan of `folder` (terraform/, config/): `rule: sentence`."""
    return [f"{rule.__name__}: {found}" for rule in RULES for found in rule(plan, folder)]


def roles(plan: Plan, folder: Path) -> Iterator[str]:
    """Every identity has the roles that its code and its place need, and no other."""
    have, want = set(granted(plan)), needed(folder)
    for grant in sorted(have - want):
        yield f"{grant.identity} has {grant.role} on {grant.on}, which it does not use"
    for grant in sorted(want - have):
        yield f"{grant.identity} needs {grant.role} on {grant.on}, and has not got it"


def nothing_broad(plan: Plan, _: Path) -> Iterator[str]:
    """No basic or admin role, nothing public, nothing that takes others' grants away."""
    for grant in granted(plan):
        if re.search(r"roles/(owner|editor|viewer)$|[aA]dmin$", grant.role):
            yield f"{grant.identity} has {grant.role} on {grant.on}"
        if "allUsers" in grant.identity or "allAuthenticatedUsers" in grant.identity:
            yield f"{grant.role} on {grant.on} is public"
    for each in plan.resources:
        if each.kind.endswith(("_iam_policy", "_iam_binding")):
            yield f"{each.address} takes away what others granted"


def alarms(plan: Plan, _: Path) -> Iterator[str]:
    """Alerts that the code tells are matched by severity; silence and queues are watched."""
    policies = plan.of("google_monitoring_alert_policy")
    filters = {
        str(value.get("filter"))
        for each in policies
        for condition in each.values["conditions"]
        for kind, blocks in condition.items()
        if kind.startswith("condition_")
        for value in blocks or []
    }
    for severity in sorted({str(severity) for severity in CODES.values()}):
        wanted = f'jsonPayload.action = "alert" AND severity = "{severity}"'
        if not any(wanted in one for one in filters):
            yield f"nothing matches alerts of {severity}"
    for wanted in ("oldest_unacked_message_age", "num_undelivered_messages"):
        if not any(wanted in one for one in filters):
            yield f"nothing watches {wanted}"
    yield from (
        f"a filter of {len(one)} characters" for one in filters if len(one) > LONGEST_FILTER
    )
    silent = {each.key: each for each in policies if each.name == "silent"}
    for name, most in (("controller", 7200), ("cleanup", 1800)):
        duration = (
            first(silent[name].values, "conditions", "condition_absent", "duration")
            if name in silent
            else None
        )
        if duration is None or int(duration.removesuffix("s")) > most:
            yield f"silence of {name} is told after {duration}"
    yield from (
        f"{each.address} is off" for each in policies if each.values.get("enabled") is False
    )


#: The API that each type of resource needs, by the start of its name.
APIS = {
    "google_artifact_registry": "artifactregistry", "google_bigquery": "bigquery",
    "google_cloud_run": "run", "google_cloud_scheduler": "cloudscheduler",
    "google_cloudfunctions2": "cloudfunctions", "google_logging": "logging",
    "google_monitoring": "monitoring", "google_pubsub": "pubsub",
    "google_secret_manager": "secretmanager", "google_service_account": "iam",
    "google_storage": "storage",
}  # fmt: skip


def apis(plan: Plan, _: Path) -> Iterator[str]:
    """The API of everything that is made is switched on, and stays on for others."""
    on = {
        str(each.values["service"]).partition(".")[0] for each in plan.of("google_project_service")
    }
    for start, api in APIS.items():
        if api not in on and any(each.kind.startswith(start) for each in plan.resources):
            yield f"{api} is not switched on"
    if "cloudbuild" not in on:
        yield "cloudbuild is not switched on: it builds the functions"
    yield from (
        f"{each.key} would be switched off for others too"
        for each in plan.of("google_project_service")
        if each.values.get("disable_on_destroy")
    )


RULES: tuple[Rule, ...] = (
    roles, nothing_broad, routes, deliveries, dead_letters, deployed, scheduled, tables, views,
    buckets, secrets, alarms, apis,
)  # fmt: skip
