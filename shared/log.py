"""Logs: one JSON line each on stdout, as Cloud Logging reads them.

`log.info("decided", action="decide", decision_id=...)`: a message for people, a stable action
name and the ids for machines. Secrets never reach here: scrapers redact what they raise.
"""

from __future__ import annotations

import json
import sys
from contextvars import ContextVar
from typing import Any

SEVERITIES = ("DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL")

#: The trace of the delivery that is being handled, as projects/P/traces/ID or a bare id.
trace: ContextVar[str | None] = ContextVar("trace", default=None)


class Log:
    """Where log lines go; `threshold` drops those below it."""

    def __init__(self, threshold: str = "INFO") -> None:
        self.threshold = SEVERITIES.index(threshold)

    def write(self, severity: str, message: str, fields: dict[str, Any]) -> None:
        """One line, if it is severe enough."""
        if SEVERITIES.index(severity) < self.threshold:
            return
        entry = {"severity": severity, "message": message, **fields}
        if (traced := trace.get()) is not None:
            entry["logging.googleapis.com/trace"] = traced
        sys.stdout.write(json.dumps(entry, default=str) + "\n")
        sys.stdout.flush()

    def info(self, message: str, **fields: Any) -> None:
        """Normal work."""
        self.write("INFO", message, fields)

    def warning(self, message: str, **fields: Any) -> None:
        """Somebody should look this week."""
        self.write("WARNING", message, fields)

    def error(self, message: str, **fields: Any) -> None:
        """Something is broken."""
        self.write("ERROR", message, fields)

    def critical(self, message: str, **fields: Any) -> None:
        """Somebody should look now."""
        self.write("CRITICAL", message, fields)
