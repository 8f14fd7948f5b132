"""Where everything of a day lies in its picture. Pure.

Across, everything is a share of the axis in per cent, so that the picture fits any width; down,
it is in pixels, so that text keeps its size. The template draws what is said here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from shared.core.days import ET, minute
from shared.core.report.day import DayReport
from shared.core.report.facts import Facts, Row, at, clock
from shared.core.report.lines import GameLine, SlotLine

#: Pixels: the narrowest axis (page.css has it too), above which things only move apart; the rows;
#: an execution's label.
NARROWEST = 1060
TOP, GAME, WINDOW, ROW = 28, 20, 24, 20
PILL, LETTER = 30, 7.5
#: Pixels between marks at one place, and those right of the axis that labels may take.
BESIDE, EDGE = 15, 12

#: Ticks of the axis, in hours.
EVERY = 2

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
class Lane:
    """One row: its name, its top, its height, and what lies in it."""

    name: str
    y: float
    height: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """Everything that the template draws."""

    height: float
    #: Axis ticks: (per cent, label, whether a date begins there).
    ticks: tuple[tuple[float, str, bool], ...]
    #: Where now is; None when it is not on the axis.
    now: float | None
    games: tuple[Lane, ...]
    troubles: tuple[Lane, ...]
    workflows: tuple[Lane, ...]

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """All lanes, top down."""
        return (*self.games, *self.troubles, *self.workflows)


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


def picture(
    report: DayReport,
    facts: Facts,
    *,
    bands: Sequence[Band] = (),
    lost: Sequence[tuple[datetime, str]] = (),
) -> Picture:
    """The picture of a day; `lost` are file events that were lost, by instant and path."""
    scale = Scale(facts.start, facts.end)
    y = float(TOP)
    games = []
    for game in report.games:
        mark = _game(game, report, scale, y)
        games.append(Lane(name=game.name, y=y, height=GAME, marks=(mark,)))
        y += GAME
    y += 10 if games else 0
    troubles = []
    for name, found in (
        ("source troubles", _bands(bands, facts, scale, y)),
        ("lost file events", _lost(lost, facts, scale, y + (ROW + 6 if bands else 0))),
    ):
        if found:
            troubles.append(Lane(name=name, y=y, height=ROW, marks=tuple(found)))
            y += ROW + 6
    workflows = []
    for workflow in _in_order(report, facts):
        marks, height = _workflow(workflow, report, facts, scale, y)
        workflows.append(Lane(name=workflow, y=y, height=height, marks=marks))
        y += height
    return Picture(
        height=y + 22,
        ticks=tuple(_ticks(scale)),
        now=scale.x(facts.now) if facts.start < facts.now < facts.end else None,
        games=tuple(games),
        troubles=tuple(troubles),
        workflows=tuple(workflows),
    )


def _in_order(report: DayReport, facts: Facts) -> list[str]:
    """The workflows, by their first slot of the day; those without one come last."""
    first: dict[str, datetime] = {}
    for slot in report.slots:
        first.setdefault(slot.workflow, slot.expected_run_time)
    names = {*first, *(workflow.name for workflow in facts.config.enabled)}
    return sorted(names, key=lambda name: (first.get(name, facts.end), name))


def _ticks(scale: Scale) -> Iterator[tuple[float, str, bool]]:
    """Every second hour of ET wall time; an hour that a switch repeats is there twice."""
    instant = scale.start.astimezone(UTC).replace(minute=0) + timedelta(hours=1)
    while instant <= scale.end:
        local = instant.astimezone(ET)
        if local.hour % EVERY == 0:
            midnight = local.hour == 0
            label = f"{local:%a} {local.day}" if midnight else f"{local:%H:%M}"
            yield scale.x(instant), label, midnight
        instant += timedelta(hours=1)


def _game(game: GameLine, report: DayReport, scale: Scale, y: float) -> Mark:
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


def _bands(bands: Sequence[Band], facts: Facts, scale: Scale, y: float) -> list[Mark]:
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


def _lost(lost: Iterable[tuple[datetime, str]], facts: Facts, scale: Scale, y: float) -> list[Mark]:
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


def _workflow(
    workflow: str, report: DayReport, facts: Facts, scale: Scale, y: float
) -> tuple[tuple[Mark, ...], float]:
    """A workflow's marks and the height of its lane, which grows with executions side by side."""
    windows = [
        _window(slot, report, scale, y) for slot in report.slots if slot.workflow == workflow
    ]
    decisions = [
        _decision(row, facts, scale, y)
        for row in facts.rows("workflow_decisions")
        if row["workflow_name"] == workflow
    ]
    runs: dict[str, Counter[str]] = {}
    for run in facts.rows("scraper_execution_log"):
        runs.setdefault(run["workflow_execution_id"], Counter())[run["status"]] += 1
    executions = [
        _execution(row, runs.get(row["execution_id"], Counter()), facts, scale)
        for row in facts.rows("workflow_executions")
        if row["workflow_name"] == workflow
    ]
    placed, rows = _side_by_side(executions, y + 6 + WINDOW)
    # In the order of time: so they are walked through with the arrow keys.
    marks = sorted([*windows, *_together(decisions), *placed], key=lambda mark: mark.x)
    return tuple(marks), 6 + WINDOW + max(1, rows) * ROW + 2


def _together(marks: Sequence[Mark]) -> list[Mark]:
    """Marks of one kind at one place are one, which says what each of them says; those of other
    kinds lie left of each other."""
    places: dict[float, dict[str, list[Mark]]] = {}
    for mark in marks:
        places.setdefault(mark.x, {}).setdefault(mark.kind, []).append(mark)
    return [
        replace(same[0], title="\n".join(mark.title for mark in same), dx=-BESIDE * number)
        for kinds in places.values()
        for number, (_, same) in enumerate(sorted(kinds.items(), reverse=True))
    ]


def _side_by_side(marks: Sequence[Mark], y: float) -> tuple[list[Mark], int]:
    """Labels in as many rows as it takes for none to lie over another, and how many rows."""
    ends: list[float] = []
    placed = []
    for mark in sorted(marks, key=lambda mark: mark.x):
        middle = mark.x / 100 * NARROWEST
        inside = min(middle, NARROWEST + EDGE - mark.width / 2)
        left = inside - mark.width / 2
        row = next((n for n, end in enumerate(ends) if end <= left), len(ends))
        ends[row : row + 1] = [left + mark.width + 2]
        placed.append(replace(mark, y=y + row * ROW, dx=round(inside - middle, 1)))
    return placed, len(ends)


def _window(slot: SlotLine, report: DayReport, scale: Scale, y: float) -> Mark:
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


def _decision(row: Row, facts: Facts, scale: Scale, y: float) -> Mark:
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


def _execution(row: Row, runs: Counter[str], facts: Facts, scale: Scale) -> Mark:
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
