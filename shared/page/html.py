"""The page of a game day as HTML: one file that asks for nothing else.

Everything that comes from rows is escaped. The page's own style and script stand in it, and its
content security policy names them by hash and allows nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shared.core.alerts import Severity
from shared.core.days import ET
from shared.core.report.day import DayReport
from shared.core.report.facts import clock
from shared.core.report.lines import Verdict
from shared.core.report.picture import Picture

TEMPLATES = Path(__file__).parent / "templates"

#: Per verdict its glyph and how it is coloured: no state is told by its colour alone.
LOOKS = {
    Verdict.ON_TIME: ("●", "is-good"),
    Verdict.LATE: ("◐", "is-warn"),
    Verdict.SATISFIED: ("○", "is-good"),
    Verdict.WITHDRAWN: ("◌", "dim"),
    Verdict.ABORTED: ("✗", "is-bad"),
    Verdict.NOT_DUE: ("…", "dim"),
    Verdict.MISSING: ("!", "is-bad"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Headline:
    """The first word of the page: how the day stands."""

    level: Literal["good", "warn", "bad"]
    text: str
    #: What is wrong, one line each.
    lines: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What stands around a day's report."""

    #: Where it is from: the environment, or the luck of a simulated day.
    origin: str
    headline: Headline
    #: Whether other days can be asked for: on the status page, not in a file.
    browsable: bool
    #: The newest day that can be asked for.
    today: date | None = None
    #: More rows of the counts, by name.
    more_counts: Sequence[tuple[str, str]] = ()


def standing_of(report: DayReport) -> Headline:
    """How a day stands, by its alerts."""
    critical = sum(alert.severity is Severity.CRITICAL for alert in report.alerts)
    warnings = len(report.alerts) - critical
    parts = [
        f"{critical} critical" if critical else "",
        f"{warnings} warning{'s' if warnings > 1 else ''}" if warnings else "",
    ]
    found = ", ".join(filter(None, parts)) or "No alerts"
    when = " when the day ended" if report.past else ""
    level: Literal["good", "warn", "bad"] = "bad" if critical else "warn" if warnings else "good"
    return Headline(level=level, text=found + when)


def page(report: DayReport, picture: Picture, frame: Frame) -> str:
    """The page of a day."""
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            report=report,
            picture=picture,
            frame=frame,
            looks=LOOKS,
            policy=policy(),
            style=Markup(_text("page.css")),  # noqa: S704 our own file
            script=Markup(_text("page.js")),  # noqa: S704 our own file
            clock=lambda instant: clock(instant, report.date),
            before=report.date - timedelta(days=1),
            after=report.date + timedelta(days=1),
            et=_et,
        )
    )


@cache
def policy() -> str:
    """The content security policy: the page's own style and script, by hash, and nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hash('page.css')}",
            f"script-src {_hash('page.js')}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'self'",
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _hash(name: str) -> str:
    digest = hashlib.sha256(_text(name).encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _et(instant: datetime) -> str:
    """`Thu 13 Nov 05:05 ET`."""
    return instant.astimezone(ET).strftime("%a %d %b %H:%M ET")
