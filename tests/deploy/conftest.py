"""Zips, unpacked as the platform does it, beside a world in memory."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tipoff.packaging import ROOT, contents, functions, zipped

SERVED = Path(__file__).with_name("served.py")
SITE = sysconfig.get_path("purelib")

STUB = """
from datetime import UTC, datetime

from bus import MemoryBus
from clock import ManualClock
from files import MemoryFiles
from memory import MemoryJournal, MemoryLedger, MemorySecrets, MemoryWarehouse, SerialPool
from shared.config import load_config
from shared.schema import Schemas
from shared.world import World


def open(settings):
    clock = ManualClock(datetime(2025, 11, 12, 10, tzinfo=UTC))
    journal, warehouse = MemoryJournal(), MemoryWarehouse()
    ledger = MemoryLedger(journal, warehouse, Schemas(settings.config / "tables"))
    return World(
        settings=settings, config=load_config(settings.config), clock=clock,
        state=MemoryFiles(clock), raw=MemoryFiles(clock), journal=journal, ledger=ledger,
        warehouse=warehouse, bus=MemoryBus(clock), secrets=MemorySecrets(),
        pool=lambda source, concurrency: SerialPool(),
    )
"""


@pytest.fixture(scope="session")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a world for a function that has no cloud."""
    folder = tmp_path_factory.mktemp("beside")
    for name in ("bus", "clock", "files", "memory"):
        shutil.copy(ROOT / "sim" / f"{name}.py", folder)
    (folder / "stub_world.py").write_text(STUB, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each function's zip, unpacked into a folder of its own."""
    found = {}
    for name in functions():
        folder = tmp_path_factory.mktemp(name)
        (archive := folder / "source.zip").write_bytes(zipped(contents(name)))
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder / "workspace")
        found[name] = folder / "workspace"
    return found


def serve(folder: Path, function: str, beside: Path, python: Sequence[str], *site: str) -> Any:
    """What served.py tells of the function in `folder`, run by `python`."""
    done = subprocess.run(
        [*python, str(SERVED), function, str(beside), *site],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "TIPOFF_WORLD": "stub_world:open"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
