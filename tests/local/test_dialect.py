"""BigQuery SQL on one machine: the expected values are from BigQuery's documentation."""

# ruff: noqa: E501 - a DATETIME has no zone; a probe is read best on one line.

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from local.dialect import Refused
from local.query import Sql
from shared.core.errors import BadInput

CONFIG = Path(__file__).parents[2] / "config"

#: 13:30:15.25 in New York, a Wednesday.
NOW = datetime(2025, 11, 12, 18, 30, 15, 250000, tzinfo=UTC)

TS = "TIMESTAMP '2025-11-12 18:30:15.25+00'"
#: Sunday, 5 January 2025; Saturday was the 4th.
SUN = "DATE '2025-01-05'"


class Rows:
    """A row source with two cleanup operations and two raw tables."""

    def rows(self, dataset: str, table: str) -> Iterable[Mapping[str, Any]]:
        if (dataset, table) != ("nba_orchestration", "cleanup_operations"):
            return []
        file = {"triggered_at": "2025-11-12T12:00:00+00:00", "republished": True}
        return [
            {
                "cleanup_time": "2025-11-12T18:00:00+00:00",
                "cleanup_id": "c1",
                "files_checked": 5,
                "missing_files": [
                    {"scraper_name": "a", "gcs_path": "p/a", "age_minutes": 390, **file},
                    {"scraper_name": "b", "gcs_path": "p/b", "age_minutes": 130, **file},
                ],
                "errors": ["x", "y"],
                "created_at": "2025-11-12T18:00:01+00:00",
            },
            {
                "cleanup_time": "2025-11-12T18:15:00+00:00",
                "cleanup_id": "c2",
                "files_checked": 7,
                "missing_files": [],
                "created_at": "2025-11-12T18:15:01+00:00",
            },
        ]

    def raw_tables(self) -> list[str]:
        return ["schedule"]


def ask(sql: str, params: Mapping[str, Any] | None = None) -> Any:
    """The one value, the one row or the list of rows of the answer."""
    rows = Sql(Rows(), config=CONFIG).query(sql, now=NOW, params=params).rows
    if len(rows) != 1:
        return rows
    return rows[0][0] if len(rows[0]) == 1 else rows[0]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


