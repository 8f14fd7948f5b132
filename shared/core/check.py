"""What is wrong with a configuration that no single record can see.

The rules that keep a workflow from failing in silence: windows that no controller tick can hit,
chunks that cannot fit a push, needs that go round in circles, scrapers that nobody runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from shared.core.check_scrapers import scraper_problems
from shared.core.check_services import service_problems
from shared.core.check_sources import source_problems
from shared.core.check_workflows import workflow_problems
from shared.core.problem import Problem
from shared.core.workflows import Config


def problems(config: Config, ticks: Sequence[datetime]) -> Iterator[Problem]:
    """Every problem; `ticks` are the controller's instants over the sample days."""
    yield from workflow_problems(config, ticks)
    yield from scraper_problems(config)
    yield from service_problems(config)
    yield from source_problems(config)
    yield from _jobs(config)


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
