"""A fault of the configuration, as every check tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One fault: the file's stem, the key's path in it, what was found, what is allowed."""

    file: str
    path: tuple[str | int, ...]
    found: str
    allowed: str
