"""Reading what a source sent: told apart are an error page, a cut-off body and an empty list."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jmespath

from scrapers.base import Record, Response
from shared.errors import SourceFailure

#: Where an error body keeps its words.
_SAYS = ("message", "error")
#: Characters of a source's own words that are quoted.
_QUOTED = 200


def parse_json(response: Response) -> Any:
    """The body as JSON.

    SourceFailure `error_page` for HTML and for a JSON object that holds only an error's words;
    `malformed` for what is empty, cut off or not JSON (NaN is not).
    """
    body = response.body.lstrip()
    if body.startswith(b"<"):
        raise SourceFailure(
            "error_page", f"HTML instead of JSON: [{_words(body)}]", status=response.status
        )
    if not body:
        raise SourceFailure("malformed", "the body is empty", status=response.status)
    try:
        payload = json.loads(body, parse_constant=_not_json)
    except (ValueError, RecursionError) as e:
        raise SourceFailure(
            "malformed",
            f"not JSON, or cut off, after {len(response.body)} bytes: {e}",
            status=response.status,
        ) from e
    said = _error_of(payload)
    if said is not None:
        raise SourceFailure(
            "error_page", f"an error instead of data: [{said}]", status=response.status
        )
    return payload


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
    headers, rows = sets[0].get("headers"), sets[0].get("rowSet")
    if not isinstance(headers, list) or not isinstance(rows, list):
        raise SourceFailure("malformed", f"{place}.resultSets[0]: headers or rowSet is missing")
    for i, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != len(headers):
            raise SourceFailure(
                "malformed",
                f"{place}.resultSets[0].rowSet[{i}]: not a list of {len(headers)} values",
            )
    return [dict(zip(headers, row, strict=True)) for row in rows]


def list_of(record: Record, key: str) -> Sequence[Any]:
    """The list under `key`, or an empty one: for lists that a source may leave out."""
    value = record.get(key)
    return value if isinstance(value, list) else ()


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


def _error_of(payload: Any) -> str | None:
    if not isinstance(payload, Mapping):
        return None
    said = next((payload[key] for key in _SAYS if payload.get(key)), None)
    if said is None:
        return None
    data = [v for k, v in payload.items() if k not in _SAYS and isinstance(v, (list, dict))]
    return None if data else str(said)[:_QUOTED]


def _words(body: bytes) -> str:
    return " ".join(body[:_QUOTED].decode("utf-8", "replace").split())


def _not_json(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _kind(value: Any) -> str:
    return "null" if value is None else type(value).__name__
