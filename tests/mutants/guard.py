"""What a guard is: a fragment of the code that keeps a promise, and how it is broken on purpose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard and its mutant."""

    name: str
    #: The file, from the project's folder.
    file: str
    #: The source that guards; it stands in the file exactly once.
    right: str
    #: What stands there in the mutant.
    wrong: str
    #: What would go wrong without it.
    why: str
    #: The tests that are to find it: pytest's node ids, or files.
    tests: tuple[str, ...]


def guard(name: str, file: str, right: str, wrong: str, why: str, *tests: str) -> Guard:
    """A row of a table of guards."""
    return Guard(name=name, file=file, right=right, wrong=wrong, why=why, tests=tests)
