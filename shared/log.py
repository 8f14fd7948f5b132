"""Logs: one JSON line each on stdout, as Cloud Logging reads them.

`log.info("decided", action="decide", decision_id=...)`: a message for people, a stable action
name and the ids for machines. Secrets are cut where errors are made (scrapers/redact.py); a line
is looked through once more before it is written.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from contextvars import ContextVar
from typing import Any

SEVERITIES = ("DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL")

#: The trace of the delivery that is being handled, as projects/P/traces/ID or a bare id.
trace: ContextVar[str | None] = ContextVar("trace", default=None)

_TRACE_ID = re.compile(r"[0-9a-f]{32}")

#: Small letters, one of which stands in whatever _SECRET finds: that costs more to look for.
_HINTS = ("key", "token", "secret", "password", "authorization")
#: What a key stands behind, in an address or in a header, and the key.
_SECRET = re.compile(
    r"(?i)((?:api[_-]?key|access[_-]?token|token|secret|password)=|"
    r"(?:authorization|x-api-key)[\\'\"]*\s*[:=,]\s*(?:b?[\\'\"]+)?(?:(?:bearer|basic|token)\s+)?)"
    r"[^\s&\\'\"<>#,;)}\]]+"
)


def trace_id() -> str | None:
    """The bare id of the delivery's trace."""
    found = trace.get()
    return found and found.rpartition("/")[2]


def traceparent(seed: str) -> str | None:
    """The W3C header for what the delivery publishes; None outside a trace.

    The span is derived from `seed` (what is published), so a repeat is the same span.
    """
    found = trace_id()
    if found is None or not _TRACE_ID.fullmatch(found):
        return None
    span = hashlib.sha256(f"{found} {seed}".encode()).hexdigest()[:16]
    return f"00-{found}-{span}-01"


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
        line = json.dumps(entry, default=str)
        small = line.lower()
        if any(hint in small for hint in _HINTS):
            line = _SECRET.sub(r"\1[redacted]", line)
        sys.stdout.write(line + "\n")
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
