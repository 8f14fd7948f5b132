"""What became of our own work: slots, RUNs, executions, as listings and ticks tell it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from shared import records
from shared.core.alerts import DatasetFact, RunFact, SlotFact, SlotState, Unfinished, slot_state
from shared.core.days import parse_stamp
from shared.core.execution import Manifest
from shared.core.history import Attempt
from shared.core.plan import Plan
from shared.core.ports import Stored
from shared.core.slots import Slot
from shared.core.workflows import AfterEachGame, AtClock, Discovery
from shared.watching.bucket import Look, Said

#: RUNs so old are looked at: an older one is in no listed game day for sure.
RUNS_BACK = timedelta(days=2)
#: Reason codes that end a slot well without a run.
SETTLED = frozenset({"satisfied", "nothing_to_do"})
#: A later poll that may still find what an earlier one did not.
TO_COME = frozenset({SlotState.NOT_DUE, SlotState.OPEN, SlotState.RUNNING})


def said(look: Look, tick: Stored) -> tuple[Said, ...]:
    """What a tick said of slots that it ended without a run."""
    known = look.memory.ticks
    if tick.name not in known:
        rows = json.loads(look.state.read(tick.name))["rows"]
        known[tick.name] = tuple(
            Said(row["slot_id"], row["action"] == "ABORT", row["reason"])
            for _, row in rows
            if row["slot_id"] and _ends(row)
        )
    return known[tick.name]


def runs(look: Look) -> list[RunFact]:
    """Every RUN of the last two days, and whether its execution began."""
    started = {
        facts.execution_id
        for found in look.executions.values()
        for facts in found.sorted.values()
        if facts.manifest is not None
    }
    decided: dict[str, datetime] = {}
    for tick in look.ticks:
        if look.now - tick.created_at <= RUNS_BACK:
            for name in filter(None, tick.metadata.get("runs", "").split(",")):
                # A RUN that nobody took up is decided again under its id.
                decided.setdefault(name, parse_stamp(tick.name[len("ticks/") : -len(".json")]))
    days = {day.isoformat() for day in look.days}
    return [
        RunFact(execution_id=name, decided_at=at, started=name in started)
        for name, at in decided.items()
        if name.partition(".")[0] in days
    ]


def unfinished(look: Look) -> Iterator[Unfinished]:
    """The executions that have a manifest and no end."""
    for found in look.executions.values():
        for facts in found.sorted.values():
            if facts.manifest is not None and facts.finished is None:
                manifest = records.read(look.state, facts.manifest.name, Manifest)
                yield Unfinished(execution_id=facts.execution_id, finish_by=manifest.finish_by)


def slots(look: Look, day: date, plan: Plan, said: Mapping[str, Said]) -> list[SlotFact]:
    """The slots of a day's plan, and how each stands."""
    mine: dict[str, list[Attempt]] = {}
    for attempt in look.executions[day].facts.attempts:
        mine.setdefault(attempt.slot_id or "", []).append(attempt)
    return [
        slot_fact(look, slot, mine.get(slot.slot_id, ()), said.get(slot.slot_id))
        for slot in plan.slots
    ]


def slot_fact(look: Look, slot: Slot, attempts: Sequence[Attempt], said: Said | None) -> SlotFact:
    """How one slot stands."""
    state = slot_state(
        slot,
        look.now,
        statuses=[each.status for each in sorted(attempts, key=lambda one: one.attempt)],
        satisfied=said is not None and not said.aborted,
        aborted=said is not None and said.aborted,
    )
    return SlotFact(slot=slot, state=state, reason=said.reason if said else "")


def made_up(
    look: Look, fact: SlotFact, day: Sequence[SlotFact], datasets: Sequence[DatasetFact]
) -> SlotFact:
    """A window whose games another one brought; a poll that others follow or made good."""
    if fact.state is not SlotState.FAILED:
        return fact
    workflow = look.config.workflows.get(fact.slot.workflow)
    trigger = workflow.trigger if workflow else None
    names = fact.slot.scrapers
    if isinstance(trigger, AtClock | AfterEachGame):
        entries = (look.config.scrapers.get(name) for name in names)
        names = tuple(each.name for each in entries if each and each.expects == "games")
    elif not isinstance(trigger, Discovery):
        return fact
    mine = {look.config.scrapers[name].dataset for name in names}
    found = [each for each in datasets if each.dataset in mine]
    made_up = bool(found) and not any(each.missing for each in found)
    if isinstance(trigger, Discovery):
        made_up |= any(
            each.slot.workflow == fact.slot.workflow
            and each.slot.closes_at > fact.slot.closes_at
            and each.state in TO_COME
            for each in day
        )
    return SlotFact(slot=fact.slot, state=fact.state, reason=fact.reason, made_up=made_up)


def _ends(row: Mapping[str, str]) -> bool:
    return row["action"] == "ABORT" or row["reason_code"] in SETTLED
