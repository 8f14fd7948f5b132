"""Where everything of a day lies in its picture: coordinates for the SVG of the report. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.core.days import ET, minute
from tipoff.facts import Facts, Row, at, clock
from tipoff.summary import GameLine, Review, SlotLine

#: SVG units: the names' column, the axis, and the height of one game and of one lane.
NAMES, AXIS, GAME, LANE = 170, 1210, 18, 52
WIDTH = NAMES + AXIS + 20
TOP = 34

#: Ticks of the axis, in hours.
EVERY = 2

#: Least width of an execution's label, in which its numbers of runs stand.
PILL = 34


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One thing in the picture; `kind` chooses its looks, `title` is read out."""

    kind: str
    x: float
    y: float
    width: float = 0
    label: str = ""
    title: str = ""
    #: Whether the keyboard stops at it: not at the two hundred SKIPs that say "not yet".
    focus: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """One row: its name, its top, and what lies in it."""

    name: str
    y: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """Everything that the template draws."""

    width: float
    height: float
    names: float
    #: Axis ticks: (x, label, whether a date begins there).
    ticks: tuple[tuple[float, str, bool], ...]
    games: tuple[Lane, ...]
    troubles: tuple[Lane, ...]
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    start: datetime
    end: datetime

    def x(self, instant: datetime) -> float:
        """The instant on the axis, kept inside it."""
        share = (instant - self.start) / (self.end - self.start)
        return round(NAMES + AXIS * min(1.0, max(0.0, share)), 1)


def picture(review: Review, facts: Facts) -> Picture:
    """The picture of a day."""
    scale = _Scale(facts.start, facts.end)
    y = float(TOP)
    games = []
    for game in review.games:
        games.append(Lane(name=game.name, y=y, marks=tuple(_game(game, review, scale, y))))
        y += GAME
    y += 12
    trouble = []
    for name, found in (("troubles", _troubles), ("lost file events", _lost)):
        lane = Lane(name=name, y=y, marks=tuple(found(facts, scale, y)))
        trouble += [lane] if lane.marks else []
        y += 34 if lane.marks else 0
    lanes = []
    for workflow in facts.config.enabled:
        marks = tuple(_lane(workflow.name, review, facts, scale, y))
        lanes.append(Lane(name=workflow.name, y=y, marks=marks))
        y += LANE
    return Picture(
        width=WIDTH,
        height=y + 30,
        names=NAMES,
        ticks=tuple(_ticks(scale)),
        games=tuple(games),
        troubles=tuple(trouble),
        lanes=tuple(lanes),
    )


def _ticks(scale: _Scale) -> Iterator[tuple[float, str, bool]]:
    """Every second hour of ET wall time; an hour that a switch repeats is there twice."""
    instant = scale.start.astimezone(UTC).replace(minute=0) + timedelta(hours=1)
    while instant <= scale.end:
        local = instant.astimezone(ET)
        if local.hour % EVERY == 0:
            midnight = local.hour == 0
            label = f"{local:%a} {local.day}" if midnight else f"{local:%H:%M}"
            yield scale.x(instant), label, midnight
        instant += timedelta(hours=1)


def _game(game: GameLine, review: Review, scale: _Scale, y: float) -> Iterator[Mark]:
    if not game.tip_known or game.ended_at is None:
        title = f"{game.name}: {'time to be set' if not game.tip_known else game.status}"
        yield Mark(kind="off", x=scale.x(game.tip), y=y, width=60, label=game.status, title=title)
        return
    x = scale.x(game.tip)
    tip, ended = clock(game.tip, review.date), clock(game.ended_at, review.date)
    yield Mark(
        kind="game",
        x=x,
        y=y,
        width=round(scale.x(game.ended_at) - x, 1),
        label=tip,
        title=f"{game.name} ({game.game_id}): tip {tip}, ended {ended} ET",
    )


