from __future__ import annotations

import json
from typing import Any

import pytest

from scrapers.payload import each_once, maps_of, records_at, result_set
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


@pytest.mark.parametrize(
    ("record", "found"),
    [
        ({"rows": [{"id": 1}, None, 7, "x", [], {"id": 2}]}, [{"id": 1}, {"id": 2}]),
        ({"rows": [None]}, []),
        ({"rows": {"id": 1}}, []),
        ({"rows": None}, []),
        ({}, []),
    ],
)
def test_of_a_list_that_may_be_left_out_only_the_objects_are_read(record: Any, found: Any) -> None:
    assert maps_of(record, "rows") == found


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


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"a": 1e999}', "1e999 is too large a number"),
        (b'{"a": -1e999}', "-1e999 is too large a number"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": Infinity}', "Infinity is not JSON"),
        # Half a character: a row or a log line could not hold it.
        (b'{"a": "\\ud83d"}', "surrogates not allowed"),
    ],
)
def test_what_could_not_be_written_again_as_json_is_malformed(body: bytes, message: str) -> None:
    with pytest.raises(SourceFailure, match=message) as caught:
        Response(status=200, headers={}, body=body).json()
    assert caught.value.error_type == "malformed"


def test_a_whole_character_in_two_escapes_is_read() -> None:
    found = Response(status=200, headers={}, body=b'["\\ud83d\\ude00"]').json()
    assert found == ["\U0001f600"]


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ({"message": "No such sport"}, "No such sport"),
        ({"Message": "An error has occurred."}, "An error has occurred."),
        ({"error": "quota", "data": []}, "quota"),
        ({"errors": [{"message": "x"}], "data": None}, "[{'message': 'x'}]"),
        # A greeting beside an empty list, an error beside data: the data counts.
        ({"message": "OK", "data": []}, None),
        ({"error": "a warning", "data": [{"id": 1}]}, None),
        ({"error": None, "data": []}, None),
    ],
)
def test_an_error_is_one_where_it_is_all_that_there_is(payload: Any, says: str | None) -> None:
    response = Response(status=200, headers={}, body=json.dumps(payload).encode())
    if says is None:
        assert response.json() == payload
        return
    with pytest.raises(SourceFailure) as caught:
        response.json()
    assert (caught.value.error_type, says in str(caught.value)) == ("error_page", True)


def test_each_once_keeps_the_last_of_equal_rows_and_those_without_a_key() -> None:
    rows: list[dict[str, Any]] = [
        {"id": 1, "a": 1},
        {"id": 1, "a": 2},
        {"a": 3},
        {"a": 4},
        {"id": [1]},
        {"id": {"b": 2}},
    ]
    assert each_once(rows, "id") == [rows[1], *rows[2:]]