VALUES: list[tuple[str, Any]] = [
    # The clock.
    ("CURRENT_TIMESTAMP()", NOW),
    ("CURRENT_TIMESTAMP", NOW),
    ("CURRENT_DATE()", date(2025, 11, 12)),
    ("CURRENT_DATE('Asia/Tokyo')", date(2025, 11, 13)),
    ("CURRENT_DATETIME('America/New_York')", datetime(2025, 11, 12, 13, 30, 15, 250000)),
    ("CURRENT_TIME('America/New_York')", time(13, 30, 15, 250000)),
    # Formats.
    (f"FORMAT_TIMESTAMP('%F %T', {TS}, 'America/New_York')", "2025-11-12 13:30:15"),
    (f"FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%E*S', {TS})", "2025-11-12T18:30:15.25"),
    ("FORMAT_TIMESTAMP('%E*S', TIMESTAMP '2025-11-12 00:00:50+00')", "50"),
    (f"FORMAT_TIMESTAMP('%E3S', {TS})", "15.250"),
    (f"FORMAT_TIMESTAMP('%H:%M %Z', {TS})", "18:30 UTC"),
    (f"FORMAT_TIMESTAMP('%z', {TS}, 'America/New_York')", "-0500"),
    (f"FORMAT_TIMESTAMP('%Ez', {TS}, 'Asia/Kolkata')", "+05:30"),
    (f"FORMAT_TIMESTAMP('%I:%M %p', {TS}, 'America/New_York')", "01:30 PM"),
    (f"FORMAT_TIMESTAMP('%s', {TS})", "1762972215"),
    (f"FORMAT_TIMESTAMP('%c', {TS})", "Wed Nov 12 18:30:15 2025"),
    (f"FORMAT_DATE('%A, %e %B %Y', {SUN})", "Sunday,  5 January 2025"),
    (f"FORMAT_DATE('%Q|%j|%U|%V|%G|%u|%w|%y', {SUN})", "1|005|01|01|2025|7|0|25"),
    ("FORMAT_DATETIME('%k:%M', DATETIME '2025-01-05 07:08:00')", " 7:08"),
    ("FORMAT_TIME('%R', TIME '15:30:00')", "15:30"),
    ("FORMAT_DATE('100%%', DATE '2025-01-05')", "100%"),
    (f"FORMAT_TIMESTAMP('%%c {{x}}', {TS})", "%c {x}"),
    # Differences: of instants whole units, of dates and wall times boundaries.
    (
        "TIMESTAMP_DIFF(TIMESTAMP '2025-01-01 04:01:00+00', TIMESTAMP '2025-01-01 03:59:00+00', HOUR)",
        0,
    ),
    (
        "TIMESTAMP_DIFF(TIMESTAMP '2025-01-01 00:00:00+00', TIMESTAMP '2025-01-01 01:59:59+00', HOUR)",
        -1,
    ),
    (
        "TIMESTAMP_DIFF(TIMESTAMP '2018-08-14 00:00:00+00', TIMESTAMP '2018-10-14 00:00:00+00', DAY)",
        -61,
    ),
    (f"TIMESTAMP_DIFF({TS}, TIMESTAMP '2025-11-12 18:30:00+00', MILLISECOND)", 15250),
    ("DATETIME_DIFF(DATETIME '2025-01-01 04:01:00', DATETIME '2025-01-01 03:59:00', HOUR)", 1),
    ("DATE_DIFF(DATE '2017-10-15', DATE '2017-10-14', WEEK)", 1),
    ("DATE_DIFF(DATE '2017-12-18', DATE '2017-12-17', WEEK(MONDAY))", 1),
    ("DATE_DIFF(DATE '2017-12-18', DATE '2017-12-17', WEEK)", 0),
    ("DATE_DIFF(DATE '2017-12-18', DATE '2017-12-17', ISOWEEK)", 1),
    ("DATE_DIFF(DATE '2017-12-30', DATE '2014-12-30', YEAR)", 3),
    ("DATE_DIFF(DATE '2017-12-30', DATE '2014-12-30', ISOYEAR)", 2),
    ("DATE_DIFF(DATE '2025-03-01', DATE '2025-01-31', MONTH)", 2),
    ("DATE_DIFF(DATE '2025-01-01', DATE '2025-01-11', DAY)", -10),
    # Sums.
    ("DATE_SUB(DATE '2025-01-01', INTERVAL 1 DAY)", date(2024, 12, 31)),
    ("DATE_ADD(DATE '2025-01-31', INTERVAL 1 MONTH)", date(2025, 2, 28)),
    ("DATE_SUB('2025-01-08', INTERVAL 1 WEEK)", date(2025, 1, 1)),
    ("DATE_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 DAY)", utc(2025, 11, 11, 18, 30, 15, 250000)),
    (
        "TIMESTAMP_SUB(TIMESTAMP '2025-01-01 00:00:00+00', INTERVAL 90 MINUTE)",
        utc(2024, 12, 31, 22, 30),
    ),
    ("TIMESTAMP_ADD(TIMESTAMP '2025-01-01 00:00:00+00', INTERVAL 2 * 3 HOUR)", utc(2025, 1, 1, 6)),
    ("TIMESTAMP '2025-01-01 00:00:00+00' + INTERVAL 1 DAY", utc(2025, 1, 2)),
    ("DATETIME_ADD(DATETIME '2025-01-31 10:00:00', INTERVAL 1 QUARTER)", datetime(2025, 4, 30, 10)),
    ("DATE '2025-01-05' + 1", date(2025, 1, 6)),
    # Truncation.
    (f"TIMESTAMP_TRUNC({TS}, HOUR)", utc(2025, 11, 12, 18)),
    (
        "TIMESTAMP_TRUNC(TIMESTAMP '2025-11-12 03:00:00+00', DAY, 'America/New_York')",
        utc(2025, 11, 11, 5),
    ),
    # The second 01:30 of the autumn night stays in its own hour.
    (
        "TIMESTAMP_TRUNC(TIMESTAMP '2025-11-02 06:30:00+00', HOUR, 'America/New_York')",
        utc(2025, 11, 2, 6),
    ),
    ("TIMESTAMP_TRUNC(TIMESTAMP '2025-01-05 12:00:00+00', WEEK)", utc(2025, 1, 5)),
    ("DATE_TRUNC(DATE '2025-01-04', WEEK)", date(2024, 12, 29)),
    (f"DATE_TRUNC({SUN}, WEEK(MONDAY))", date(2024, 12, 30)),
    (f"DATE_TRUNC({SUN}, ISOWEEK)", date(2024, 12, 30)),
    (f"DATE_TRUNC({SUN}, WEEK(SATURDAY))", date(2025, 1, 4)),
    ("DATE_TRUNC(DATE '2015-06-15', ISOYEAR)", date(2014, 12, 29)),
    ("DATE_TRUNC(DATE '2025-08-15', QUARTER)", date(2025, 7, 1)),
    ("DATETIME_TRUNC(DATETIME '2025-08-15 10:20:30', MINUTE)", datetime(2025, 8, 15, 10, 20)),
    ("LAST_DAY(DATE '2025-02-03')", date(2025, 2, 28)),
    ("LAST_DAY(DATE '2025-02-03', YEAR)", date(2025, 12, 31)),
    # Parts.
    (f"EXTRACT(DAYOFWEEK FROM {SUN})", 1),
    (
        "EXTRACT(DATE FROM TIMESTAMP '2025-11-12 03:00:00+00' AT TIME ZONE 'America/New_York')",
        date(2025, 11, 11),
    ),
    (f"EXTRACT(HOUR FROM {TS} AT TIME ZONE 'America/New_York')", 13),
    (f"EXTRACT(HOUR FROM {TS})", 18),
    (f"EXTRACT(MILLISECOND FROM {TS})", 250),
    (f"EXTRACT(MICROSECOND FROM {TS})", 250000),
    ("EXTRACT(WEEK FROM DATE '2025-01-04')", 0),
    (f"EXTRACT(WEEK FROM {SUN})", 1),
    ("EXTRACT(WEEK(MONDAY) FROM DATE '2025-01-06')", 1),
    (f"EXTRACT(ISOWEEK FROM {SUN})", 1),
    ("EXTRACT(ISOYEAR FROM DATE '2024-12-30')", 2025),
    (f"EXTRACT(DAYOFYEAR FROM {SUN})", 5),
    (f"EXTRACT(TIME FROM {TS})", time(18, 30, 15, 250000)),
    # Conversions.
    (f"DATE({TS}, 'Asia/Tokyo')", date(2025, 11, 13)),
    ("DATE(2025, 2, 3)", date(2025, 2, 3)),
    (f"DATETIME({TS}, 'America/New_York')", datetime(2025, 11, 12, 13, 30, 15, 250000)),
    ("TIMESTAMP('2025-11-12 13:00:00', 'America/New_York')", utc(2025, 11, 12, 18)),
    ("TIMESTAMP(DATE '2025-11-12')", utc(2025, 11, 12)),
    ("STRING(TIMESTAMP '2025-11-12 18:00:00+00', 'America/New_York')", "2025-11-12 13:00:00-05"),
    ("UNIX_SECONDS(TIMESTAMP '1969-12-31 23:59:59.5+00')", -1),
    ("UNIX_MILLIS(TIMESTAMP '1970-01-01 00:00:01.5+00')", 1500),
    ("TIMESTAMP_SECONDS(60)", utc(1970, 1, 1, 0, 1)),
    ("UNIX_DATE(DATE '1970-02-01')", 31),
    (
        "PARSE_TIMESTAMP('%Y-%m-%d %H:%M:%S', '2025-11-12 13:00:00', 'America/New_York')",
        utc(2025, 11, 12, 18),
    ),
    ("PARSE_TIMESTAMP('%FT%T%Ez', '2025-11-12T13:00:00-0500')", utc(2025, 11, 12, 18)),
    (
        "PARSE_TIMESTAMP('%F %H:%M:%E*S', '2025-11-12 13:00:00.5')",
        utc(2025, 11, 12, 13, 0, 0, 500000),
    ),
    ("PARSE_DATE('%Y%m%d', '20251112')", date(2025, 11, 12)),
    ("SAFE.PARSE_DATE('%Y%m%d', 'soon')", None),
    ("SAFE.PARSE_TIMESTAMP('%F', 'x')", None),
    ("SAFE_CAST('abc' AS INT64)", None),
    ("SAFE_CAST('1.5' AS INT64)", None),
    ("CAST(2.5 AS INT64)", 3),
    ("CAST(-2.5 AS INT64)", -3),
    ("CAST('12' AS INT64)", 12),
    ("CAST(1.0 AS STRING)", "1"),
    # A fraction of a second has three or six digits.
    (f"CAST({TS} AS STRING)", "2025-11-12 18:30:15.250+00"),
    (f"STRING({TS})", "2025-11-12 18:30:15.250+00"),
    (f"STRING({TS}, 'America/New_York')", "2025-11-12 13:30:15.250-05"),
    (f"FORMAT('%t', {TS})", "2025-11-12 18:30:15.250+00"),
    ("CAST(TIMESTAMP '2025-11-12 18:30:15.2+00' AS STRING)", "2025-11-12 18:30:15.200+00"),
    ("CAST(TIMESTAMP '2025-11-12 18:30:15.2504+00' AS STRING)", "2025-11-12 18:30:15.250400+00"),
    ("CAST(DATETIME '2025-11-12 18:30:15.000001' AS STRING)", "2025-11-12 18:30:15.000001"),
    ("CAST(TIME '18:30:15.5' AS STRING)", "18:30:15.500"),
    ("CAST(TIME '18:30:15' AS STRING)", "18:30:15"),
    # What a format does not name is that of 1970-01-01.
    ("PARSE_DATE('%m/%d', '11/05')", date(1970, 11, 5)),
    ("PARSE_DATETIME('%H:%M', '11:05')", datetime(1970, 1, 1, 11, 5)),
    ("PARSE_TIMESTAMP('%H:%M', '10:20')", utc(1970, 1, 1, 10, 20)),
    ("PARSE_TIME('%H:%M', '10:20')", time(10, 20)),
    ("PARSE_DATE('%D', '11/05/25')", date(2025, 11, 5)),
    # White space is more than spaces.
    ("TRIM('\\t x\\u00a0 \\r\\n')", "x"),
    ("LTRIM('\\n a ')", "a "),
    ("RTRIM(' a\\t')", " a"),
    ("TRIM('xax', 'x')", "a"),
    (f"EXTRACT(HOUR FROM ({TS} - INTERVAL 1 HOUR))", 17),
    ("SAFE_CAST('maybe' AS BOOL)", None),
    ("CAST('2025-11-12' AS DATE)", date(2025, 11, 12)),
    # Numbers.
    ("1 / 2", 0.5),
    ("0.1 + 0.2", 0.30000000000000004),
    ("DIV(-7, 2)", -3),
    ("MOD(-7, 3)", -1),
    ("ROUND(2.5)", 3.0),
    ("ROUND(-2.5)", -3.0),
    ("ROUND(1234.567, -2)", 1200.0),
    ("TRUNC(-2.7)", -2.0),
    ("SAFE_DIVIDE(1, 0)", None),
    ("GREATEST(1, NULL, 3)", None),
    ("LEAST(3, 2)", 2),
    ("IF(NULL, 1, 2)", 2),
    ("IFNULL(NULL, 'x')", "x"),
    ("NULLIF(1, 1)", None),
    ("3000000 * 1000", 3_000_000_000),
    ("1024 * 1024 * 1024 * 4", 4_294_967_296),
    ("60 * 60 * 24 * 365 * 100", 3_153_600_000),
    ("2147483647 + 1", 2_147_483_648),
    ("-9223372036854775808", -(2**63)),
    ("TIMESTAMP_SECONDS(1762970400)", utc(2025, 11, 12, 18)),
    ("(SELECT MAX(x * 1000) FROM UNNEST([3000000]) AS x)", 3_000_000_000),
    ("LOG(8, 2)", 3.0),
    ("RANGE_BUCKET(20, [0, 10, 20, 30])", 3),
    ("SAFE_NEGATE(-5)", 5),
    ("IEEE_DIVIDE(0, 0)", "NaN"),
    ("IEEE_DIVIDE(-1, 0)", "-Infinity"),
    ("TIME_ADD(TIME '23:30:00', INTERVAL 1 HOUR)", time(0, 30)),
    ("TIME_SUB(TIME '10:00:00', INTERVAL 30 MINUTE)", time(9, 30)),
    ("TIME_DIFF(TIME '15:30:00', TIME '14:35:00', MINUTE)", 55),
    # The autumn night shows 01:30 twice, at 05:30Z and 06:30Z; the spring night has no 02:30.
    ("TIMESTAMP(DATETIME '2025-11-02 01:30:00', 'America/New_York')", utc(2025, 11, 2, 5, 30)),
    ("TIMESTAMP('2025-11-02 02:30:00', 'America/New_York')", utc(2025, 11, 2, 7, 30)),
    ("TIMESTAMP('2025-03-09 02:30:00', 'America/New_York')", utc(2025, 3, 9, 7, 30)),
    ("TIMESTAMP '2025-11-02 01:30:00 America/New_York'", utc(2025, 11, 2, 5, 30)),
    (
        "PARSE_TIMESTAMP('%F %T', '2025-11-02 01:30:00', 'America/New_York')",
        utc(2025, 11, 2, 5, 30),
    ),
    ("PARSE_TIMESTAMP('%s', '1762970400')", utc(2025, 11, 12, 18)),
    # JSON of instants and numbers.
    ("TO_JSON_STRING(TIMESTAMP '2025-11-12 18:00:00+00')", '"2025-11-12T18:00:00Z"'),
    (f"TO_JSON_STRING({TS})", '"2025-11-12T18:30:15.250Z"'),
    (
        "TO_JSON_STRING(STRUCT(DATETIME '2025-11-12 18:00:00' AS a, DATE '2025-11-12' AS b))",
        '{"a":"2025-11-12T18:00:00","b":"2025-11-12"}',
    ),
    ("TO_JSON_STRING(NUMERIC '12.00')", "12"),
    ("TO_JSON_STRING('2025-11-12 18:00:00+00')", '"2025-11-12 18:00:00+00"'),
    ("TO_JSON_STRING(NULL)", "null"),
    # Escapes.
    ("'say \\\"hi\\\"'", 'say "hi"'),
    ('"a\\\'b"', "a'b"),
    (r"'a\\b'", "a\\b"),
    (r"'a\nb'", "a\nb"),
    (r"'a\\nb'", "a\\nb"),
    (r"'\x41\u00e9\101'", "AéA"),
    (r"r'a\nb'", "a\\nb"),
    ("'''it's \"one\"'''", 'it\'s "one"'),
    ("'-- no comment' /* 'a */", "-- no comment"),
    (r"'a_b' LIKE 'a\\_b'", True),
    (r"'axb' LIKE 'a\\_b'", False),
    # Text.
    ("INSTR('banana', 'an')", 2),
    ("INSTR('banana', 'an', 1, 2)", 4),
    ("INSTR('banana', 'an', -3)", 4),
    ("INSTR('banana', 'an', -1, 2)", 2),
    ("INSTR('banana', 'x')", 0),
    ("INITCAP('hello WORLD-everyone it\\'s')", "Hello World-Everyone It's"),
    ("BYTE_LENGTH('naïve')", 6),
    ("TO_HEX(MD5('a'))", "0cc175b9c0f1b6a831c399e269772661"),
    ("LENGTH(TO_HEX(SHA256('a')))", 64),
    ("(SELECT CORR(x, x) FROM UNNEST([1]) AS x)", None),
    ("CONCAT('a', NULL)", None),
    ("CONCAT('a', 'b', 'c')", "abc"),
    ("SUBSTR('apple', -3, 2)", "pl"),
    ("SUBSTR('apple', 0, 2)", "ap"),
    ("SUBSTR('abc', -5, 2)", "ab"),
    ("SPLIT('a,b')", ["a", "b"]),
    ("SPLIT('a/b/c', '/')[OFFSET(1)]", "b"),
    ("LPAD('7', 3, '0')", "007"),
    ("RPAD('7', 3)", "7  "),
    ("STARTS_WITH('abc', 'ab')", True),
    ("ENDS_WITH('abc', 'ab')", False),
    ("STRPOS('abc', 'c')", 3),
    ("TRIM('  x ')", "x"),
    ("RTRIM('x//', '/')", "x"),
    ("REGEXP_CONTAINS('slot.run1', r'\\.run\\d+$')", True),
    ("REGEXP_EXTRACT('slot.run12', r'run(\\d+)')", "12"),
    ("REGEXP_EXTRACT('slot', r'run\\d+')", None),
    ("REGEXP_EXTRACT_ALL('a1b2', r'\\d')", ["1", "2"]),
    ("REGEXP_REPLACE('a1b2', r'\\d', '')", "ab"),
    ("FORMAT('%s: %05.1f%% of %d', 'x', 12.34, 3)", "x: 012.3% of 3"),
    ("CONTAINS_SUBSTR('Blue House', 'blue')", True),
    ("REPLACE('a-b', '-', '_')", "a_b"),
    ("LENGTH('naïve')", 5),
    ("r'a\\d'", "a\\d"),
    # JSON.
    ("JSON_VALUE('{\"a\": {\"b\": 5}}', '$.a.b')", "5"),
    ("JSON_VALUE('{\"a\": {\"b\": 5}}', '$.a')", None),
    ("JSON_VALUE('{\"a\": null}', '$.a')", None),
    ("JSON_VALUE('not json', '$.a')", None),
    ("JSON_QUERY('{\"a\": [1, 2]}', '$.a')", "[1,2]"),
    ("JSON_EXTRACT_SCALAR('{\"a\": \"x\"}', '$.a')", "x"),
    ("JSON_VALUE('{\"a b\": [7, 8]}', '$.\"a b\"[1]')", "8"),
    ("ARRAY_LENGTH(JSON_QUERY_ARRAY('{\"a\": [1, \"x\"]}', '$.a'))", 2),
    ('JSON_VALUE_ARRAY(\'["x", "y"]\')', ["x", "y"]),
    ("TO_JSON_STRING(STRUCT(1 AS a, 'x' AS b))", '{"a":1,"b":"x"}'),
    ("TO_JSON_STRING([1, 2])", "[1,2]"),
    ("INT64(PARSE_JSON('{\"n\": 3}').n)", 3),
    ('LAX_INT64(PARSE_JSON(\'{"n": "x"}\').n)', None),
    ("LAX_INT64(PARSE_JSON('1.1'))", 1),
    ("LAX_INT64(PARSE_JSON('10.0'))", 10),
    ("LAX_INT64(PARSE_JSON('\"1.1e2\"'))", 110),
    ("LAX_INT64(PARSE_JSON('true'))", 1),
    ("LAX_INT64(PARSE_JSON('null'))", None),
    ("LAX_INT64(PARSE_JSON('9007199254740993'))", 9007199254740993),
    ("INT64(PARSE_JSON('10.0'))", 10),
    ("FLOAT64(PARSE_JSON('3'))", 3.0),
    ("BOOL(PARSE_JSON('true'))", True),
    ("INT64(CAST(NULL AS JSON))", None),
    # The places of JSON count from 0, as those of an array.
    ("INT64(PARSE_JSON('[5, 6]')[0])", 5),
    ("INT64(PARSE_JSON('[5, 6]')[1])", 6),
    ("PARSE_JSON('[5, 6]')[2]", None),
    ("INT64(PARSE_JSON('{\"a\": {\"b\": [7]}}')['a']['b'][0])", 7),
    ("[10, 20][0]", 10),
    # Arrays.
    ("ARRAY_LENGTH([1, 2, 3])", 3),
    ("ARRAY_TO_STRING(['a', NULL, 'b'], '-')", "a-b"),
    ("ARRAY_TO_STRING(['a', NULL, 'b'], '-', '?')", "a-?-b"),
    ("[10, 20][ORDINAL(1)]", 10),
    ("[10, 20][SAFE_OFFSET(5)]", None),
    ("ARRAY_CONCAT([1], [2, 3])", [1, 2, 3]),
    ("ARRAY_REVERSE([1, 2])", [2, 1]),
    ("GENERATE_ARRAY(1, 7, 3)", [1, 4, 7]),
    (
        "GENERATE_DATE_ARRAY('2025-01-30', '2025-02-01')",
        [date(2025, 1, 30), date(2025, 1, 31), date(2025, 2, 1)],
    ),
    (
        "GENERATE_DATE_ARRAY(DATE '2025-01-01', DATE '2025-01-20', INTERVAL 1 WEEK)",
        [date(2025, 1, 1), date(2025, 1, 8), date(2025, 1, 15)],
    ),
    (
        "GENERATE_TIMESTAMP_ARRAY(TIMESTAMP '2025-01-01 00:00:00+00', TIMESTAMP '2025-01-01 02:00:00+00', INTERVAL 1 HOUR)",
        [utc(2025, 1, 1), utc(2025, 1, 1, 1), utc(2025, 1, 1, 2)],
    ),
    ("2 IN UNNEST([1, 2])", True),
    ("3 NOT IN UNNEST([1, 2])", True),
    ("1 IN UNNEST(CAST(NULL AS ARRAY<INT64>))", False),
    ("ARRAY(SELECT x * 2 FROM UNNEST([1, 2, 3]) AS x WHERE x > 1 ORDER BY x)", [4, 6]),
    ("ARRAY(SELECT AS STRUCT x AS n FROM UNNEST([1]) AS x)", [{"n": 1}]),
    ("(SELECT COUNT(*) FROM UNNEST([1, NULL]))", 2),
    ("EXISTS(SELECT 1 FROM UNNEST([1, 2]) AS x WHERE x = 2)", True),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES, ids=[v[0] for v in VALUES])
