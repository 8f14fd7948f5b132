"""docs/guards.md, made of the table of guards and of a recorded run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.mutants.guard import Guard
from tests.mutants.guards import TABLES

HEAD = """\
# Guards

What keeps the promises of [reliability.md](reliability.md), guard by guard, and the proof that it is
looked at: each guard is broken on purpose, one at a time, in a copy of the project, and tests must
fail. A guard whose break no test sees is a promise that the next edit may take back.

```
python -m tests.mutants                      # all of them, two at once
python -m tests.mutants --only "a late order expires"
python -m tests.mutants --record docs/guards.json
```

The table is `tests/mutants`: for each guard the source that guards, its broken form, the reason,
and the tests that are to find it. `make test` checks that every fragment stands in its file exactly
once; `make soak` breaks them all. A run begins without a mutant: then every test must pass. A mutant
that cannot be imported, or hangs, proves nothing and does not count as found. This page and
[guards.json](guards.json), which names the test that found each mutant, are written by `--record`.

## Measured
"""

FATES = {
    "survived": "no test sees it",
    "broken": "its tests could not run, or did not end",
    "unproved": "its tests fail without it",
}


def document(recorded: Mapping[str, Any]) -> str:
    """The page."""
    return "\n".join([HEAD, *_measured(recorded), *_tables()]) + "\n"


def _measured(recorded: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"**{recorded['killed']} of {recorded['guards']}** broken guards were found, at commit "
        f"`{recorded['commit']}`, by tests of which {recorded['tests']} pass without a mutant."
    )
    yield ""
    left = [one for one in recorded["verdicts"] if one["fate"] != "killed"]
    if not left:
        yield "None survives."
    for one in left:
        yield f"- {one['guard']} (`{one['file']}`): {FATES[one['fate']]}"
    yield ""


def _tables() -> Iterator[str]:
    for name, guards in TABLES.items():
        yield f"## {name[0].upper()}{name[1:]}"
        yield ""
        yield "| guard | without it | where |"
        yield "|---|---|---|"
        yield from (_row(guard) for guard in guards)
        yield ""


def _row(guard: Guard) -> str:
    return f"| {guard.name} | {guard.why} | `{guard.file}` |"
