"""Breaks guards in copies of the project and runs the tests that are to find it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Literal

from tests.mutants.guard import Guard
from tests.mutants.inside import ORIGINAL, REPORT

ROOT = Path(__file__).resolve().parents[2]

#: Seconds until a mutant that goes on for ever is stopped; nothing is proved then.
PATIENCE = 120.0
#: Seconds for all tests together, without a mutant.
CONTROL = 600.0

#: Set by a pytest around this one, or by its runner; a run inside must not hear of them.
_NOT_INSIDE = ("PYTEST", "TIPOFF")

#: killed: a test failed. broken: the tests could not run, or did not end. unproved: a test fails
#: without the mutant, or the fragment is not there.
Fate = Literal["killed", "survived", "broken", "unproved"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What became of one mutant."""

    guard: Guard
    fate: Fate
    #: The test that failed, or why there was none.
    by: str
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What one pytest run came to."""

    ran: int = 0
    #: Node ids of what failed, and of files that could not be collected.
    failed: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    #: Why there is no answer.
    lost: str = ""
    timed_out: bool = False


class Refused(Exception):
    """The tests do not run at all, or saw other code than the copy's."""


def files_of(root: Path) -> list[str]:
    """Tracked files, and new ones that git does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name and (root / name).is_file()]


def copied(folder: Path) -> Path:
    """A copy of the project in `folder`."""
    for name in files_of(ROOT):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return folder


@contextmanager
def broken(copy: Path, guard: Guard) -> Iterator[None]:
    """The copy with one guard broken; afterwards it is as it was."""
    file = copy / guard.file
    before, times = file.read_text(encoding="utf-8"), file.stat()
    file.write_text(before.replace(guard.right, guard.wrong), encoding="utf-8")
    # Compiled code is found stale by the second and the size alone.
    os.utime(file, (times.st_atime + 100, times.st_mtime + 100))
    try:
        yield
    finally:
        file.write_text(before, encoding="utf-8")
        os.utime(file, (times.st_atime, times.st_mtime))


def pytest_in(
    copy: Path, tests: Sequence[str], *options: str, patience: float = PATIENCE, **env: str
) -> Told:
    """Run `tests` in the copy; Refused when they imported anything from the project itself."""
    report = copy / ".report.json"
    report.unlink(missing_ok=True)
    known = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_INSIDE)}
    known |= {"PYTHONPATH": str(copy), REPORT: str(report), ORIGINAL: str(ROOT), **env}
    # Of the plugins only the one that the options in pyproject.toml name: half the time of a run.
    known["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    plain = ["-q", "--no-header", "-p", "no:cacheprovider", "-p", "pytest_socket"]
    inside = ["-p", "tests.mutants.inside"]
    command = [sys.executable, "-m", "pytest", *plain, *inside, *options, *tests]
    try:
        done = subprocess.run(
            command,
            cwd=copy,
            env=known,
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Told(timed_out=True)
    if not report.exists():
        return Told(lost=(done.stdout + done.stderr)[-2000:])
    told = json.loads(report.read_text(encoding="utf-8"))
    if told["foreign"]:
        raise Refused(f"imported from the project and not its copy: {told['foreign']}")
    return Told(ran=told["ran"], failed=tuple(told["failed"]), broken=tuple(told["broken"]))


def control(copy: Path, guards: Sequence[Guard]) -> Told:
    """Run the tests of all guards without a mutant; what is compiled on the way stays."""
    tests = sorted({test for guard in guards for test in guard.tests})
    return pytest_in(copy, tests, patience=CONTROL)


def verdict(copy: Path, guard: Guard, undisturbed: Told | None = None) -> Verdict:
    """Break one guard and run its tests, unless they fail without."""
    began = time.monotonic()
    known = (*undisturbed.failed, *undisturbed.broken) if undisturbed else ()
    if bad := [node for node in known if node.startswith(guard.tests)]:
        return Verdict(guard=guard, fate="unproved", by=f"fails without: {bad[0]}", seconds=0.0)
    if (times := (copy / guard.file).read_text(encoding="utf-8").count(guard.right)) != 1:
        by = f"its fragment stands {times} times"
        return Verdict(guard=guard, fate="unproved", by=by, seconds=0.0)
    with broken(copy, guard):
        # A mutant is not compiled to a file: nobody could take it for the right code.
        told = pytest_in(copy, guard.tests, "-x", PYTHONDONTWRITEBYTECODE="1")
    fate, by = _fate(told)
    return Verdict(guard=guard, fate=fate, by=by, seconds=round(time.monotonic() - began, 2))


def _fate(told: Told) -> tuple[Fate, str]:
    if told.timed_out:
        return "broken", f"stopped after {PATIENCE:g} s"
    if told.failed:
        return "killed", told.failed[0]
    if told.ran and not told.broken:
        return "survived", f"{told.ran} tests passed"
    return "broken", ", ".join(told.broken) or told.lost


def run(
    guards: Sequence[Guard], *, jobs: int, tell: Callable[[Verdict], None] = lambda _: None
) -> tuple[int, list[Verdict]]:
    """How many tests the control run passed, and each guard's verdict, in order."""
    with TemporaryDirectory(prefix="tipoff-mutants-") as made:
        first = copied(Path(made) / "0")
        undisturbed = control(first, guards)
        if undisturbed.lost or undisturbed.timed_out:
            raise Refused(f"the tests do not run at all: {undisturbed.lost}")
        free: SimpleQueue[Path] = SimpleQueue()
        free.put(first)
        for n in range(1, jobs):
            free.put(Path(shutil.copytree(first, Path(made) / str(n))))

        def one(guard: Guard) -> Verdict:
            copy = free.get()
            try:
                found = verdict(copy, guard, undisturbed)
            finally:
                free.put(copy)
            tell(found)
            return found

        with ThreadPoolExecutor(jobs) as pool:
            return undisturbed.ran - len(undisturbed.failed), list(pool.map(one, guards))
