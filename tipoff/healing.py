"""How each trouble of a simulated day was healed: a retry, a later attempt, a cleanup. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from shared.core.report.healing import (
    announcement,
    count,
    later,
    minutes,
    passing,
    seconds,
    told,
)
from shared.core.report.lines import Healed
from sim.sources.troubles import Kind, Trouble
from tipoff.facts import Facts, Row, at, clock

__all__ = ["Healed", "healed"]

WORDS = {
    Kind.SPELL: "503 spell",
    Kind.SLOW: "slow source",
    Kind.ERROR_PAGE: "error page",
}


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
    found += passing([run for run in rest if run["status"] != "failed"], facts)
    found += [announcement(event.path, event.lost_at, facts) for event in facts.lost]
    found += _repeated(facts)
    yield from sorted(found, key=lambda each: (each.began_at, each.kind, each.what))


def _meets(trouble: Trouble, run: Row, facts: Facts) -> bool:
    if facts.config.scrapers[run["scraper_name"]].source != trouble.source:
        return False
    return at(run["triggered_at"]) < trouble.end and at(run["completed_at"]) >= trouble.start


def _trouble(trouble: Trouble, hit: Sequence[Row], facts: Facts) -> Healed:
    span = f"{clock(trouble.start, facts.date)} to {clock(trouble.end, facts.date)}"
    what = f"{trouble.source} {span}: {trouble.note}"
    if trouble.kind is Kind.SLOW:
        slowest = max((seconds(run) for run in hit), default=0)
        good = [run for run in hit if run["status"] != "failed"]
        how = f"waited: {count(len(good))}, the slowest {slowest:.0f} s" if good else ""
    else:
        good = [run for run in hit if run["status"] != "failed" and run["retry_count"]]
        how = f"retry: {count(len(good))}" if good else ""
    failed = [run for run in hit if run["status"] == "failed"]
    cures = [later(run, facts) for run in failed]
    ends = [at(run["completed_at"]) for run in [*good, *(run for run in cures if run)]]
    ways = [how, *told(list(zip(failed, cures, strict=True)), facts)]
    harm = [at(run["triggered_at"]) for run in (failed or good)]
    return Healed(
        kind=WORDS[trouble.kind],
        what=what,
        began_at=trouble.start,
        how="; ".join(filter(None, ways)) or "no harm: nothing was asked meanwhile or failed",
        healed_at=max(ends, default=None),
        minutes=minutes(min(harm), max(ends)) if harm and ends else None,
        healed=all(cures),
    )


def _failure(run: Row, facts: Facts) -> Healed:
    cure = later(run, facts)
    began = at(run["triggered_at"])
    return Healed(
        kind="failed run",
        what=f"{run['scraper_name']} {run['target']}: {run['error_type']}",
        began_at=began,
        how="; ".join(told([(run, cure)], facts)),
        healed_at=at(cure["completed_at"]) if cure else None,
        minutes=minutes(began, at(cure["completed_at"])) if cure else None,
        healed=cure is not None,
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
