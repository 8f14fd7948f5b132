"""Every place of a good answer, with something of another kind in it: none is left to chance."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from tests.scrapers.fuzz import fits
from tests.scrapers.harness import Good, Reply
from tests.scrapers.mutations import data_of, dumped

#: What a place may hold instead: a value of each kind, and lists and objects with nothing in them.
OTHERS: Sequence[Any] = (None, True, 0, 1.5, "", "x", [], [None], [[]], {}, {"": None})
Path = tuple[str | int, ...]


def misplaced(known: Good, others: Sequence[Any] = OTHERS) -> int:
    """Run a scraper on good answers of which one has one of `others` in one place; how often.

    AssertionError with the place and the value, for a run that does not fit.
    """
    tried = 0
    for wrong, path, value, bad in _bad(known, others):

        def answer(n: int, reply: Reply, wrong: int = wrong, bad: Reply = bad) -> Reply:
            return bad if n == wrong else reply

        try:
            fits(known.again(answer), known.target)
        except AssertionError as e:
            where = "".join(f"[{key!r}]" for key in path)
            raise AssertionError(f"answer {wrong}{where} = {value!r}: {e}") from e
        tried += 1
    return tried


def _bad(known: Good, others: Sequence[Any]) -> Iterator[tuple[int, Path, Any, Reply]]:
    """Each place of the first answer that has it: the next page is read as this one is."""
    seen: set[Path] = set()
    for number, good in enumerate(known.replies):
        if (found := data_of(good.body)) is None:
            continue
        before, payload, after = found
        for path in places(payload):
            if path in seen:
                continue
            seen.add(path)
            for value in others:
                body = before + dumped(_with(payload, path, value)) + after
                yield number, path, value, replace(good, body=body)


def places(payload: Any) -> Sequence[Path]:
    """Each place once: of a list the first, for its others are read as it is."""
    found: list[Path] = [()]
    if isinstance(payload, dict):
        found += [(key, *path) for key, value in payload.items() for path in places(value)]
    elif isinstance(payload, list) and payload:
        found += [(0, *path) for path in places(payload[0])]
    return found


def _with(payload: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(payload)
    *above, last = path
    reduce(lambda node, key: node[key], above, changed)[last] = value
    return changed
