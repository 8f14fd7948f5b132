"""Rules for what sqlglot parses into nodes of its own: casts, clocks, aggregates, brackets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlglot import exp

from local.dialect_aggregates import any_value, array_agg, ignore_nulls, string_agg
from local.dialect_base import CALENDAR, CLOCK, Refused, date_part, duck, kind_of, zone

Node = Callable[[exp.Expr, datetime], exp.Expr]

_PARTS = (
    "MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR", "DAYOFWEEK", "DAY", "DAYOFYEAR",
    "WEEK", "MONTH", "QUARTER", "YEAR", "ISOYEAR", "DATE", "TIME", "DATETIME",
)  # fmt: skip
_STEPS = (*CLOCK, *CALENDAR)

#: Parts that DuckDB's extract does not name as BigQuery does.
_EXTRACT = {
    "DATE": "CAST(_0 AS DATE)",
    "TIME": "CAST(CAST(_0 AS TIMESTAMP) AS TIME)",
    "DATETIME": "CAST(_0 AS TIMESTAMP)",
    "DAYOFWEEK": "(dayofweek(_0) + 1)",
    "DAYOFYEAR": "dayofyear(_0)",
    "ISOYEAR": "isoyear(_0)",
    "MICROSECOND": "(microsecond(_0) % 1000000)",
    "MILLISECOND": "(millisecond(_0) % 1000)",
}

#: Functions that mean the same in both and are written by sqlglot.
ALLOWED = frozenset((
    exp.And, exp.Or, exp.Xor, exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Exists, exp.Count,
    exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Corr, exp.CovarPop, exp.CovarSamp, exp.CumeDist,
    exp.DenseRank, exp.FirstValue, exp.Lag, exp.LastValue, exp.Lead, exp.NthValue, exp.Ntile,
    exp.PercentRank, exp.Rank, exp.RowNumber, exp.Stddev, exp.StddevPop, exp.StddevSamp,
    exp.Variance, exp.VariancePop, exp.Ceil, exp.Floor, exp.Unnest, exp.Struct, exp.Array,
))  # fmt: skip


def _now(template: str) -> Node:
    def rule(node: exp.Expr, now: datetime) -> exp.Expr:
        instant = duck(f"CAST('{now.astimezone(UTC).isoformat()}' AS TIMESTAMPTZ)")
        place = node.key.upper()
        where = zone(place, node.this) if node.this is not None else exp.Literal.string("UTC")
        return duck(template, instant, where)

    return rule


def _extract(node: exp.Expr, _now: datetime) -> exp.Expr:
    part, first = date_part("EXTRACT", node.this, _PARTS)
    value = node.expression
    if isinstance(value.unnest(), exp.Sub) and not _is_step(value.unnest().expression):
        # DuckDB's difference of two instants has days, BigQuery's has hours alone.
        raise Refused("EXTRACT", value.sql(dialect="bigquery"), "TIMESTAMP_DIFF or DATE_DIFF")
    if isinstance(value, exp.AtTimeZone):
        local = duck("(bq_ts(_0) AT TIME ZONE _1)", value.this, zone("EXTRACT", value.args["zone"]))
    else:
        local = value
    if isinstance(node.this, exp.Var) and node.this.name.upper() == "ISOWEEK":
        return duck("weekofyear(_0)", local)
    if part == "WEEK":
        return duck(f"bq_week(_0, {first})", local)
    return duck(_EXTRACT.get(part, f"{part.lower()}(_0)"), local)


def _is_step(node: exp.Expr) -> bool:
    """Whether it is an INTERVAL, or a number of days."""
    step = node.unnest()
    return isinstance(step, exp.Literal) or step.name == "bq_iv"


def _cast(node: exp.Expr, _now: datetime) -> exp.Expr:
    kind = node.args["to"]
    if node.args.get("format"):
        raise Refused("CAST", "FORMAT", "a cast without FORMAT: use FORMAT_TIMESTAMP or PARSE_DATE")
    safe = isinstance(node, exp.TryCast)
    types = exp.DataType.Type
    if kind.is_type(types.BIGINT, types.INT):
        return duck("bq_safe_int(_0)" if safe else "bq_int(_0)", node.this)
    if kind.is_type(types.TIMESTAMPTZ) and not safe:
        return _instant(node)
    if kind.is_type(types.TEXT, types.VARCHAR):
        return duck("bq_string(_0)", node.this)
    if kind.is_type(types.BOOLEAN):
        return duck("bq_safe_bool(_0)" if safe else "bq_bool(_0)", node.this)
    if kind.is_type(types.DECIMAL, types.BIGDECIMAL):
        return duck(
            "TRY_CAST(_0 AS DECIMAL(38, 9))" if safe else "CAST(_0 AS DECIMAL(38, 9))", node.this
        )
    return node


def _interval(node: exp.Expr, _now: datetime) -> exp.Expr:
    unit = node.args.get("unit")
    if unit is None or node.this is None:
        raise Refused("INTERVAL", node.sql(dialect="bigquery"), "INTERVAL n part")
    part, _ = date_part("INTERVAL", unit, _STEPS)
    count = node.this
    if isinstance(count, exp.Literal) and count.is_string:
        if not count.name.lstrip("-").isdigit():
            raise Refused("INTERVAL", count.name, "a whole number of parts")
        count = exp.Literal.number(count.name)
    return duck(f"bq_iv(_0, '{part}')", count)


def _bracket(node: exp.Expr, _now: datetime) -> exp.Expr:
    if len(node.expressions) != 1:
        raise Refused("[]", node.sql(dialect="bigquery"), "one position or key")
    at = node.expressions[0]
    if isinstance(at, exp.Literal) and at.is_string:
        return duck("json_extract(_0, _1)", node.this, exp.Literal.string(f'$."{at.name}"'))
    if node.args.get("offset") is None:
        return duck("bq_pick(_0, _1)", node.this, at)
    index = duck("_0 - 1", at) if node.args["offset"] else at
    return duck(
        "bq_safe_at(_0, _1)" if node.args.get("safe") else "bq_at(_0, _1)", node.this, index
    )


def _in(node: exp.Expr, _now: datetime) -> exp.Expr:
    unnest = node.args.get("unnest")
    return duck("bq_in(_0, _1)", node.this, unnest.expressions[0]) if unnest else node


def _literal(node: exp.Expr, _now: datetime) -> exp.Expr:
    """A number with a point is FLOAT64, not DECIMAL; one without is INT64, not INT32."""
    text = node.name
    if not isinstance(node, exp.Literal) or node.is_string or "e" in text.lower():
        return node
    if "." in text:
        return exp.Literal.number(f"{text}e0" if not text.endswith(".") else f"{text}0e0")
    if _stays_plain(node):
        return node
    return exp.cast(node.copy(), "BIGINT", dialect="duckdb")


def _stays_plain(node: exp.Literal) -> bool:
    """Whether DuckDB wants the number bare: row counts, places of columns, days to a date."""
    parent = node.parent
    bare = exp.Limit | exp.Offset | exp.Fetch | exp.Group | exp.Ordered | exp.WindowSpec
    if isinstance(parent, bare | exp.DataTypeParam) or node.find_ancestor(exp.Pivot):
        return True
    if isinstance(parent, exp.Neg):  # the smallest INT64 has no positive counterpart
        return int(node.name) == 2**63
    if isinstance(parent, exp.Add | exp.Sub) and int(node.name) < 2**31:
        other = parent.left if node is parent.right else parent.right
        return _may_be_a_date(other)
    return False


def _may_be_a_date(node: exp.Expr) -> bool:
    """Whether `node` + 1 may be a day later: DuckDB adds INT32 to a DATE, but no INT64."""
    while isinstance(node, exp.Paren | exp.Add | exp.Sub):
        node = node.this
    if isinstance(node, exp.Cast):
        return node.to.is_type("DATE")
    return not isinstance(node, exp.Literal | exp.Binary | exp.Neg)


def _like(node: exp.Expr, _now: datetime) -> exp.Expr:
    pattern = node.expression
    if not isinstance(pattern, exp.Literal):
        return duck("_0 LIKE _1 ESCAPE '\\'", node.this, pattern)
    if (len(pattern.name) - len(pattern.name.rstrip("\\"))) % 2:
        raise Refused("LIKE", pattern.name, "a pattern that does not end with one backslash")
    if "\\" not in pattern.name:
        return node
    return duck("_0 LIKE _1 ESCAPE '\\'", node.this, pattern)


def _corr(node: exp.Expr, _now: datetime) -> exp.Expr:
    """NULL for fewer than two pairs; in a window the window's own rule sees to it."""
    if isinstance(node.parent, exp.Window):
        return node
    return duck("CASE WHEN regr_count(_0, _1) > 1 THEN _2 END", node.this, node.expression, node)