def test_an_expression_has_the_value_that_bigquery_gives(expression: str, expected: Any) -> None:
    found = ask(f"SELECT {expression}")
    if isinstance(expected, list):  # a one-row answer whose value is a list comes as it is
        assert list(found) == expected
    else:
        assert found == expected
        assert type(found) is type(expected)


T10 = "(SELECT x FROM UNNEST([1, 1, 1, 4, 5, 6, 7, 8, 9, 10]) AS x)"
NULLS = "(SELECT x FROM UNNEST([2, NULL, 1]) AS x)"

QUERIES: list[tuple[str, str, Any]] = [
    (
        "offsets start at 0",
        "SELECT x, o FROM UNNEST(['a', 'b']) AS x WITH OFFSET AS o ORDER BY o",
        [("a", 0), ("b", 1)],
    ),
    (
        "an offset without a name is offset",
        "SELECT offset FROM UNNEST(['a', 'b']) WITH OFFSET ORDER BY offset DESC",
        [(1,), (0,)],
    ),
    (
        "structs of a literal array are columns",
        "SELECT * FROM UNNEST([STRUCT(1 AS a, 'x' AS b), (2, 'y')]) ORDER BY a",
        [(1, "x"), (2, "y")],
    ),
    (
        "structs of a typed array are columns",
        "SELECT b, a FROM UNNEST(ARRAY<STRUCT<a INT64, b STRING>>[(1, 'x'), (2, 'y')]) ORDER BY a",
        [("x", 1), ("y", 2)],
    ),
    (
        "a struct's field by its alias",
        "SELECT f.gcs_path FROM nba_orchestration.cleanup_operations, UNNEST(missing_files) AS f ORDER BY 1",
        [("p/a",), ("p/b",)],
    ),
    (
        "a struct's field without an alias",
        "SELECT cleanup_id, gcs_path FROM cleanup_operations, UNNEST(missing_files) ORDER BY 2 DESC",
        [("c1", "p/b"), ("c1", "p/a")],
    ),
    (
        "a struct's field with an alias left out",
        "SELECT age_minutes FROM cleanup_operations CROSS JOIN UNNEST(missing_files) AS f ORDER BY 1",
        [(130,), (390,)],
    ),
    (
        "the path of an array as a table",
        "SELECT f.age_minutes FROM cleanup_operations AS c, c.missing_files AS f ORDER BY 1",
        [(130,), (390,)],
    ),
    (
        "a struct as a whole",
        "SELECT TO_JSON_STRING(f) LIKE '%p/a%' FROM cleanup_operations, UNNEST(missing_files) AS f ORDER BY 1",
        [(False,), (True,)],
    ),
    (
        "LEFT JOIN UNNEST keeps rows without elements",
        "SELECT cleanup_id, f.scraper_name FROM cleanup_operations LEFT JOIN UNNEST(missing_files) AS f ORDER BY 1, 2",
        [("c1", "a"), ("c1", "b"), ("c2", None)],
    ),
    (
        "LEFT JOIN UNNEST with a condition",
        "SELECT cleanup_id, f.scraper_name FROM cleanup_operations LEFT JOIN UNNEST(missing_files) AS f ON f.age_minutes > 200 ORDER BY 1",
        [("c1", "a"), ("c2", None)],
    ),
    (
        "a subquery over an array of the row",
        "SELECT cleanup_id, (SELECT MAX(f.age_minutes) FROM UNNEST(missing_files) AS f) FROM cleanup_operations ORDER BY 1",
        [("c1", 390), ("c2", None)],
    ),
    (
        "a repeated column is never NULL",
        "SELECT ARRAY_LENGTH(errors) FROM cleanup_operations ORDER BY 1",
        [(0,), (2,)],
    ),
    (
        "a join on an array's elements",
        "SELECT n FROM UNNEST(['x', 'z']) AS n LEFT JOIN cleanup_operations AS c ON n IN UNNEST(c.errors) WHERE c.cleanup_id IS NULL",
        "z",
    ),
    ("quantiles", f"SELECT APPROX_QUANTILES(x, 2) FROM {T10}", [1, 5, 10]),
    ("a percentile", f"SELECT APPROX_QUANTILES(x, 100)[OFFSET(90)] FROM {T10}", 9),
    (
        "quantiles of distinct values",
        f"SELECT APPROX_QUANTILES(DISTINCT x, 2) FROM {T10}",
        [1, 6, 10],
    ),
    ("PERCENTILE_CONT", f"SELECT DISTINCT PERCENTILE_CONT(x, 0.5) OVER () FROM {T10}", 5.5),
    ("APPROX_COUNT_DISTINCT", f"SELECT APPROX_COUNT_DISTINCT(x) FROM {T10}", 8),
    ("COUNTIF", f"SELECT COUNTIF(x > 5) FROM {T10}", 5),
    ("COUNTIF of nothing", f"SELECT COUNTIF(x > 5) FROM {T10} WHERE FALSE", 0),
    ("ARRAY_AGG with a limit", f"SELECT ARRAY_AGG(x ORDER BY x DESC LIMIT 2) FROM {T10}", [10, 9]),
    (
        "ARRAY_AGG and its first element",
        f"SELECT ARRAY_AGG(x IGNORE NULLS ORDER BY x LIMIT 1)[OFFSET(0)] FROM {NULLS}",
        1,
    ),
    (
        "ARRAY_AGG DISTINCT",
        f"SELECT ARRAY_AGG(DISTINCT x ORDER BY x) FROM {T10} WHERE x < 6",
        [1, 4, 5],
    ),
    (
        "STRING_AGG",
        "SELECT STRING_AGG(x, '|' ORDER BY x DESC) FROM UNNEST(['a', NULL, 'b']) AS x",
        "b|a",
    ),
    (
        "STRING_AGG with a limit",
        "SELECT STRING_AGG(DISTINCT x, ',' ORDER BY x LIMIT 2) FROM UNNEST(['c', 'a', 'b', 'a']) AS x",
        "a,b",
    ),
    ("STRING_AGG of nothing", "SELECT STRING_AGG(x) FROM UNNEST(['a']) AS x WHERE FALSE", None),
    ("ANY_VALUE HAVING MAX", f"SELECT ANY_VALUE(x HAVING MIN x) FROM {T10}", 1),
    ("MAX_BY", f"SELECT MAX_BY(x, -x) FROM {T10}", 1),
    ("LOGICAL_OR", f"SELECT LOGICAL_OR(x > 9), LOGICAL_AND(x > 9) FROM {T10}", (True, False)),
    ("NULL sorts first", f"SELECT x FROM {NULLS} ORDER BY x", [(None,), (1,), (2,)]),
    (
        "NULL sorts last, descending",
        f"SELECT x FROM {NULLS} ORDER BY x DESC",
        [(2,), (1,), (None,)],
    ),
    (
        "NULL sorts first in windows",
        f"SELECT x FROM {NULLS} WHERE TRUE QUALIFY ROW_NUMBER() OVER (ORDER BY x) = 1",
        None,
    ),
    ("NULLS LAST", f"SELECT x FROM {NULLS} ORDER BY x NULLS LAST", [(1,), (2,), (None,)]),
    (
        "EXCEPT and REPLACE",
        "SELECT * EXCEPT (b) REPLACE (a + 1 AS a) FROM (SELECT 1 AS a, 2 AS b, 3 AS c)",
        (2, 3),
    ),
    (
        "LAG",
        "SELECT x, LAG(x) OVER (ORDER BY x) FROM UNNEST([1, 3]) AS x ORDER BY x",
        [(1, None), (3, 1)],
    ),
    (
        "FIRST_VALUE IGNORE NULLS",
        f"SELECT DISTINCT FIRST_VALUE(x IGNORE NULLS) OVER (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM {NULLS}",
        1,
    ),
    (
        "PIVOT",
        "SELECT * FROM (SELECT 'x' AS k, 1 AS v UNION ALL SELECT 'y', 5) PIVOT(SUM(v) FOR k IN ('x', 'y'))",
        (1, 5),
    ),
    ("UNION DISTINCT", "SELECT 1 UNION DISTINCT SELECT 1", 1),
    ("EXCEPT DISTINCT", "SELECT x FROM UNNEST([1, 2]) AS x EXCEPT DISTINCT SELECT 2", 1),
    (
        "GROUP BY a name and a place",
        f"SELECT x > 5 AS big, COUNT(*) FROM {T10} GROUP BY big ORDER BY 1",
        [(False, 5), (True, 5)],
    ),
    (
        "GROUP BY means the output column",
        "SELECT DATE(cleanup_time) AS cleanup_time, COUNT(*) FROM cleanup_operations GROUP BY cleanup_time",
        (date(2025, 11, 12), 2),
    ),
    (
        "DATE_TRUNC of an instant",
        "SELECT DATE_TRUNC(MAX(cleanup_time), DAY) FROM cleanup_operations",
        utc(2025, 11, 12),
    ),
    (
        "a window over groups",
        f"SELECT x, SUM(COUNT(*)) OVER () FROM {T10} WHERE x < 5 GROUP BY x ORDER BY x",
        [(1, 4), (4, 4)],
    ),
    (
        "DECLARE and SET",
        "DECLARE d DATE DEFAULT CURRENT_DATE(); DECLARE n INT64; SET n = 2; SELECT DATE_SUB(d, INTERVAL n DAY)",
        date(2025, 11, 10),
    ),
    ("WITH", "WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT y FROM b", 2),
    (
        "a JSON subscript",
        "SELECT JSON_VALUE(j['a'], '$.b') FROM (SELECT PARSE_JSON('{\"a\": {\"b\": 1}}') AS j)",
        "1",
    ),
    (
        "a JSON column's field",
        'SELECT STRING(j.a.b) FROM (SELECT PARSE_JSON(\'{"a": {"b": "x"}}\') AS j)',
        "x",
    ),
    (
        "tables of a dataset",
        "SELECT COUNT(*) FROM nba_orchestration.INFORMATION_SCHEMA.TABLES WHERE table_type = 'BASE TABLE'",
        8,
    ),
    (
        "columns of a table",
        "SELECT data_type FROM `p.nba_orchestration.INFORMATION_SCHEMA.COLUMNS` WHERE table_name = 'cleanup_operations' AND column_name = 'errors'",
        "ARRAY<STRING>",
    ),
    (
        "partitions",
        "SELECT partition_id, total_rows FROM nba_orchestration.INFORMATION_SCHEMA.PARTITIONS",
        ("20251112", 2),
    ),
    (
        "an instant inside an array is in UTC",
        "SELECT ARRAY_AGG(cleanup_time) FROM cleanup_operations WHERE cleanup_id = 'c1'",
        [utc(2025, 11, 12, 18)],
    ),
]


