"""Listings of the state bucket: what is undone, and what one tells of a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from shared import listings, records
from shared.core.errors import BadInput
from sim.files import MemoryFiles
from tests.core.executions import manifest
from tests.core.made import NOV_12, game, planned
from tests.shared.made import BOXES, ended

PLAN = planned(NOV_12, [game(1)])
NAME = records.plan_name(NOV_12, 1)


def test_a_record_is_undone_until_it_is_marked(files: MemoryFiles) -> None:
    records.create(files, NAME, PLAN)
    assert [s.name for s in listings.undone(files.list("plans/"))] == [NAME]
    assert not records.is_done(files, NAME)
    records.mark_done(files, NAME)
    records.mark_done(files, NAME)
    assert records.is_done(files, NAME)
    assert listings.undone(files.list("plans/")) == []


def test_a_listing_alone_tells_what_a_day_has_and_lacks(files: MemoryFiles) -> None:
    made = manifest(BOXES, games=3)
    ended(files, made, "0022500000", "0022500002")
    running = replace(made, execution_id="y.1", slot_id="y", workflow="v")
    tags = records.manifest_metadata(running)
    records.create(files, records.manifest_name(NOV_12, "y.1"), running, tags)
    known = listings.history(PLAN, files.list("executions/2025-11-12/"))
    assert known.covered == {"team_boxscore": frozenset({"0022500000", "0022500002"})}
    assert known.ran == {"x", "y"}
    (first,) = known.of_slot("x")
    assert (first.status, first.good, first.attempt) == ("partial", True, 1)
    assert first.games == ("0022500000", "0022500001", "0022500002")
    assert first.obtained == {"nbac_team_boxscore": frozenset({"0022500000", "0022500002"})}
    (second,) = known.of_workflow("v")
    assert (second.status, second.good) == (None, False)


def test_an_execution_for_another_date_tells_nothing_of_this_one(files: MemoryFiles) -> None:
    """A backfill lies under the day on which it was asked and counts for its own."""
    ended(files, manifest(BOXES, games=1, target_date=NOV_12.replace(day=1)), "0022500000")
    known = listings.history(PLAN, files.list("executions/2025-11-12/"))
    assert (known.attempts, known.covered) == ((), {})


def test_a_target_arrived_when_the_first_chunk_that_found_it_whole_ended(
    files: MemoryFiles,
) -> None:
    first = {"obtained": "a,b", "covers": "a,b", "dataset": "d", "target_date": "2025-11-12"}
    # An outcome of the first version does not say when; a later one found `a` again, and nothing
    # of a target that was not complete.
    early = files.create_once("executions/1", b"", first).stored.created_at
    again = {**first, "obtained": "a,c", "covers": "", "at": "2030-01-01T00:00:00+00:00"}
    files.create_once("executions/2", b"", again)
    files.create_once("executions/3", b"", {**first, "obtained": "", "covers": "x"})
    found = listings.arrivals(files.list("executions/"))
    late = datetime.fromisoformat("2030-01-01T00:00:00+00:00")
    assert found == {"2025-11-12": {"d": {"a": early, "b": early, "c": late}}}


def test_an_unknown_status_of_an_execution_is_refused(files: MemoryFiles) -> None:
    made = manifest(BOXES, games=1)
    ended(files, made, "0022500000")
    listing = [
        replace(s, metadata={"status": "fine"}) if s.name.endswith("finished.json") else s
        for s in files.list("executions/")
    ]
    with pytest.raises(BadInput, match=r"status: found \[fine\], allowed: completed, partial"):
        listings.history(PLAN, listing)
