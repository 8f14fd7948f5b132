"""What a day came to: slots with verdicts, completeness, counts, and every obligation not met.

Pure: the same facts give the same review. The rules that `tipoff day` ends with are in `unmet`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from shared.core.reconcile import MIN_AGE, completeness
from shared.core.resolve import is_over
from shared.core.teams import TEAMS
from tipoff.facts import Facts, Row, SeenGame, at
from tipoff.healing import Healed, covers_of, healed

#: An execution that starts later than this after its expected time is late.
LATE_AFTER = timedelta(minutes=30)

#: A lost announcement is mended by the second cleanup tick after the file is 30 minutes old:
#: two quarters of an hour at most, and a minute for the messages on their way.
LOAD_WITHIN = MIN_AGE + timedelta(minutes=16)

#: SKIPs after which a slot needs no run.
NEEDS_NONE = ("satisfied", "nothing_to_do")


class Verdict(StrEnum):
    """What became of a slot, in the words of v_expected_vs_actual."""

    ON_TIME = "ON TIME"
    LATE = "LATE"
    SATISFIED = "SATISFIED"
    WITHDRAWN = "WITHDRAWN"
    ABORTED = "ABORTED"
    NOT_DUE = "NOT DUE"
    MISSING = "MISSING"


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotLine:
    """One planned slot and what happened."""

    slot_id: str
    workflow: str
    expected_run_time: datetime
    opens_at: datetime
    closes_at: datetime
    verdict: Verdict
    #: The decision that explains it; None when there is none.
    action: str | None
    reason_code: str | None
    reason: str
    decided_at: datetime | None
    executed_at: datetime | None
    #: How its last execution ended.
    status: str | None
    attempts: int
    success: int
    no_data: int
    failed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetLine:
    """How much of a dataset is there."""

    dataset: str
    #: games, teams or date.
    unit: str
    #: Whether the day owes it: only what is expected per game.
    owed: bool
    expected: int
    obtained: int
    waived: int
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class GameLine:
    """A game of the day."""

    game_id: str
    name: str
    tip: datetime
    tip_known: bool
    status: str
    counts: bool
    over: bool
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmet:
    """An obligation that was neither met nor explained."""

    #: plan, slot, execution, game, load or message.
    rule: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """What a day came to."""

    date: date
    seed: int
    troubles: bool
    data: str
    plan: str
    revision: int
    games: tuple[GameLine, ...]
    slots: tuple[SlotLine, ...]
    datasets: tuple[DatasetLine, ...]
    healed: tuple[Healed, ...]
    #: Per kind of thing its number, by state.
    counts: Mapping[str, Mapping[str, int]]
    #: Per source: runs, retries, and credits where the source says them.
    sources: Mapping[str, Mapping[str, int]]
    row_counts: Mapping[str, int]
    unmet: tuple[Unmet, ...]

    @property
    def met(self) -> bool:
        """Whether every obligation was met or explained."""
        return not self.unmet

    def as_json(self) -> dict[str, Any]:
        """The review as JSON values, instants as ISO 8601 in UTC."""
        found: dict[str, Any] = _plain(asdict(self))
        return {**found, "met": self.met}


def review(facts: Facts) -> Review:
    """The review of a day that has ended."""
    slots = tuple(slot_lines(facts))
    return Review(
        date=facts.date,
        seed=facts.seed,
        troubles=facts.troubled,
        data=facts.folder,
        plan=facts.plan_reason,
        revision=facts.revision,
        games=tuple(_game(seen, facts) for seen in facts.games),
        slots=slots,
        datasets=tuple(dataset_lines(facts)),
        healed=tuple(healed(facts)),
        counts=_counts(facts, slots),
        sources=_sources(facts),
        row_counts=dict(sorted(facts.row_counts.items())),
        unmet=tuple(unmet(facts)),
    )


# --- obligations -----------------------------------------------------------------------------


def unmet(facts: Facts) -> Iterator[Unmet]:
    """Every obligation of the day that was neither met nor explained.

    The slots of the next day, locked five minutes before the end, are not obligations yet.
    """
    yield from _slots_unmet(facts)
    yield from _executions_unmet(facts)
    yield from _games_unmet(facts)
    yield from _loads_unmet(facts)
    for dead in facts.dead:
        what = f"{dead.subscription} gave a message up after {dead.attempts} tries: {dead.error}"
        yield Unmet(rule="message", what=what)


def _slots_unmet(facts: Facts) -> Iterator[Unmet]:
    lines = list(slot_lines(facts))
    if not lines:
        yield Unmet(rule="plan", what=f"no plan was locked for {facts.date.isoformat()}")
    for line in lines:
        waits = line.reason_code == "nothing_over" and line.verdict is Verdict.NOT_DUE
        explained = line.action == "RUN" or waits or line.reason_code in NEEDS_NONE
        aborted = line.action == "ABORT" and bool(line.reason)
        if not (explained or aborted or line.verdict is Verdict.WITHDRAWN):
            found = f"{line.action} {line.reason_code}" if line.action else "no decision"
            yield Unmet(rule="slot", what=f"{line.slot_id}: {found} explains it")


def _executions_unmet(facts: Facts) -> Iterator[Unmet]:
    ended = {row["decision_id"] for row in facts.rows("workflow_executions")}
    for row in facts.rows("workflow_decisions"):
        if row["action"] == "RUN" and row["decision_id"] not in ended:
            yield Unmet(rule="execution", what=f"{row['decision_id']}: no execution has ended")


def _games_unmet(facts: Facts) -> Iterator[Unmet]:
    over = {seen.game.game_id for seen in facts.games if _owed(seen, facts)}
    for line in dataset_lines(facts):
        for game_id in line.missing if line.owed else ():
            if game_id in over:
                yield Unmet(rule="game", what=f"{game_id} is over and has no {line.dataset}")


def _loads_unmet(facts: Facts) -> Iterator[Unmet]:
    loads = {(r["gcs_path"], r["gcs_generation"]): r for r in facts.rows("file_processing_log")}
    for run in _files(facts):
        load = loads.get((run["gcs_path"], run["gcs_generation"]))
        what = ""
        if load is None:
            # A younger file may still be waiting for the cleanup that finds it.
            if facts.end - at(run["completed_at"]) > LOAD_WITHIN:
                what = "was never loaded"
        elif load["status"] != "loaded":
            what = f"was refused: {load['error_message']}"
        elif load["rows_loaded"] != run["record_count"]:
            what = f"has {run['record_count']} records, {load['rows_loaded']} were loaded"
        if what:
            yield Unmet(rule="load", what=f"{run['gcs_path']} {what}")


def _files(facts: Facts) -> list[Row]:
    """The runs that wrote a file that has a table to go to."""
    scrapers = facts.config.scrapers
    return [
        run
        for run in facts.rows("scraper_execution_log")
        if run["gcs_path"] and scrapers[run["scraper_name"]].table
    ]


def _owed(seen: SeenGame, facts: Facts) -> bool:
    return seen.counts and is_over(seen.game, facts.end)


# --- slots -----------------------------------------------------------------------------------


def slot_lines(facts: Facts) -> list[SlotLine]:
    """The day's slots, revisions included, by expected time."""
    planned: dict[str, Row] = {r["slot_id"]: r for r in facts.rows("daily_expected_schedule")}
    withdrawn: set[str] = set()
    for change in facts.rows("plan_changes"):
        planned.setdefault(change["slot_id"], change)
        withdrawn.discard(change["slot_id"])
        withdrawn |= {change["slot_id"]} if change["change"] == "withdrawn" else set()
    decisions = _by_slot(facts.rows("workflow_decisions"))
    executions = _by_slot(facts.rows("workflow_executions"))
    runs: dict[str, list[Row]] = {}
    for run in facts.rows("scraper_execution_log"):
        runs.setdefault(run["workflow_execution_id"], []).append(run)
    lines = [
        _slot_line(
            row,
            decisions.get(slot_id, []),
            executions.get(slot_id, []),
            runs,
            end=facts.end,
            withdrawn=slot_id in withdrawn,
        )
        for slot_id, row in planned.items()
    ]
    return sorted(lines, key=lambda line: (line.expected_run_time, line.slot_id))


