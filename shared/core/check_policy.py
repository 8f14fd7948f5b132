"""What is wrong with how sources are to be asked again, and with their credits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.core.workflows import Source

#: A status that may be tried again, as `429`, or `5xx` for all from 500 on.
RETRY = re.compile(r"4[0-9]{2}|5[0-9]{2}|5xx")
#: Statuses that another try does not change: asking again only makes it worse.
FINAL = frozenset({"400", "401", "403", "404", "422"})
#: A header's name.
HEADER = re.compile(r"[A-Za-z0-9-]+")


def policy_problems(source: Source) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """(path below the source, what was found, what is allowed) of each problem."""
    for i, status in enumerate(source.retry):
        if not RETRY.fullmatch(status) or status in FINAL:
            allowed = "408, 425, 429, 5xx or another status that a later try may not get"
            yield ("retry", i), status, allowed
    for i, absent in enumerate(source.not_there):
        if not 400 <= absent < 500 or str(absent) in source.retry:
            yield ("not_there", i), str(absent), "a status of 400 to 499 that is not in retry"
    if source.credits is None:
        return
    for key in ("left", "last"):
        header = getattr(source.credits, key)
        if not HEADER.fullmatch(header):
            yield ("credits", key), header, "the name of a header"
    if source.credits.reserve < 0:
        yield ("credits", "reserve"), str(source.credits.reserve), "0 or more"
