"""How `tipoff chaos` tells what was played, and what a failing seed broke."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from tipoff.commands.output import print_table

if TYPE_CHECKING:
    from shared.settings import Settings
    from sim.chaos.campaign import Played, Terrain
    from tipoff.commands.chaos_record import Run

#: Failing seeds whose traces are made shorter; the others are only named.
TRACES = 3
#: Broken promises of one seed that are told.
TOLD = 10


def tell(run: Run, *, as_json: bool) -> None:
    """Faults, effects and violations of a run, on stdout."""
    total = run.total
    if as_json:
        rules = Counter(broken.rule for played in total.failed for broken in played.violations)
        found = {
            "days": total.days,
            "first_seed": run.first_seed,
            "last_seed": run.last_seed,
            "faults": sum(total.faults.values()),
            "violations": total.violations,
            "days_per_second": run.pace,
            "faults_by_kind": dict(sorted(total.faults.items())),
            "failing_seeds": [played.seed for played in total.failed],
            "violations_by_rule": dict(sorted(rules.items())),
        }
        typer.echo(json.dumps(found))
        return
    seeds = f"{run.first_seed} to {run.last_seed}"
    typer.echo(f"{total.days} days of seeds {seeds}, {run.pace:g} days a second")
    print_table(("fault", "struck"), sorted(total.faults.items()))
    print_table(("effect", "times"), sorted(total.effects.items()))
    typer.echo(f"{total.violations} violations")


def tell_failed(
    failed: Sequence[Played], terrain: Terrain, settings: Settings, given: Sequence[str]
) -> None:
    """The failing seeds, on stderr; `given` are the options that say what a seed plays."""
    for played in failed[:TRACES]:
        _trace(played, terrain, settings)
        command = shlex.join(["tipoff", "chaos", "--seed", str(played.seed), "--days", "1", *given])
        typer.echo(f"  replay: {command}", err=True)
    if len(failed) > TRACES:
        rest = ", ".join(str(played.seed) for played in failed[TRACES:])
        typer.echo(f"more failing seeds: {rest}", err=True)


def _trace(played: Played, terrain: Terrain, settings: Settings) -> None:
    """What a seed broke, and the fewest faults that break it."""
    from sim.chaos.instants import instant_of
    from sim.chaos.shrink import shrink

    rule = played.violations[0].rule
    typer.echo(f"seed {played.seed}: {rule}; looking for the fewest faults that do it", err=True)
    found = shrink(terrain.scenario(played.seed), settings, rule)
    for violation in found.violations[:TOLD]:
        typer.echo(f"  {violation.rule}: {violation.what}", err=True)
    fewest = "the fewest faults that do it:" if found.faults else "it breaks without any fault"
    typer.echo(f"  {found.replays} replays; {fewest}", err=True)
    for fault in found.faults:
        when = f"{instant_of(fault.at):%Y-%m-%d %H:%M:%S}"
        typer.echo(f"  {when} {fault.kind}: {fault.what} [{fault.key}]", err=True)
    others = sorted({violation.rule for violation in played.violations} - {rule})
    if others:
        typer.echo(f"  it also breaks: {', '.join(others)}", err=True)
