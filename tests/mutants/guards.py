"""Every guard that is broken on purpose, by what it guards."""

from __future__ import annotations

from collections.abc import Iterator

from tests.mutants import (
    asking,
    cloud,
    deciding,
    delivering,
    executing,
    machine,
    naming,
    planning,
    recording,
    refusing,
    repairing,
    sweeping,
    telling,
)
from tests.mutants.guard import Guard

#: What is guarded, in the order in which a day needs it.
TABLES: dict[str, tuple[Guard, ...]] = {
    "records and ids": recording.GUARDS,
    "plans and their revisions": planning.GUARDS,
    "windows and decisions": deciding.GUARDS,
    "executions": executing.GUARDS,
    "the sweep": sweeping.GUARDS,
    "sources": asking.GUARDS,
    "results": telling.GUARDS,
    "repairs": repairing.GUARDS,
    "what is refused and what is retried": refusing.GUARDS,
    "names, rows and configuration": naming.GUARDS,
    "files, rows and locks on one machine": machine.GUARDS,
    "the embedded bus": delivering.GUARDS,
    "the cloud's clients": cloud.GUARDS,
}


def all_guards() -> Iterator[Guard]:
    """The rows of all tables, in order."""
    for table in TABLES.values():
        yield from table
