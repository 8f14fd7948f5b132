"""What a simulated world holds, in a form in which two worlds are compared.

Instants, durations and the order of arrival may differ between a world in which an instance died
and one in which none did; nothing else may.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from sim.chaos.world import Stage

#: Keys of records and columns of rows that say when, or how long.
WHEN = frozenset(
    {
        "at",
        "completed_at",
        "created_at",
        "decision_time",
        "duration_seconds",
        "execution_time",
        "finish_by",
        "loaded_at",
        "locked_at",
        "made_at",
        "changed_at",
        "processed_at",
        "triggered_at",
    }
)
#: Of a plan: the schedule that it was made from, whose name is the instant at which it was fetched.
#: Of a cleanup: how many files were old enough to be looked at.
WHICH = frozenset({"schedule", "files_checked"})
#: Two executions of one tick may ask for the same file: which of them wrote it. Locker and
#: controller may make the day's plan: which of them did.
WHO = frozenset({"reused", "made_by", "generated_by", "changed_by"})
FILES = frozenset({"run_id"})
#: A chunk's own deadline follows from when its execution began; an order's is its slot's end.
CHUNKS = frozenset({"not_after"})
FREE = WHEN | WHICH | WHO
#: Columns that hold JSON.
TEXTS = frozenset({"data_summary"})
#: Repairs remember themselves, alerts tell of instants, and the books of what had come by the
#: lock: a redelivery may be later. They are beside the state.
BESIDE = re.compile(r"(resent|alerts|books)/")
BOOKS = "daily_completeness"

#: (where it is, its name, what it says).
Fact = tuple[str, str, str]


class Ledger:
    """The facts of one world, brought up to date when asked; everything is only ever added."""

    def __init__(self, stage: Stage) -> None:
        self.facts: set[Fact] = set()
        self._stage = stage
        self._state = self._raw = self._schedules = 0
        self._schedule = ""
        self._rows: dict[str, int] = {}
        self._loaded: dict[str, int] = {}
        self._seen: set[tuple[str, str]] = set()

    def catch_up(self) -> frozenset[Fact]:
        """Everything that there is now."""
        stage = self._stage
        for stored, body in stage.state.since(self._state):
            self._state += 1
            self._add_record(stored.name, body)
        for stored, body in stage.raw.since(self._raw):
            self._raw += 1
            parsed = stored.name.endswith(".json")
            text = said(json.loads(body), FILES) if parsed else body.hex()
            self.facts.add(("raw", stored.name, text))
        for table, sent in stage.journal.sent.items():
            if table == BOOKS:
                continue
            for row_id, row in islice(sent, self._rows.get(table, 0), None):
                if (table, row_id) not in self._seen:
                    self._seen.add((table, row_id))
                    self.facts.add((table, row_id, said(row)))
            self._rows[table] = len(sent)
        for table in stage.warehouse.tables():
            rows = stage.warehouse.rows(table)
            for row in islice(rows, self._loaded.get(table, 0), None):
                # The same row twice would be one fact: its number tells.
                name = f"{row['gcs_path']}[{row['record_index']}]"
                again = sum((table, f"{name}{n}") in self._seen for n in ("", "+"))
                self._seen.add((table, name + "+" * again))
                self.facts.add((f"nba_raw.{table}", name + "+" * again, said(row)))
            self._loaded[table] = len(rows)
        return frozenset(self.facts)

    def _add_record(self, name: str, body: bytes) -> None:
        if BESIDE.match(name):
            return
        text = said(json.loads(body), CHUNKS if "/chunks/" in name else frozenset())
        if name.startswith("schedules/"):
            # One that says what the last one said is the same, fetched again.
            if text == self._schedule:
                return
            self._schedule = text
            self._schedules += 1
            name = f"schedules/{self._schedules}"
        self.facts.add(("state", name, text))


def said(found: Any, free: frozenset[str] = frozenset()) -> str:
    """A record or row as text, without what says when, and without the keys in `free`."""
    return json.dumps(_without(found, FREE | free))


def _without(found: Any, keys: frozenset[str]) -> Any:
    if isinstance(found, Mapping):
        return {
            # A column of JSON text is looked into too.
            key: _without(json.loads(found[key]) if key in TEXTS else found[key], keys)
            for key in sorted(found)
            if key not in keys
        }
    if isinstance(found, list | tuple):
        return [_without(each, keys) for each in found]
    return found
