"""BigQuery SQL to DuckDB SQL, so that the answers are right by BigQuery's documentation.

sqlglot parses and writes; what it would get wrong is done by the rules (dialect_rules), the
names and arrays here and in dialect_sources. Only queries run: everything else is refused.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.bigquery import BigQuery
from sqlglot.errors import ParseError, TokenError
from sqlglot.parsers.bigquery import BigQueryParser

from local.dialect_base import Refused
from local.dialect_nodes import ALLOWED, NODES
from local.dialect_rules import RULES
from local.dialect_script import query_of
from local.dialect_sources import (
    Catalog,
    group_by_names,
    mark_columns,
    name_outputs,
    open_arrays,
    resolve_tables,
)
from local.dialect_strings import plain_strings

__all__ = ["Catalog", "Refused", "Translated", "translate"]

#: Functions whose parse by sqlglot is kept; all others come as they were written.
_KEPT = (
    "ANY_VALUE", "ARRAY_AGG", "ARRAY_CONCAT_AGG", "AVG", "CEIL", "CEILING", "COALESCE", "CORR",
    "COUNT", "COUNT_IF", "COUNTIF", "COVAR_POP", "COVAR_SAMP", "CUME_DIST", "CURRENT_DATE",
    "CURRENT_DATETIME", "CURRENT_TIME", "CURRENT_TIMESTAMP", "DENSE_RANK", "FIRST_VALUE",
    "FLOOR", "IF", "IFNULL", "LAG", "LAST_VALUE", "LEAD", "MAX", "MIN", "NTH_VALUE", "NTILE",
    "NULLIF", "PERCENT_RANK", "RANK", "ROW_NUMBER", "STDDEV", "STDDEV_POP", "STDDEV_SAMP",
    "STRUCT", "SUM", "VAR_POP", "VAR_SAMP", "VARIANCE",
)  # fmt: skip


# What it does not know it logs as a warning; here that is refused with an error of its own.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


class _Parser(BigQueryParser):
    FUNCTIONS: ClassVar = {k: v for k, v in BigQueryParser.FUNCTIONS.items() if k in _KEPT}
    FUNCTION_PARSERS: ClassVar = {
        k: v
        for k, v in BigQueryParser.FUNCTION_PARSERS.items()
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
    columns = {f["name"].lower() for fields in tables.tables.values() for f in fields}
    tree = query_of(_parse(sql), params or {}, columns)
    holder = exp.Subquery(this=tree)
    name_outputs(tree)
    group_by_names(holder)
    mark_columns(holder, tables)
    sources = resolve_tables(holder, tables)
    for node in reversed(list(holder.walk())):
        _rewrite(node, now)
    open_arrays(holder, tables)
    return Translated(sql=holder.this.sql(dialect="duckdb", identify=True), sources=sources)


def _parse(sql: str) -> list[exp.Expr]:
    try:
        found = sqlglot.parse(plain_strings(sql), dialect=_Dialect)
    except (ParseError, TokenError) as e:
        lines = str(e).splitlines()
        raise Refused("sql", lines[0] if lines else sql, "BigQuery standard SQL") from e
    statements = [s for s in found if s is not None and not isinstance(s, exp.Semicolon)]
    if not statements:
        raise Refused("sql", sql, "a SELECT")
    return statements


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
