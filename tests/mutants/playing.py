"""`python -m tests.mutants.playing`: break guards in turn, and tell which breaks chaos finds alone.

No test runs: seeds from the first one on are played over the broken code until a promise breaks.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.settings import read_settings
from sim.chaos.campaign import Terrain, judge
from tests.mutants.__main__ import chosen
from tests.mutants.guard import Guard
from tests.mutants.runner import broken, copied
from tipoff.commands.chaos_record import PLAYED

#: Seconds for one broken guard: some sweeps then never end.
PATIENCE = 120.0


def main(args: Sequence[str] | None = None) -> int:
    """Exit code 0, whatever was found: what is not found here, tests of its own find."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.playing", description=__doc__)
    parser.add_argument("--days", type=int, default=24, metavar="N", help="days at least (24)")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="these alone")
    parser.add_argument("--inside", action="store_true", help="play the code as it is, and tell")
    said = parser.parse_args(args)
    if said.inside:
        print(first_found(said.days))
        return 0
    guards = [guard for guard in chosen(said.only, parser) if is_played(guard)]
    began, found = time.monotonic(), 0
    with TemporaryDirectory() as folder:
        copy = copied(Path(folder))
        for guard in guards:
            told = _found(copy, guard, said.days)
            found += told.startswith("seed")
            print(f"{guard.name}: {told}", flush=True)
    seconds = time.monotonic() - began
    print(f"{found} of {len(guards)} breaks are found in {said.days} days; {seconds:.0f} s")
    return 0


def is_played(guard: Guard) -> bool:
    """Whether it lies in code that the simulator runs: Google's clients are not."""
    return guard.file.partition("/")[0] in PLAYED and not guard.file.startswith("shared/gcp/")


def first_found(days: int) -> str:
    """The first seed that breaks a promise, with the rules; or that none did."""
    settings = replace(read_settings(), environment="chaos", keys={})
    seed = played = 0
    while played < days:
        seed += 1
        one = judge(Terrain().scenario(seed), settings)
        played += one.days
        if one.violations:
            rules = sorted({violation.rule for violation in one.violations})
            return f"seed {seed}: {', '.join(rules)}"
    return f"not found in seeds 1 to {seed}"


def _found(copy: Path, guard: Guard, days: int) -> str:
    command = [sys.executable, "-B", "-m", "tests.mutants.playing", "--inside", "--days", str(days)]
    known = {key: value for key, value in os.environ.items() if not key.startswith("TIPOFF")}
    with broken(copy, guard):
        try:
            done = subprocess.run(
                command,
                cwd=copy,
                env=known,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"not played to its end: {PATIENCE:.0f} s are over"
    why = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    return done.stdout.strip() or f"not played to its end: {why}"


if __name__ == "__main__":
    sys.exit(main())