@pytest.mark.parametrize(("sql", "expected"), [q[1:] for q in QUERIES], ids=[q[0] for q in QUERIES])
def test_a_query_has_the_answer_that_bigquery_gives(sql: str, expected: Any) -> None:
    assert ask(sql) == expected


@pytest.mark.parametrize(
    "name",
    [
        "cleanup_operations",
        "nba_orchestration.cleanup_operations",
        "`nba_orchestration.cleanup_operations`",
        "`nba_orchestration`.`cleanup_operations`",
        "nba-props-platform.nba_orchestration.cleanup_operations",
        "`nba-props-platform.nba_orchestration.cleanup_operations`",
        "`nba-props-platform`.nba_orchestration.cleanup_operations",
        "NBA_Orchestration.Cleanup_Operations",
        "v_cleanups",
    ],
)
def test_a_table_answers_to_all_its_names(name: str) -> None:
    assert ask(f"SELECT COUNT(*) FROM {name}") == 2


def test_a_name_of_a_with_clause_hides_the_table() -> None:
    assert ask("WITH cleanup_operations AS (SELECT 1 AS x) SELECT x FROM cleanup_operations") == 1


def test_parameters_are_typed() -> None:
    params = {"day": date(2025, 11, 12), "names": ["a", "b"], "n": 2, "at": NOW}
    sql = "SELECT DATE_ADD(@day, INTERVAL @n DAY), 'b' IN UNNEST(@names), @at = CURRENT_TIMESTAMP()"
    assert ask(sql, params) == (date(2025, 11, 14), True, True)


