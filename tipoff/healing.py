"""How each trouble of a day was healed: by a retry, a later attempt or a cleanup. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sim.sources.troubles import Kind, Trouble
from tipoff.facts import Facts, LostEvent, Row, at, clock

WORDS = {
    Kind.SPELL: "503 spell",
    Kind.SLOW: "slow source",
    Kind.ERROR_PAGE: "error page",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Healed:
    """One trouble and its end."""

    kind: str
    what: str
    began_at: datetime
    #: How it was healed, or what is still wrong.
    how: str
    #: None: it did no harm, or is not healed.
    healed_at: datetime | None
    #: Whole minutes from the harm to its end.
    minutes: int | None
    healed: bool


def healed(facts: Facts) -> Iterator[Healed]:
    """Every trouble of the day, by when it began."""
    runs = facts.rows("scraper_execution_log")
    struck: set[str] = set()
    found: list[Healed] = []
    for trouble in facts.troubles:
        hit = [run for run in runs if _meets(trouble, run, facts)]
        struck |= {run["run_id"] for run in hit}
        found.append(_trouble(trouble, hit, facts))
    rest = [run for run in runs if run["run_id"] not in struck]
    found += [_failure(run, facts) for run in rest if run["status"] == "failed"]
    found += _passing([run for run in rest if run["status"] != "failed"], facts)
    found += [_lost(event, facts) for event in facts.lost]
    found += _repeated(facts)
    yield from sorted(found, key=lambda each: (each.began_at, each.kind, each.what))


def covers_of(facts: Facts) -> dict[str, frozenset[str]]:
    """Per dataset the ids that complete runs of the day cover."""
    found: dict[str, set[str]] = {}
    for run in facts.rows("scraper_execution_log"):
        if run["complete"]:
            dataset = facts.config.scrapers[run["scraper_name"]].dataset
            found.setdefault(dataset, set()).update(json.loads(run["data_summary"])["covers"])
    return {dataset: frozenset(ids) for dataset, ids in sorted(found.items())}


def _meets(trouble: Trouble, run: Row, facts: Facts) -> bool:
    if facts.config.scrapers[run["scraper_name"]].source != trouble.source:
        return False
    return at(run["triggered_at"]) < trouble.end and at(run["completed_at"]) >= trouble.start


def _trouble(trouble: Trouble, hit: Sequence[Row], facts: Facts) -> Healed:
    span = f"{clock(trouble.start, facts.date)} to {clock(trouble.end, facts.date)}"
    what = f"{trouble.source} {span}: {trouble.note}"
    if trouble.kind is Kind.SLOW:
        slowest = max((_seconds(run) for run in hit), default=0)
        good = [run for run in hit if run["status"] != "failed"]
        how = f"waited: {_runs(len(good))}, the slowest {slowest:.0f} s" if good else ""
    else:
        good = [run for run in hit if run["status"] != "failed" and run["retry_count"]]
        how = f"retry: {_runs(len(good))}" if good else ""
    failed = [run for run in hit if run["status"] == "failed"]
    later = [_later(run, facts) for run in failed]
    ends = [at(run["completed_at"]) for run in [*good, *(run for run in later if run)]]
    told = [how, *_told(list(zip(failed, later, strict=True)), facts)]
    harm = [at(run["triggered_at"]) for run in (failed or good)]
    return Healed(
        kind=WORDS[trouble.kind],
        what=what,
        began_at=trouble.start,
        how="; ".join(filter(None, told)) or "no harm: nothing was asked meanwhile or failed",
        healed_at=max(ends, default=None),
        minutes=_minutes(min(harm), max(ends)) if harm and ends else None,
        healed=all(later),
    )


def _failure(run: Row, facts: Facts) -> Healed:
    cure = _later(run, facts)
    began = at(run["triggered_at"])
    return Healed(
        kind="failed run",
        what=f"{run['scraper_name']} {run['target']}: {run['error_type']}",
        began_at=began,
        how="; ".join(_told([(run, cure)], facts)),
        healed_at=at(cure["completed_at"]) if cure else None,
        minutes=_minutes(began, at(cure["completed_at"])) if cure else None,
        healed=cure is not None,
    )


def _told(pairs: Sequence[tuple[Row, Row | None]], facts: Facts) -> Iterator[str]:
    """What cured failed runs, those of one instant together."""
    ways: dict[str, Counter[str]] = {}
    for run, cure in pairs:
        way = "not asked again"
        if cure is not None:
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


def _later(run: Row, facts: Facts) -> Row | None:
    """The first later run of the same scraper and target that obtained something."""
    later = [
        other
        for other in facts.rows("scraper_execution_log")
        if (other["scraper_name"], other["target"]) == (run["scraper_name"], run["target"])
        and other["status"] == "success"
        and at(other["triggered_at"]) > at(run["triggered_at"])
    ]
    return min(later, key=lambda other: at(other["triggered_at"]), default=None)


def _passing(runs: Sequence[Row], facts: Facts) -> Iterator[Healed]:
    """Runs that met a passing 503, 429 or stall and were cured by asking again, by source."""
    retried: dict[str, list[Row]] = {}
    for run in runs:
        if run["retry_count"]:
            source = facts.config.scrapers[run["scraper_name"]].source
            retried.setdefault(source, []).append(run)
    for source, hit in sorted(retried.items()):
        slowest = max(hit, key=_seconds)
        tries = sum(run["retry_count"] for run in hit)
        yield Healed(
            kind="passing error",
            what=f"{source}: a 503, 429 or stall in {_runs(len(hit))}",
            began_at=min(at(run["triggered_at"]) for run in hit),
            how=f"retry: {tries} more, {_seconds(slowest):.0f} s at most",
            healed_at=max(at(run["completed_at"]) for run in hit),
            minutes=int(_seconds(slowest) // 60),
            healed=True,
        )


def _lost(event: LostEvent, facts: Facts) -> Healed:
    loads = [
        row
        for row in facts.rows("file_processing_log")
        if row["gcs_path"] == event.path and row["status"] == "loaded"
    ]
    ticks = [
        at(row["cleanup_time"])
        for row in facts.cleanups()
        for entry in row["missing_files"]
        if entry["gcs_path"] == event.path and entry["republished"]
    ]
    loaded = at(loads[0]["processed_at"]) if loads else None
    by = f"cleanup tick {clock(ticks[0], facts.date)}" if ticks else "no cleanup found it"
    done = f", loaded {clock(loaded, facts.date)}" if loaded else ", not loaded"
    return Healed(
        kind="lost file event",
        what=event.path,
        began_at=event.lost_at,
        how=by + done,
        healed_at=loaded,
        minutes=_minutes(event.lost_at, loaded) if loaded else None,
        healed=loaded is not None,
    )


def _repeated(facts: Facts) -> Iterator[Healed]:
    """Ticks that came twice, by job. Harm would be a slot decided twice at one tick, or a
    decision executed twice."""
    made = Counter(
        f"{row['slot_id'] or row['workflow_name']} at {row['tick']}"
        for row in facts.rows("workflow_decisions")
    )
    made.update(row["decision_id"] for row in facts.rows("workflow_executions"))
    twice = [what for what, number in made.items() if number > 1]
    for job, number in sorted(Counter(tick.job for tick in facts.repeated).items()):
        yield Healed(
            kind="repeated tick",
            what=f"{job}: {number} {'tick' if number == 1 else 'ticks'} came twice",
            began_at=min(tick.at for tick in facts.repeated if tick.job == job),
            how=f"done twice: {', '.join(twice)}" if twice else "nothing was done twice",
            healed_at=None,
            minutes=None,
            healed=not twice,
        )


def _seconds(run: Row) -> float:
    return (at(run["completed_at"]) - at(run["triggered_at"])).total_seconds()


def _minutes(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds() // 60)


def _runs(number: int) -> str:
    return f"{number} run" + ("" if number == 1 else "s")
