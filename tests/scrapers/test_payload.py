from __future__ import annotations

from typing import Any

import pytest

from scrapers.payload import records_at, result_set
from scrapers.response import Response, parse_json
from shared.errors import SourceFailure


def answer(body: bytes) -> Response:
    return Response(status=200, headers={}, body=body)


@pytest.mark.parametrize(
    ("body", "error_type"),
    [
        (b"<!DOCTYPE html><html></html>", "error_page"),
        (b"\n  <html>", "error_page"),
        (b'{"message": "Unknown sport"}', "error_page"),
        (b'{"error": {"code": 12}}', "error_page"),
        (b'{"error": "limit", "status": 429}', "error_page"),
        (b"", "malformed"),
        (b"   ", "malformed"),
        (b'{"data": [1, 2', "malformed"),
        (b'{"price": NaN}', "malformed"),
        (b"\xff\xfe\x00", "malformed"),
        (b"[" * 100_000, "malformed"),
    ],
)
def test_what_is_no_data_is_told_apart(body: bytes, error_type: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        parse_json(answer(body))
    assert caught.value.error_type == error_type


@pytest.mark.parametrize(
    ("body", "payload"),
    [
        (b"{}", {}),
        (b"[]", []),
        # Words beside data are no error: some sources greet.
        (b'{"message": "ok", "data": []}', {"message": "ok", "data": []}),
        (b'{"error": null, "games": 0}', {"error": None, "games": 0}),
    ],
)
def test_data_is_data(body: bytes, payload: Any) -> None:
    assert parse_json(answer(body)) == payload
    assert answer(body).json() == payload


NESTED = {"league": {"dates": [{"games": [{"id": 1}, {"id": 2}]}, {"games": []}]}}


@pytest.mark.parametrize(
    ("payload", "expression", "found"),
    [
        (NESTED, "league.dates[].games[]", [{"id": 1}, {"id": 2}]),
        ({"data": []}, "data[]", []),
        ([{"id": 1}], "[]", [{"id": 1}]),
        ({"a": {"b": {"id": 1}}}, "a.b", [{"id": 1}]),
        # Lists may be empty at any depth.
        ({"league": {"dates": []}}, "league.dates[].games[]", []),
    ],
)
def test_records_are_found_by_their_path(payload: Any, expression: str, found: Any) -> None:
    assert records_at(payload, expression, "x") == found


@pytest.mark.parametrize(
    ("payload", "expression", "place"),
    [
        ({"rows": []}, "data[]", "nba.data is missing; found: rows"),
        ({"data": None}, "data[]", "nba.data is missing"),
        ({"data": {}}, "data[]", "nba.data: a list expected, dict found"),
        ({"data": [1]}, "data[]", "nba.data[0]: an object expected, int found"),
        ([], "data[]", "nba.data is missing; found: list"),
        (
            {"league": {"dates": [{"games": []}, {"day": 1}]}},
            "league.dates[].games[]",
            "nba.league.dates[1].games is missing; found: day",
        ),
    ],
)
def test_a_missing_key_is_no_empty_list(payload: Any, expression: str, place: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        records_at(payload, expression, "nba")
    assert caught.value.error_type == "malformed"
    assert place in str(caught.value)


def test_rows_are_keyed_by_the_headers() -> None:
    payload = {"resultSets": [{"headers": ["ID", "NAME"], "rowSet": [[1, "a"], [2, "b"]]}]}
    assert result_set(payload, "x") == [{"ID": 1, "NAME": "a"}, {"ID": 2, "NAME": "b"}]


@pytest.mark.parametrize(
    "sets",
    [
        [],
        [{"headers": ["ID"]}],
        [{"rowSet": []}],
        [{"headers": ["ID", "NAME"], "rowSet": [[1]]}],
        [{"headers": ["ID"], "rowSet": [{"ID": 1}]}],
    ],
)
def test_a_result_set_that_does_not_fit_its_headers_is_malformed(sets: Any) -> None:
    with pytest.raises(SourceFailure) as caught:
        result_set({"resultSets": sets}, "x")
    assert caught.value.error_type == "malformed"
