"""BigQuery's functions as DuckDB macros, by BigQuery's documentation.

Errors are raised by a cast that cannot succeed, not by error(): that one is volatile, and TRY
(which is how SAFE. works here) refuses volatile functions.
"""

from __future__ import annotations

#: Run once on a fresh connection whose time zone is UTC.
MACROS = r"""
-- Coercions: a value of another type is an error, never an answer.
CREATE MACRO bq_date(x) AS CASE WHEN typeof(x) IN ('DATE', 'VARCHAR', '"NULL"')
  THEN CAST(x AS DATE) ELSE CAST('a DATE is wanted here, not a ' || typeof(x) AS DATE) END;
CREATE MACRO bq_dt(x) AS CASE WHEN typeof(x) IN ('TIMESTAMP', 'DATE', 'VARCHAR', '"NULL"')
  THEN CAST(x AS TIMESTAMP)
  ELSE CAST('a DATETIME is wanted here, not a ' || typeof(x) AS TIMESTAMP) END;
CREATE MACRO bq_ts(x) AS CASE WHEN typeof(x) IN ('TIMESTAMP WITH TIME ZONE', 'VARCHAR', '"NULL"')
  THEN CAST(x AS TIMESTAMPTZ)
  ELSE CAST('a TIMESTAMP is wanted here, not a ' || typeof(x) AS TIMESTAMPTZ) END;
CREATE MACRO bq_int(x) AS CASE
  WHEN typeof(x) = 'VARCHAR' THEN CASE
    WHEN regexp_full_match(trim(CAST(x AS VARCHAR)), '[+-]?\d+') THEN CAST(x AS BIGINT)
    ELSE CAST('bad INT64 value: ' || CAST(x AS VARCHAR) AS BIGINT) END
  WHEN typeof(x) IN ('DOUBLE', 'FLOAT') OR starts_with(typeof(x), 'DECIMAL')
  THEN CAST(round(CAST(x AS DOUBLE)) AS BIGINT) ELSE CAST(x AS BIGINT) END;
CREATE MACRO bq_safe_int(x) AS CASE
  WHEN typeof(x) = 'VARCHAR' THEN CASE
    WHEN regexp_full_match(trim(CAST(x AS VARCHAR)), '[+-]?\d+') THEN TRY_CAST(x AS BIGINT) END
  WHEN typeof(x) IN ('DOUBLE', 'FLOAT') OR starts_with(typeof(x), 'DECIMAL')
  THEN TRY_CAST(round(TRY_CAST(x AS DOUBLE)) AS BIGINT) ELSE TRY_CAST(x AS BIGINT) END;
-- A fraction of a second has three or six digits.
CREATE MACRO bq_fraction(t) AS regexp_replace(regexp_replace(t,
  '(:\d\d\.(?:\d{3})?\d)([+-]|$)', '\100\2'), '(:\d\d\.(?:\d{3})?\d\d)([+-]|$)', '\10\2');
CREATE MACRO bq_string(x) AS CASE
  WHEN typeof(x) = 'DOUBLE' THEN regexp_replace(CAST(x AS VARCHAR), '\.0$', '')
  WHEN starts_with(typeof(x), 'TIME') THEN bq_fraction(CAST(x AS VARCHAR))
  ELSE CAST(x AS VARCHAR) END;
CREATE MACRO bq_bool(x) AS CASE WHEN typeof(x) = 'VARCHAR' THEN CASE lower(CAST(x AS VARCHAR))
  WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE
  ELSE CAST('bad BOOL value: ' || CAST(x AS VARCHAR) AS BOOLEAN) END ELSE CAST(x AS BOOLEAN) END;
CREATE MACRO bq_safe_bool(x) AS CASE WHEN typeof(x) = 'VARCHAR' THEN CASE lower(CAST(x AS VARCHAR))
  WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END ELSE TRY_CAST(x AS BOOLEAN) END;

-- Numbers.
CREATE MACRO bq_divide(a, b) AS CASE WHEN b = 0
  THEN CAST('division by zero: ' || CAST(a AS VARCHAR) || ' / 0' AS DOUBLE)
  ELSE CAST(a AS DOUBLE) / b END;
CREATE MACRO bq_safe_divide(a, b) AS CASE WHEN b <> 0 THEN CAST(a AS DOUBLE) / b END;
CREATE MACRO bq_div(a, b) AS CASE WHEN b = 0
  THEN CAST('division by zero: DIV(' || CAST(a AS VARCHAR) || ', 0)' AS BIGINT) ELSE a // b END;
CREATE MACRO bq_mod(a, b) AS CASE WHEN b = 0
  THEN CAST('division by zero: MOD(' || CAST(a AS VARCHAR) || ', 0)' AS BIGINT) ELSE a % b END;
CREATE MACRO bq_round(x) AS round(CAST(x AS DOUBLE)),
  (x, n) AS round(CAST(x AS DOUBLE), CAST(n AS INTEGER));
CREATE MACRO bq_trunc_num(x) AS trunc(CAST(x AS DOUBLE)),
  (x, n) AS trunc(CAST(x AS DOUBLE) * pow(10, n)) / pow(10, n);

-- Intervals, truncation, differences. A week begins on day k: 0 is Sunday, 1 Monday.
CREATE MACRO bq_iv(n, part) AS CASE part
  WHEN 'MICROSECOND' THEN to_microseconds(CAST(n AS BIGINT))
  WHEN 'MILLISECOND' THEN to_milliseconds(CAST(n AS BIGINT))
  WHEN 'SECOND' THEN to_seconds(CAST(n AS BIGINT)) WHEN 'MINUTE' THEN to_minutes(CAST(n AS BIGINT))
  WHEN 'HOUR' THEN to_hours(CAST(n AS BIGINT)) WHEN 'DAY' THEN to_days(CAST(n AS INTEGER))
  WHEN 'WEEK' THEN to_days(CAST(n AS INTEGER) * 7) WHEN 'MONTH' THEN to_months(CAST(n AS INTEGER))
  WHEN 'QUARTER' THEN to_months(CAST(n AS INTEGER) * 3)
  WHEN 'YEAR' THEN to_years(CAST(n AS INTEGER)) END;
CREATE MACRO bq_trunc(x, part, k) AS CASE part
  WHEN 'WEEK' THEN date_trunc('day', x) - to_days(CAST((dayofweek(x) - k + 7) % 7 AS INTEGER))
  WHEN 'ISOYEAR' THEN date_trunc('week', CAST(make_date(isoyear(x), 1, 4) AS TIMESTAMP))
  ELSE date_trunc(lower(part), x) END;
CREATE MACRO bq_ts_trunc(x, part, k, zone) AS
  CASE WHEN part IN ('MICROSECOND', 'MILLISECOND', 'SECOND', 'MINUTE', 'HOUR')
  THEN x - ((x AT TIME ZONE zone) - bq_trunc(x AT TIME ZONE zone, part, k))
  ELSE bq_trunc(x AT TIME ZONE zone, part, k) AT TIME ZONE zone END;
-- A wall time in a zone: of two showings the first (the offset of a day before, where it fits).
CREATE MACRO bq_first(x, zone, late, early) AS
  CASE WHEN early < late AND (early AT TIME ZONE zone) = x THEN early ELSE late END;
CREATE MACRO bq_instant(x, zone) AS bq_first(x, zone, x AT TIME ZONE zone,
  (x - (((x AT TIME ZONE zone) - to_days(1)) AT TIME ZONE zone
    - (((x AT TIME ZONE zone) - to_days(1)) AT TIME ZONE 'UTC'))) AT TIME ZONE 'UTC');
CREATE MACRO bq_ts_diff(a, b, us) AS (epoch_us(a) - epoch_us(b)) // us;
CREATE MACRO bq_local_diff(a, b, part, k) AS CASE part
  WHEN 'WEEK' THEN date_diff('day', bq_trunc(b, 'WEEK', k), bq_trunc(a, 'WEEK', k)) // 7
  WHEN 'ISOYEAR' THEN isoyear(a) - isoyear(b) ELSE date_diff(lower(part), b, a) END;
CREATE MACRO bq_week(x, k) AS (dayofyear(x) + 6 - ((dayofweek(x) - k + 7) % 7)) // 7;
CREATE MACRO bq_last_day(x, part, k) AS CAST(CASE part
  WHEN 'WEEK' THEN bq_trunc(x, 'WEEK', k) + to_days(6)
  WHEN 'ISOYEAR' THEN bq_trunc(x + to_days(371), 'ISOYEAR', k) - to_days(1)
  ELSE bq_trunc(x, part, k) + bq_iv(1, part) - to_days(1) END AS DATE);
CREATE MACRO bq_dates(a, b, step) AS
  coalesce(CAST(generate_series(CAST(a AS TIMESTAMP), CAST(b AS TIMESTAMP), step) AS DATE[]), []);

-- Text.
CREATE MACRO bq_substr(s, p) AS substr(s, CASE WHEN p = 0 OR p < -length(s) THEN 1 ELSE p END),
  (s, p, n) AS substr(s, CASE WHEN p = 0 OR p < -length(s) THEN 1 ELSE p END, n);
CREATE MACRO bq_extract(s, r, g) AS CASE WHEN regexp_matches(s, r) THEN regexp_extract(s, r, g) END;
CREATE MACRO bq_offset(a, z) AS CASE WHEN date_diff('minute', a, z) < 0 THEN '-' ELSE '+' END
  || printf('%02d%02d', abs(date_diff('minute', a, z)) // 60, abs(date_diff('minute', a, z)) % 60);

-- Arrays. `i` counts from 0. DuckDB counts the places of JSON from 0, those of lists from 1.
CREATE MACRO bq_pick(a, i) AS CASE WHEN typeof(a) = 'JSON' THEN a[i] ELSE a[i + 1] END;
CREATE MACRO bq_at(a, i) AS CASE WHEN i < 0 OR i >= len(a)
  THEN a[CAST('array index ' || CAST(i AS VARCHAR) || ' is out of bounds' AS BIGINT)]
  ELSE a[i + 1] END;
CREATE MACRO bq_safe_at(a, i) AS CASE WHEN i >= 0 THEN a[i + 1] END;
CREATE MACRO bq_in(x, a) AS CASE WHEN coalesce(len(a), 0) = 0 THEN FALSE WHEN x IS NULL THEN NULL
  WHEN list_contains(a, x) THEN TRUE WHEN list_count(a) < len(a) THEN NULL ELSE FALSE END;
CREATE MACRO bq_joined(a, sep) AS array_to_string(a, sep),
  (a, sep, gap) AS
  array_to_string(list_transform(a, lambda e: coalesce(CAST(e AS VARCHAR), gap)), sep);

-- JSON. Text that is not JSON has no values in it.
CREATE MACRO bq_json(j) AS CASE WHEN json_valid(j) THEN CAST(j AS JSON) END;
CREATE MACRO bq_json_value(j, p) AS CASE
  WHEN json_type(bq_json(j), p) NOT IN ('OBJECT', 'ARRAY', 'NULL')
  THEN json_extract_string(bq_json(j), p) END;
CREATE MACRO bq_json_query(j, p) AS CASE WHEN json_type(bq_json(j), p) <> 'NULL'
  THEN json_extract(bq_json(j), p) END;
CREATE MACRO bq_json_array(j, p) AS CASE WHEN json_type(bq_json(j), p) = 'ARRAY'
  THEN CAST(json_extract(bq_json(j), p) AS JSON[]) END;
CREATE MACRO bq_json_values(j, p) AS CASE WHEN json_type(bq_json(j), p) = 'ARRAY'
  THEN list_transform(CAST(json_extract(bq_json(j), p) AS JSON[]), lambda e: e ->> '$') END;
CREATE MACRO bq_no_json(j, what) AS
  'a JSON ' || what || ' is wanted here, not ' || CAST(j AS VARCHAR);
CREATE MACRO bq_is_number(j) AS json_type(j) IN ('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE');
CREATE MACRO bq_json_bool(j) AS CASE WHEN j IS NULL OR json_type(j) = 'BOOLEAN'
  THEN CAST(bq_json_value(j, '$') AS BOOLEAN) ELSE CAST(bq_no_json(j, 'boolean') AS BOOLEAN) END;
CREATE MACRO bq_json_float(j) AS CASE WHEN j IS NULL OR bq_is_number(j)
  THEN CAST(bq_json_value(j, '$') AS DOUBLE) ELSE CAST(bq_no_json(j, 'number') AS DOUBLE) END;
CREATE MACRO bq_json_int(j) AS CASE
  WHEN json_type(j) = 'DOUBLE' AND bq_json_float(j) = trunc(bq_json_float(j))
  THEN CAST(bq_json_float(j) AS BIGINT)
  WHEN j IS NULL OR (bq_is_number(j) AND json_type(j) <> 'DOUBLE')
  THEN CAST(bq_json_value(j, '$') AS BIGINT)
  ELSE CAST(bq_no_json(j, 'whole number') AS BIGINT) END;
CREATE MACRO bq_lax_int(j) AS CASE WHEN json_type(j) = 'BOOLEAN'
  THEN CAST(CAST(bq_json_value(j, '$') AS BOOLEAN) AS BIGINT)
  ELSE coalesce(bq_safe_int(bq_json_value(j, '$')),
    TRY_CAST(round(TRY_CAST(bq_json_value(j, '$') AS DOUBLE)) AS BIGINT)) END;
-- to_json writes instants, NUMERIC and FLOAT64 otherwise: they are found by the keys that have
-- that type. The value is wrapped, so that one without a key has one.
CREATE MACRO bq_keys(t, kind) AS '"(' || coalesce(nullif(array_to_string(list_transform(
  regexp_extract_all(t, '("[^"]+"|\w+) ' || kind || '[,)]', 1),
  lambda e: regexp_escape(trim(e, '"'))), '|'), ''), '\b\B') || ')":';
CREATE MACRO bq_thirds(j) AS regexp_replace(regexp_replace(j,
  '("\d{4}-\d\d-\d\dT[\d:]{8}\.(?:\d{3})?\d)(Z?")', '\100\2', 'g'),
  '("\d{4}-\d\d-\d\dT[\d:]{8}\.(?:\d{3})?\d\d)(Z?")', '\10\2', 'g');
CREATE MACRO bq_iso(j, t) AS bq_thirds(regexp_replace(regexp_replace(j,
  bq_keys(t, 'TIMESTAMP WITH TIME ZONE') || '"([\d-]{10}) ([\d:.]+)\+00"', '"\1":"\2T\3Z"', 'g'),
  bq_keys(t, 'TIMESTAMP') || '"([\d-]{10}) ([\d:.]+)"', '"\1":"\2T\3"', 'g'));
CREATE MACRO bq_plain(j, t) AS regexp_replace(regexp_replace(
  j, bq_keys(t, '(?:DECIMAL\(\d+,\d+\)|DOUBLE)') || '(-?\d+)\.0+([,}])', '"\1":\2\3', 'g'),
  bq_keys(t, 'DECIMAL\(\d+,\d+\)') || '(-?\d+\.\d*[1-9])0*([,}])', '"\1":"\2"\3', 'g');
CREATE MACRO bq_no_list(t) AS CASE
  WHEN regexp_matches(t, '(TIMESTAMP|TIMESTAMP WITH TIME ZONE|DECIMAL\(\d+,\d+\))\[')
  THEN CAST('TO_JSON_STRING has no rule for an array of TIMESTAMP or NUMERIC' AS INTEGER)
  ELSE 0 END;
CREATE MACRO bq_unwrap(j, t) AS substr(left(j, length(j) - 1), 10 + bq_no_list(t));
CREATE MACRO bq_json_text(x) AS bq_unwrap(bq_plain(bq_iso(
  CAST(to_json({'_bq_v': x}) AS VARCHAR), typeof({'_bq_v': x})), typeof({'_bq_v': x})),
  typeof({'_bq_v': x}));
CREATE MACRO bq_to_json(x) AS CAST(bq_unwrap(bq_iso(
  CAST(to_json({'_bq_v': x}) AS VARCHAR), typeof({'_bq_v': x})), typeof({'_bq_v': x})) AS JSON);

-- More of BigQuery's text functions.
CREATE MACRO bq_places(s, sub) AS list_filter(range(1, length(s) - length(sub) + 2),
  lambda i: substr(s, i, length(sub)) = sub);
CREATE MACRO bq_instr(s, sub, p, n) AS CASE WHEN s IS NULL OR sub IS NULL THEN NULL
  WHEN p > 0 THEN coalesce(list_filter(bq_places(s, sub), lambda i: i >= p)[n], 0)
  ELSE coalesce(list_reverse(list_filter(bq_places(s, sub),
    lambda i: i <= length(s) + p + 1))[n], 0) END;
CREATE MACRO bq_initcap(s) AS array_to_string(list_transform(range(1, length(s) + 1),
  lambda i: CASE
  WHEN i = 1 OR regexp_matches(substr(s, i - 1, 1), '[\s\[\](){}/|\\<>!?@"^#$&~_,.:;*%+-]')
  THEN upper(substr(s, i, 1)) ELSE lower(substr(s, i, 1)) END), '');
"""
