"""The state bucket: what is decided once, and what is read of it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared import records
from shared.core.chunks import progress
from shared.core.execution import Outcome, failed_outcome
from shared.core.plan import Plan
from shared.effects import written_by
from shared.errors import NotFound, UnreadableRecord
from sim.files import MemoryFiles
from tests.core.executions import manifest
from tests.core.made import NOV_12, at, config, game, planned
from tests.shared.made import BOXES, ended

PLAN = planned(NOV_12, [game(1)])
NAME = records.plan_name(NOV_12, 1)


def test_the_first_to_decide_decides_for_all(files: MemoryFiles) -> None:
    later = replace(PLAN, made_by="controller", made_at=PLAN.made_at + timedelta(seconds=1))
    assert records.decide_once(files, NAME, PLAN) == PLAN
    assert records.decide_once(files, NAME, later) == PLAN
    assert records.read(files, NAME, Plan) == PLAN


def test_a_record_that_is_none_is_refused_by_name(files: MemoryFiles) -> None:
    with pytest.raises(NotFound, match="r0001"):
        records.read(files, NAME, Plan)
    files.create_once(NAME, b'{"revision": 1}')
    told = r"plans/2025-11-12/r0001.json \w+: found \[nothing\]"
    with pytest.raises(UnreadableRecord, match=told):
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
    with pytest.raises(UnreadableRecord, match=r"schedules/20251112T140000Z.json\[1\].tip"):
        records.newest_schedule(files, config())


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
