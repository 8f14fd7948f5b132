"""One process at a time delivers in a data folder: a lock file that the kernel lets go of."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shared.core.errors import BadInput

LOCK = "up.lock"


@contextmanager
def holding(folder: Path, told: dict[str, Any]) -> Iterator[None]:
    """Hold the folder, with `told` for others to read; BadInput when another process does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as e:
            other = holder(folder) or {}
            found = f"held by {other.get('command', 'tipoff')} (process {other.get('pid', '?')})"
            allowed = "one process a folder: stop that one, or give another --data DIR"
            raise BadInput(f"data folder {folder}", found, allowed) from e
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), **told}))
        file.flush()
        # Closing the file lets the lock go, also when the process is killed.
        yield


def holder(folder: Path) -> dict[str, Any] | None:
    """What the process that holds the folder tells of itself, or None when nobody does."""
    try:
        with (folder / LOCK).open("r", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return _told(file.read())
    except FileNotFoundError:
        pass
    return None


def _told(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