def _window(node: exp.Expr, _now: datetime) -> exp.Expr:
    if not isinstance(node.this, exp.Corr):
        return node
    pairs = node.copy()
    pairs.set("this", duck("regr_count(_0, _1)", node.this.this, node.this.expression))
    return duck("CASE WHEN _0 > 1 THEN _1 END", pairs, node)


def _instant(node: exp.Expr) -> exp.Expr:
    """A literal with a zone's name: of a time that is shown twice, the first showing."""
    value = node.this
    text = value.name if isinstance(value, exp.Literal) else ""
    wall, _, name = text.rpartition(" ")
    if "/" not in name:
        return node
    parts = exp.Literal.string(wall), zone("TIMESTAMP", exp.Literal.string(name))
    return exp.cast(duck("bq_instant(CAST(_0 AS TIMESTAMP), _1)", *parts), "TIMESTAMPTZ")


def _struct(node: exp.Expr, _now: datetime) -> exp.Expr:
    cells = node.expressions
    for cell in list(cells):
        if isinstance(cell, exp.Column):
            cell.replace(exp.PropertyEQ(this=exp.to_identifier(cell.name), expression=cell.copy()))
    named = [isinstance(c, exp.PropertyEQ) for c in node.expressions]
    if cells and not any(named):
        return exp.Anonymous(this="row", expressions=[c.copy() for c in node.expressions])
    if not all(named):
        raise Refused("STRUCT", node.sql(dialect="bigquery"), "a name for every field")
    return node


