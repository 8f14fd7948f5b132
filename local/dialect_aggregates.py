"""Rules of the aggregates that carry an order, a limit or a choice inside their brackets."""

from __future__ import annotations

from datetime import datetime

from sqlglot import exp

from local.dialect_base import Refused, duck


def _collected(node: exp.Expr, *, keep_nulls: bool) -> tuple[exp.Expr, str | None]:
    """array_agg of the argument with its order and filter, and the LIMIT taken off."""
    inner: exp.Expr = node.this
    limit, order, distinct = None, None, False
    while True:
        if isinstance(inner, exp.Limit):
            limit, inner = inner.expression.name, inner.this
        elif isinstance(inner, exp.Order):
            order, inner = inner.expressions, inner.this
        elif isinstance(inner, exp.IgnoreNulls | exp.RespectNulls):
            keep_nulls, inner = isinstance(inner, exp.RespectNulls), inner.this
        elif isinstance(inner, exp.Distinct):
            distinct, inner = True, inner.expressions[0]
        else:
            break
    value: exp.Expr = inner.copy()
    argument = exp.Distinct(expressions=[value]) if distinct else value
    if order:
        argument = exp.Order(this=argument, expressions=[o.copy() for o in order])
    agg: exp.Expr = exp.Anonymous(this="array_agg", expressions=[argument])
    if not keep_nulls:
        test = exp.Is(this=inner.copy(), expression=exp.Null()).not_()
        agg = exp.Filter(this=agg, expression=exp.Where(this=test))
    return agg, limit


def array_agg(node: exp.Expr, _now: datetime) -> exp.Expr:
    """ARRAY_AGG: its LIMIT is a slice, its IGNORE NULLS a filter."""
    keep = not isinstance(node.parent, exp.IgnoreNulls)
    agg, limit = _collected(node, keep_nulls=keep)
    return duck(f"(_0)[1:{limit}]", agg) if limit else agg


def string_agg(node: exp.Expr, _now: datetime) -> exp.Expr:
    """STRING_AGG, over the values that are not NULL."""
    if isinstance(node.parent, exp.Window):
        raise Refused("STRING_AGG", "OVER", "STRING_AGG as an aggregate")
    agg, limit = _collected(node, keep_nulls=False)
    separator = node.args.get("separator") or exp.Literal.string(",")
    return duck(f"array_to_string((_0)[1:{limit or ''}], _1)", agg, separator)


def any_value(node: exp.Expr, _now: datetime) -> exp.Expr:
    """ANY_VALUE, with HAVING MAX or MIN."""
    having = node.this
    if isinstance(having, exp.HavingMax):
        name = "arg_max" if having.args.get("max") else "arg_min"
        return duck(f"{name}(_0, _1)", having.this, having.expression)
    return node


def ignore_nulls(node: exp.Expr, _now: datetime) -> exp.Expr:
    """Of a window function it stays; ARRAY_AGG has turned it into a filter."""
    windowed = exp.FirstValue | exp.LastValue | exp.NthValue | exp.Lag | exp.Lead
    if isinstance(node.this, windowed):
        return node
    inner = node.this.find(exp.Anonymous)
    if inner is None or inner.name != "array_agg":
        raise Refused(
            "NULLS", node.sql(dialect="bigquery"), "IGNORE NULLS in ARRAY_AGG or a window"
        )
    taken: exp.Expr = node.this.copy()
    return taken