def test_a_field_of_an_element_bears_its_own_name() -> None:
    sql = "SELECT missing_files[SAFE_OFFSET(0)].gcs_path FROM cleanup_operations"
    answer = Sql(Rows(), config=CONFIG).query(sql, now=NOW)
    assert (answer.columns, answer.rows) == (("gcs_path",), [("p/a",), (None,)])


def test_columns_without_a_name_are_named_as_in_bigquery() -> None:
    answer = Sql(Rows(), config=CONFIG).query("SELECT 1, 2 AS b, 3", now=NOW)
    assert answer.columns == ("f0_", "b", "f1_")


REFUSALS: list[tuple[str, str]] = [
    ("INSERT INTO cleanup_operations (cleanup_id) VALUES ('x')", "INSERT"),
    ("UPDATE cleanup_operations SET cleanup_id = 'x' WHERE TRUE", "UPDATE"),
    ("DELETE FROM cleanup_operations WHERE TRUE", "DELETE"),
    ("MERGE a USING b ON a.x = b.x WHEN MATCHED THEN DELETE", "MERGE"),
    ("CREATE TABLE x (a INT64)", "CREATE"),
    ("DROP TABLE cleanup_operations", "DROP"),
    ("SELECT 1; SELECT 2", "2 statements"),
    ("DECLARE x INT64", "no query"),
    ("SET y = 1; SELECT y", "declared variable"),
    ("SELECT FROM WHERE", "sql"),
    ("", "SELECT"),
    ("SELECT RAND()", "RAND"),
    ("SELECT GENERATE_UUID()", "GENERATE_UUID"),
    ("SELECT ML_PREDICT(1)", "ML_PREDICT"),
    ("SELECT read_text('/etc/hostname')", "READ_TEXT"),
    ("SELECT * FROM read_csv('/etc/hostname')", "read_csv"),
    ("SELECT bq_int('1')", "BQ_INT"),
    ("SELECT FORMAT_TIMESTAMP('%Z', CURRENT_TIMESTAMP(), 'America/New_York')", "%Z"),
    ("SELECT FORMAT_DATE('%H', CURRENT_DATE())", "%H"),
    ("SELECT FORMAT_DATE(x, CURRENT_DATE()) FROM (SELECT '%F' AS x)", "string literal"),
    ("SELECT PARSE_DATE('%A', 'Monday')", "%A"),
    ("SELECT TIMESTAMP_DIFF(CURRENT_TIMESTAMP(), CURRENT_TIMESTAMP(), MONTH)", "MONTH"),
    ("SELECT TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 MONTH)", "MONTH"),
    ("SELECT DATE_SUB(CURRENT_DATE(), INTERVAL 1 HOUR)", "HOUR"),
    ("SELECT DATE(CURRENT_TIMESTAMP(), 'America/Newyork')", "America/Newyork"),
    ("SELECT CURRENT_DATE('EST5')", "EST5"),
    ("SELECT EXTRACT(CENTURY FROM CURRENT_DATE())", "CENTURY"),
    ("SELECT CAST(CURRENT_DATE() AS STRING FORMAT 'YYYY')", "FORMAT"),
    ("SELECT * FROM cleanup_operations TABLESAMPLE SYSTEM (10 PERCENT)", "TABLESAMPLE"),
    ("SELECT * FROM cleanup_operations FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()", "SYSTEM_TIME"),
    ("SELECT * FROM region-us.INFORMATION_SCHEMA.JOBS", "INFORMATION_SCHEMA"),
    ("SELECT * FROM nba_orchestration.INFORMATION_SCHEMA.JOBS", "JOBS"),
    ("SELECT @missing", "@missing"),
    ("SELECT 'a' LIKE 'a\\\\'", "LIKE"),
    ("SELECT DATE_TRUNC(CURRENT_TIMESTAMP(), HOUR)", "TIMESTAMP_TRUNC"),
    ("SELECT '\\d'", "raw string"),
    ("SELECT FARM_FINGERPRINT('x')", "FARM_FINGERPRINT"),
    ("SELECT SESSION_USER()", "SESSION_USER"),
    ("SELECT MAKE_INTERVAL(1)", "MAKE_INTERVAL"),
    ("SELECT FORMAT('%T', 'x')", "%T"),
    ("SELECT @d", "no parameters are given"),
    ("SELECT JSON_VALUE('{}', '$..a')", "$..a"),
    ("SELECT REGEXP_EXTRACT('ab', r'(a)(b)')", "one capturing group"),
    ("DECLARE errors INT64; SELECT errors FROM cleanup_operations", "errors"),
    ("DECLARE x INT64; SELECT x FROM (SELECT 1 AS x)", "DECLARE"),
    ("SELECT SUBSTR('a')", "SUBSTR"),
    ("SELECT CURRENT_DATE() - DATE '2025-01-01'", "DATE_DIFF"),
    (
        "SELECT EXTRACT(HOUR FROM (TIMESTAMP '2025-11-12' - TIMESTAMP '2025-11-10'))",
        "TIMESTAMP_DIFF",
    ),
    ("SELECT * FROM (SELECT 'x' AS k) PIVOT(COUNT(*) AS n FOR k IN ('x'))", "PIVOT"),
    ("SELECT * FROM `nba_orchestration.workflow_*`", "workflow_*"),
]


