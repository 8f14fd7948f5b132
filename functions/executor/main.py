"""executor: a RUN becomes an execution: a manifest, then chunks, step by step, then its end.

Acked: orders that were started (now or before), reports, sweeps, and input that can never be
right (logged). Retried: everything that a port fails at. The manifest and the end are create-once
records; everything between is derived from them and the chunks' outcomes, so a repeat, a second
executor or a restart finds the same next step.
"""

from __future__ import annotations

import functions_framework
from cloudevents.http import CloudEvent

from shared import executing, records
from shared.core.days import day_of_instant
from shared.core.errors import BadInput
from shared.core.execution import Manifest
from shared.core.messages import Advance, RunOrder, RunRequest, Tick
from shared.messages import EXECUTE_SWEEP, Event
from shared.sweep import FAR_BACK, LOOK_BACK, sweep
from shared.wiring import serve
from shared.world import World

NAME = "executor"


@functions_framework.cloud_event
def executor(event: CloudEvent) -> None:
    """Entry point; see the module."""
    serve(event, handle, (RunOrder, RunRequest, Advance, Tick))


def handle(event: Event, world: World) -> None:
    """Start, advance or sweep, by what arrived."""
    match event.content:
        case RunOrder() as order:
            executing.start(world, order)
        case RunRequest() as request:
            executing.start(world, _by_hand(world, request, event))
        case Advance() as report:
            _advance(world, report)
        case _:
            far = event.topic == EXECUTE_SWEEP
            sweep(world, look_back=FAR_BACK if far else LOOK_BACK)


def _advance(world: World, report: Advance) -> None:
    name = records.manifest_name(report.game_day, report.execution_id)
    if world.state.stat(name) is None:
        raise BadInput("run-advance execution_id", report.execution_id, "one with a manifest")
    executing.advance(world, records.read(world.state, name, Manifest))


def _by_hand(world: World, request: RunRequest, event: Event) -> RunOrder:
    """An order from a request; it lies under the game day on which it was asked."""
    workflow = world.config.workflows.get(request.workflow)
    if workflow is None:
        known = ", ".join(sorted(world.config.workflows))
        raise BadInput("run-request workflow", request.workflow, known)
    asked = event.published_at or world.clock.now()
    return executing.order_by_hand(
        workflow,
        request,
        message_id=event.message_id,
        asked=asked,
        game_day=day_of_instant(asked),
        config_version=world.config.version,
    )
