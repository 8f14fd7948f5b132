"""The one query of a script: DECLARE, SET and parameters are put in their places."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlglot import exp

from local.dialect_base import Refused


def query_of(
    statements: Sequence[exp.Expr], params: Mapping[str, Any], columns: Collection[str]
) -> exp.Expr:
    """The one query, with the variables and parameters in place.

    A variable that is called like one of `columns` or an alias is refused: there BigQuery reads
    the column.
    """
    taken = {*columns, *_aliases(statements)}
    values: dict[str, exp.Expr] = {}
    types: dict[str, exp.Expr] = {}
    for at, statement in enumerate(statements):
        _fill(statement, values, params)
        if isinstance(statement, exp.Declare):
            _declare(statement, taken, values, types)
        elif isinstance(statement, exp.Set):
            _assign(statement, values, types)
        elif not isinstance(statement, exp.Query):
            command = isinstance(statement, exp.Command)
            word = str(statement.this) if command else statement.key.upper()
            raise Refused("sql", word, "SELECT or WITH (DECLARE and SET before it)")
        elif at != len(statements) - 1:
            raise Refused("sql", f"{len(statements)} statements", "one query, the last statement")
        else:
            return statement
    raise Refused("sql", "no query", "a SELECT after DECLARE and SET")


def _aliases(statements: Sequence[exp.Expr]) -> Iterator[str]:
    for statement in statements:
        for alias in statement.find_all(exp.Alias, exp.TableAlias):
            yield alias.alias.lower() if isinstance(alias, exp.Alias) else alias.name.lower()
            if isinstance(alias, exp.TableAlias):
                yield from (c.name.lower() for c in alias.columns)


def _declare(
    statement: exp.Expr,
    taken: Collection[str],
    values: dict[str, exp.Expr],
    types: dict[str, exp.Expr],
) -> None:
    for item in statement.expressions:
        default, kind = item.args.get("default") or exp.null(), item.args.get("kind")
        for name in item.this if isinstance(item.this, list) else [item.this]:
            key = name.name.lower()
            if key in taken:
                raise Refused("DECLARE", name.name, "a name that no column or alias has")
            types[key], values[key] = kind, _typed(default, kind)


def _assign(
    statement: exp.Expr, values: dict[str, exp.Expr], types: Mapping[str, exp.Expr]
) -> None:
    for item in statement.expressions:
        target = item.this.this if isinstance(item.this, exp.EQ) else None
        if not isinstance(target, exp.Column) or target.name.lower() not in types:
            raise Refused("SET", item.sql(dialect="bigquery"), "a declared variable")
        key = target.name.lower()
        values[key] = _typed(item.this.expression, types[key])


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
            none = "no parameters are given: write the value into the query"
            allowed = "one of " + ", ".join(params) if params else none
            raise Refused("parameter", f"@{parameter.name}", allowed)
        parameter.replace(_constant(params[parameter.name]))


def _constant(value: object) -> exp.Expr:
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.astimezone(UTC).isoformat()), "TIMESTAMPTZ")
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    if isinstance(value, list | tuple):
        return exp.Array(expressions=[_constant(v) for v in value])
    return exp.convert(value)
