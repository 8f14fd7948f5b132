"""Every contract runs in every world."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.worlds import WORLDS, World


@pytest.fixture(params=[*sorted(WORLDS), "gcp"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "gcp":
        cloud = request.getfixturevalue("emulators")
        # Google's clients are imported after the emulators are started, and only then.
        from tests.contracts.cloud import open_world, settings_of

        made = open_world(settings_of(cloud))
    else:
        made = WORLDS[request.param](tmp_path)
    yield made
    made.close()
