"""The glossary of what can go wrong at the edges; each class is one sentence.

What an entry point does with them: `BadInput` is logged once and acked (it can never be
right); `PortUnavailable` is raised to the framework, which answers 500, and the message is
delivered again; `SourceFailure` is an outcome that is written down and acked.
"""

from __future__ import annotations

from shared.core.errors import BadInput

__all__ = [
    "BadInput",
    "MissingSecret",
    "NotFound",
    "PortUnavailable",
    "SourceFailure",
    "UnreadableRecord",
]


class TipoffError(Exception):
    """Base of the errors that are not the caller's bad input."""


class PortUnavailable(TipoffError):
    """One of our own ports (files, journal, warehouse, bus) failed: deliver the message again."""


class UnreadableRecord(PortUnavailable):
    """A record of our own that this version cannot read, such as a newer one's after a rollback:
    nobody's input is wrong, and the message comes again."""


class NotFound(TipoffError):
    """No object of that name exists."""


class MissingSecret(TipoffError):
    """A secret that a source needs is not set: this run fails, the deployment does not."""


class SourceFailure(TipoffError):
    """A source did not give usable data, after the retries that its status allows.

    `error_type` is a stable machine name: http_4xx, http_5xx, rate_limited, timeout, network,
    malformed, error_page, too_large, blocked, out_of_credits, missing_parameter, missing_secret,
    out_of_time; of a scraper service also service_failed (it says so) and bad_file (not there, or
    not allowed).
    """

    def __init__(self, error_type: str, message: str, *, status: int | None = None) -> None:
        self.error_type = error_type
        self.status = status
        super().__init__(message)
