"""Where everything of a day lies in its picture. Pure.

Across, everything is a share of the axis in per cent, so that the picture fits any width; down,
it is in pixels, so that text keeps its size. The template draws what is said here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from shared.core.days import ET
from shared.core.report.day import DayReport
from shared.core.report.facts import Facts
from shared.core.report.marks import (
    WINDOW,
    Band,
    Mark,
    Scale,
    band_marks,
    decision_mark,
    execution_mark,
    game_mark,
    lost_marks,
    window_mark,
)

#: Pixels: the narrowest axis (page.css has it too), above which things only move apart; the rows.
NARROWEST = 1060
TOP, GAME, ROW = 28, 20, 20
#: Pixels between marks at one place, and those right of the axis that labels may take.
BESIDE, EDGE = 15, 12

#: Ticks of the axis, in hours.
EVERY = 2


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
        mark = game_mark(game, report, scale, y)
        games.append(Lane(name=game.name, y=y, height=GAME, marks=(mark,)))
        y += GAME
    y += 10 if games else 0
    troubles = []
    for name, found in (
        ("source troubles", band_marks(bands, facts, scale, y)),
        ("lost file events", lost_marks(lost, facts, scale, y + (ROW + 6 if bands else 0))),
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


def _workflow(
    workflow: str, report: DayReport, facts: Facts, scale: Scale, y: float
) -> tuple[tuple[Mark, ...], float]:
    """A workflow's marks and the height of its lane, which grows with executions side by side."""
    windows = [
        window_mark(slot, report, scale, y) for slot in report.slots if slot.workflow == workflow
    ]
    decisions = [
        decision_mark(row, facts, scale, y)
        for row in facts.rows("workflow_decisions")
        if row["workflow_name"] == workflow
    ]
    runs: dict[str, Counter[str]] = {}
    for run in facts.rows("scraper_execution_log"):
        runs.setdefault(run["workflow_execution_id"], Counter())[run["status"]] += 1
    executions = [
        execution_mark(row, runs.get(row["execution_id"], Counter()), facts, scale)
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
