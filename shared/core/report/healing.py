"""What went wrong in a day's work and what healed it: asking again, a later attempt, a cleanup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from shared.core.report.facts import Facts, Row, at, clock
from shared.core.report.lines import Healed


def healed(facts: Facts, resent: Mapping[str, datetime] | None = None) -> list[Healed]:
    """Every trouble that the rows tell of, by when it began.

    `resent`: chunks that were sent again because nothing was heard of them, and when.
    """
    runs = facts.rows("scraper_execution_log")
    failed = [run for run in runs if run["status"] == "failed"]
    found = [
        *_failures(failed, facts),
        *passing([run for run in runs if run["status"] != "failed"], facts),
        *_announced(facts),
        *_resent(resent or {}, facts),
    ]
    return sorted(found, key=lambda each: (each.began_at, each.kind, each.what))


def source_of(run: Row, facts: Facts) -> str:
    """The source of a run; of a scraper that left the configuration since, its own name."""
    entry = facts.config.scrapers.get(run["scraper_name"])
    return entry.source if entry else str(run["scraper_name"])


def _failures(failed: Sequence[Row], facts: Facts) -> Iterator[Healed]:
    """Failed runs, those of one execution, source and error together."""
    alike: dict[tuple[str, str, str], list[Row]] = {}
    for run in failed:
        key = (run["workflow_execution_id"] or "", source_of(run, facts), run["error_type"] or "")
        alike.setdefault(key, []).append(run)
    for (_, source, error), runs in alike.items():
        cures = [later(run, facts) for run in runs]
        began = min(at(run["triggered_at"]) for run in runs)
        ends = [at(cure["completed_at"]) for cure in cures if cure]
        cured = all(cures)
        yield Healed(
            kind="failed runs" if len(runs) > 1 else "failed run",
            what=f"{source}: {error or 'an error'} in {count(len(runs))} of {names_of(runs)}",
            began_at=began,
            how="; ".join(told(list(zip(runs, cures, strict=True)), facts)),
            healed_at=max(ends) if cured else None,
            minutes=minutes(began, max(ends)) if cured else None,
            healed=cured,
        )


def names_of(runs: Sequence[Row]) -> str:
    """The scrapers of `runs`."""
    return ", ".join(sorted({str(run["scraper_name"]) for run in runs}))


def told(pairs: Sequence[tuple[Row, Row | None]], facts: Facts) -> Iterator[str]:
    """What cured failed runs, those of one instant together."""
    ways: dict[str, Counter[str]] = {}
    for run, cure in pairs:
        if cure is None:
            again = len(asked_later(run, facts))
            way = f"asked again {again}x, in vain" if again else "not asked again"
        else:
            same = _slot_of(cure) == _slot_of(run)
            when = clock(at(cure["triggered_at"]), facts.date)
            way = f"{'later attempt' if same else 'later slot'} {when}"
        ways.setdefault(way, Counter())[run["scraper_name"]] += 1
    for way, names in ways.items():
        listed = (f"{name} x{number}" if number > 1 else name for name, number in names.items())
        yield f"{way}: {', '.join(listed)}"


def _slot_of(run: Row) -> str:
    """The slot of a run, by its decision's id: what stands before .run<attempt>."""
    return str(run["decision_id"]).rpartition(".")[0]


def asked_later(run: Row, facts: Facts) -> list[Row]:
    """The later runs of the same scraper and target."""
    return [
        other
        for other in facts.rows("scraper_execution_log")
        if (other["scraper_name"], other["target"]) == (run["scraper_name"], run["target"])
        and at(other["triggered_at"]) > at(run["triggered_at"])
    ]


def later(run: Row, facts: Facts) -> Row | None:
    """The first later run of the same scraper and target that obtained something."""
    found = [other for other in asked_later(run, facts) if other["status"] == "success"]
    return min(found, key=lambda other: at(other["triggered_at"]), default=None)


def passing(runs: Sequence[Row], facts: Facts) -> Iterator[Healed]:
    """Runs that met a passing 503, 429 or stall and were cured by asking again, by source."""
    retried: dict[str, list[Row]] = {}
    for run in runs:
        if run["retry_count"]:
            retried.setdefault(source_of(run, facts), []).append(run)
    for source, hit in sorted(retried.items()):
        slowest = max(hit, key=seconds)
        tries = sum(run["retry_count"] for run in hit)
        yield Healed(
            kind="passing error",
            what=f"{source}: a 503, 429 or stall in {count(len(hit))}",
            began_at=min(at(run["triggered_at"]) for run in hit),
            how=f"retry: {tries} more, {seconds(slowest):.0f} s at most",
            healed_at=max(at(run["completed_at"]) for run in hit),
            minutes=int(seconds(slowest) // 60),
            healed=True,
        )


def announcement(path: str, lost_at: datetime, facts: Facts) -> Healed:
    """What became of a file whose announcement was lost."""
    loads = [
        row
        for row in facts.rows("file_processing_log")
        if row["gcs_path"] == path and row["status"] == "loaded"
    ]
    ticks = [
        at(row["cleanup_time"])
        for row in facts.cleanups()
        for entry in row["missing_files"]
        if entry["gcs_path"] == path and entry["republished"]
    ]
    loaded = at(loads[0]["processed_at"]) if loads else None
    by = f"cleanup tick {clock(ticks[0], facts.date)}" if ticks else "no cleanup found it"
    done = f", loaded {clock(loaded, facts.date)}" if loaded else ", not loaded"
    return Healed(
        kind="lost file event",
        what=path,
        began_at=lost_at,
        how=by + done,
        healed_at=loaded,
        minutes=minutes(lost_at, loaded) if loaded else None,
        healed=loaded is not None,
    )


def _announced(facts: Facts) -> Iterator[Healed]:
    """Files of the day's runs that a cleanup found without a load."""
    written = {
        run["gcs_path"]: at(run["completed_at"])
        for run in facts.rows("scraper_execution_log")
        if run["gcs_path"]
    }
    missing = {
        entry["gcs_path"]: None for row in facts.cleanups() for entry in row["missing_files"]
    }
    for path in missing:
        if path in written:
            yield announcement(path, written[path], facts)


def _resent(resent: Mapping[str, datetime], facts: Facts) -> Iterator[Healed]:
    """Chunks of which nothing was heard for fifteen minutes."""
    ended = {row["execution_id"]: row for row in facts.rows("workflow_executions")}
    for chunk, when in sorted(resent.items()):
        execution = chunk.rpartition(".s")[0]
        row = ended.get(execution)
        done = at(row["execution_time"]) if row else None
        yield Healed(
            kind="chunk sent again",
            what=chunk,
            began_at=when,
            how=f"its execution ended {row['status']}" if row else "its execution has not ended",
            healed_at=done,
            minutes=None,
            healed=row is not None,
        )


def seconds(run: Row) -> float:
    """How long a run took."""
    return (at(run["completed_at"]) - at(run["triggered_at"])).total_seconds()


def minutes(start: datetime, end: datetime) -> int:
    """Whole minutes between two instants."""
    return int((end - start).total_seconds() // 60)


def count(number: int) -> str:
    """`1 run`, `2 runs`."""
    return f"{number} run" + ("" if number == 1 else "s")
