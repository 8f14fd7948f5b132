"""What a run of the simulator has come to: kept as JSON while it goes on, with the commit."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.chaos.campaign import Total

#: The folders whose files decide what is played.
PLAYED = ("shared", "functions", "scrapers", "sim", "config")


def commit() -> str:
    """The commit that runs, with + when files of it were changed; unknown outside git."""
    try:
        changed = _git("status", "--porcelain", "--", *(f":/{name}" for name in PLAYED))
        return _git("rev-parse", "HEAD") + ("+" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*words: str) -> str:
    here = Path(__file__).parent
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=True, cwd=here)
    return done.stdout.strip()


@dataclass(kw_only=True, slots=True)
class Run:
    """Seeds from the first one on, in order, and what they came to so far."""

    first_seed: int
    processes: int
    config_version: str
    #: Read at the start: what is committed meanwhile is not what runs.
    commit: str = field(default_factory=commit)
    total: Total = field(default_factory=Total)
    began: float = field(default_factory=time.perf_counter)
    #: After how many seconds its progress was last told.
    told: float = 0.0

    @property
    def seconds(self) -> float:
        """How long it has gone on."""
        return time.perf_counter() - self.began

    @property
    def pace(self) -> float:
        """Simulated days a second."""
        return round(self.total.days / self.seconds, 2)

    @property
    def last_seed(self) -> int:
        """The last one that was played, one before the first when none was."""
        return self.first_seed + self.total.seeds - 1

    def keep(self, file: Path) -> None:
        """Write the result so far; a run that is stopped leaves its last one, never half of it."""
        total = self.total
        found: dict[str, Any] = {
            "commit": self.commit,
            "config_version": self.config_version,
            "first_seed": self.first_seed,
            "last_seed": self.last_seed,
            "days": total.days,
            "faults": sum(total.faults.values()),
            "faults_by_kind": dict(sorted(total.faults.items())),
            "effects": dict(sorted(total.effects.items())),
            "violations": total.violations,
            "failing_seeds": [played.seed for played in total.failed],
            "days_per_second": self.pace,
            "processes": self.processes,
        }
        beside = file.with_name(f".{file.name}.new")
        beside.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        beside.replace(file)
