"""Promises about plans, slots and decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from shared.core.ports import Row
from sim.chaos.tables import (
    CHANGES,
    DECISIONS,
    EXECUTIONS,
    LOCKED,
    Tables,
    Violation,
    at,
    body,
    game_day,
    stamped,
)

#: Skew between two clocks, at most: two functions 150 s off, each its own way.
SKEW = timedelta(minutes=6)
#: The reason of a RUN that a person asked for.
BY_HAND = "manual"
#: SKIPs that end a slot for good.
ENDS = frozenset({"satisfied", "nothing_to_do"})


def promised(tables: Tables) -> dict[str, Row]:
    """Every slot that a plan ever held, by id, with its newest window."""
    slots = {str(row["slot_id"]): row for row in tables.of(LOCKED)}
    for row in _in_order(tables):
        slots[str(row["slot_id"])] = row
    return slots


def withdrawn(tables: Tables) -> set[str]:
    """The slots that a later revision took back, and did not bring again."""
    last = {str(row["slot_id"]): str(row["change"]) for row in _in_order(tables)}
    return {slot_id for slot_id, change in last.items() if change == "withdrawn"}


def _in_order(tables: Tables) -> list[Row]:
    rows = tables.of(CHANGES)
    # Inside one revision a slot is withdrawn before its heir comes.
    return sorted(rows, key=lambda row: (row["date"], row["revision"]))


def slots_end_explained(tables: Tables) -> Iterator[Violation]:
    """Every slot ran, was aborted, was not needed, or was withdrawn."""
    said: dict[str, set[str]] = {}
    for row in tables.of(DECISIONS):
        if row["slot_id"]:
            word = row["action"]
            ended = word != "SKIP" or row["reason_code"] in ENDS
            said.setdefault(row["slot_id"], set()).update({word} if ended else ())
    gone = withdrawn(tables)
    # An order that nobody took up in time is aborted; its late execution then asks nothing.
    ran = {row["slot_id"] for row in tables.of(EXECUTIONS) if row["scrapers_triggered"]}
    for slot_id, slot in promised(tables).items():
        words = said.get(slot_id, set())
        if slot_id not in gone and not words and tables.old(at(slot["closes_at"]), 2.1):
            yield Violation("slot_without_a_word", f"{slot_id} closed at {slot['closes_at']}")
        if "ABORT" in words and slot_id in ran:
            yield Violation("ran_and_aborted", slot_id)
        expected = at(slot["expected_run_time"])
        if slot["target_date"] != game_day(expected).isoformat():
            yield Violation("wrong_target_date", f"{slot_id} is for {slot['target_date']}")


def runs_lie_in_their_windows(tables: Tables) -> Iterator[Violation]:
    """Tick and clock of a RUN lie inside [opens_at, closes_at) of its slot, as then in force."""
    windows = promised_windows(tables)
    for _, row in tables.sent.get(DECISIONS, ()):
        if row["action"] != "RUN" or row["slot_id"] is None:
            continue
        found = windows.get(row["slot_id"])
        if found is None:
            yield Violation("run_of_no_slot", row["decision_id"])
            continue
        decided, tick = at(row["decision_time"]), stamped(row["tick"])
        if not any(
            opens <= tick < closes and opens - SKEW <= decided < closes for opens, closes in found
        ):
            text = f"{row['decision_id']} at {row['decision_time']}, tick {row['tick']}"
            yield Violation("run_outside_window", text)
        if row["target_date"] != str(row["slot_id"])[:10]:
            yield Violation("wrong_target_date", row["decision_id"])


def promised_windows(tables: Tables) -> Mapping[str, list[tuple[datetime, datetime]]]:
    """The windows that the tables ever told of a slot."""
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for row in (*tables.of(LOCKED), *tables.of(CHANGES)):
        window = at(row["opens_at"]), at(row["closes_at"])
        found.setdefault(row["slot_id"], []).append(window)
    return found


def decisions_are_made_once(tables: Tables) -> Iterator[Violation]:
    """One RUN an attempt, one ABORT a slot, attempts in a row, none while one is under way."""
    runs: dict[str, list[Row]] = {}
    aborts: Counter[str] = Counter()
    for row in tables.of(DECISIONS):
        if row["slot_id"] and row["action"] == "RUN":
            runs.setdefault(row["slot_id"], []).append(row)
        if row["slot_id"] and row["action"] == "ABORT":
            aborts[row["slot_id"]] += 1
    for slot_id, count in aborts.items():
        if count > 1:
            yield Violation("aborted_twice", slot_id)
    executions = {row["decision_id"]: row for row in tables.of(EXECUTIONS)}
    for slot_id, rows in runs.items():
        rows.sort(key=lambda row: row["attempt"])
        workflow = tables.config.workflows[rows[0]["workflow_name"]]
        if [row["attempt"] for row in rows] != list(range(1, len(rows) + 1)):
            yield Violation("attempts_not_in_a_row", f"{slot_id}: {len(rows)} runs")
        if len(rows) > workflow.attempts:
            yield Violation("too_many_attempts", f"{slot_id}: {len(rows)}")
        for one, other in pairwise(rows):
            ended = executions.get(one["decision_id"])
            if ended is None:
                continue
            over = at(ended["execution_time"]) + timedelta(seconds=ended["duration_seconds"])
            if over > at(other["decision_time"]) + SKEW:
                yield Violation("run_while_under_way", other["decision_id"])


def every_tick_says_all(tables: Tables) -> Iterator[Violation]:
    """A tick that was decided has a row for every enabled workflow; a row has its tick."""
    rows: dict[str, set[str]] = {}
    # Of a RUN that two ticks decided the tables keep one row: here each counts.
    for _, row in tables.sent.get(DECISIONS, ()):
        # What a person asked for was decided at no tick.
        if row["reason_code"] != BY_HAND:
            rows.setdefault(row["tick"], set()).add(row["workflow_name"])
    enabled = {name for name, workflow in tables.config.workflows.items() if workflow.enabled}
    ticks = {
        name[len("ticks/") : -len(".json")]: born
        for name, born in tables.born.items()
        if name.startswith("ticks/") and name.endswith(".json")
    }
    for tick, born in ticks.items():
        if tables.old(born, 2) and (silent := enabled - rows.get(tick, set())):
            yield Violation("tick_without_rows", f"{tick}: {', '.join(sorted(silent))}")
    for tick in rows.keys() - ticks.keys():
        yield Violation("rows_without_tick", tick)


def revisions_are_consistent(tables: Tables) -> Iterator[Violation]:
    """One lock a day; revisions in a row; lock and deltas give the plan that is in force."""
    plans: dict[str, list[tuple[int, Any]]] = {}
    for name, raw in tables.state.items():
        if name.startswith("plans/") and name.endswith(".json"):
            _, day, file = name.split("/")
            plans.setdefault(day, []).append((int(file[1:5]), body(raw)))
    locks: dict[str, set[str]] = {}
    for row in tables.of(LOCKED):
        locks.setdefault(row["date"], set()).add(row["locked_at"])
    for day, found in locks.items():
        if len(found) > 1:
            yield Violation("locked_twice", day)
    for day, revisions in plans.items():
        revisions.sort(key=lambda each: each[0])
        if [number for number, _ in revisions] != list(range(1, len(revisions) + 1)):
            yield Violation("revisions_not_in_a_row", day)
        if tables.old(at(revisions[-1][1]["made_at"]), 2):
            yield from _replayed(tables, day, revisions[-1][1])


def what_ran_is_not_taken_back(tables: Tables) -> Iterator[Violation]:
    """No revision withdraws a slot that has an execution."""
    began: dict[str, datetime] = {}
    for row in tables.of(EXECUTIONS):
        if row["slot_id"]:
            start = at(row["execution_time"])
            began[row["slot_id"]] = min(start, began.get(row["slot_id"], start))
    for row in tables.of(CHANGES):
        start = began.get(row["slot_id"], at(row["changed_at"]))
        if row["change"] == "withdrawn" and start + SKEW < at(row["changed_at"]):
            yield Violation("withdrawn_after_it_ran", row["slot_id"])


def _replayed(tables: Tables, day: str, plan: Any) -> Iterator[Violation]:
    keys = ("expected_run_time", "opens_at", "closes_at")
    force = {r["slot_id"]: r for r in tables.of(LOCKED) if r["date"] == day}
    for row in _in_order(tables):
        if row["date"] != day:
            continue
        slot_id, change = row["slot_id"], row["change"]
        if change in ("withdrawn", "held") and slot_id not in force:
            yield Violation("change_of_no_slot", f"{change} {slot_id} r{row['revision']}")
        if change == "added" and slot_id in force:
            yield Violation("added_twice", f"{slot_id} r{row['revision']}")
        if change == "withdrawn":
            force.pop(slot_id, None)
        else:
            force[slot_id] = row
    held = {slot["slot_id"]: slot for slot in plan["slots"]}
    for slot_id in force.keys() ^ held.keys():
        yield Violation("tables_and_plan_differ", slot_id)
    for slot_id in force.keys() & held.keys():
        if any(at(force[slot_id][key]) != at(held[slot_id][key]) for key in keys):
            yield Violation("window_changed_without_a_row", slot_id)
