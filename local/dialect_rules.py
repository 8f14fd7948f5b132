"""The rules, one a function: each takes BigQuery's arguments and gives DuckDB's expression.

A function that has no rule and is not known to mean the same in both is refused: an error is
worth more than a wrong answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from zoneinfo import available_timezones

import sqlglot
from sqlglot import exp

from local.dialect_formats import format_sql, parse_formats, quoted
from shared.core.errors import BadInput


class Refused(BadInput):
    """SQL that cannot be answered here as BigQuery would: names the construct."""


Args = Sequence[exp.Expression]
Rule = Callable[[str, Args], exp.Expression]

_DAYS = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
_CLOCK = ("MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR")
_CALENDAR = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
_MICROS = {"MICROSECOND": 1, "MILLISECOND": 10**3, "SECOND": 10**6, "MINUTE": 60 * 10**6}
_MICROS |= {"HOUR": 3600 * 10**6, "DAY": 86400 * 10**6}


@lru_cache(maxsize=512)
def _parsed(template: str) -> exp.Expression:
    return sqlglot.parse_one(template, read="duckdb")


def duck(template: str, *args: exp.Expression) -> exp.Expression:
    """DuckDB's SQL with `args` in the places of _0, _1 ..."""
    tree = exp.Paren(this=_parsed(template).copy())
    for column in list(tree.find_all(exp.Column)):
        if re.fullmatch(r"_\d+", column.name) and not column.table:
            column.replace(args[int(column.name[1:])].copy())
    inner = tree.this
    plain = isinstance(inner, exp.Anonymous | exp.Cast | exp.Paren | exp.Case | exp.Literal)
    return inner.pop() if plain else tree


def literal(place: str, node: exp.Expression) -> str:
    """The text of a string literal: what the rules must know before the query runs."""
    if isinstance(node, exp.Paren):
        return literal(place, node.this)
    if isinstance(node, exp.RawString) or (isinstance(node, exp.Literal) and node.is_string):
        return str(node.this)
    raise Refused(place, node.sql(dialect="bigquery"), "a string literal")


def zone(place: str, node: exp.Expression) -> exp.Expression:
    """A time zone; the name of a literal one is checked."""
    if isinstance(node, exp.Literal) and node.name not in available_timezones():
        raise Refused(place, node.name, "a zone's name, such as 'America/New_York' or 'UTC'")
    return node


def date_part(place: str, node: exp.Expression, allowed: Sequence[str]) -> tuple[str, int]:
    """A date part and, for weeks, the day on which they begin (0 is Sunday)."""
    first = 0
    name = node.name.upper()
    if isinstance(node, exp.WeekStart):
        name, first = "WEEK", _DAYS.index(node.name.upper())
    elif isinstance(node, exp.Anonymous | exp.Week):
        inside = node.expressions[0] if isinstance(node, exp.Anonymous) else node.this
        if (name == "WEEK" or isinstance(node, exp.Week)) and inside.name.upper() in _DAYS:
            name, first = "WEEK", _DAYS.index(inside.name.upper())
    if name == "ISOWEEK":
        name, first = "WEEK", 1
    if name not in allowed:
        raise Refused(place, node.sql(dialect="bigquery"), "one of " + " ".join(allowed))
    return name, first


def _step(place: str, node: exp.Expression, allowed: Sequence[str]) -> exp.Expression:
    """INTERVAL n part, already turned into bq_iv: its part is checked."""
    if isinstance(node, exp.Anonymous) and node.name == "bq_iv":
        date_part(place, exp.var(node.expressions[1].name), allowed)
        return node
    raise Refused(place, node.sql(dialect="bigquery"), "INTERVAL n part")


def _add(kind: str, sign: str, parts: Sequence[str]) -> Rule:
    cast = "CAST(bq_date(_0) {} _1 AS DATE)" if kind == "date" else f"(bq_{kind}(_0) {{}} _1)"

    def rule(name: str, args: Args) -> exp.Expression:
        step = _step(name, args[1], parts)
        if kind == "date" and instant(args[0]):
            return duck(f"(bq_ts(_0) {sign} _1)", args[0], step)
        return duck(cast.format(sign), args[0], step)

    return rule


