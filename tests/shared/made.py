"""Records of an execution, written as the functions write them."""

from __future__ import annotations

from dataclasses import replace

from shared import records
from shared.core.chunks import progress
from shared.core.execution import Manifest, Outcome, failed_outcome, summarise
from shared.core.workflows import Step
from shared.effects import outcome_name
from sim.files import MemoryFiles
from tests.core.made import NOV_12, at, config

BOXES = Step(scrapers=("nbac_team_boxscore",))


def ended(files: MemoryFiles, made: Manifest, *complete: str) -> None:
    """Write an execution whose one chunk has found these games."""
    tags = records.manifest_metadata(made)
    records.create(files, records.manifest_name(NOV_12, made.execution_id), made, tags)
    (order,) = progress(made, {}, lambda _: ()).waiting
    lost = failed_outcome(order, "timeout", "no answer", at("13:01"))
    results = tuple(
        replace(
            r,
            status="success",
            complete=True,
            covers=(r.target.id,),
            record_count=2,
            path=f"p/{r.target.id}.json",
            generation=1,
        )
        if r.target.id in complete
        else r
        for r in lost.results
    )
    outcome = Outcome(order=order, results=results, at=at("13:01"))
    tags = records.outcome_metadata(outcome, config())
    records.create(files, outcome_name(outcome), outcome, tags)
    summary = summarise(made, [outcome])
    name = records.finished_name(NOV_12, made.execution_id)
    records.create(files, name, summary, records.finished_metadata(summary))
