"""The composition root: which world a function runs in, and how a delivery is served.

`TIPOFF_WORLD` names a function that takes Settings and gives a World, loaded the way a WSGI
server loads an app. Nothing is built at import; a process builds its world once.
"""

from __future__ import annotations

import hashlib
import importlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from cloudevents.http import CloudEvent

from shared.core.errors import BadInput
from shared.core.messages import Content
from shared.errors import PortUnavailable
from shared.log import trace
from shared.messages import NOW, Event, open_event, parse_instant
from shared.settings import Settings, read_settings
from shared.world import World

_lock = threading.Lock()


_world: World | None = None


def world() -> World:
    """This process's world, built on first use."""
    global _world  # noqa: PLW0603 one world a process, as one app a WSGI server
    with _lock:
        if _world is None:
            settings = read_settings()
            _world = load(settings.world)(settings)
        return _world


@contextmanager
def installed(built: World) -> Iterator[World]:
    """`built` is this process's world: for a host that runs several functions in one."""
    global _world  # noqa: PLW0603 see world()
    with _lock:
        before, _world = _world, built
    try:
        yield built
    finally:
        with _lock:
            _world = before


def load(spec: str) -> Callable[[Settings], World]:
    """The function that `module:function` names; BadInput when there is none."""
    module, _, name = spec.partition(":")
    try:
        found: Callable[[Settings], World] = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as e:
        raise BadInput("TIPOFF_WORLD", spec, "module:function of a world") from e
    return found


Handler = Callable[[Event, World], None]


def serve(event: CloudEvent, handle: Handler, allowed: tuple[type[Content], ...]) -> None:
    """Open a delivery and hand it over.

    Returns (ack) for input that can never be right, logged once; raises (retry) for everything
    else that goes wrong, so that nothing reports success after a failure.
    """
    here = world()
    with ExitStack() as stack:
        try:
            opened = open_event(event, allowed)
            _enter(stack, here, opened.attributes)
            token = trace.set(_trace(here, opened))
            stack.callback(trace.reset, token)
            handle(opened, here)
        except BadInput as e:
            here.log.error(
                f"refused and acked: {e}",
                action="refuse",
                place=e.place,
                message_id=str(event.get("id")),
            )
        except Exception as e:
            passing = isinstance(e, PortUnavailable)
            log = here.log.warning if passing else here.log.error
            log(
                f"failed, comes again: {type(e).__name__}: {e}",
                action="retry",
                message_id=str(event.get("id")),
            )
            raise


def _trace(here: World, event: Event) -> str:
    """The trace of a delivery, as logs name it.

    What brings none begins one, named by its message: every delivery of it is the same trace.
    """
    found = event.trace_id or hashlib.sha256(event.message_id.encode()).hexdigest()[:32]
    project = here.settings.project
    return f"projects/{project}/traces/{found}" if project else found


def _enter(stack: ExitStack, here: World, attributes: Mapping[str, str]) -> None:
    """Simulated time for this delivery, where the settings allow it."""
    if here.settings.simulated_time and NOW in attributes:
        instant = parse_instant(attributes[NOW], f"attribute {NOW}")
        stack.enter_context(here.clock.at(instant))
