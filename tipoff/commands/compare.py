"""`tipoff compare`: whether two data folders hold equal rows."""

from __future__ import annotations

import json as json_
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tipoff.commands.options import AsJson, ConfigDir, existing_store, settings_of
from tipoff.commands.output import counted, print_json

if TYPE_CHECKING:
    from local.store import Store

#: Columns that may differ between equal days: when a row was appended, how long it really took,
#: in which order files were written, and who traced it. Ids of loads derive from generations.
LEFT_OUT = frozenset(
    {"created_at", "duration_seconds", "gcs_generation", "trace_id", "processing_id"}
)
#: The same inside JSON columns, by key at any depth.
LEFT_OUT_INSIDE = frozenset({"gcs_generation", "generation", "trace_id", "load_id"})

#: Tables whose id derives from a generation, by what identifies a row instead.
OTHER_IDS = {"file_processing_log": ("gcs_path", "status")}
RAW_ID = ("gcs_path", "record_index")

#: Differences that are printed.
SHOWN = 20

Rows = Mapping[tuple[str, ...], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One row that is not the same on both sides."""

    table: str
    id: tuple[str, ...]
    #: What is wrong, for people.
    what: str


Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A data folder.")]


def compare(
    first: Folder, second: Folder, config: ConfigDir = None, *, json: AsJson = False
) -> None:
    """Tell whether two data folders hold equal rows.

    Rows are compared by id, in every audit table and raw table. Left out: created_at,
    durations, generations, trace ids, and load ids, which derive from generations. The first 20
    differences are printed.

    \b
    Examples:
      tipoff compare .tipoff/day-2025-11-12-seed1 /tmp/again
    \b
    Exit codes: 0 equal, 1 different, 2 bad input, 3 folder unusable.
    """
    from dataclasses import replace

    settings = settings_of(config)
    left, right = (existing_store(replace(settings, data=each)) for each in (first, second))
    counts, found = differences(left, right, settings.config / "tables")
    if json:
        told = [{"table": d.table, "id": list(d.id), "what": d.what} for d in found[:SHOWN]]
        print_json({"equal": not found, "rows": counts, "different": len(found), "first": told})
    else:
        for each in found[:SHOWN]:
            typer.echo(f"{each.table} {' '.join(each.id)}: {each.what}")
        if len(found) > SHOWN:
            typer.echo(f"... and {len(found) - SHOWN} more")
        end = f"equal: {sum(counts.values())} rows"
        if found:
            # Rows of both sides: there may be more of them than either side has.
            end = counted(len(found), "difference")
        typer.echo(f"{end} in {len(counts)} tables")
    raise typer.Exit(1 if found else 0)


def differences(
    first: Store, second: Store, tables: Path
) -> tuple[dict[str, int], list[Difference]]:
    """Rows a table (the larger side), and every difference, by table and id."""
    counts: dict[str, int] = {}
    found: list[Difference] = []
    for dataset, table, key, texts in _tables(first, second, tables):
        left, right = (_by_id(side.rows(dataset, table), key, texts) for side in (first, second))
        name = f"{dataset}.{table}"
        counts[name] = max(sum(map(len, side.values())) for side in (left, right))
        found += _compared(name, left, right)
    return counts, found


def _tables(
    first: Store, second: Store, folder: Path
) -> Iterable[tuple[str, str, tuple[str, ...], frozenset[str]]]:
    """Dataset, table, id columns, and the columns that hold JSON text."""
    # Audit tables tell more than raw rows do: raw.json comes last.
    for file in sorted(folder.glob("*.json"), key=lambda file: (file.stem == "raw", file.stem)):
        schema = json_.loads(file.read_text(encoding="utf-8"))
        texts = frozenset(f["name"] for f in schema["fields"] if f["type"] == "JSON")
        if schema["dataset"] != "nba_raw":
            table = schema["table"]
            key = OTHER_IDS.get(table, tuple(c for c in schema["id"] if c not in LEFT_OUT))
            yield schema["dataset"], table, key, texts
        else:
            for table in sorted({*first.raw_tables(), *second.raw_tables()}):
                yield "nba_raw", table, RAW_ID, texts


def _by_id(rows: Iterable[Mapping[str, Any]], key: Sequence[str], texts: frozenset[str]) -> Rows:
    found: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        kept = {
            column: _bare(value) if column in texts else value
            for column, value in row.items()
            if column not in LEFT_OUT
        }
        found.setdefault(tuple(str(row.get(c)) for c in key), []).append(kept)
    for same in found.values():
        same.sort(key=lambda row: json_.dumps(row, sort_keys=True, default=str))
    return found


def _bare(text: Any) -> Any:
    """A JSON text as data, without what may differ."""
    try:
        value = json_.loads(text)
    except (TypeError, ValueError):
        return text
    return _without(value)


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without(v) for k, v in value.items() if k not in LEFT_OUT_INSIDE}
    return [_without(each) for each in value] if isinstance(value, list) else value


def _compared(table: str, left: Rows, right: Rows) -> Iterable[Difference]:
    for key in sorted({*left, *right}):
        mine, theirs = left.get(key, ()), right.get(key, ())
        if not mine or not theirs:
            what = f"only in the {'first' if mine else 'second'} folder"
        elif len(mine) != len(theirs):
            what = f"{len(mine)} rows in the first folder, {len(theirs)} in the second"
        elif changed := _changed(mine, theirs):
            what = "; ".join(changed)
        else:
            continue
        yield Difference(table=table, id=key, what=what)


def _changed(mine: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns that differ, with both values."""
    return [
        f"{column} [{_short(a.get(column))}] against [{_short(b.get(column))}]"
        for a, b in zip(mine, theirs, strict=True)
        for column in sorted({*a, *b})
        if a.get(column) != b.get(column)
    ]


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
