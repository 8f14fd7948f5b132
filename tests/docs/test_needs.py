"""What every test runs under, tried on small suites: TIPOFF_REQUIRE, and seeds by commit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFTEST = ROOT / "tests" / "conftest.py"

SUITE = """
import pytest

def test_one():
    pytest.skip("{reason}")

def test_two():
    pass
"""

DRAWING = """
import hypothesis
import pytest
from hypothesis import strategies as st

@pytest.mark.parametrize("n", range(9))
@hypothesis.settings(max_examples=9)
@hypothesis.given(drawn=st.integers())
def test_draws(n, drawn):
    with open("drawn.txt", "a") as file:
        print(n, drawn, file=file)
"""


def run(
    folder: Path, reason: str, required: str, *args: str, suite: str = SUITE, **variables: str
) -> tuple[int, str]:
    """Exit code and output of pytest over a suite whose one test skips with `reason`."""
    (folder / "conftest.py").write_text(CONFTEST.read_text("utf-8"), "utf-8")
    (folder / "test_small.py").write_text(suite.replace("{reason}", reason), "utf-8")
    plain = ["-q", "--color=no", "-p", "no:cacheprovider", "--rootdir", "."]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plain, *args],
        cwd=folder,
        env={
            **os.environ,
            "TIPOFF_REQUIRE": required,
            "PYTEST_ADDOPTS": "",
            "PYTHONPATH": str(ROOT),
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("reason", "required", "told"),
    [
        ("needs terraform: not on the PATH", "", "1 passed, 1 skipped"),
        ("needs terraform: not on the PATH", "emulators", "1 passed, 1 skipped"),
        ("needs terraform: not on the PATH", "emulators,terraform", "1 failed, 1 passed"),
        ("only on Windows", "terraform", "1 passed, 1 skipped"),
    ],
)
def test_a_skip_for_want_of_a_required_thing_is_a_failure(
    tmp_path: Path, reason: str, required: str, told: str
) -> None:
    code, output = run(tmp_path, reason, required)
    assert told in output
    assert code == ("failed" in told)


def test_an_unknown_name_in_tipoff_require_is_refused(tmp_path: Path) -> None:
    code, output = run(tmp_path, "any", "teraform")
    assert code != 0
    assert "found ['teraform'], allowed: " in output


def drawn(folder: Path, *args: str, **variables: str) -> list[str]:
    """What the suite DRAWING draws in one run, and in which order of its tests."""
    (folder / "drawn.txt").unlink(missing_ok=True)
    code, output = run(folder, "", "", *args, suite=DRAWING, **variables)
    assert code == 0, output
    return (folder / "drawn.txt").read_text("utf-8").splitlines()


def test_who_runs_a_commit_again_draws_the_same_in_the_same_order(tmp_path: Path) -> None:
    first = drawn(tmp_path)
    assert drawn(tmp_path) == first
    assert drawn(tmp_path, CI="true") == first
    others = drawn(tmp_path, "--hypothesis-seed=1")
    assert others != first
    # The tests come in the order of before, the examples do not.
    assert [line.split()[0] for line in others] == [line.split()[0] for line in first]
    assert sorted(drawn(tmp_path, "--randomly-seed=1")) == sorted(first)
