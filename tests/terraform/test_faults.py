"""Every fault of faults.yaml is caught. Long: a plan each, some with `terraform test`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terraform.faults import Fault, caught, faults, planted, sound
from tests.terraform.plans import missing


def says(one: Fault) -> str:
    return one.says.replace(" ", "-")


@pytest.mark.parametrize("one", faults(), ids=says)
def test_the_fault_stands_in_one_place(one: Fault, tmp_path: Path) -> None:
    assert planted(one, tmp_path / "staged").is_dir()


@pytest.fixture(scope="session")
def without_faults(tmp_path_factory: pytest.TempPathFactory) -> None:
    if (why := missing()) is not None:
        pytest.skip(f"needs terraform: {why}")
    assert sound(tmp_path_factory.mktemp("sound")) is None


@pytest.mark.soak
@pytest.mark.usefixtures("without_faults")
@pytest.mark.parametrize("one", faults(), ids=says)
def test_the_fault_is_caught(one: Fault, tmp_path: Path) -> None:
    assert caught(one, tmp_path / "staged") is not None