def _array(node: exp.Expr, _now: datetime) -> exp.Expr:
    """An array of tuples is one of structs, named as the first."""
    cells = node.expressions
    first = cells[0] if cells else None
    if isinstance(first, exp.Struct):
        names = [c.this.name for c in first.expressions]
        for cell in list(cells[1:]):
            given = cell.expressions
            if isinstance(cell, exp.Tuple | exp.Anonymous) and len(given) == len(names):
                pairs = zip(names, given, strict=True)
                fields = [
                    exp.PropertyEQ(this=exp.to_identifier(n), expression=v.copy()) for n, v in pairs
                ]
                cell.replace(exp.Struct(expressions=fields))
    elif isinstance(first, exp.Tuple):
        for cell in list(cells):
            cell.replace(
                exp.Anonymous(this="row", expressions=[c.copy() for c in cell.expressions])
            )
    return node


def _select(node: exp.Expr, _now: datetime) -> exp.Expr:
    kind = node.args.get("kind")
    if kind and isinstance(node.parent, exp.Array) and kind == "STRUCT":
        fields = []
        for cell in node.expressions:
            if not isinstance(cell, exp.Alias | exp.Column) or cell.is_star:
                raise Refused("SELECT AS STRUCT", cell.sql(dialect="bigquery"), "named columns")
            value = cell.this if isinstance(cell, exp.Alias) else cell
            fields.append(
                exp.PropertyEQ(this=exp.to_identifier(cell.alias_or_name), expression=value.copy())
            )
        node.set("expressions", [exp.Struct(expressions=fields)])
    node.set("kind", None)
    return node


def _pivot(node: exp.Expr, _now: datetime) -> exp.Expr:
    cells = node.expressions
    plain = len(cells) == 1 and not isinstance(cells[0], exp.Alias)
    if node.args.get("unpivot") or not plain:
        raise Refused(
            "PIVOT", node.sql(dialect="bigquery"), "PIVOT with one aggregate without alias"
        )
    return node


def _minus(node: exp.Expr, _now: datetime) -> exp.Expr:
    if kind_of(node.this) == kind_of(node.expression) == "DATE":
        raise Refused("-", node.sql(dialect="bigquery"), "DATE_DIFF for the days between two dates")
    return node


def _refuse(allowed: str) -> Node:
    def rule(node: exp.Expr, _now: datetime) -> exp.Expr:
        raise Refused("sql", node.sql(dialect="bigquery"), allowed)

    return rule


NODES: dict[type[exp.Expr], Node] = {
    exp.CurrentTimestamp: _now("CAST(_0 AS TIMESTAMPTZ)"),
    exp.CurrentDate: _now("CAST(_0 AT TIME ZONE _1 AS DATE)"),
    exp.CurrentDatetime: _now("(_0 AT TIME ZONE _1)"),
    exp.CurrentTime: _now("CAST(_0 AT TIME ZONE _1 AS TIME)"),
    exp.Extract: _extract,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Interval: _interval,
    exp.Bracket: _bracket,
    exp.Div: lambda node, _: duck("bq_divide(_0, _1)", node.this, node.expression),
    exp.SafeFunc: lambda node, _: duck("TRY(_0)", node.this),
    exp.ArrayAgg: array_agg,
    exp.GroupConcat: string_agg,
    exp.AnyValue: any_value,
    exp.CountIf: lambda node, _: duck("count(CASE WHEN _0 THEN 1 END)", node.this),
    exp.IgnoreNulls: ignore_nulls,
    exp.RespectNulls: ignore_nulls,
    exp.In: _in,
    exp.Literal: _literal,
    exp.RawString: lambda node, _: exp.Literal.string(node.name),
    exp.Like: _like,
    exp.Corr: _corr,
    exp.Window: _window,
    exp.Struct: _struct,
    exp.Array: _array,
    exp.Select: _select,
    exp.Pivot: _pivot,
    exp.Sub: _minus,
    exp.TableSample: _refuse("the whole table: TABLESAMPLE has no rule"),
    exp.Version: _refuse("the table as it is now: FOR SYSTEM_TIME has no rule"),
    exp.Placeholder: _refuse("named parameters: @name"),
    exp.SessionParameter: _refuse("no system variables"),
    exp.ILike: _refuse("LIKE, or CONTAINS_SUBSTR"),
}