@pytest.mark.parametrize(("sql", "named"), REFUSALS, ids=[r[0] or "nothing" for r in REFUSALS])
def test_what_cannot_be_answered_rightly_is_refused_by_name(sql: str, named: str) -> None:
    with pytest.raises(BadInput) as refused:
        ask(sql)
    assert named in str(refused.value)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT 1 / 0", "found \\[division by zero: 1 / 0\\]"),
        ("SELECT DIV(1, 0)", "division by zero"),
        ("SELECT CAST('1.5' AS INT64)", "bad INT64 value"),
        ("SELECT [1][OFFSET(1)]", "out of bounds"),
        ("SELECT DATE_DIFF(CURRENT_TIMESTAMP(), CURRENT_DATE(), DAY)", "a DATE is wanted"),
        ("SELECT nothing FROM cleanup_operations", "nothing"),
        ("SELECT INT64(PARSE_JSON('3.7'))", "a JSON whole number is wanted here, not 3.7"),
        ("SELECT INT64(PARSE_JSON('\"12\"'))", "a JSON number is wanted"),
        ("SELECT FLOAT64(PARSE_JSON('\"12\"'))", "a JSON number is wanted"),
        ("SELECT BOOL(PARSE_JSON('\"true\"'))", "a JSON boolean is wanted"),
    ],
)
def test_an_error_in_bigquery_is_an_error_here(sql: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        ask(sql)


def test_a_table_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(BadInput, match=r"nba_orchestration\.decisions.*v_decisions"):
        ask("SELECT * FROM nba_orchestration.decisions")


def test_refused_is_bad_input() -> None:
    assert issubclass(Refused, BadInput)
