"""When messages arrive in a simulated day: latencies and losses, each a hash of what it is.

Every topic has a fraction of a second of its own, and messages arrive on whole seconds plus
that: deliveries of one topic and second run at once, those of different topics never do. So
nothing that happens depends on which thread was quicker, and a seed gives the same day again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

#: The scheduler's own topics go first in their second, the lock before the rest.
FIRST = (
    "schedule-lock",
    "controller-tick",
    "run-decisions",
    "run-advance",
    "files-ready",
    "execute-sweep",
    "cleanup-tick",
)

#: Seconds: the longest way of a message.
SLOWEST = 3


def share(*parts: object) -> float:
    """A number in [0, 1) that depends on `parts` alone."""
    text = "|".join(map(str, parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48


class SimulatedDelivery:
    """A DeliveryPolicy: one to three seconds a message, and the file events that are lost."""

    def __init__(self, seed: int, topics: Sequence[str], *, troubles: bool) -> None:
        """`topics` are all there are; `troubles=False` loses nothing."""
        self._seed = seed
        self._troubles = troubles
        ordered = [*FIRST, *sorted(set(topics) - set(FIRST))]
        self._fraction = {topic: 1000 * i for i, topic in enumerate(ordered, start=1)}

    def deliver_at(
        self,
        topic: str,
        body: str,
        attributes: Mapping[str, str],
        published_at: datetime,
        attempt: int,
    ) -> datetime | None:
        """The whole second after the way, plus the topic's fraction; None for a lost one."""
        del attributes
        if self._troubles and attempt == 1 and topic == "files-ready" and self.loses(body):
            return None
        way = 1 + int(share(self._seed, topic, _meaning(body), attempt) * SLOWEST)
        second = published_at.astimezone(UTC).replace(microsecond=0)
        return second + timedelta(seconds=way, microseconds=self._fraction[topic])

    def loses(self, body: str) -> bool:
        """Whether the first announcement of this file is lost: about one in a hundred, and in
        any case one team's roster and one game's team box of a day."""
        event = json.loads(body)
        if event.get("republished"):
            return False
        if share(self._seed, "lost", event["run_id"]) < 0.01:
            return True
        return self._picked(event)

    def _picked(self, event: Mapping[str, str]) -> bool:
        """The day's own victims: a twelfth of the rosters or team boxes at most."""
        if event["dataset"] not in ("rosters", "team_boxscore"):
            return False
        target = event["run_id"].rsplit(".", 1)[-1]
        return share(self._seed, event["target_date"], event["dataset"], target) < 1 / 12


def _meaning(body: str) -> str:
    """What a message says apart from generations: those count writes in order of arrival."""
    said = json.loads(body)
    return json.dumps({k: v for k, v in said.items() if k not in ("generation", "load_id")})
