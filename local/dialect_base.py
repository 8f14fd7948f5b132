"""What the rules are made of: refusals, DuckDB templates, and the arguments they read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from zoneinfo import available_timezones

import sqlglot
from sqlglot import exp

from shared.core.errors import BadInput


class Refused(BadInput):
    """SQL that cannot be answered here as BigQuery would: names the construct."""


Args = Sequence[exp.Expr]
Rule = Callable[[str, Args], exp.Expr]

DAYS = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
CLOCK = ("MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR")
CALENDAR = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")


@lru_cache(maxsize=512)
def _parsed(template: str) -> exp.Expr:
    return sqlglot.parse_one(template, read="duckdb")


def duck(template: str, *args: exp.Expr) -> exp.Expr:
    """DuckDB's SQL with `args` in the places of _0, _1 ..."""
    tree = exp.Paren(this=_parsed(template).copy())
    for column in list(tree.find_all(exp.Column)):
        if re.fullmatch(r"_\d+", column.name) and not column.table:
            column.replace(args[int(column.name[1:])].copy())
    inner = tree.this
    plain = isinstance(inner, exp.Func | exp.Paren | exp.Literal | exp.Column) and not isinstance(
        inner, exp.Connector
    )
    return inner.pop() if plain else tree


def kind_of(node: exp.Expr) -> str:
    """The type of an expression, where it shows: DATE, TIMESTAMPTZ, ...; empty if it does not."""
    if isinstance(node, exp.Paren | exp.Max | exp.Min):
        return kind_of(node.this)
    if isinstance(node, exp.Cast):
        return str(node.to.this.value)
    if isinstance(node, exp.Column):
        return str(node.meta.get("kind", ""))
    return ""


def literal(place: str, node: exp.Expr) -> str:
    """The text of a string literal: what the rules must know before the query runs."""
    if isinstance(node, exp.Paren):
        return literal(place, node.this)
    if isinstance(node, exp.RawString) or (isinstance(node, exp.Literal) and node.is_string):
        return str(node.this)
    raise Refused(place, node.sql(dialect="bigquery"), "a string literal")


def zone(place: str, node: exp.Expr) -> exp.Expr:
    """A time zone; the name of a literal one is checked."""
    if isinstance(node, exp.Literal) and node.name not in available_timezones():
        raise Refused(place, node.name, "a zone's name, such as 'America/New_York' or 'UTC'")
    return node


def date_part(place: str, node: exp.Expr, allowed: Sequence[str]) -> tuple[str, int]:
    """A date part and, for weeks, the day on which they begin (0 is Sunday)."""
    first = 0
    name = node.name.upper()
    if isinstance(node, exp.WeekStart):
        name, first = "WEEK", DAYS.index(node.name.upper())
    elif isinstance(node, exp.Anonymous | exp.Week):
        inside = node.expressions[0] if isinstance(node, exp.Anonymous) else node.this
        if (name == "WEEK" or isinstance(node, exp.Week)) and inside.name.upper() in DAYS:
            name, first = "WEEK", DAYS.index(inside.name.upper())
    if name == "ISOWEEK":
        name, first = "WEEK", 1
    if name not in allowed:
        raise Refused(place, node.sql(dialect="bigquery"), "one of " + " ".join(allowed))
    return name, first


def same(template: str) -> Rule:
    """The rule whose DuckDB expression is `template` with the arguments."""
    return lambda _name, args: duck(template, *args)
