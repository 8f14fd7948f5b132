"""The rules of dates, wall times and instants."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from local.dialect_base import (
    CALENDAR,
    CLOCK,
    Args,
    Refused,
    Rule,
    date_part,
    duck,
    kind_of,
    literal,
    same,
    zone,
)
from local.dialect_formats import format_sql, parse_formats, quoted

_MICROS = {"MICROSECOND": 1, "MILLISECOND": 10**3, "SECOND": 10**6, "MINUTE": 60 * 10**6}
_MICROS |= {"HOUR": 3600 * 10**6, "DAY": 86400 * 10**6}


def _step(place: str, node: exp.Expr, allowed: Sequence[str]) -> exp.Expr:
    """INTERVAL n part, already turned into bq_iv: its part is checked."""
    if isinstance(node, exp.Anonymous) and node.name == "bq_iv":
        date_part(place, exp.var(node.expressions[1].name), allowed)
        return node
    raise Refused(place, node.sql(dialect="bigquery"), "INTERVAL n part")


def _add(kind: str, sign: str, parts: Sequence[str]) -> Rule:
    cast = "CAST(bq_date(_0) {} _1 AS DATE)" if kind == "date" else f"(bq_{kind}(_0) {{}} _1)"

    def rule(name: str, args: Args) -> exp.Expr:
        step = _step(name, args[1], parts)
        if kind == "date" and instant(args[0]):
            return duck(f"(bq_ts(_0) {sign} _1)", args[0], step)
        return duck(cast.format(sign), args[0], step)

    return rule


def instant(node: exp.Expr) -> bool:
    """Whether the expression is a TIMESTAMP at sight."""
    return kind_of(node) == "TIMESTAMPTZ"


def _diff(kind: str) -> Rule:
    def rule(name: str, args: Args) -> exp.Expr:
        if kind == "ts":
            part, _ = date_part(name, args[2], (*CLOCK, "DAY"))
            return duck(f"bq_ts_diff(_0, _1, {_MICROS[part]})", *args[:2])
        allowed = (*(CLOCK if kind == "dt" else ()), *CALENDAR, "ISOYEAR")
        part, first = date_part(name, args[2], allowed)
        a, b = (duck(f"CAST(bq_{kind}(_0) AS TIMESTAMP)", x) for x in args[:2])
        return duck(f"bq_local_diff(_0, _1, '{part}', {first})", a, b)

    return rule


def _trunc(kind: str) -> Rule:
    def rule(name: str, args: Args) -> exp.Expr:
        allowed = (*(() if kind == "date" else CLOCK), *CALENDAR, "ISOYEAR")
        node = args[1] if len(args) > 1 else exp.var("DAY")
        if kind == "date" and node.name.upper() in CLOCK:
            hint = "a part of a date; TIMESTAMP_TRUNC and DATETIME_TRUNC know " + node.name.upper()
            raise Refused(name, node.name, hint)
        part, first = date_part(name, node, allowed)
        if kind == "ts" or instant(args[0]):
            where = zone(name, args[2]) if len(args) > 2 else exp.Literal.string("UTC")
            return duck(f"bq_ts_trunc(bq_ts(_0), '{part}', {first}, _1)", args[0], where)
        cut = duck(f"bq_trunc(CAST(bq_{kind}(_0) AS TIMESTAMP), '{part}', {first})", args[0])
        return duck("CAST(_0 AS DATE)", cut) if kind == "date" else cut

    return rule


def _format(kind: str) -> Rule:
    def rule(name: str, args: Args) -> exp.Expr:
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
    def rule(name: str, args: Args) -> exp.Expr:
        if kind == "TIMESTAMP" and literal(name, args[0]) == "%s":
            return duck("make_timestamptz(CAST(_0 AS BIGINT) * 1000000)", args[1])
        formats = parse_formats(name, literal(name, args[0]))
        if any("%z" in f for f in formats) and kind != "TIMESTAMP":
            raise Refused(name, "%z", "a format without an offset")
        text = "_0"
        if kind != "TIME" and "%y" not in formats[0].lower():
            # What a format does not name is that of 1970-01-01, not of 1900.
            text, formats = "'1970 ' || _0", [f"%Y {f}" for f in formats]
        read = f"strptime({text}, [{', '.join(quoted(f) for f in formats)}])"
        if kind == "TIMESTAMP" and "%z" not in formats[0]:
            where = zone(name, args[2]) if len(args) > 2 else exp.Literal.string("UTC")
            return duck(f"bq_instant({read}, _1)", args[1], where)
        to = {"TIMESTAMP": "TIMESTAMPTZ", "DATETIME": "TIMESTAMP"}.get(kind, kind)
        return duck(f"CAST({read} AS {to})", args[1])

    return rule


def _dates(name: str, args: Args) -> exp.Expr:
    parts = CALENDAR if name == "GENERATE_DATE_ARRAY" else (*CLOCK, "DAY")
    step = _step(name, args[2], parts) if len(args) > 2 else duck("to_days(1)")
    if name == "GENERATE_DATE_ARRAY":
        return duck("bq_dates(bq_date(_0), bq_date(_1), _2)", args[0], args[1], step)
    return duck("generate_series(bq_ts(_0), bq_ts(_1), _2)", args[0], args[1], step)


def _date(name: str, args: Args) -> exp.Expr:
    if len(args) == 3:
        return duck("make_date(_0, _1, _2)", *args)
    if len(args) == 2:
        return duck("CAST(bq_ts(_0) AT TIME ZONE _1 AS DATE)", args[0], zone(name, args[1]))
    return duck("CAST(_0 AS DATE)", *args)


def _datetime(name: str, args: Args) -> exp.Expr:
    if len(args) == 6:
        return duck("make_timestamp(_0, _1, _2, _3, _4, CAST(_5 AS DOUBLE))", *args)
    if len(args) == 2:
        if isinstance(args[1], exp.Literal):
            return duck("(bq_ts(_0) AT TIME ZONE _1)", args[0], zone(name, args[1]))
        return duck("(bq_date(_0) + CAST(_1 AS TIME))", *args)
    return duck("CAST(_0 AS TIMESTAMP)", *args)


def _timestamp(name: str, args: Args) -> exp.Expr:
    if len(args) == 2:
        return duck("bq_instant(bq_dt(_0), _1)", args[0], zone(name, args[1]))
    return duck("CAST(_0 AS TIMESTAMPTZ)", *args)


def _time(name: str, args: Args) -> exp.Expr:
    if len(args) == 3:
        return duck("make_time(_0, _1, CAST(_2 AS DOUBLE))", *args)
    if len(args) == 2:
        return duck("CAST(bq_ts(_0) AT TIME ZONE _1 AS TIME)", args[0], zone(name, args[1]))
    return duck("CAST(CAST(_0 AS TIMESTAMP) AS TIME)", *args)


def _string(name: str, args: Args) -> exp.Expr:
    if len(args) == 1:
        return duck(
            "CASE WHEN typeof(_0) = 'JSON' THEN bq_json_value(_0, '$') ELSE bq_string(_0) END",
            *args,
        )
    local = "(bq_ts(_0) AT TIME ZONE _1)"
    offset = f"regexp_replace(bq_offset(_0 AT TIME ZONE 'UTC', {local}), '(..)$', ':\\1')"
    text = f"bq_string({local}) || regexp_replace({offset}, ':00$', '')"
    return duck(text, args[0], zone(name, args[1]))


def _last_day(name: str, args: Args) -> exp.Expr:
    node = args[1] if len(args) > 1 else exp.var("MONTH")
    part, first = date_part(name, node, ("WEEK", "MONTH", "QUARTER", "YEAR", "ISOYEAR"))
    return duck(f"bq_last_day(CAST(_0 AS TIMESTAMP), '{part}', {first})", args[0])


def _clock(sign: str) -> Rule:
    return lambda name, args: duck(
        f"(CAST(_0 AS TIME) {sign} _1)", args[0], _step(name, args[1], CLOCK)
    )


def _clock_diff(name: str, args: Args) -> exp.Expr:
    part, first = date_part(name, args[2], CLOCK)
    a, b = (duck("(DATE '1970-01-01' + CAST(_0 AS TIME))", x) for x in args[:2])
    return duck(f"bq_local_diff(_0, _1, '{part}', {first})", a, b)


#: name: (fewest arguments, most arguments, rule).
TIME_RULES: dict[str, tuple[int, int, Rule]] = {
    "DATE": (1, 3, _date),
    "DATETIME": (1, 6, _datetime),
    "TIMESTAMP": (1, 2, _timestamp),
    "TIME": (1, 3, _time),
    "STRING": (1, 2, _string),
    "TIME_ADD": (2, 2, _clock("+")),
    "TIME_SUB": (2, 2, _clock("-")),
    "TIME_DIFF": (3, 3, _clock_diff),
    "LAST_DAY": (1, 2, _last_day),
    "GENERATE_DATE_ARRAY": (2, 3, _dates),
    "GENERATE_TIMESTAMP_ARRAY": (3, 3, _dates),
    "UNIX_SECONDS": (1, 1, same("CAST(floor(epoch_us(bq_ts(_0)) / 1e6) AS BIGINT)")),
    "UNIX_MILLIS": (1, 1, same("CAST(floor(epoch_us(bq_ts(_0)) / 1e3) AS BIGINT)")),
    "UNIX_MICROS": (1, 1, same("epoch_us(bq_ts(_0))")),
    "UNIX_DATE": (1, 1, same("date_diff('day', DATE '1970-01-01', bq_date(_0))")),
    "DATE_FROM_UNIX_DATE": (1, 1, same("(DATE '1970-01-01' + CAST(_0 AS INTEGER))")),
    "TIMESTAMP_SECONDS": (1, 1, same("make_timestamptz(_0 * 1000000)")),
    "TIMESTAMP_MILLIS": (1, 1, same("make_timestamptz(_0 * 1000)")),
    "TIMESTAMP_MICROS": (1, 1, same("make_timestamptz(_0)")),
    **{
        f"FORMAT_{k}": (2, 3 if k == "TIMESTAMP" else 2, _format(k))
        for k in ("TIMESTAMP", "DATE", "DATETIME", "TIME")
    },
    **{
        f"PARSE_{k}": (2, 3 if k == "TIMESTAMP" else 2, _parse(k))
        for k in ("TIMESTAMP", "DATE", "DATETIME", "TIME")
    },
}
for _prefix, _kind in (("DATE", "date"), ("DATETIME", "dt"), ("TIMESTAMP", "ts")):
    _parts = {"date": CALENDAR, "dt": (*CLOCK, *CALENDAR), "ts": (*CLOCK, "DAY")}[_kind]
    TIME_RULES[f"{_prefix}_ADD"] = (2, 2, _add(_kind, "+", _parts))
    TIME_RULES[f"{_prefix}_SUB"] = (2, 2, _add(_kind, "-", _parts))
    TIME_RULES[f"{_prefix}_DIFF"] = (3, 3, _diff(_kind))
    TIME_RULES[f"{_prefix}_TRUNC"] = (1, 3 if _kind == "ts" else 2, _trunc(_kind))
