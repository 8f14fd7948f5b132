"""Rules for topics, subscriptions and jobs: nothing is lost on its way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared.config import load_config
from shared.gcp.dead import KEPT
from shared.messages import DEAD_LETTER
from tests.terraform.grants import calls
from tests.terraform.plans import Plan, Resource, first

DAY = 86400


def routes(plan: Plan, folder: Path) -> Iterator[str]:
    """Subscriptions are those of shared/topology.py, and every topic has one."""
    config = load_config(folder / "config")
    have = {
        (each.key, str(each.values["topic"]).rpartition("/")[2])
        for each in plan.of("google_pubsub_subscription", "push")
    }
    want = {(f"{topic}-to-{function}", topic) for topic, function in calls(config)}
    yield from (f"no subscription {name} to {topic}" for name, topic in sorted(want - have))
    yield from (f"subscription {name} to {topic}: why?" for name, topic in sorted(have - want))
    topics = {str(each.values["name"]) for each in plan.of("google_pubsub_topic")}
    if unlike := topics ^ {topic for topic, _ in calls(config)} ^ {DEAD_LETTER}:
        yield f"topics are not those that functions listen to: {sorted(unlike)}"


def deliveries(plan: Plan, _: Path) -> Iterator[str]:
    """A delivery is signed, tried again, given up into the dead letters, and never forgotten."""
    deployed = plan.of("google_cloudfunctions2_function")
    limits = [first(each.values, "service_config", "timeout_seconds") for each in deployed]
    for each in plan.of("google_pubsub_subscription", "push"):
        values = each.values
        if (deadline := values.get("ack_deadline_seconds") or 10) < max(limits) + 30:
            yield f"{each.key}: deadline {deadline} s, functions may take {max(limits)} s"
        dead = str(first(values, "dead_letter_policy", "dead_letter_topic")).rpartition("/")[2]
        if dead != DEAD_LETTER:
            yield f"{each.key}: gives up into [{dead}]"
        tries = first(values, "dead_letter_policy", "max_delivery_attempts")
        if tries is None or tries < 10:
            yield f"{each.key}: gives up after {tries} attempts"
        if first(values, "retry_policy", "maximum_backoff") is None:
            yield f"{each.key}: no back-off"
        yield from _kept(each, 7)
        if first(values, "push_config", "oidc_token") in (None, []):
            yield f"{each.key}: deliveries are not signed"
    push = plan.block("google_pubsub_subscription", "push").get("expressions", {})
    for name, path in (
        ("push_endpoint", ("push_config", "push_endpoint")),
        ("audience", ("push_config", "oidc_token", "audience")),
    ):
        if "each.value.function" not in (first(push, *path) or {}).get("references", []):
            yield f"{name} is not the function's own address"


def _kept(each: Resource, days: int) -> Iterator[str]:
    retention = str(each.values.get("message_retention_duration") or "0s")
    if int(retention.removesuffix("s")) < days * DAY:
        yield f"{each.address}: keeps messages for {retention}, under {days} days"
    if first(each.values, "expiration_policy", "ttl") != "":
        yield f"{each.address}: is deleted after 31 idle days"


def dead_letters(plan: Plan, _: Path) -> Iterator[str]:
    """What was given up is kept as long as Pub/Sub keeps anything, and nobody takes it away."""
    kept = [
        each
        for each in plan.of("google_pubsub_subscription")
        if str(each.values["topic"]).endswith(f"/{DEAD_LETTER}") and not each.values["push_config"]
    ]
    if KEPT not in {str(each.values["name"]) for each in kept}:
        yield f"nothing keeps the dead letters as [{KEPT}], where `tipoff dead` looks"
    for each in kept:
        yield from _kept(each, 31)


def scheduled(plan: Plan, folder: Path) -> Iterator[str]:
    """The jobs are those of config/schedules.yaml, to the letter."""
    jobs = load_config(folder / "config").jobs
    have = {
        each.key: (
            str(first(each.values, "pubsub_target", "topic_name")).rpartition("/")[2],
            each.values["schedule"],
            each.values["time_zone"],
            first(each.values, "retry_config", "retry_count"),
        )
        for each in plan.of("google_cloud_scheduler_job")
    }
    want = {name: (job.topic, job.cron, job.zone, job.retries) for name, job in jobs.items()}
    for name in sorted(have.keys() | want.keys()):
        if have.get(name) != want.get(name):
            yield f"{name} is {have.get(name)}, config says {want.get(name)}"
    for each in plan.of("google_cloud_scheduler_job"):
        if each.values.get("paused"):
            yield f"{each.key} is paused"
