"""`python -m tests.mutants`: break every guard in turn, and tell which break goes unseen."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.mutants.document import document
from tests.mutants.guard import Guard
from tests.mutants.guards import all_guards
from tests.mutants.runner import ROOT, Refused, Verdict, run


def main(args: Sequence[str] | None = None) -> int:
    """Exit codes: 0 every mutant was killed, 1 not every one, 2 nothing could be run."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="these alone")
    parser.add_argument("--jobs", type=int, default=2, metavar="J", help="at once (2)")
    parser.add_argument("--json", action="store_true", help="the result as JSON")
    parser.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="write the result there, and as a page beside it",
    )
    said = parser.parse_args(args)
    guards = chosen(said.only, parser)
    if said.record and said.only:
        parser.error("--record: found --only, allowed: a run of all guards")
    began = time.monotonic()

    def tell(one: Verdict) -> None:
        if not said.json:
            print(f"{one.fate:9}{one.seconds:6.1f} s  {one.guard.name}: {one.by}", flush=True)

    try:
        passed, verdicts = run(guards, jobs=said.jobs, tell=tell)
    except Refused as e:
        print(f"nothing is proved: {e}", file=sys.stderr)
        return 2
    told = result(passed, verdicts, round(time.monotonic() - began, 1))
    text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    if said.record:
        said.record.write_text(text, encoding="utf-8")
        said.record.with_suffix(".md").write_text(document(told), encoding="utf-8")
    if said.json:
        print(text, end="")
    else:
        print(
            f"{told['killed']} of {told['guards']} guards are seen to be broken, by"
            f" {told['tests']} tests that pass without; {told['seconds']} s"
        )
    return 0 if told["killed"] == told["guards"] else 1


def chosen(names: Sequence[str], parser: argparse.ArgumentParser) -> list[Guard]:
    """The guards of these names, or all."""
    known = {guard.name: guard for guard in all_guards()}
    if unknown := sorted(set(names) - known.keys()):
        parser.error(f"--only: found {unknown}, allowed: {', '.join(known)}")
    return [known[name] for name in names] if names else list(known.values())


def result(passed: int, verdicts: Sequence[Verdict], seconds: float) -> dict[str, object]:
    """What is recorded of a run."""
    return {
        "commit": commit(),
        "guards": len(verdicts),
        "killed": sum(one.fate == "killed" for one in verdicts),
        "tests": passed,
        "seconds": seconds,
        "verdicts": [
            {
                "guard": one.guard.name,
                "file": one.guard.file,
                "fate": one.fate,
                "by": one.by,
                "seconds": one.seconds,
            }
            for one in verdicts
        ],
    }


def commit() -> str:
    """The commit, with a + where the tree has changes."""
    command = ["git", "describe", "--always", "--dirty=+", "--abbrev=12"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "none"


if __name__ == "__main__":
    sys.exit(main())
