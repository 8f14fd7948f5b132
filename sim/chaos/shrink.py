"""The shortest trace of a failing seed: faults are dropped as long as the promise stays broken."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from shared.settings import Settings
from sim.chaos.campaign import play
from sim.chaos.checker import check_left
from sim.chaos.faults import Fault, Kind
from sim.chaos.scenario import Left, Scenario
from sim.chaos.tables import Violation

#: Replays at most: a trace is for people, not for proofs.
BUDGET = 150


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """The faults that are left, and what they still break."""

    scenario: Scenario
    faults: Sequence[Fault]
    violations: Sequence[Violation]
    #: Replays that it took.
    replays: int


def rules_broken(left: Left) -> Collection[str]:
    """The rules that the checker finds broken."""
    return {violation.rule for violation in check_left(left)}


def shrink(
    scenario: Scenario,
    settings: Settings,
    rule: str,
    *,
    broken: Callable[[Left], Collection[str]] = rules_broken,
    budget: int = BUDGET,
) -> Trace:
    """The fewest faults found, by greedy removal, with which `rule` is still broken."""
    search = _Search(settings, lambda left: rule in broken(left), budget)
    best = search.tried(scenario)
    if best is None:
        raise LookupError(f"seed {scenario.seed} does not break {rule}")
    for kind in Kind:
        if any(fault.kind is kind for fault in best.struck):
            kinds = best.scenario.kinds - {kind}
            best = search.tried(replace(best.scenario, kinds=kinds)) or best
    names = [fault.name for fault in best.struck]
    best = search.tried(replace(best.scenario, only=frozenset(names))) or best
    width = len(names) // 2
    while width:
        names = [fault.name for fault in best.struck]
        for begin in range(0, len(names), width):
            rest = frozenset(names[:begin] + names[begin + width :])
            found = search.tried(replace(best.scenario, only=rest))
            if found is not None:
                best = found
                break
        else:
            width //= 2
            continue
        width = min(width, max(1, len(best.struck) // 2)) if best.struck else 0
    return Trace(
        scenario=best.scenario,
        faults=best.struck,
        violations=[v for v in check_left(best) if v.rule == rule],
        replays=search.replays,
    )


class _Search:
    """Replays scenarios, and says which still break the rule."""

    def __init__(self, settings: Settings, broken: Callable[[Left], bool], budget: int) -> None:
        self._settings = settings
        self._broken = broken
        self._left = budget
        self.replays = 0

    def tried(self, scenario: Scenario) -> Left | None:
        """What is left of the scenario if the rule is broken in it; None when the budget is out."""
        if self.replays >= self._left:
            return None
        self.replays += 1
        left = play(scenario, self._settings)
        return left if self._broken(left) else None
