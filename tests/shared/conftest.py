"""What the tests of records and of listings share."""

from __future__ import annotations

import pytest

from sim.clock import ManualClock
from sim.files import MemoryFiles
from tests.core.made import at


@pytest.fixture
def files() -> MemoryFiles:
    return MemoryFiles(ManualClock(at("13:00")))
