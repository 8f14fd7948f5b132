"""The table of guards: its fragments stand where it says, and each mutant is killed."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.mutants.document import document
from tests.mutants.guard import Guard
from tests.mutants.guards import all_guards
from tests.mutants.playing import main as play
from tests.mutants.runner import ROOT, broken, copied, run, verdict

GUARDS = list(all_guards())
NAMES = [guard.name for guard in GUARDS]

#: Processes of the long run.
JOBS = 2


def test_each_guard_has_a_name_of_its_own_and_a_reason() -> None:
    assert [name for name, times in Counter(NAMES).items() if times > 1] == []
    assert [guard.name for guard in GUARDS if not guard.why or not guard.tests] == []
    assert len(GUARDS) >= 40


def test_every_guard_stands_once_where_the_table_says() -> None:
    sources = {file: (ROOT / file).read_text(encoding="utf-8") for file in {g.file for g in GUARDS}}
    times = {guard.name: sources[guard.file].count(guard.right) for guard in GUARDS}
    assert {name: found for name, found in times.items() if found != 1} == {}
    for guard in GUARDS:
        assert guard.right != guard.wrong, guard.name
        # A mutant that is no Python would be found by anything.
        compile(sources[guard.file].replace(guard.right, guard.wrong), guard.name, "exec")


def test_the_tests_that_are_to_find_a_mutant_are_there() -> None:
    nodes = {node.partition("[")[0] for guard in GUARDS for node in guard.tests}
    missing = []
    for node in sorted(nodes):
        file, _, name = node.partition("::")
        source = (ROOT / file).read_text(encoding="utf-8")
        if name and not re.search(rf"^def {name}\(", source, re.MULTILINE):
            missing.append(node)
    assert missing == []


def test_a_break_that_the_simulator_finds_is_told_with_its_seed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # The second lies in Google's client, which is not played.
    names = ("the first to decide decides", "a create in the cloud never overwrites")
    play(["--days", "1", *(word for name in names for word in ("--only", name))])
    found, told = capsys.readouterr().out.splitlines()
    assert found == "the first to decide decides: seed 1: repeat_differs"
    assert told.startswith("1 of 1 breaks are found in 1 days")


def test_the_recorded_run_is_of_these_guards_and_found_them_all() -> None:
    recorded = json.loads((ROOT / "docs" / "guards.json").read_text(encoding="utf-8"))
    assert {one["guard"] for one in recorded["verdicts"]} == set(NAMES)
    assert [one["guard"] for one in recorded["verdicts"] if one["fate"] != "killed"] == []


def test_the_page_is_what_the_table_and_the_recorded_run_say() -> None:
    recorded = json.loads((ROOT / "docs" / "guards.json").read_text(encoding="utf-8"))
    assert (ROOT / "docs" / "guards.md").read_text(encoding="utf-8") == document(recorded)


def test_a_mutant_lives_in_a_copy_and_only_while_it_is_tried(tmp_path: Path) -> None:
    guard = GUARDS[0]
    copy = copied(tmp_path)
    right = (ROOT / guard.file).read_bytes()
    with broken(copy, guard):
        assert guard.wrong in (copy / guard.file).read_text(encoding="utf-8")
        assert (ROOT / guard.file).read_bytes() == right
    assert (copy / guard.file).read_bytes() == right
    (copy / guard.file).write_text("", encoding="utf-8")
    gone = verdict(copy, guard)
    assert (gone.fate, gone.by) == ("unproved", "its fragment stands 0 times")


@pytest.mark.soak
def test_a_test_that_looks_elsewhere_lets_its_mutant_survive(tmp_path: Path) -> None:
    """The harness can tell: what no test looks at survives, what cannot start proves nothing."""
    copy = copied(tmp_path)
    found = GUARDS[0]
    unseen = Guard(**{f: getattr(found, f) for f in found.__slots__} | {"tests": (ELSEWHERE,)})
    nowhere = Guard(**{f: getattr(found, f) for f in found.__slots__} | {"tests": ("tests/x.py",)})
    assert verdict(copy, found).fate == "killed"
    assert verdict(copy, unseen).fate == "survived"
    assert verdict(copy, nowhere).fate == "broken"


ELSEWHERE = "tests/core/test_days.py::test_a_season_turns_over_in_july"


@pytest.mark.soak
def test_every_mutant_is_killed() -> None:
    _, verdicts = run(GUARDS, jobs=min(JOBS, os.cpu_count() or 1))
    assert [(one.guard.name, one.by) for one in verdicts if one.fate != "killed"] == []
