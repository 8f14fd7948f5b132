"""Reading payloads: a key that is missing is told apart from an empty list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import jmespath

from scrapers.base import Record
from shared.errors import SourceFailure


def records_at(payload: Any, expression: str, place: str) -> list[Record]:
    """The objects at `expression`: dotted keys, `[]` after each list (`gameDates[].games[]`).

    An empty list is an answer. A key that is missing, or no list where one belongs, is
    `malformed`: the message names `place` and the path up to there.
    """
    found: list[tuple[str, Any]] = [(place, payload)]
    for keys, is_list in _steps(expression):
        found = [
            below for path, value in found for below in _below(value, keys, path, is_list=is_list)
        ]
    for path, value in found:
        if not isinstance(value, Mapping):
            raise SourceFailure("malformed", f"{path}: an object expected, {_kind(value)} found")
    return [value for _, value in found]


def object_at(payload: Any, expression: str, place: str) -> Record:
    """The one object at `expression`; `malformed` otherwise."""
    return records_at(payload, expression, place)[0]


def result_set(payload: Any, place: str) -> list[Record]:
    """The first result set of a stats.nba.com answer, each row keyed by the headers."""
    sets = records_at(payload, "resultSets[]", place)
    if not sets:
        raise SourceFailure("malformed", f"{place}.resultSets: no result set")
    return _keyed(sets[0], f"{place}.resultSets[0]")


def rows_of_set(payload: Any, name: str, place: str) -> list[Record]:
    """The rows of the result set `name`, each keyed by the headers."""
    sets = records_at(payload, "resultSets[]", place)
    for one in sets:
        if one.get("name") == name:
            return _keyed(one, f"{place}.{name}")
    there = ", ".join(str(one.get("name")) for one in sets) or "none"
    raise SourceFailure("malformed", f"{place}: no result set {name}; found: {there}")


def _keyed(one: Record, place: str) -> list[Record]:
    headers, rows = one.get("headers"), one.get("rowSet")
    if not isinstance(headers, list) or not isinstance(rows, list):
        raise SourceFailure("malformed", f"{place}: headers or rowSet is missing")
    if not all(isinstance(header, str) for header in headers):
        raise SourceFailure("malformed", f"{place}.headers: not a list of names")
    for i, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != len(headers):
            raise SourceFailure(
                "malformed", f"{place}.rowSet[{i}]: not a list of {len(headers)} values"
            )
    return [dict(zip(headers, row, strict=True)) for row in rows]


def each_once(rows: Iterable[Record], *names: str) -> list[Record]:
    """The rows without repeats: of those with the same values of `names` the last one counts.

    A row that lacks one of them is kept: nothing tells it from the others.
    """
    kept: dict[tuple[str, ...] | int, Record] = {}
    for n, row in enumerate(rows):
        values = [row.get(name) for name in names]
        # As text: a source may give anything for a key, lists too.
        kept[n if None in values else tuple(map(str, values))] = row
    return list(kept.values())


def list_of(record: Record, key: str) -> Sequence[Any]:
    """The list under `key`, or an empty one: for lists that a source may leave out."""
    value = record.get(key)
    return value if isinstance(value, list) else ()


def maps_of(record: Record, key: str) -> Sequence[Record]:
    """The objects in the list under `key`: what is none is left out, as a missing list is."""
    return [each for each in list_of(record, key) if isinstance(each, Mapping)]


def map_of(record: Record, key: str) -> Record:
    """The object under `key`, or an empty one: for objects that a source may leave out."""
    value = record.get(key)
    return value if isinstance(value, Mapping) else {}


def _steps(expression: str) -> Iterator[tuple[str, bool]]:
    *lists, last = expression.split("[]")
    for keys in lists:
        yield keys.strip("."), True
    if last:
        yield last.strip("."), False


def _below(value: Any, keys: str, path: str, *, is_list: bool) -> Iterator[tuple[str, Any]]:
    inner = jmespath.search(keys, value) if keys else value
    path = f"{path}.{keys}" if keys else path
    if inner is None:
        there = ", ".join(map(str, value)) if isinstance(value, Mapping) else _kind(value)
        raise SourceFailure("malformed", f"{path} is missing; found: {there or 'no keys'}")
    if not is_list:
        yield path, inner
    elif isinstance(inner, list):
        yield from ((f"{path}[{i}]", item) for i, item in enumerate(inner))
    else:
        raise SourceFailure("malformed", f"{path}: a list expected, {_kind(inner)} found")


def _kind(value: Any) -> str:
    return "null" if value is None else type(value).__name__
