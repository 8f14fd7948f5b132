"""The state bucket: what is decided once, and what a listing tells of a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shared import records
from shared.core.chunks import progress
from shared.core.errors import BadInput
from shared.core.execution import Manifest, Outcome, failed_outcome, summarise
from shared.core.plan import Plan
from shared.core.workflows import Step
from shared.effects import outcome_name, written_by
from shared.errors import NotFound
from sim.clock import ManualClock
from sim.files import MemoryFiles
from tests.core.executions import manifest
from tests.core.made import NOV_12, at, config, game, planned

PLAN = planned(NOV_12, [game(1)])
NAME = records.plan_name(NOV_12, 1)
BOXES = Step(scrapers=("nbac_team_boxscore",))


@pytest.fixture
def files() -> MemoryFiles:
    return MemoryFiles(ManualClock(at("13:00")))


def test_the_first_to_decide_decides_for_all(files: MemoryFiles) -> None:
    later = replace(PLAN, made_by="controller", made_at=PLAN.made_at + timedelta(seconds=1))
    assert records.decide_once(files, NAME, PLAN) == PLAN
    assert records.decide_once(files, NAME, later) == PLAN
    assert records.read(files, NAME, Plan) == PLAN


def test_a_record_is_undone_until_it_is_marked(files: MemoryFiles) -> None:
    records.create(files, NAME, PLAN)
    assert [s.name for s in records.undone(files.list("plans/"))] == [NAME]
    assert not records.is_done(files, NAME)
    records.mark_done(files, NAME)
    records.mark_done(files, NAME)
    assert records.is_done(files, NAME)
    assert records.undone(files.list("plans/")) == []


def test_a_record_that_is_none_is_refused_by_name(files: MemoryFiles) -> None:
    with pytest.raises(NotFound, match="r0001"):
        records.read(files, NAME, Plan)
    files.create_once(NAME, b'{"revision": 1}')
    with pytest.raises(BadInput, match=r"plans/2025-11-12/r0001.json \w+: found \[nothing\]"):
        records.read(files, NAME, Plan)


def test_the_newest_plan_is_the_highest_revision_whatever_is_marked(files: MemoryFiles) -> None:
    assert records.newest_plan(files, NOV_12) is None
    for revision in (1, 2, 10):
        name = records.plan_name(NOV_12, revision)
        records.create(files, name, replace(PLAN, revision=revision))
        records.mark_done(files, name)
    newest = records.newest_plan(files, NOV_12)
    assert newest is not None
    assert newest.revision == 10


def test_the_newest_schedule_is_the_last_by_instant(files: MemoryFiles) -> None:
    assert records.newest_schedule(files, config()) is None
    for hour, tip in (("09:00", "19:00"), ("10:00", "22:00")):
        body = [game(1, tip).to_record()]
        records.create(files, records.schedule_name(at(hour)), body)
    newest = records.newest_schedule(files, config())
    assert newest is not None
    assert newest.fetched_at == at("10:00")
    assert newest.calendar.on(NOV_12)[0].tip == at("22:00")


def test_a_schedule_record_that_is_broken_says_which_game(files: MemoryFiles) -> None:
    body = [game(1).to_record(), {**game(2).to_record(), "tip": "soon"}]
    records.create(files, records.schedule_name(at("09:00")), body)
    with pytest.raises(BadInput, match=r"schedules/20251112T140000Z.json\[1\].tip"):
        records.newest_schedule(files, config())


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


def test_a_listing_alone_tells_what_a_day_has_and_lacks(files: MemoryFiles) -> None:
    made = manifest(BOXES, games=3)
    ended(files, made, "0022500000", "0022500002")
    running = replace(made, execution_id="y.1", slot_id="y", workflow="v")
    tags = records.manifest_metadata(running)
    records.create(files, records.manifest_name(NOV_12, "y.1"), running, tags)
    known = records.history(PLAN, files.list("executions/2025-11-12/"))
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
    known = records.history(PLAN, files.list("executions/2025-11-12/"))
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
    found = records.arrivals(files.list("executions/"))
    late = datetime.fromisoformat("2030-01-01T00:00:00+00:00")
    assert found == {"2025-11-12": {"d": {"a": early, "b": early, "c": late}}}


def test_the_metadata_of_the_largest_chunk_fits_a_header(files: MemoryFiles) -> None:
    """50 targets of 32 characters that cover as much: under Cloud Storage's 8 KiB."""
    made = manifest(BOXES, games=1)
    (order,) = progress(made, {}, lambda _: ()).waiting
    (one,) = failed_outcome(order, "x", "x", at("13:01")).results
    ids = [f"{n:032d}" for n in range(50)]
    results = tuple(
        replace(one, target=replace(one.target, id=i), complete=True, covers=(i,)) for i in ids
    )
    tags = records.outcome_metadata(Outcome(order=order, results=results, at=at("13:01")), config())
    assert sum(len(k) + len(v) for k, v in tags.items()) < 8 * 1024 / 2
    assert files.create_once("x", b"", tags).created


def test_an_unknown_status_of_an_execution_is_refused(files: MemoryFiles) -> None:
    made = manifest(BOXES, games=1)
    ended(files, made, "0022500000")
    listing = [
        replace(s, metadata={"status": "fine"}) if s.name.endswith("finished.json") else s
        for s in files.list("executions/")
    ]
    with pytest.raises(BadInput, match=r"status: found \[fine\], allowed: completed, partial"):
        records.history(PLAN, listing)


def test_the_files_of_a_scraper_that_left_the_configuration_are_nobodys(
    files: MemoryFiles,
) -> None:
    made = manifest(BOXES, games=1)
    ended(files, made, "0022500000")
    (stored,) = (s for s in files.list("executions/") if "/chunks/" in s.name)
    outcome = records.read(files, stored.name, Outcome)
    assert [w.path for w in written_by(outcome, config())] == ["p/0022500000.json"]
    assert written_by(outcome, replace(config(), scrapers={})) == []
    assert records.outcome_metadata(outcome, replace(config(), scrapers={}))["dataset"] == ""