def instant(node: exp.Expression) -> bool:
    """Whether the expression is a TIMESTAMP at sight."""
    if isinstance(node, exp.Paren):
        return instant(node.this)
    return isinstance(node, exp.Cast) and node.to.is_type(exp.DataType.Type.TIMESTAMPTZ)


def _diff(kind: str) -> Rule:
    def rule(name: str, args: Args) -> exp.Expression:
        if kind == "ts":
            part, _ = date_part(name, args[2], (*_CLOCK, "DAY"))
            return duck(f"bq_ts_diff(_0, _1, {_MICROS[part]})", *args[:2])
        allowed = (*(_CLOCK if kind == "dt" else ()), *_CALENDAR, "ISOYEAR")
        part, first = date_part(name, args[2], allowed)
        a, b = (duck(f"CAST(bq_{kind}(_0) AS TIMESTAMP)", x) for x in args[:2])
        return duck(f"bq_local_diff(_0, _1, '{part}', {first})", a, b)

    return rule


def _trunc(kind: str) -> Rule:
    def rule(name: str, args: Args) -> exp.Expression:
        allowed = (*(() if kind == "date" else _CLOCK), *_CALENDAR, "ISOYEAR")
        node = args[1] if len(args) > 1 else exp.var("DAY")
        part, first = date_part(name, node, allowed)
        if kind == "ts" or instant(args[0]):
            where = zone(name, args[2]) if len(args) > 2 else exp.Literal.string("UTC")
            return duck(f"bq_ts_trunc(bq_ts(_0), '{part}', {first}, _1)", args[0], where)
        cut = duck(f"bq_trunc(CAST(bq_{kind}(_0) AS TIMESTAMP), '{part}', {first})", args[0])
        return duck("CAST(_0 AS DATE)", cut) if kind == "date" else cut

    return rule


def _format(kind: str) -> Rule:
    def rule(name: str, args: Args) -> exp.Expression:
        where = zone(name, args[2]) if len(args) > 2 else exp.Literal.string("UTC")
        text = format_sql(name, literal(name, args[0]), kind, utc=where.name in {"UTC", "Etc/UTC"})
        local = {"DATE": "CAST(bq_date(_0) AS TIMESTAMP)", "DATETIME": "bq_dt(_0)"}.get(
            kind, "(bq_ts(_0) AT TIME ZONE _1)"
        )
        if kind == "TIME":
            local = "(DATE '1970-01-01' + CAST(_0 AS TIME))"
        return duck(text.format(x=local, t="bq_ts(_0)"), args[1], where)

    return rule


def _parse(kind: str) -> Rule:
    def rule(name: str, args: Args) -> exp.Expression:
        formats = parse_formats(name, literal(name, args[0]))
        if any("%z" in f for f in formats) and kind != "TIMESTAMP":
            raise Refused(name, "%z", "a format without an offset")
        read = f"strptime(_0, [{', '.join(quoted(f) for f in formats)}])"
        if kind == "TIMESTAMP" and "%z" not in formats[0]:
            where = zone(name, args[2]) if len(args) > 2 else exp.Literal.string("UTC")
            return duck(f"({read} AT TIME ZONE _1)", args[1], where)
        to = {"TIMESTAMP": "TIMESTAMPTZ", "DATETIME": "TIMESTAMP"}.get(kind, kind)
        return duck(f"CAST({read} AS {to})", args[1])

    return rule


def _dates(name: str, args: Args) -> exp.Expression:
    parts = _CALENDAR if name == "GENERATE_DATE_ARRAY" else (*_CLOCK, "DAY")
    step = _step(name, args[2], parts) if len(args) > 2 else duck("to_days(1)")
    if name == "GENERATE_DATE_ARRAY":
        return duck("bq_dates(bq_date(_0), bq_date(_1), _2)", args[0], args[1], step)
    return duck("generate_series(bq_ts(_0), bq_ts(_1), _2)", args[0], args[1], step)


