"""Executions: what they came to, and what was found, lost and optional on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.chunks import progress
from shared.core.execution import failed_outcome, found_in, options_for, summarise
from shared.core.runs import RunResult, run_id
from shared.core.workflows import Step
from tests.core.executions import (
    EVENTS,
    events,
    manifest,
    nothing,
    outcome,
    result,
)
from tests.core.made import at, config


@pytest.mark.parametrize(
    ("results", "status", "counts", "message"),
    [
        ((), "completed", (0, 0, 0, 0), None),
        ((result("a"), result("b", "no_data")), "completed", (2, 2, 1, 0), None),
        ((result("a", "no_data"),), "completed", (1, 1, 1, 0), None),
        (
            (result("a"), result("b", "failed", "timeout")),
            "partial",
            (2, 1, 0, 1),
            "timeout x1 (b: timeout said so)",
        ),
        # Most frequent first, then by name, one example each.
        (
            (
                result("c", "failed", "http_5xx"),
                result("b", "failed", "timeout"),
                result("a", "failed", "timeout"),
                result("d", "failed"),
            ),
            "failed",
            (4, 0, 0, 4),
            "timeout x2 (a: timeout said so); http_5xx x1 (c: http_5xx said so); unknown x1 (d: )",
        ),
    ],
)
def test_a_summary_counts_runs_and_names_every_kind_of_failure(
    results: tuple[RunResult, ...], status: str, counts: tuple[int, ...], message: str | None
) -> None:
    summary = summarise(manifest(EVENTS[0]), [outcome(each) for each in results])
    assert summary.status == status
    found = (summary.triggered, summary.succeeded, summary.no_data, summary.failed)
    assert found == counts
    assert summary.error_message == message
    assert summary.run_ids == tuple(sorted(each.run_id for each in results))


def test_found_targets_are_given_once_and_in_order() -> None:
    twice = outcome(result("a", found=events(2)), result("b", found=events(3)[1:]))
    assert [target.id for target in found_in([twice, twice])] == ["e00", "e01", "e02"]


def test_a_chunk_that_was_not_asked_fails_for_each_of_its_targets() -> None:
    made = manifest(Step(scrapers=("nbac_team_boxscore",)), games=2)
    (order,) = progress(made, {}, nothing).waiting
    lost = failed_outcome(order, "lost", "no outcome", at("14:00"))
    assert [(r.run_id, r.status, r.error_type) for r in lost.results] == [
        (run_id("x.1", "nbac_team_boxscore", target), "failed", "lost") for target in order.targets
    ]
    assert not any(r.complete or r.record_count for r in lost.results)


def test_options_are_taken_from_the_registry_where_it_has_some() -> None:
    entry = replace(config().scrapers["oddsa_events"], options={"region": "us"})
    asked = {"oddsa_events": entry, "bdl_standings": config().scrapers["bdl_standings"]}
    assert options_for(asked) == {"oddsa_events": {"region": "us"}}