def _troubles(facts: Facts, scale: _Scale, y: float) -> Iterator[Mark]:
    for trouble in facts.troubles:
        x = scale.x(trouble.start)
        span = f"{clock(trouble.start, facts.date)} to {clock(trouble.end, facts.date)} ET"
        yield Mark(
            kind="trouble",
            x=x,
            y=y,
            width=round(scale.x(trouble.end) - x, 1),
            label=trouble.source,
            title=f"{trouble.source}, {span}: {trouble.note}",
        )


def _lost(facts: Facts, scale: _Scale, y: float) -> Iterator[Mark]:
    """Events lost in one minute are one mark."""
    lost: dict[datetime, list[str]] = {}
    for event in facts.lost:
        lost.setdefault(minute(event.lost_at), []).append(event.path)
    for lost_at, paths in sorted(lost.items()):
        what = "1 file event" if len(paths) == 1 else f"{len(paths)} file events"
        yield Mark(
            kind="lost",
            x=scale.x(lost_at),
            y=y,
            label=str(len(paths)),
            title=f"{what} lost at {clock(lost_at, facts.date)} ET: {', '.join(paths)}",
        )


def _lane(workflow: str, review: Review, facts: Facts, scale: _Scale, y: float) -> Iterator[Mark]:
    for slot in review.slots:
        if slot.workflow == workflow:
            yield _window(slot, review, scale, y)
    for row in facts.rows("workflow_decisions"):
        if row["workflow_name"] == workflow:
            yield _decision(row, facts, scale, y)
    runs: dict[str, Counter[str]] = {}
    for run in facts.rows("scraper_execution_log"):
        runs.setdefault(run["workflow_execution_id"], Counter())[run["status"]] += 1
    for row in facts.rows("workflow_executions"):
        if row["workflow_name"] == workflow:
            yield _execution(row, runs.get(row["execution_id"], Counter()), facts, scale, y)


def _window(slot: SlotLine, review: Review, scale: _Scale, y: float) -> Mark:
    x = scale.x(slot.opens_at)
    opens, closes = clock(slot.opens_at, review.date), clock(slot.closes_at, review.date)
    expected = clock(slot.expected_run_time, review.date)
    return Mark(
        kind="window",
        x=x,
        y=y,
        # A hair short, so that windows that follow each other are seen as two.
        width=max(2.0, round(scale.x(slot.closes_at) - x - 4, 1)),
        title=f"{slot.workflow} planned {expected}, useful {opens} to {closes} ET: {slot.verdict}",
        focus=False,
    )


def _decision(row: Row, facts: Facts, scale: _Scale, y: float) -> Mark:
    when = at(row["decision_time"])
    idle = row["slot_id"] is None
    return Mark(
        kind="idle" if idle else row["action"].lower(),
        x=scale.x(when),
        y=y,
        title=f"{row['action']} {row['workflow_name']} {clock(when, facts.date)} ET,"
        f" {row['reason_code']}: {row['reason']}",
        focus=not idle,
    )


def _execution(row: Row, runs: Counter[str], facts: Facts, scale: _Scale, y: float) -> Mark:
    when = at(row["execution_time"])
    parts: Sequence[str] = [
        f"{runs['success']}" if runs["success"] else "",
        f"∅{runs['no_data']}" if runs["no_data"] else "",
        f"✗{runs['failed']}" if runs["failed"] else "",
    ]
    label = " ".join(filter(None, parts)) or "0"
    empty = row["status"] == "completed" and not runs["success"]
    return Mark(
        kind="empty" if empty else row["status"],
        x=scale.x(when),
        y=y,
        width=max(PILL, 8 + 7 * len(label)),
        label=label,
        title=f"{row['execution_id']} {row['status']} at {clock(when, facts.date)} ET:"
        f" {runs['success']} ok, {runs['no_data']} no data, {runs['failed']} failed,"
        f" {row['duration_seconds']:.0f} s"
        + (f"; {row['error_message']}" if row["error_message"] else ""),
    )
