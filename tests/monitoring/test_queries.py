"""The queries that ship: bounded, answered alike by DuckDB and BigQuery's emulator, and true."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from tests.core.made import CONFIG
from tests.monitoring.conftest import WEDNESDAY, Ask, Params
from tipoff.day import Day
from tipoff.queries import DAYS, PARAMETERS, NamedQuery, named_queries

QUERIES = named_queries()
NAMES = list(QUERIES)


def partitions() -> Mapping[str, str]:
    """Per audit table the column of its partitions."""
    told = [json.loads(path.read_text("utf-8")) for path in (CONFIG / "tables").glob("*.json")]
    return {each["table"]: each["partition"]["field"] for each in told}


def tables_of(query: NamedQuery) -> Iterator[tuple[str, exp.Select]]:
    """Each table of the project that is named, and the SELECT that reads it."""
    tree = sqlglot.parse_one(query.sql, dialect="bigquery")
    for table in tree.find_all(exp.Table):
        if table.db == "nba_orchestration":
            select = table.find_ancestor(exp.Select)
            assert select is not None
            yield table.name, select


def bounds_of(select: exp.Select, column: str) -> set[type[exp.Binary]]:
    """How the WHERE that belongs to `select` compares `column`, its AND parts alone."""
    where = select.args.get("where")
    parts = list(where.this.flatten()) if where and isinstance(where.this, exp.And) else []
    parts = parts or ([where.this] if where else [])
    return {
        type(part)
        for part in parts
        if isinstance(part, exp.Binary)
        and isinstance(part.this, exp.Column)
        and part.this.name == column
        # A bound that reads another column is none for the planner.
        and not list(part.expression.find_all(exp.Column))
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_table_is_bounded_on_its_partition_on_both_sides(name: str) -> None:
    found = list(tables_of(QUERIES[name]))
    assert found, "no table of the project is read"
    for table, select in found:
        kinds = bounds_of(select, partitions()[table])
        low = kinds & {exp.GTE, exp.GT, exp.EQ}
        high = kinds & {exp.LTE, exp.LT, exp.EQ}
        assert low, f"{table} has no lower bound"
        assert high, f"{table} has no upper bound"


def test_the_check_of_bounds_finds_a_query_without_one() -> None:
    loose = NamedQuery(
        name="x",
        title="",
        about="",
        sql="SELECT * FROM `nba_orchestration.workflow_decisions` WHERE decision_time >= @now",
    )
    ((table, select),) = tables_of(loose)
    assert bounds_of(select, partitions()[table]) == {exp.GTE}


@pytest.mark.parametrize("name", NAMES)
def test_every_query_has_a_title_and_known_parameters(name: str) -> None:
    query = QUERIES[name]
    assert query.title
    # The emulator takes one in a comment for a parameter; BigQuery does not.
    assert not [line for line in query.sql.splitlines() if line.startswith("--") and "@" in line]
    tree = sqlglot.parse_one(query.sql, dialect="bigquery")
    used = {parameter.name for parameter in tree.find_all(exp.Parameter)}
    assert used == set(query.parameters)
    assert used <= set(PARAMETERS)
    assert used, "a query without a parameter reads what it likes"


def params_of(name: str, day: Day, now: datetime | None = None) -> Params:
    return QUERIES[name].values(WEDNESDAY, DAYS, now or day.end)


#: Where the played day has nothing to show: nothing was aborted.
EMPTY = {"aborted_slots", "orphan_decisions", "missing_files", "zero_rows"}


@pytest.mark.parametrize("name", NAMES)
def test_duckdb_answers_it(name: str, embedded: Ask, wednesday: Day) -> None:
    columns, rows = embedded(QUERIES[name].sql, params_of(name, wednesday))
    assert columns
    if name.startswith("alerts/"):
        assert columns == ("subject", "since", "detail")
        assert rows == [], "the played day is well"
    elif name not in EMPTY:
        assert rows


@pytest.mark.parametrize("name", NAMES)
def test_the_emulator_answers_the_same(
    name: str, embedded: Ask, emulated: Ask, wednesday: Day
) -> None:
    params = params_of(name, wednesday)
    mine, theirs = embedded(QUERIES[name].sql, params), emulated(QUERIES[name].sql, params)
    assert theirs[0] == mine[0]
    assert told(theirs[1]) == told(mine[1])


def test_the_view_of_the_books_answers_the_same_on_both(embedded: Ask, emulated: Ask) -> None:
    view = (CONFIG / "views" / "v_completeness.sql").read_text("utf-8")
    mine, theirs = embedded(view, {}), emulated(view, {})
    assert theirs[0] == mine[0]
    assert sorted(told(theirs[1])) == sorted(told(mine[1]))
    # The lock of the 13th wrote one row a dataset.
    assert len(mine[1]) == 14


def told(rows: list[tuple[Any, ...]]) -> list[tuple[str, ...]]:
    """Rows as text: instants to the microsecond, numbers without their kind."""
    return [tuple(_told(value) for value in row) for row in rows]


def _told(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(tz=None).isoformat()
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def test_the_verdicts_are_those_of_the_view(embedded: Ask, wednesday: Day) -> None:
    name = "expected_vs_actual"
    columns, rows = embedded(QUERIES[name].sql, params_of(name, wednesday))
    slot, verdict = columns.index("slot_id"), columns.index("verdict")
    view = embedded(
        f"SELECT slot_id, verdict FROM v_expected_vs_actual WHERE date = '{WEDNESDAY}'", {}
    )[1]
    assert sorted((row[slot], row[verdict]) for row in rows) == sorted(view)


@pytest.mark.parametrize("hours", [4, 19])
def test_no_alert_in_sql_fires_on_the_played_day(hours: int, embedded: Ask, wednesday: Day) -> None:
    now = wednesday.start + timedelta(hours=hours, minutes=50)
    for name in NAMES:
        if name.startswith("alerts/"):
            rows = embedded(QUERIES[name].sql, params_of(name, wednesday, now))[1]
            assert rows == [], name