def _by_slot(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row["slot_id"] is not None:
            found.setdefault(row["slot_id"], []).append(row)
    return found


def _slot_line(
    row: Row,
    decisions: Sequence[Row],
    executions: Sequence[Row],
    runs: Mapping[str, Sequence[Row]],
    *,
    end: datetime,
    withdrawn: bool,
) -> SlotLine:
    told = _explaining(decisions)
    ordered = sorted(executions, key=lambda r: at(r["execution_time"]))
    executed_at = at(ordered[0]["execution_time"]) if ordered else None
    states = Counter(run["status"] for e in executions for run in runs.get(e["execution_id"], ()))
    expected, closes = at(row["expected_run_time"]), at(row["closes_at"])
    return SlotLine(
        slot_id=row["slot_id"],
        workflow=row["workflow_name"],
        expected_run_time=expected,
        opens_at=at(row["opens_at"]),
        closes_at=closes,
        verdict=_verdict(expected, closes, executed_at, decisions, end=end, withdrawn=withdrawn),
        action=told["action"] if told else None,
        reason_code=told["reason_code"] if told else None,
        reason=told["reason"] if told else "",
        decided_at=at(told["decision_time"]) if told else None,
        executed_at=executed_at,
        status=ordered[-1]["status"] if ordered else None,
        attempts=len(executions),
        success=states["success"],
        no_data=states["no_data"],
        failed=states["failed"],
    )


def _explaining(decisions: Sequence[Row]) -> Row | None:
    """The slot's first RUN, else that it needs none, else its ABORT, else the newest SKIP."""
    ordered = sorted(decisions, key=lambda r: at(r["decision_time"]))
    for rows in (
        [row for row in ordered if row["action"] == "RUN"],
        [row for row in ordered if row["reason_code"] in NEEDS_NONE],
        [row for row in ordered if row["action"] == "ABORT"],
        ordered[-1:],
    ):
        if rows:
            return rows[0]
    return None


def _verdict(
    expected: datetime,
    closes: datetime,
    executed_at: datetime | None,
    decisions: Sequence[Row],
    *,
    end: datetime,
    withdrawn: bool,
) -> Verdict:
    if executed_at is not None:
        return Verdict.LATE if executed_at > expected + LATE_AFTER else Verdict.ON_TIME
    if any(row["reason_code"] in NEEDS_NONE for row in decisions):
        return Verdict.SATISFIED
    if withdrawn:
        return Verdict.WITHDRAWN
    if any(row["action"] == "ABORT" for row in decisions):
        return Verdict.ABORTED
    return Verdict.MISSING if closes <= end else Verdict.NOT_DUE


# --- completeness and counts -----------------------------------------------------------------


def dataset_lines(facts: Facts) -> list[DatasetLine]:
    """The completeness of every dataset that an enabled workflow asks for, by name."""
    units = {
        facts.config.scrapers[name].dataset: facts.config.scrapers[name].expects
        for workflow in facts.config.enabled
        for name in workflow.scrapers
        if facts.config.scrapers[name].expects != "none"
    }
    games = [seen for seen in facts.games if seen.counts or not _is_extra(seen, facts)]
    covered = covers_of(facts)
    lines = []
    for dataset, unit in sorted(units.items()):
        got = covered.get(dataset, frozenset())
        if unit == "games":
            found = completeness(facts.date, dataset, [seen.game for seen in games], got)
            lines.append(
                DatasetLine(
                    dataset=dataset,
                    unit=unit,
                    owed=True,
                    expected=len(found.expected),
                    obtained=len(found.obtained),
                    waived=len(found.waived),
                    missing=found.missing,
                )
            )
        else:
            wanted = {facts.date.isoformat()} if unit == "date" else set(TEAMS)
            # A date is there when one run found it whole, whatever the run says it covers.
            got = frozenset(wanted) if unit == "date" and dataset in covered else got
            lines.append(
                DatasetLine(
                    dataset=dataset,
                    unit=unit,
                    owed=False,
                    expected=len(wanted),
                    obtained=len(wanted & got),
                    waived=0,
                    missing=tuple(sorted(wanted - got)),
                )
            )
    return lines


def _is_extra(seen: SeenGame, facts: Facts) -> bool:
    """A game of a kind that nobody asks for: preseason (unless it counts) and All-Star."""
    from shared.core.games import COUNTING, GameType

    preseason = facts.config.preseason and seen.game.type is GameType.PRESEASON
    return not preseason and seen.game.type not in COUNTING


def _game(seen: SeenGame, facts: Facts) -> GameLine:
    return GameLine(
        game_id=seen.game.game_id,
        name=f"{seen.game.away or 'TBD'}@{seen.game.home or 'TBD'}",
        tip=seen.game.tip,
        tip_known=seen.game.tip_known,
        status=seen.game.status.value,
        counts=seen.counts,
        over=is_over(seen.game, facts.end),
        ended_at=seen.ended_at,
    )


def _counts(facts: Facts, slots: Sequence[SlotLine]) -> dict[str, dict[str, int]]:
    def by(table: str, key: str) -> dict[str, int]:
        return dict(sorted(Counter(row[key] for row in facts.rows(table)).items()))

    loads = facts.rows("file_processing_log")
    files = [run for run in facts.rows("scraper_execution_log") if run["gcs_path"]]
    return {
        "slots": dict(sorted(Counter(line.verdict.value for line in slots).items())),
        "decisions": {"ABORT": 0, **by("workflow_decisions", "action")},
        "executions": by("workflow_executions", "status"),
        "runs": by("scraper_execution_log", "status"),
        "files": {"with_table": len(_files(facts)), "without_table": len(files) - len(_files(facts))},
        "loads": by("file_processing_log", "status"),
        "rows_loaded": {"rows": sum(row["rows_loaded"] for row in loads)},
        "cleanups": {
            "ticks": len(facts.cleanups()),
            "announced_again": sum(row["republished_count"] for row in facts.cleanups()),
        },
        "messages": {"dead": len(facts.dead), "delivered": facts.delivered, "lost": len(facts.lost)},
    }


def _sources(facts: Facts) -> dict[str, dict[str, int]]:
    import json

    found: dict[str, Counter[str]] = {}
    for run in facts.rows("scraper_execution_log"):
        source = found.setdefault(facts.config.scrapers[run["scraper_name"]].source, Counter())
        source["runs"] += 1
        source["retries"] += run["retry_count"]
        stats = json.loads(run["data_summary"] or "{}").get("scraper_stats", {})
        if "credits_cost" in stats:
            source["credits"] += stats["credits_cost"]
    return {name: dict(sorted(found[name].items())) for name in sorted(found)}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            from shared.core.days import iso

            return iso(value)
        case date():
            return value.isoformat()
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case StrEnum():
            return value.value
    return value
