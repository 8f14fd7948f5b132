"""One plan of terraform/ for all tests of a process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terraform.plans import Checked, Plan, check, missing, stage


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of terraform/ and config/ to plan from."""
    if (why := missing()) is not None:
        pytest.skip(f"needs terraform: {why}")
    return stage(tmp_path_factory.mktemp("terraform"))


@pytest.fixture(scope="session")
def checked(staged: Path) -> Checked:
    """What the checker says of the project as it is."""
    return check(staged)


@pytest.fixture(scope="session")
def plan(checked: Checked) -> Plan:
    """The plan of the project as it is."""
    assert checked.plan is not None, checked.output
    return checked.plan
