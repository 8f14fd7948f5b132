"""Where a query reads from: tables and views by any of their names, and arrays as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from local.dialect_base import Refused, duck
from shared.core.errors import BadInput

#: A column as BigQuery's schema JSON describes it.
Field = Mapping[str, Any]

#: The metadata views that are answered, per dataset.
INFORMATION = ("TABLES", "COLUMNS", "VIEWS", "PARTITIONS")


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalog:
    """What exists: tables with their columns and views with their SQL, by dataset.name."""

    tables: Mapping[str, Sequence[Field]]
    views: Mapping[str, str]

    def names(self) -> list[str]:
        """Every table and view."""
        return sorted({*self.tables, *self.views})

    def find(self, dataset: str, name: str) -> str | None:
        """The table or view of that name, in any case; without a dataset, the only one."""
        wanted = f"{dataset}.{name}".lower() if dataset else f".{name}".lower()
        found = [
            n
            for n in self.names()
            if n.lower() == wanted or (not dataset and n.lower().endswith(wanted))
        ]
        return found[0] if len(found) == 1 else None

    def struct_fields(self, column: str) -> list[str]:
        """The fields of the arrays of structs called `column`, in whatever table."""
        for fields in self.tables.values():
            for field in fields:
                if field["name"].lower() == column.lower() and field["type"] in {
                    "RECORD",
                    "STRUCT",
                }:
                    return [f["name"] for f in field["fields"]]
        return []


def resolve_tables(tree: exp.Expr, catalog: Catalog) -> tuple[str, ...]:
    """Give every table its schema and name here; the sources in order of appearance."""
    ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    sources: dict[str, None] = {}
    for table in list(tree.find_all(exp.Table)):
        name, dataset = table.name, table.db
        if not isinstance(table.this, exp.Identifier):
            raise Refused("FROM", table.this.sql(dialect="bigquery"), "a table, a view or UNNEST")
        if not dataset and name.lower() in ctes:
            continue
        if dataset and dataset.lower() in _neighbours(table):
            table.replace(_as_unnest(table))
            continue
        key = _metadata(dataset, name, catalog) or catalog.find(dataset, name)
        if key is None:
            allowed = "the tables " + ", ".join(catalog.names())
            raise BadInput("table", f"{dataset}.{name}" if dataset else name, allowed)
        sources[key] = None
        schema, _, local = key.partition(".")
        table.set("catalog", None)
        table.set("db", exp.to_identifier(schema, quoted=True))
        table.set("this", exp.to_identifier(local, quoted=True))
        if table.alias.lower().endswith(f"information_schema.{local.rpartition('.')[2]}".lower()):
            table.set("alias", exp.TableAlias(this=exp.to_identifier(local.rpartition(".")[2])))
    return tuple(sources)


def _metadata(dataset: str, name: str, catalog: Catalog) -> str | None:
    head, _, view = name.upper().rpartition(".")
    if head != "INFORMATION_SCHEMA" and dataset.upper() != "INFORMATION_SCHEMA":
        return None
    known = {n.partition(".")[0] for n in catalog.names()}
    if head != "INFORMATION_SCHEMA" or dataset.lower() not in known:
        found = f"{dataset}.{name}"
        raise Refused(
            "INFORMATION_SCHEMA", found, "one of " + ", ".join(sorted(known)) + " before it"
        )
    if view not in INFORMATION:
        raise Refused("INFORMATION_SCHEMA", view, "one of " + ", ".join(INFORMATION))
    return f"{dataset.lower()}.INFORMATION_SCHEMA.{view}"


def _neighbours(table: exp.Table) -> set[str]:
    """The aliases of the other sources of the same FROM."""
    select = table.find_ancestor(exp.Select)
    if select is None or isinstance(table.parent, exp.From):
        return set()
    origin = select.args.get("from_")
    others = [origin.this] if origin else []
    others += [join.this for join in select.args.get("joins") or []]
    return {o.alias_or_name.lower() for o in others if o is not table}


def _as_unnest(table: exp.Table) -> exp.Unnest:
    """`FROM t, t.things AS thing`: the array of a row as a table."""
    column = exp.column(table.name, table=table.db)
    alias = exp.TableAlias(columns=[exp.to_identifier(table.alias or table.name)])
    return exp.Unnest(expressions=[column], alias=alias)


def mark_columns(tree: exp.Expr, catalog: Catalog) -> None:
    """Note the type of every column whose name has one type in all tables."""
    types: dict[str, set[str]] = {}
    for fields in catalog.tables.values():
        for field in fields:
            types.setdefault(field["name"].lower(), set()).add(str(field["type"]))
    for column in tree.find_all(exp.Column):
        found = types.get(column.name.lower(), set())
        if found == {"TIMESTAMP"}:
            column.meta["kind"] = "TIMESTAMPTZ"
        elif found == {"DATE"}:
            column.meta["kind"] = "DATE"


def group_by_names(tree: exp.Expr) -> None:
    """GROUP BY x means the output column x, also where the table has a column x."""
    for select in tree.find_all(exp.Select):
        group = select.args.get("group")
        places = {
            cell.alias.lower(): place
            for place, cell in enumerate(select.expressions, start=1)
            if isinstance(cell, exp.Alias)
        }
        for key in list(group.expressions) if group and not select.is_star else []:
            if isinstance(key, exp.Column) and not key.table and key.name.lower() in places:
                key.replace(exp.Literal.number(places[key.name.lower()]))


def name_outputs(tree: exp.Expr) -> None:
    """Columns without a name are f0_, f1_ ... as in BigQuery."""
    while isinstance(tree, exp.SetOperation | exp.Subquery):
        tree = tree.this
    if not isinstance(tree, exp.Select):
        return
    unnamed = 0
    for cell in list(tree.expressions):
        if cell.is_star or isinstance(cell, exp.Alias | exp.Column):
            continue
        if isinstance(cell, exp.Dot):
            cell.replace(exp.alias_(cell.copy(), cell.name))
            continue
        cell.replace(exp.alias_(cell.copy(), f"f{unnamed}_"))
        unnamed += 1


def open_arrays(tree: exp.Expr, catalog: Catalog) -> None:
    """UNNEST as a subquery beside its table: offsets from 0, structs as columns."""
    for number, unnest in enumerate(list(tree.find_all(exp.Unnest))):
        if isinstance(unnest.parent, exp.In):
            continue
        if len(unnest.expressions) != 1:
            raise Refused("UNNEST", unnest.sql(dialect="bigquery"), "one array")
        join = unnest.parent
        if isinstance(join, exp.Join):
            _join_on(join)
        unnest.replace(_subquery(unnest, f"_unnest{number}", catalog))


def _join_on(join: exp.Join) -> None:
    if join.side in {"RIGHT", "FULL"}:
        raise Refused("JOIN", f"{join.side} JOIN UNNEST", "INNER, CROSS or LEFT JOIN UNNEST")
    if not join.args.get("on") and not join.args.get("using") and join.kind != "CROSS":
        join.set("on", exp.true())
        if not join.side and not join.kind:
            join.set("on", None)
            join.set("kind", "CROSS")


def _subquery(unnest: exp.Unnest, nameless: str, catalog: Catalog) -> exp.Expr:
    array = unnest.expressions[0]
    alias = next(_alias_names(unnest), "")
    offset = unnest.args.get("offset")
    place = offset.name if isinstance(offset, exp.Identifier) else "offset" if offset else ""
    fields = _fields(array, catalog)
    select = unnest.find_ancestor(exp.Select)
    bare = (
        alias
        and select is not None
        and any(
            not c.table and c.name.lower() == alias.lower() for c in select.find_all(exp.Column)
        )
    )
    if fields and not bare:
        cells = [f'_bq_u."{name}" AS "{name}"' for name in fields]
    else:
        cells = [f'_bq_u AS "{alias or "f0_"}"']
    if place:
        cells.append(f'_bq_o AS "{place}"')
    # generate_subscripts of [] gives no row, as BigQuery has none for an empty or NULL array.
    inner = "SELECT unnest(_0) AS _bq_u, generate_subscripts(_0, 1) - 1 AS _bq_o"
    query = duck(f"(SELECT {', '.join(cells)} FROM ({inner}) AS _bq_s)", array)
    while isinstance(query, exp.Paren):
        query = query.this
    body = query.this if isinstance(query, exp.Subquery) else query
    return exp.Subquery(
        this=body, alias=exp.TableAlias(this=exp.to_identifier(alias or nameless, quoted=True))
    )


def _alias_names(unnest: exp.Unnest) -> Iterator[str]:
    alias = unnest.args.get("alias")
    if isinstance(alias, exp.TableAlias):
        yield from (c.name for c in alias.columns)
        if alias.this is not None:
            yield alias.name


def _fields(array: exp.Expr, catalog: Catalog) -> list[str]:
    """The struct fields of the array's elements, where they can be known."""
    while isinstance(array, exp.Paren):
        array = array.this
    if isinstance(array, exp.Column):
        return catalog.struct_fields(array.name)
    if (
        isinstance(array, exp.Array)
        and array.expressions
        and isinstance(array.expressions[0], exp.Struct)
    ):
        return [c.this.name for c in array.expressions[0].expressions]
    if isinstance(array, exp.Cast):
        kinds = [k for k in array.to.expressions if isinstance(k, exp.DataType)]
        return [c.name for k in kinds for c in k.expressions if isinstance(c, exp.ColumnDef)]
    return []