def _date(name: str, args: Args) -> exp.Expression:
    if len(args) == 3:  # noqa: PLR2004 - year, month, day
        return duck("make_date(_0, _1, _2)", *args)
    if len(args) == 2:  # noqa: PLR2004 - instant, zone
        return duck("CAST(bq_ts(_0) AT TIME ZONE _1 AS DATE)", args[0], zone(name, args[1]))
    return duck("CAST(_0 AS DATE)", *args)


def _datetime(name: str, args: Args) -> exp.Expression:
    if len(args) == 6:  # noqa: PLR2004 - year to second
        return duck("make_timestamp(_0, _1, _2, _3, _4, CAST(_5 AS DOUBLE))", *args)
    if len(args) == 2:  # noqa: PLR2004 - an instant and its zone, or a date and a time
        if isinstance(args[1], exp.Literal):
            return duck("(bq_ts(_0) AT TIME ZONE _1)", args[0], zone(name, args[1]))
        return duck("(bq_date(_0) + CAST(_1 AS TIME))", *args)
    return duck("CAST(_0 AS TIMESTAMP)", *args)


def _timestamp(name: str, args: Args) -> exp.Expression:
    if len(args) == 2:  # noqa: PLR2004 - wall time, zone
        return duck("(bq_dt(_0) AT TIME ZONE _1)", args[0], zone(name, args[1]))
    return duck("CAST(_0 AS TIMESTAMPTZ)", *args)


def _time(name: str, args: Args) -> exp.Expression:
    if len(args) == 3:  # noqa: PLR2004 - hour, minute, second
        return duck("make_time(_0, _1, CAST(_2 AS DOUBLE))", *args)
    if len(args) == 2:  # noqa: PLR2004 - instant, zone
        return duck("CAST(bq_ts(_0) AT TIME ZONE _1 AS TIME)", args[0], zone(name, args[1]))
    return duck("CAST(_0 AS TIME)", *args)


def _string(name: str, args: Args) -> exp.Expression:
    if len(args) == 1:
        return duck("CASE WHEN typeof(_0) = 'JSON' THEN bq_json_value(_0, '$') "
                    "ELSE CAST(_0 AS VARCHAR) END", *args)
    local = "(bq_ts(_0) AT TIME ZONE _1)"
    offset = f"regexp_replace(bq_offset(_0 AT TIME ZONE 'UTC', {local}), '(..)$', ':\\1')"
    text = f"CAST({local} AS VARCHAR) || regexp_replace({offset}, ':00$', '')"
    return duck(text, args[0], zone(name, args[1]))


def _last_day(name: str, args: Args) -> exp.Expression:
    node = args[1] if len(args) > 1 else exp.var("MONTH")
    part, first = date_part(name, node, ("WEEK", "MONTH", "QUARTER", "YEAR", "ISOYEAR"))
    return duck(f"bq_last_day(CAST(_0 AS TIMESTAMP), '{part}', {first})", args[0])


def _regexp(name: str, args: Args) -> exp.Expression:
    pattern = literal(name, args[1])
    groups = re.sub(r"\\.|\[[^\]]*\]|\(\?(?!P<)", "", pattern).count("(")
    if groups > 1:
        raise Refused(name, pattern, "a pattern with at most one capturing group")
    if name == "REGEXP_EXTRACT_ALL":
        return duck(f"regexp_extract_all(_0, _1, {groups})", args[0], exp.Literal.string(pattern))
    return duck(f"bq_extract(_0, _1, {groups})", args[0], exp.Literal.string(pattern))


def _path(place: str, args: Args) -> exp.Expression:
    """A JSONPath of BigQuery as DuckDB writes it: every key in double quotes."""
    text = literal(place, args[1]) if len(args) > 1 else "$"
    step = re.compile(r"""\.(\w[\w-]*)|\."([^"]+)"|\['([^']+)'\]|\["([^"]+)"\]|\[(\d+)\]""")
    out, at = "$", 1
    while text.startswith("$") and at < len(text) and (found := step.match(text, at)):
        key = next((g for g in found.groups()[:4] if g is not None), None)
        out += f"[{found.group(5)}]" if key is None else f'."{key}"'
        at = found.end()
    if at != len(text) or not text.startswith("$"):
        raise Refused(place, text, "a path of keys and positions, such as $.a.b[0]")
    return exp.Literal.string(out)


