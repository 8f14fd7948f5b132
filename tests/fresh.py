"""Random input that is new with every commit, and the same for whoever runs that commit again."""

from __future__ import annotations

import hashlib
import subprocess
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def new_seed() -> int:
    """A seed above a million that the commit decides; outside git, the date."""
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    text = done.stdout.strip() if done.returncode == 0 else f"{datetime.now(tz=UTC):%Y-%m-%d}"
    return 1_000_000 + int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)
