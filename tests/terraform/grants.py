"""Who is granted what by a plan, and what each needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.config import load_config
from shared.core.workflows import Config
from shared.messages import DEAD_LETTER
from shared.topology import routes
from tests.terraform.plans import NUMBER, PROJECT, Plan, Resource
from tests.terraform.uses import uses
from tipoff.packaging import functions

#: Identities that are no function's.
AGENT, INVOKER, BUILD = "Pub/Sub agent", "tipoff-invoker", "tipoff-build"

#: By type of resource: the attribute that names what the role is on, and what kind of thing it is.
ON = {
    "google_storage_bucket_iam_member": ("bucket", "bucket"),
    "google_bigquery_table_iam_member": ("table_id", "table"),
    "google_bigquery_dataset_iam_member": ("dataset_id", "dataset"),
    "google_project_iam_member": ("project", "project"),
    "google_pubsub_topic_iam_member": ("topic", "topic"),
    "google_pubsub_subscription_iam_member": ("subscription", "subscription"),
    "google_secret_manager_secret_iam_member": ("secret_id", "secret"),
    "google_cloud_run_v2_service_iam_member": ("name", "function"),
    "google_artifact_registry_repository_iam_member": ("repository", "repository"),
    "google_service_account_iam_member": ("service_account_id", "account"),
}


@dataclass(frozen=True, order=True, slots=True)
class Grant:
    """An identity, a role, and what the role is on: `topic run-decisions`."""

    identity: str
    role: str
    on: str
    #: Where the role is bound by a condition: its title.
    condition: str = ""


def granted(plan: Plan) -> list[Grant]:
    """Every grant of the plan, sorted."""
    return sorted(_grant(each) for each in plan.resources if "_iam_" in each.kind)


def _grant(each: Resource) -> Grant:
    attribute, kind = ON.get(each.kind, ("", each.kind))
    found = str(each.values.get(attribute) or each.key)
    on = found.rpartition("/")[2].removeprefix(f"{PROJECT}-tipoff-")
    conditions = each.values.get("condition") or []
    return Grant(
        identity=identity(str(each.values.get("member") or each.values.get("members"))),
        role=str(each.values.get("role")),
        on=kind if kind == "project" else f"{kind} {on}",
        condition="; ".join(str(one["title"]) for one in conditions),
    )


def identity(member: str) -> str:
    """A member by the name that people know it by."""
    if member == f"serviceAccount:service-{NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com":
        return AGENT
    suffix = f"@{PROJECT}.iam.gserviceaccount.com"
    if member.startswith("serviceAccount:") and member.endswith(suffix):
        return member.removeprefix("serviceAccount:").removesuffix(suffix)
    return member


def needed(folder: Path) -> set[Grant]:
    """What every identity needs, from the functions' code and the configuration in `folder`."""
    config = load_config(folder / "config")
    return {*_of_functions(config), *_of_calls(config), *_of_build()}


def account(function: str, source: str = "") -> str:
    """The account of a function, or of a source's scraper."""
    return f"scrape-{hyphened(source)}" if source else f"tipoff-{hyphened(function)}"


def hyphened(name: str) -> str:
    """A name as the cloud's services have it."""
    return name.replace("_", "-")


def _of_functions(config: Config) -> Iterator[Grant]:
    for function in functions():
        for source in sorted(config.sources) if function == "scraper" else [""]:
            for use in uses(function):
                for role, on in roles_of(use, config, source):
                    yield Grant(account(function, source), role, on)


def roles_of(use: str, config: Config, source: str) -> list[tuple[str, str]]:
    """(role, what it is on) for a use, the narrowest that there is."""
    job = ("roles/bigquery.jobUser", "project")
    verb, _, what = use.partition(" ")
    raw = sorted({entry.table for entry in config.scrapers.values() if entry.table})
    match verb, what:
        case "secret", _:
            secret = config.sources[source].secret
            return [("roles/secretmanager.secretAccessor", f"secret {secret}")] if secret else []
        case (("state" | "raw"), "create"):
            return [("roles/storage.objectCreator", f"bucket {verb}")]
        case (("state" | "raw"), "read"):
            return [("roles/storage.objectViewer", f"bucket {verb}")]
        case "append", _:
            return [("roles/bigquery.dataEditor", f"table {what}")]
        case "query", "*":
            return [job, ("roles/bigquery.dataViewer", "dataset nba_orchestration")]
        case "query", _:
            return [job, ("roles/bigquery.dataViewer", f"table {what}")]
        case "load", _:
            return [job, *(("roles/bigquery.dataEditor", f"table {name}") for name in raw)]
        case "publish", "scrape-*":
            topics = [f"scrape-{hyphened(name)}" for name in config.sources]
            return [("roles/pubsub.publisher", f"topic {topic}") for topic in topics]
        case "publish", _:
            return [("roles/pubsub.publisher", f"topic {what}")]
        case _:
            raise ValueError(f"no role is known for [{use}]")


def calls(config: Config) -> list[tuple[str, str]]:
    """(topic, deployed function) of every subscription: shared/topology.py, a scraper a source."""
    return [
        (topic, topic.replace("scrape-", "scraper-", 1) if name == "scraper" else hyphened(name))
        for topic, name in routes(config)
    ]


def _of_calls(config: Config) -> Iterator[Grant]:
    yield Grant(AGENT, "roles/pubsub.publisher", f"topic {DEAD_LETTER}")
    for topic, function in calls(config):
        yield Grant(INVOKER, "roles/run.invoker", f"function {function}")
        yield Grant(AGENT, "roles/pubsub.subscriber", f"subscription {topic}-to-{function}")


def _of_build() -> Iterator[Grant]:
    yield Grant(BUILD, "roles/logging.logWriter", "project")
    yield Grant(BUILD, "roles/artifactregistry.writer", "repository tipoff")
    yield Grant(BUILD, "roles/storage.objectViewer", "bucket source")
    copies = "the copies of the functions' zips"
    yield Grant(BUILD, "roles/storage.objectViewer", "project", copies)