def _json(macro: str) -> Rule:
    return lambda name, args: duck(f"{macro}(_0, _1)", args[0], _path(name, args))


def _json_number(kind: str) -> Rule:
    return lambda _name, args: duck(f"CAST(bq_json_value(_0, '$') AS {kind})", *args)


def _quantiles(name: str, args: Args) -> exp.Expression:
    if not args[1].name.isdigit() or int(args[1].name) < 1:
        raise Refused(name, args[1].sql(), "a number of quantiles")
    n = int(args[1].name)
    inner, cut = (args[0], "_0")
    if isinstance(inner, exp.Distinct):
        inner, cut = inner.expressions[0], "DISTINCT _0"
    points = ", ".join(f"{i / n!r}" for i in range(n + 1))
    return duck(f"quantile_disc({cut}, [{points}])", inner)


def _concat(_name: str, args: Args) -> exp.Expression:
    return duck("(" + " || ".join(f"_{i}" for i in range(len(args))) + ")", *args)


def _all_or_null(name: str, args: Args) -> exp.Expression:
    """GREATEST and LEAST are NULL as soon as one argument is."""
    cells = [f"_{i}" for i in range(len(args))]
    tests = " OR ".join(f"{c} IS NULL" for c in cells)
    return duck(f"CASE WHEN {tests} THEN NULL ELSE {name}({', '.join(cells)}) END", *args)


def _text_format(name: str, args: Args) -> exp.Expression:
    """FORMAT with the common specifiers."""
    template, at, pieces = literal(name, args[0]), 1, ["''"]
    for plain, spec in re.findall(r"([^%]+)|%([-+ 0]*\d*(?:\.\d+)?[a-zA-Z]|%)", template):
        if plain or spec == "%":
            pieces.append(quoted(plain or "%"))
            continue
        kind = {"d": "BIGINT", "i": "BIGINT", "f": "DOUBLE", "s": "VARCHAR", "t": "VARCHAR"}
        if spec[-1] not in kind or at >= len(args) or (spec[-1] == "t" and spec != "t"):
            raise Refused(name, f"%{spec}", "%d %i %f %s %t with flags, width and precision")
        flags = spec[:-1] + {"i": "d", "t": "s"}.get(spec[-1], spec[-1])
        cell = f"CAST(_{at} AS {kind[spec[-1]]})" if spec[-1] != "t" else f"bq_string(_{at})"
        pieces.append(f"coalesce(printf('%{flags}', {cell}), 'NULL')")
        at += 1
    if re.sub(r"[^%]+|%([-+ 0]*\d*(?:\.\d+)?[a-zA-Z]|%)", "", template):
        raise Refused(name, template, "%d %i %f %s %t with flags, width and precision")
    return duck("(" + " || ".join(pieces) + ")", *args)


def _same(template: str) -> Rule:
    return lambda _name, args: duck(template, *args)


def _call(function: str) -> Rule:
    return lambda _name, args: duck(
        f"{function}({', '.join(f'_{i}' for i in range(len(args)))})", *args
    )


def _default(function: str, *defaults: str, wants: int) -> Rule:
    def rule(_name: str, args: Args) -> exp.Expression:
        cells = [f"_{i}" for i in range(len(args))]
        return duck(f"{function}({', '.join((cells + list(defaults))[:wants])})", *args)

    return rule


