"""BigQuery SQL to DuckDB SQL, so that the answers are right by BigQuery's documentation.

sqlglot parses and writes; what it would get wrong is done by the rules (dialect_rules), the
names and arrays here and in dialect_sources. Only queries run: everything else is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.dialects.bigquery import BigQuery
from sqlglot.errors import ParseError, TokenError

from local.dialect_base import Refused
from local.dialect_nodes import ALLOWED, NODES
from local.dialect_rules import RULES
from local.dialect_sources import Catalog, name_outputs, open_arrays, resolve_tables

__all__ = ["Catalog", "Refused", "Translated", "translate"]

#: Functions whose parse by sqlglot is kept; all others come as they were written.
_KEPT = [
    "ANY_VALUE",
    "ARRAY_AGG",
    "ARRAY_CONCAT_AGG",
    "AVG",
    "CEIL",
    "CEILING",
    "COALESCE",
    "CORR",
    "COUNT",
    "COUNT_IF",
    "COUNTIF",
    "COVAR_POP",
    "COVAR_SAMP",
    "CUME_DIST",
    "CURRENT_DATE",
    "CURRENT_DATETIME",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "DENSE_RANK",
    "FIRST_VALUE",
    "FLOOR",
    "IF",
    "IFNULL",
    "LAG",
    "LAST_VALUE",
    "LEAD",
    "MAX",
    "MIN",
    "NTH_VALUE",
    "NTILE",
    "NULLIF",
    "PERCENT_RANK",
    "RANK",
    "ROW_NUMBER",
    "STDDEV",
    "STDDEV_POP",
    "STDDEV_SAMP",
    "STRUCT",
    "SUM",
    "VAR_POP",
    "VAR_SAMP",
    "VARIANCE",
]


class _Parser(BigQuery.Parser):
    FUNCTIONS = {k: v for k, v in BigQuery.Parser.FUNCTIONS.items() if k in _KEPT}
    FUNCTION_PARSERS = {
        k: v
        for k, v in BigQuery.Parser.FUNCTION_PARSERS.items()
        if k in {"ARRAY", "CAST", "CEIL", "EXTRACT", "FLOOR", "SAFE_CAST", "STRING_AGG"}
    }


class _Dialect(BigQuery):
    Parser = _Parser


@dataclass(frozen=True, kw_only=True, slots=True)
class Translated:
    """One query for DuckDB, and the tables and views it reads, as dataset.name."""

    sql: str
    sources: tuple[str, ...]


def translate(
    sql: str, *, now: datetime, tables: Catalog, params: Mapping[str, Any] | None = None
) -> Translated:
    """`sql` (a query, DECLARE and SET before it) for DuckDB; CURRENT_* are `now`.

    Raises `Refused` for anything but a query and for constructs without a right answer here,
    `BadInput` for SQL that does not parse and for tables that do not exist.
    """
    tree = _query(_parse(sql), params or {})
    holder = exp.Subquery(this=tree)
    name_outputs(tree)
    sources = resolve_tables(holder, tables)
    for node in reversed(list(holder.walk())):
        _rewrite(node, now)
    open_arrays(holder, tables)
    return Translated(sql=holder.this.sql(dialect="duckdb", identify=True), sources=sources)


def _parse(sql: str) -> list[exp.Expr]:
    try:
        found = sqlglot.parse(sql, dialect=_Dialect)
    except (ParseError, TokenError) as e:
        lines = str(e).splitlines()
        raise Refused("sql", lines[0] if lines else sql, "BigQuery standard SQL") from e
    statements = [s for s in found if s is not None and not isinstance(s, exp.Semicolon)]
    if not statements:
        raise Refused("sql", sql, "a SELECT")
    return statements


def _query(statements: Sequence[exp.Expr], params: Mapping[str, Any]) -> exp.Expr:
    """The one query, with the variables and parameters in place."""
    values: dict[str, exp.Expr] = {}
    types: dict[str, exp.Expr] = {}
    for at, statement in enumerate(statements):
        _fill(statement, values, params)
        if isinstance(statement, exp.Declare):
            for item in statement.expressions:
                default = item.args.get("default") or exp.null()
                for name in item.this if isinstance(item.this, list) else [item.this]:
                    kind = item.args.get("kind")
                    types[name.name.lower()] = kind
                    values[name.name.lower()] = _typed(default, kind)
        elif isinstance(statement, exp.Set):
            for item in statement.expressions:
                target = item.this.this if isinstance(item.this, exp.EQ) else None
                if not isinstance(target, exp.Column) or target.name.lower() not in types:
                    raise Refused("SET", item.sql(dialect="bigquery"), "a declared variable")
                key = target.name.lower()
                values[key] = _typed(item.this.expression, types[key])
        elif not isinstance(statement, exp.Query):
            found = statement.name.split(" ")[0] if isinstance(statement, exp.Command) else ""
            word = str(statement.this) if isinstance(statement, exp.Command) else found
            raise Refused(
                "sql", word or statement.key.upper(), "SELECT or WITH (DECLARE and SET before it)"
            )
        elif at != len(statements) - 1:
            raise Refused("sql", f"{len(statements)} statements", "one query, the last statement")
        else:
            return statement
    raise Refused("sql", "no query", "a SELECT after DECLARE and SET")


def _typed(value: exp.Expr, kind: exp.Expr | None) -> exp.Expr:
    inner = exp.Paren(this=value.copy())
    return exp.Paren(this=exp.Cast(this=inner, to=kind.copy())) if kind else inner


def _fill(tree: exp.Expr, values: Mapping[str, exp.Expr], params: Mapping[str, Any]) -> None:
    for column in list(tree.find_all(exp.Column)):
        target = isinstance(column.parent, exp.EQ) and isinstance(column.parent.parent, exp.SetItem)
        if target and column.arg_key == "this":
            continue
        if not column.table and column.name.lower() in values:
            column.replace(values[column.name.lower()].copy())
    for parameter in list(tree.find_all(exp.Parameter)):
        if parameter.name not in params:
            raise Refused(
                "parameter", f"@{parameter.name}", "one of " + ", ".join(params) or "none"
            )
        parameter.replace(_constant(params[parameter.name]))


def _constant(value: object) -> exp.Expr:
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.astimezone(UTC).isoformat()), "TIMESTAMPTZ")
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    if isinstance(value, list | tuple):
        return exp.Array(expressions=[_constant(v) for v in value])
    return exp.convert(value)


def _rewrite(node: exp.Expr, now: datetime) -> None:
    if isinstance(node, exp.Anonymous):
        new = _by_rule(node)
    elif type(node) in NODES:
        new = NODES[type(node)](node, now)
    elif isinstance(node, exp.Func) and type(node) not in ALLOWED:
        raise Refused("function", node.sql_name(), "a function that has a rule here")
    else:
        return
    if new is not node:
        node.replace(new)


def _by_rule(node: exp.Anonymous) -> exp.Expr:
    name = str(node.this).upper()
    if name == "WEEK" and len(node.expressions) == 1:
        return node
    if name not in RULES:
        raise Refused("function", name, "a function that has a rule here")
    fewest, most, rule = RULES[name]
    args = list(node.expressions)
    if args and isinstance(args[0], exp.Distinct):
        args = [exp.Distinct(expressions=[args[0].expressions[0]]), *args[0].expressions[1:]]
    if not fewest <= len(args) <= most:
        found = f"{len(args)} arguments"
        raise Refused(name, found, f"{fewest} to {most} arguments, in the forms that have a rule")
    return rule(name, args)
