"""ScraperService: a team's own scraper service, in both shapes, for tests and trials."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.core.days import stamp
from shared.core.ports import Files
from sim.sources.exchange import NOT_FOUND, Reply, Request, dump, json_reply

#: What a scraper of the service finds: its name and parameters to rows.
Rows = Callable[[str, Mapping[str, Any]], Sequence[Mapping[str, Any]]]


class ScraperService:
    """Answers `POST /scrape` and `POST /scraper/{name}`; writes its file before it answers.

    It remembers the Idempotency-Key of each answer: what is asked twice is scraped once.
    """

    def __init__(self, files: Files, folder: str, rows: Rows, *, token: str | None = None) -> None:
        """Files go to `folder`; with `token` only `Authorization: Bearer` with it is served."""
        self._files = files
        self._folder = folder
        self._rows = rows
        self._token = token
        self._lock = threading.Lock()
        self._answers: dict[str, Reply] = {}
        #: What was really scraped: name and parameters.
        self.scraped: list[tuple[str, Mapping[str, Any]]] = []

    def answer(self, request: Request) -> Reply:
        """One request; its body is JSON."""
        if self._token and request.headers.get("authorization") != f"Bearer {self._token}":
            return json_reply({"status": "error", "message": "who are you?"}, 401)
        try:
            params = json.loads(request.body or b"{}")
            name = self._name(request, params)
        except (ValueError, KeyError, TypeError, AttributeError):
            return json_reply({"status": "error", "message": "no scraper named"}, 400)
        if name is None:
            return NOT_FOUND
        key = request.headers.get("idempotency-key") or f"{request.now} {request.body!r}"
        with self._lock:
            if key not in self._answers:
                self._answers[key] = self._scrape(request, name, params)
            return self._answers[key]

    def _name(self, request: Request, params: dict[str, Any]) -> str | None:
        if request.method != "POST":
            return None
        if request.path == "/scrape":
            return str(params.pop("scraper"))
        before, _, name = request.path.rpartition("/")
        return name if before == "/scraper" and name else None

    def _scrape(self, request: Request, name: str, params: Mapping[str, Any]) -> Reply:
        self.scraped.append((name, params))
        rows = self._rows(name, params)
        if not rows:
            return json_reply({"status": "no_data", "record_count": 0})
        digest = hashlib.sha256(dump(params)).hexdigest()[:8]
        path = f"{self._folder}{name}/{stamp(request.now)}-{digest}.json"
        self._files.create_once(path, dump({"records": list(rows)}))
        return json_reply({"status": "success", "record_count": len(rows), "file_path": path})