#: name: (fewest arguments, most arguments, rule).
RULES: dict[str, tuple[int, int, Rule]] = {
    "DATE": (1, 3, _date),
    "DATETIME": (1, 6, _datetime),
    "TIMESTAMP": (1, 2, _timestamp),
    "TIME": (1, 3, _time),
    "STRING": (1, 2, _string),
    "LAST_DAY": (1, 2, _last_day),
    "GENERATE_DATE_ARRAY": (2, 3, _dates),
    "GENERATE_TIMESTAMP_ARRAY": (3, 3, _dates),
    "GENERATE_ARRAY": (2, 3, _call("generate_series")),
    "UNIX_SECONDS": (1, 1, _same("CAST(floor(epoch_us(bq_ts(_0)) / 1e6) AS BIGINT)")),
    "UNIX_MILLIS": (1, 1, _same("CAST(floor(epoch_us(bq_ts(_0)) / 1e3) AS BIGINT)")),
    "UNIX_MICROS": (1, 1, _same("epoch_us(bq_ts(_0))")),
    "UNIX_DATE": (1, 1, _same("date_diff('day', DATE '1970-01-01', bq_date(_0))")),
    "DATE_FROM_UNIX_DATE": (1, 1, _same("(DATE '1970-01-01' + CAST(_0 AS INTEGER))")),
    "TIMESTAMP_SECONDS": (1, 1, _same("make_timestamptz(_0 * 1000000)")),
    "TIMESTAMP_MILLIS": (1, 1, _same("make_timestamptz(_0 * 1000)")),
    "TIMESTAMP_MICROS": (1, 1, _same("make_timestamptz(_0)")),
    "REGEXP_CONTAINS": (2, 2, _call("regexp_matches")),
    "REGEXP_EXTRACT": (2, 2, _regexp),
    "REGEXP_SUBSTR": (2, 2, _regexp),
    "REGEXP_EXTRACT_ALL": (2, 2, _regexp),
    "REGEXP_REPLACE": (3, 3, _same("regexp_replace(_0, _1, _2, 'g')")),
    "JSON_VALUE": (1, 2, _json("bq_json_value")),
    "JSON_EXTRACT_SCALAR": (1, 2, _json("bq_json_value")),
    "JSON_QUERY": (1, 2, _json("bq_json_query")),
    "JSON_EXTRACT": (1, 2, _json("bq_json_query")),
    "JSON_QUERY_ARRAY": (1, 2, _json("bq_json_array")),
    "JSON_EXTRACT_ARRAY": (1, 2, _json("bq_json_array")),
    "JSON_VALUE_ARRAY": (1, 2, _json("bq_json_values")),
    "JSON_EXTRACT_STRING_ARRAY": (1, 2, _json("bq_json_values")),
    "TO_JSON_STRING": (1, 1, _call("bq_json_text")),
    "TO_JSON": (1, 1, _call("to_json")),
    "PARSE_JSON": (1, 1, _same("CAST(_0 AS JSON)")),
    "JSON_TYPE": (1, 1, _same(
        "CASE json_type(_0) WHEN 'VARCHAR' THEN 'string' WHEN 'UBIGINT' THEN 'number' "
        "WHEN 'BIGINT' THEN 'number' WHEN 'DOUBLE' THEN 'number' ELSE lower(json_type(_0)) END")),
    "INT64": (1, 1, _json_number("BIGINT")),
    "LAX_INT64": (1, 1, _same("bq_safe_int(bq_json_value(_0, '$'))")),
    "FLOAT64": (1, 1, _json_number("DOUBLE")),
    "LAX_FLOAT64": (1, 1, _same("TRY_CAST(bq_json_value(_0, '$') AS DOUBLE)")),
    "BOOL": (1, 1, _json_number("BOOLEAN")),
    "LAX_STRING": (1, 1, _same("bq_json_value(_0, '$')")),
    "APPROX_QUANTILES": (2, 2, _quantiles),
    "APPROX_COUNT_DISTINCT": (1, 1, _same("count(DISTINCT _0)")),
    "PERCENTILE_CONT": (2, 2, _call("quantile_cont")),
    "PERCENTILE_DISC": (2, 2, _call("quantile_disc")),
    "LOGICAL_AND": (1, 1, _call("bool_and")),
    "LOGICAL_OR": (1, 1, _call("bool_or")),
    "MAX_BY": (2, 2, _call("arg_max")),
    "MIN_BY": (2, 2, _call("arg_min")),
    "SAFE_DIVIDE": (2, 2, _call("bq_safe_divide")),
    "DIV": (2, 2, _call("bq_div")),
    "MOD": (2, 2, _call("bq_mod")),
    "ROUND": (1, 2, _call("bq_round")),
    "TRUNC": (1, 2, _call("bq_trunc_num")),
    "ABS": (1, 1, _call("abs")),
    "SIGN": (1, 1, _call("sign")),
    "POW": (2, 2, _same("pow(CAST(_0 AS DOUBLE), _1)")),
    "POWER": (2, 2, _same("pow(CAST(_0 AS DOUBLE), _1)")),
    "SQRT": (1, 1, _call("sqrt")),
    "EXP": (1, 1, _call("exp")),
    "LN": (1, 1, _call("ln")),
    "LOG10": (1, 1, _call("log10")),
    "GREATEST": (1, 99, _all_or_null),
    "LEAST": (1, 99, _all_or_null),
    "CONCAT": (1, 99, _concat),
    "FORMAT": (1, 99, _text_format),
    "SUBSTR": (2, 3, _call("bq_substr")),
    "LENGTH": (1, 1, _same("length(_0)")),
    "CHAR_LENGTH": (1, 1, _same("length(_0)")),
    "LOWER": (1, 1, _call("lower")),
    "UPPER": (1, 1, _call("upper")),
    "TRIM": (1, 2, _call("trim")),
    "LTRIM": (1, 2, _call("ltrim")),
    "RTRIM": (1, 2, _call("rtrim")),
    "LPAD": (2, 3, _default("lpad", "' '", wants=3)),
    "RPAD": (2, 3, _default("rpad", "' '", wants=3)),
    "LEFT": (2, 2, _call("left")),
    "RIGHT": (2, 2, _call("right")),
    "REPEAT": (2, 2, _call("repeat")),
    "REPLACE": (3, 3, _call("replace")),
    "REVERSE": (1, 1, _call("reverse")),
    "STARTS_WITH": (2, 2, _call("starts_with")),
    "ENDS_WITH": (2, 2, _call("suffix")),
    "STRPOS": (2, 2, _call("strpos")),
    "INSTR": (2, 2, _call("strpos")),
    "SPLIT": (1, 2, _default("string_split", "','", wants=2)),
    "CONTAINS_SUBSTR": (2, 2, _same("contains(lower(CAST(_0 AS VARCHAR)), lower(_1))")),
    "ARRAY_LENGTH": (1, 1, _call("len")),
    "ARRAY_TO_STRING": (2, 3, _call("bq_joined")),
    "ARRAY_CONCAT": (1, 99, _concat),
    "ARRAY_REVERSE": (1, 1, _call("list_reverse")),
    "ERROR": (1, 1, _call("error")),
    **{f"FORMAT_{k}": (2, 3 if k == "TIMESTAMP" else 2, _format(k))
       for k in ("TIMESTAMP", "DATE", "DATETIME", "TIME")},
    **{f"PARSE_{k}": (2, 3 if k == "TIMESTAMP" else 2, _parse(k))
       for k in ("TIMESTAMP", "DATE", "DATETIME", "TIME")},
}
for _prefix, _kind in (("DATE", "date"), ("DATETIME", "dt"), ("TIMESTAMP", "ts")):
    _parts = {"date": _CALENDAR, "dt": (*_CLOCK, *_CALENDAR), "ts": (*_CLOCK, "DAY")}[_kind]
    RULES[f"{_prefix}_ADD"] = (2, 2, _add(_kind, "+", _parts))
    RULES[f"{_prefix}_SUB"] = (2, 2, _add(_kind, "-", _parts))
    RULES[f"{_prefix}_DIFF"] = (3, 3, _diff(_kind))
    RULES[f"{_prefix}_TRUNC"] = (1, 3 if _kind == "ts" else 2, _trunc(_kind))
