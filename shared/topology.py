"""Which function is called for the messages of which topic: one wiring for every world."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.workflows import Config
from shared.messages import (
    CLEANUP_TICK,
    CONTROLLER_TICK,
    EXECUTE_SWEEP,
    FILES_READY,
    RUN_ADVANCE,
    RUN_DECISIONS,
    SCHEDULE_LOCK,
    scrape_topic,
)

#: (topic, function), besides the sources' own topics.
ROUTES = (
    (SCHEDULE_LOCK, "schedule_locker"),
    (CONTROLLER_TICK, "controller"),
    (RUN_DECISIONS, "executor"),
    (RUN_ADVANCE, "executor"),
    (EXECUTE_SWEEP, "executor"),
    (CLEANUP_TICK, "cleanup"),
    # A second subscription: what stopped moving is picked up every 15 minutes too.
    (CLEANUP_TICK, "executor"),
    (FILES_READY, "loader"),
)


def routes(config: Config) -> Sequence[tuple[str, str]]:
    """(topic, function) of every subscription, the sources' included."""
    return [*ROUTES, *((scrape_topic(name), "scraper") for name in sorted(config.sources))]
