"""The one error the pure core raises: bad input, said so that a person can mend it."""

from __future__ import annotations


class BadInput(ValueError):
    """Input that can never be right: names the place, what was found and what is allowed."""

    def __init__(self, place: str, found: object, allowed: str) -> None:
        self.place = place
        self.found = found
        self.allowed = allowed
        super().__init__(f"{place}: found [{found}], allowed: {allowed}")
