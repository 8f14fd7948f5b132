"""report.html: the day as a picture and tables, in one file that needs nothing else."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tipoff.facts import Facts, clock
from tipoff.picture import picture
from tipoff.render import GLYPHS
from tipoff.summary import Review

TEMPLATES = Path(__file__).parent / "templates"


def report_html(review: Review, facts: Facts) -> str:
    """The page; everything that comes from rows is escaped."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2").render(
        review=review,
        picture=picture(review, facts),
        clock=lambda instant: clock(instant, review.date),
        glyphs={verdict: glyph for verdict, (glyph, _, _) in GLYPHS.items()},
    )


def write_report(review: Review, facts: Facts, path: Path) -> Path:
    """Write the page to `path`, in place of what was there."""
    path.write_text(report_html(review, facts), encoding="utf-8")
    return path
