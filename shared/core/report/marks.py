"""What is drawn in the picture of a day: a mark for a game, trouble, slot, decision, execution.

Each is laid on the axis alone; what lies over others is moved apart in the picture. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.core.days import minute
from shared.core.report.day import DayReport
from shared.core.report.facts import Facts, Row, at, clock
from shared.core.report.lines import GameLine, SlotLine

#: Pixels: the row of a workflow's windows; an execution's label.
WINDOW = 24
PILL, LETTER = 30, 7.5

#: How long a game is drawn of which nobody says when it ended.
USUAL = timedelta(hours=2, minutes=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One thing in the picture; `kind` chooses its looks, `title` is read out and shown."""

    kind: str
    #: Per cent of the axis.
    x: float
    #: Pixels from the top of the picture.
    y: float
    #: Per cent for what lasts, pixels for a label.
    width: float = 0
    label: str = ""
    title: str = ""
    #: Pixels beside `x`, where another mark lies there.
    dx: float = 0
    #: Whether the keyboard stops at it without JavaScript: not at two hundred "not yet".
    focus: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """A span in which a source was in trouble, where that is known."""

    source: str
    start: datetime
    end: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Instants on the axis."""

    start: datetime
    end: datetime

    def x(self, instant: datetime) -> float:
        """Per cent of the axis, kept inside it."""
        share = (instant - self.start) / (self.end - self.start)
        return round(100 * min(1.0, max(0.0, share)), 2)

    def wide(self, start: datetime, end: datetime) -> float:
        """Per cent between two instants."""
        return round(self.x(end) - self.x(start), 2)


def game_mark(game: GameLine, report: DayReport, scale: Scale, y: float) -> Mark:
    """A game from its tip to its end, or why it is none of the day's."""
    tip = clock(game.tip, report.date)
    if not game.tip_known or not game.counts:
        why = game.status if game.tip_known else "time to be set"
        title = f"{game.name} ({game.game_id}): {why}"
        return Mark(kind="off", x=scale.x(game.tip), y=y, label=why, title=title)
    known = game.ended_at is not None
    ended = f"ended {clock(game.ended_at, report.date)}" if known else game.status
    return Mark(
        kind="game",
        x=scale.x(game.tip),
        y=y,
        width=scale.wide(game.tip, game.ended_at or game.tip + USUAL),
        label=tip,
        title=f"{game.name} ({game.game_id}): tip {tip} ET, {ended}",
    )


def band_marks(bands: Sequence[Band], facts: Facts, scale: Scale, y: float) -> list[Mark]:
    """The troubles of sources, where they are known."""
    return [
        Mark(
            kind="trouble",
            x=scale.x(band.start),
            y=y,
            width=scale.wide(band.start, band.end),
            title=f"{band.source}, {clock(band.start, facts.date)} to"
            f" {clock(band.end, facts.date)} ET: {band.note}",
        )
        for band in bands
    ]


def lost_marks(
    lost: Iterable[tuple[datetime, str]], facts: Facts, scale: Scale, y: float
) -> list[Mark]:
    """Events lost in one minute are one mark."""
    alike: dict[datetime, list[str]] = {}
    for instant, path in lost:
        alike.setdefault(minute(instant), []).append(path)
    marks = []
    for lost_at, paths in sorted(alike.items()):
        what = "1 file event" if len(paths) == 1 else f"{len(paths)} file events"
        title = f"{what} lost at {clock(lost_at, facts.date)} ET: {', '.join(paths)}"
        marks.append(Mark(kind="lost", x=scale.x(lost_at), y=y, title=title))
    return marks


def window_mark(slot: SlotLine, report: DayReport, scale: Scale, y: float) -> Mark:
    """A slot's window, and what became of the slot."""
    opens, closes = clock(slot.opens_at, report.date), clock(slot.closes_at, report.date)
    expected = clock(slot.expected_run_time, report.date)
    state = slot.verdict.value.lower().replace(" ", "-")
    return Mark(
        kind=f"window {state}",
        x=scale.x(slot.opens_at),
        y=y + 4,
        # A hair short, so that windows that follow each other are seen as two.
        width=max(0.3, round(scale.wide(slot.opens_at, slot.closes_at) - 0.3, 2)),
        title=f"{slot.workflow} planned {expected} ET, useful {opens} to {closes}: {slot.verdict}"
        + (f"; {slot.reason}" if slot.reason else ""),
        focus=False,
    )


def decision_mark(row: Row, facts: Facts, scale: Scale, y: float) -> Mark:
    """A decision at its tick, with its reason."""
    when = at(row["decision_time"])
    idle = row["slot_id"] is None
    return Mark(
        kind="idle" if idle else row["action"].lower(),
        x=scale.x(when),
        y=y + 4 + WINDOW / 2,
        title=f"{row['action']} {row['workflow_name']} {clock(when, facts.date)} ET,"
        f" {row['reason_code']}: {row['reason']}",
        focus=not idle,
    )


def execution_mark(row: Row, runs: Counter[str], facts: Facts, scale: Scale) -> Mark:
    """An execution as a label that counts its runs; the picture gives it its row."""
    when = at(row["execution_time"])
    parts = (
        f"{runs['success']}" if runs["success"] else "",
        f"∅{runs['no_data']}" if runs["no_data"] else "",
        f"✗{runs['failed']}" if runs["failed"] else "",
    )
    label = " ".join(filter(None, parts)) or "0"
    empty = row["status"] == "completed" and not runs["success"]
    return Mark(
        kind="execution " + ("empty" if empty else row["status"]),
        x=scale.x(when),
        y=0,
        width=max(PILL, 10 + LETTER * len(label)),
        label=label,
        title=f"{row['execution_id']} {row['status']} at {clock(when, facts.date)} ET:"
        f" {runs['success']} ok, {runs['no_data']} no data, {runs['failed']} failed,"
        f" {row['duration_seconds']:.0f} s"
        + (f"; {row['error_message']}" if row["error_message"] else ""),
    )
