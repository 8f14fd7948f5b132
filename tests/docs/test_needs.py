"""TIPOFF_REQUIRE, tried on a small suite of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"

SUITE = """
import pytest

def test_one():
    pytest.skip("{reason}")

def test_two():
    pass
"""


def run(folder: Path, reason: str, required: str) -> tuple[int, str]:
    """Exit code and output of pytest over a suite whose one test skips with `reason`."""
    (folder / "conftest.py").write_text(CONFTEST.read_text("utf-8"), "utf-8")
    (folder / "test_small.py").write_text(SUITE.format(reason=reason), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", "."],
        cwd=folder,
        env={**os.environ, "TIPOFF_REQUIRE": required, "PYTEST_ADDOPTS": ""},
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
