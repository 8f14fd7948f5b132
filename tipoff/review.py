"""What a day came to, and every obligation of it that was neither met nor explained.

Pure: the same facts give the same review. The rules that `tipoff day` ends with are in `unmet`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from shared.core.reconcile import MIN_AGE
from shared.core.report.coverage import dataset_lines
from shared.core.report.day import game_line
from shared.core.report.sources import source_lines
from shared.core.report.verdicts import NEEDS_NONE, slot_lines
from shared.core.resolve import is_over
from tipoff.facts import Facts, Row, SeenGame, at
from tipoff.healing import healed
from tipoff.summary import Review, SlotLine, Unmet, Verdict

#: A lost announcement is mended by the second cleanup tick after the file is 30 minutes old:
#: two quarters of an hour at most, and a minute for the messages on their way.
LOAD_WITHIN = MIN_AGE + timedelta(minutes=16)


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
        games=tuple(game_line(seen, facts) for seen in facts.games),
        slots=slots,
        datasets=tuple(dataset_lines(facts)),
        healed=tuple(healed(facts)),
        counts=_counts(facts, slots),
        sources=tuple(source_lines(facts)),
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
            found = f"{line.action} {line.reason_code} is no explanation"
            yield Unmet(
                rule="slot", what=f"{line.slot_id}: {found if line.action else 'no decision'}"
            )


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


# --- counts -------------------------------------------------------------------------------------


def _counts(facts: Facts, slots: Sequence[SlotLine]) -> dict[str, dict[str, int]]:
    def by(table: str, key: str) -> dict[str, int]:
        return dict(sorted(Counter(row[key] for row in facts.rows(table)).items()))

    loads = facts.rows("file_processing_log")
    runs = facts.rows("scraper_execution_log")
    # An attempt that finds a file there already names it again.
    files = {(run["gcs_path"], run["gcs_generation"]) for run in runs if run["gcs_path"]}
    loadable = {(run["gcs_path"], run["gcs_generation"]) for run in _files(facts)}
    return {
        "slots": dict(sorted(Counter(line.verdict.value for line in slots).items())),
        "decisions": {"ABORT": 0, **by("workflow_decisions", "action")},
        "executions": by("workflow_executions", "status"),
        "runs": by("scraper_execution_log", "status"),
        "files": {"with_table": len(loadable), "without_table": len(files - loadable)},
        "loads": by("file_processing_log", "status"),
        "rows_loaded": {"rows": sum(row["rows_loaded"] for row in loads)},
        "cleanups": {
            "ticks": len(facts.cleanups()),
            "announced_again": sum(row["republished_count"] for row in facts.cleanups()),
        },
        "messages": {
            "dead": len(facts.dead),
            "delivered": facts.delivered,
            "lost": len(facts.lost),
        },
    }
