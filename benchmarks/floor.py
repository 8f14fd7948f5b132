"""What the fan-out is compared with: the same GETs and file writes, and nothing else.

A pool of threads, one `requests` session each, `open(...).write(...)` of the answer: no retry, no
row, no fsync, no message, no record of anything.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests


class Floor:
    """`threads` at once; the threads and their connections stay warm between calls."""

    def __init__(self, url: str, folder: Path, *, threads: int) -> None:
        self._url = url
        self._folder = folder
        self._pool = ThreadPoolExecutor(threads)
        self._local = threading.local()

    def run(self, name: str, paths: Sequence[str]) -> None:
        """GET every path and write its answer into `folder/name`."""
        folder = self._folder / name
        for path in paths:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
        list(self._pool.map(lambda path: self._one(path, folder), paths))

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()

    def _one(self, path: str, folder: Path) -> None:
        session = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
        answer = session.get(f"{self._url}/{path}", timeout=30)
        answer.raise_for_status()
        with (folder / path).open("wb") as file:
            file.write(answer.content)
