"""The report of a game day: what the status page shows and `/api/day/DATE` answers. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from shared.core.alerts import Alert
from shared.core.days import iso
from shared.core.report.coverage import dataset_lines
from shared.core.report.facts import Facts, SeenGame, span_of
from shared.core.report.healing import healed
from shared.core.report.lines import (
    DatasetLine,
    Event,
    GameLine,
    Healed,
    SlotLine,
    SourceLine,
)
from shared.core.report.sources import events, source_lines
from shared.core.report.verdicts import slot_lines
from shared.core.resolve import is_over

#: The version of the JSON shape; a key that goes or changes its meaning raises it.
VERSION = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class DayReport:
    """Everything that is told of a game day. docs/status-page.md describes its JSON."""

    date: date
    #: The instant as of which it is told.
    at: datetime
    #: Why the plan looks as it does; revision 0: there is none.
    plan: str
    revision: int
    locked_at: datetime | None
    games: tuple[GameLine, ...]
    slots: tuple[SlotLine, ...]
    datasets: tuple[DatasetLine, ...]
    sources: tuple[SourceLine, ...]
    healed: tuple[Healed, ...]
    events: tuple[Event, ...]
    alerts: tuple[Alert, ...]
    #: Per kind of thing its number, by state.
    counts: Mapping[str, Mapping[str, int]]

    @property
    def past(self) -> bool:
        """Whether the day had ended: its alerts are then those of its end."""
        return self.at > span_of(self.date)[1]

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values, instants as ISO 8601 in UTC."""
        found: dict[str, Any] = plain(asdict(self))
        return {"v": VERSION, **found}


def report_of(
    facts: Facts,
    *,
    alerts: Sequence[Alert] = (),
    resent: Mapping[str, datetime] | None = None,
) -> DayReport:
    """The report of the day; `alerts` as of the same instant, `resent` as healing takes it."""
    slots = tuple(slot_lines(facts))
    return DayReport(
        date=facts.date,
        at=facts.now,
        plan=facts.plan_reason,
        revision=facts.revision,
        locked_at=facts.locked_at,
        games=tuple(game_line(seen, facts) for seen in facts.games),
        slots=slots,
        datasets=tuple(dataset_lines(facts)),
        sources=tuple(source_lines(facts)),
        healed=tuple(healed(facts, resent)),
        events=tuple(events(facts)),
        alerts=tuple(alerts),
        counts=_counts(facts, slots),
    )


def game_line(seen: SeenGame, facts: Facts) -> GameLine:
    """What is told of a game."""
    game = seen.game
    return GameLine(
        game_id=game.game_id,
        name=f"{game.away or 'TBD'}@{game.home or 'TBD'}",
        tip=game.tip,
        tip_known=game.tip_known,
        status=game.status.value,
        counts=seen.counts,
        over=is_over(game, facts.now),
        ended_at=seen.ended_at,
    )


def _counts(facts: Facts, slots: Sequence[SlotLine]) -> dict[str, dict[str, int]]:
    def by(table: str, key: str) -> dict[str, int]:
        return dict(sorted(Counter(row[key] for row in facts.rows(table)).items()))

    runs = facts.rows("scraper_execution_log")
    files = {(run["gcs_path"], run["gcs_generation"]) for run in runs if run["gcs_path"]}
    cleanups = facts.cleanups()
    return {
        "slots": dict(sorted(Counter(line.verdict.value for line in slots).items())),
        "decisions": by("workflow_decisions", "action"),
        "executions": by("workflow_executions", "status"),
        "runs": by("scraper_execution_log", "status"),
        "files": {"written": len(files)} if files else {},
        "loads": by("file_processing_log", "status"),
        "cleanups": {
            "ticks": len(cleanups),
            "announced_again": sum(row["republished_count"] for row in cleanups),
        },
    }


def plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value
