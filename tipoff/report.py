"""report.html: the status page of a simulated day, in one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from local.store import ORCHESTRATION, RAW
from shared.core.report.day import report_of
from shared.core.report.marks import Band
from shared.core.report.picture import Picture, picture
from shared.page.html import Frame, Headline, page
from tipoff.facts import Facts
from tipoff.summary import Review


def report_html(review: Review, facts: Facts) -> str:
    """The page; everything that comes from rows is escaped."""
    luck = f"seed {facts.seed}" + ("" if facts.troubled else ", without troubles")
    text = f"{len(review.unmet)} not met; see below"
    frame = Frame(
        origin=f"Tipoff, a simulated game day, {luck}",
        headline=Headline(
            level="good" if review.met else "bad",
            text="Every obligation was met or explained" if review.met else text,
            lines=[f"{each.rule}: {each.what}" for each in review.unmet],
        ),
        browsable=False,
        more_counts=list(_rows(review)),
    )
    # A simulation knows what was done to it, where rows show only what that came to.
    told = replace(
        report_of(facts),
        healed=review.healed,
        counts=review.counts,
    )
    return page(told, drawn(review, facts), frame)


def drawn(review: Review, facts: Facts) -> Picture:
    """The picture of the day, with what was done to it."""
    return picture(
        replace(report_of(facts), slots=review.slots, games=review.games),
        facts,
        bands=[
            Band(source=each.source, start=each.start, end=each.end, note=each.note)
            for each in facts.troubles
        ],
        lost=[(event.lost_at, event.path) for event in facts.lost],
    )


def _rows(review: Review) -> Iterator[tuple[str, str]]:
    """The folder's rows, those of a dataset in one line."""
    for dataset in (ORCHESTRATION, RAW):
        rows = [
            f"{name.partition('.')[2]} {number}"
            for name, number in review.row_counts.items()
            if name.startswith(dataset + ".")
        ]
        yield f"rows of {dataset}, whole folder", ", ".join(rows) or "none"


def write_report(review: Review, facts: Facts, path: Path) -> Path:
    """Write the page to `path`, in place of what was there."""
    path.write_text(report_html(review, facts), encoding="utf-8")
    return path
