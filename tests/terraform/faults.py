"""Faults planted in copies of terraform/: every one must be caught, and it is told by what.

    python -m tests.terraform.faults [NAME ...]     caught N of N, and by which check

A fault is one replacement in one file, which must match exactly once. The checks, in the order
in which they are asked: `tipoff check` (for configuration), the checker's plan and its lint
(`plan`, `lint`), the rules of tests/terraform (`rule NAME`), and last, because it takes longest,
`terraform test` (`test`).
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.terraform.plans import check, missing, stage
from tests.terraform.rules import problems
from tipoff.packaging import ROOT

#: Plans at once: half a processor is terraform's, half is spent starting things.
AT_ONCE = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What is wrong, in one line, and how it comes about."""

    says: str
    file: str
    old: str
    new: str


def faults() -> tuple[Fault, ...]:
    """The faults of faults.yaml, in order."""
    told = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    return tuple(Fault(**each) for each in told)


def planted(one: Fault, folder: Path) -> Path:
    """A staged copy with the fault in it."""
    staged = stage(folder)
    path = staged / one.file
    text = path.read_text("utf-8")
    if text.count(one.old) != 1:
        raise ValueError(f"{one.says}: {text.count(one.old)} places in {one.file}, not one")
    path.write_text(text.replace(one.old, one.new), "utf-8")
    return staged


def caught(one: Fault, folder: Path) -> str | None:
    """By which check the fault is caught, with the first thing that it says; None: by none."""
    staged = planted(one, folder)
    if one.file.startswith("config/") and (said := _config(staged)):
        return f"tipoff check: {said}"
    found = check(staged)
    if found.plan is None:
        return f"plan: {_error(found.output)}"
    if found.code != 0:
        return f"lint: {found.output.rstrip().splitlines()[-1]}"
    if broken := problems(found.plan, staged):
        return f"rule {broken[0]}"
    tested = check(staged, "test")
    if tested.code != 0:
        return f"test: {_error(tested.output)}"
    return None


def sound(folder: Path) -> str | None:
    """What is wrong without any fault; what is planted in such a project proves nothing."""
    staged = stage(folder)
    found = check(staged)
    if found.plan is None or found.code != 0:
        return _error(found.output)
    return next(iter(problems(found.plan, staged)), None)


def _config(staged: Path) -> str:
    """What `tipoff check` says of the staged configuration; empty when it is content."""
    command = [sys.executable, "-m", "tipoff", "check", "--config", str(staged / "config")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip().splitlines()[0]


def _error(output: str) -> str:
    """The first error that terraform tells."""
    found = re.search(r"Error: (.+)", output)
    return found[1] if found else output.strip().splitlines()[-1]


def main(names: list[str]) -> int:
    if (why := missing()) is not None:
        sys.stderr.write(f"needs terraform: {why}\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        if wrong := sound(Path(folder) / "sound"):
            sys.stderr.write(f"the project as it is is not sound: {wrong}\n")
            return 2
    wanted = [one for one in faults() if not names or one.says in names]
    number = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        places = [Path(folder) / str(place) for place in range(len(wanted))]
        for one, said in zip(wanted, pool.map(caught, wanted, places), strict=True):
            number += said is not None
            line = f"{'ok    ' if said else 'MISSED'} {one.says:52} {(said or '')[:110]}"
            sys.stdout.write(line.rstrip() + "\n")
            sys.stdout.flush()
    sys.stdout.write(f"caught {number} of {len(wanted)}\n")
    return 0 if number == len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
