"""Promises about files, their loads, repairs and alarms."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from shared.core.ports import Row
from sim.chaos.tables import CLEANUPS, DECISIONS, LOADS, RUNS, Tables, Violation, at, body

#: A file is announced again so often, at most.
CAP = 3
#: The same complaint may be made so often in a day: at every tick, and a few by hand.
STORM = 26

_NAME = re.compile(
    r"(?P<source>[^/]+)/(?P<dataset>[^/]+)/(?P<day>\d{4}-\d\d-\d\d)/(?P<target>[^/]+)/"
    r"(?P<at>final|\d{8}T\d{6}Z)\.(?:json|csv|pdf)"
)


def files_are_what_rows_say(tables: Tables) -> Iterator[Violation]:
    """A run's file exists in its generation, under its date, with the records it counts."""
    decided = {
        row["tick"] or f"{at(row['decision_time']):%Y%m%dT%H%M%SZ}"
        for _, row in tables.sent.get(DECISIONS, ())
        if row["action"] == "RUN"
    }
    for name in tables.raw:
        match = _NAME.fullmatch(name)
        if match is None:
            yield Violation("file_name", name)
        elif match["at"] != "final" and match["at"] not in decided:
            yield Violation("file_of_no_decision", name)
        elif match["at"] == "final" and name not in tables.files:
            yield Violation("file_name", name)
    writers: dict[str, set[str]] = {}
    told = {row["run_id"] for row in tables.of(RUNS)}
    for row in tables.of(RUNS):
        path = row["gcs_path"]
        if path is None:
            continue
        if path not in tables.files or tables.generations[path] != row["gcs_generation"]:
            yield Violation("run_without_its_file", row["run_id"])
            continue
        writers.setdefault(path, set()).add(row["run_id"])
        if path.split("/")[2] != row["target_date"]:
            yield Violation("wrong_target_date", f"{row['run_id']} in {path}")
        envelope = body(tables.raw[path])
        if len(envelope["records"]) != row["record_count"]:
            yield Violation("records_differ", row["run_id"])
    for path, ids in writers.items():
        own = body(tables.raw[path])["tipoff"]["run_id"]
        if own not in ids and own not in told:
            yield Violation("file_of_no_run", f"{path} by {own}")


def every_file_is_loaded_once(tables: Tables) -> Iterator[Violation]:
    """A file with a table has its load (or is a dead letter), and its rows are there once."""
    table_of = {
        (scraper.source, scraper.dataset): scraper.table
        for scraper in tables.config.scrapers.values()
        if scraper.available
    }
    logged: dict[str, Row] = {}
    for row in tables.of(LOADS):
        if row["gcs_path"] in logged:
            yield Violation("loaded_twice", row["gcs_path"])
        logged[row["gcs_path"]] = row
    arrived: dict[str, list[tuple[str, int]]] = {}
    for table, found in tables.loaded.items():
        for row in found:
            arrived.setdefault(row["gcs_path"], []).append((table, row["record_index"]))
    excused = _excused(tables)
    for path, raw in tables.files.items():
        source, dataset = path.split("/")[:2]
        wanted = table_of.get((source, dataset))
        if wanted is None:
            if path in logged or path in arrived:
                yield Violation("loaded_without_table", path)
        elif path in logged:
            yield from _loaded(path, body(raw), wanted, logged[path], arrived.get(path, []))
        elif path not in excused and tables.old(at(body(raw)["tipoff"]["completed_at"]), 4):
            yield Violation("file_never_loaded", path)
    for path in (arrived.keys() | logged.keys()) - tables.files.keys():
        yield Violation("load_of_no_file", path)


def _excused(tables: Tables) -> set[str]:
    """Files that need no load: their announcement is a dead letter, or their chunk was given up
    before it could report, and its runs say lost."""
    dead = {str(json.loads(text).get("path")) for _, text in tables.dead}
    paths = {row["run_id"]: row["gcs_path"] for row in tables.of(RUNS)}
    return dead | {
        path
        for path, raw in tables.files.items()
        if paths.get(run_id := body(raw)["tipoff"]["run_id"], path) != path and run_id in paths
    }


def _loaded(
    path: str, envelope: Any, wanted: str, row: Row, arrived: Sequence[tuple[str, int]]
) -> Iterator[Violation]:
    """One load against its file."""
    if row["status"] != "loaded":
        yield Violation("load_failed", f"{path}: {row['error_message']}")
        return
    if sorted(index for _, index in arrived) != list(range(len(envelope["records"]))):
        yield Violation("rows_differ", path)
    if {table for table, _ in arrived} != {wanted} or row["table_name"] != wanted:
        yield Violation("wrong_table", f"{path} to {row['table_name']}")
    if row["rows_loaded"] != len(envelope["records"]):
        yield Violation("records_differ", f"load of {path}")
    if row["target_date"] != path.split("/")[2]:
        yield Violation("wrong_target_date", f"load of {path}")


def repairs_are_capped(tables: Tables) -> Iterator[Violation]:
    """At most three announcements a file, counted and told."""
    claims: dict[str, list[int]] = {}
    for name in tables.state:
        if name.startswith("republished/"):
            _, load_id, number = name.split("/")
            claims.setdefault(load_id, []).append(int(number))
    for load_id, numbers in claims.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)) or len(numbers) > CAP:
            yield Violation("republished_too_often", f"{load_id}: {sorted(numbers)}")
    again: Counter[str] = Counter()
    for row in tables.of(CLEANUPS):
        told = [each for each in row["missing_files"] if each["republished"]]
        if len(told) != row["republished_count"]:
            yield Violation("cleanup_miscounts", row["cleanup_id"])
        again.update(each["gcs_path"] for each in told)
    for path, count in again.items():
        # Two cleanups at once may tell the same announcement: it is claimed once all the same.
        if count > 2 * CAP:
            yield Violation("republished_too_often", f"{path}: {count} times")


def nothing_is_given_up(tables: Tables) -> Iterator[Violation]:
    """No dead letter, no exception that an entry point should not let out, no alarm storm."""
    for function, text in tables.dead:
        yield Violation("dead_letter", f"{function}: {text[:120]}")
    for function, text in sorted(set(tables.surprises)):
        yield Violation("surprise", f"{function}: {text.strip().splitlines()[-1]}\n{text}")
    for text in tables.refused:
        yield Violation("refused", text)
    for (severity, action, message), count in Counter(tables.errors).items():
        if count > STORM * (len(tables.days) + 1):
            yield Violation("alert_storm", f"{count} x {severity} {action}: {message}")
    warned: Counter[str] = Counter(
        row["slot_id"] or row["workflow_name"]
        for row in tables.of(DECISIONS)
        if row["alert_level"] in ("WARNING", "ERROR")
    )
    for name, count in warned.items():
        if count > 1:
            yield Violation("alert_storm", f"{count} warnings about {name}")
