"""`tipoff up`: the embedded world in real time, until somebody stops it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.core.errors import BadInput
from tipoff.commands.by_hand import Live
from tipoff.commands.folder_lock import holding
from tipoff.commands.options import AsJson, CalendarFile, Data, FolderConfig, settings_in
from tipoff.commands.signals import stopping

if TYPE_CHECKING:
    from datetime import datetime

    from shared.core.calendar import Calendar
    from shared.core.workflows import Config
    from shared.log import Log
    from shared.settings import Settings
    from shared.world import World

#: What is told of normal work; warnings and errors are always told.
SHOWN = frozenset({"lock", "plan", "decide", "finish", "cleanup", "up"})

#: Seconds that deliveries under way get after Ctrl-C.
GRACE = 8.0


def up(
    port: Annotated[
        int, typer.Option("--port", metavar="N", help="Port on 127.0.0.1 (0: a free one).")
    ] = 0,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Luck of the simulated sources.")
    ] = 1,
    calendar: CalendarFile = None,
    data: Data = None,
    config: FolderConfig = None,
    *,
    live: Live = False,
    json: AsJson = False,
) -> None:
    """Run Tipoff on this machine in real time, until Ctrl-C.

    The seven functions answer on 127.0.0.1, where / is the status page, and the four scheduler
    jobs tick. The sources are simulated unless --live. What was missed while nothing ran is made
    up for by the newest missed tick of each job. `tipoff status`, `sql`, `tick`, `trigger` and
    `scrape` work beside it.

    \b
    Examples:
      tipoff up
      tipoff up --live --data .tipoff/season --port 8080
      tipoff up --json | jq .message
    \b
    Exit codes: 0 stopped, 2 bad input or the folder is taken, 3 folder unusable.
    """
    from shared.config import load_config

    settings = settings_in(data, config)
    known = load_config(settings.config)
    _check_port(port)
    stop = threading.Event()
    told = {"command": "tipoff up", "live": live}
    with holding(settings.data, told), stopping(stop):
        _serve(settings, known, stop, calendar, port=port, seed=seed, live=live, json=json)


def _check_port(port: int) -> None:
    """BadInput for a port that cannot be bound: the server's own way is to end the process."""
    try:
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as e:
        raise BadInput("--port", port, f"a port that is free ({e})") from e


def _serve(
    settings: Settings,
    config: Config,
    stop: threading.Event,
    file: Path | None,
    *,
    port: int,
    seed: int,
    live: bool,
    json: bool,
) -> None:
    from local.dispatch import Dispatcher
    from local.host import Host
    from local.post import Session, post_cloud_event
    from local.schedule import Scheduler
    from local.world import bus_of, store_of
    from shared.log import Log
    from shared.wiring import installed
    from tipoff.commands.embedded import real_time
    from tipoff.commands.seasons import calendar_for
    from tipoff.folder import is_own

    log = Log("INFO") if json else plain_log()
    season, origin, _ = calendar_for(file, settings, config)
    with ExitStack() as stack:
        world = stack.enter_context(
            real_time(settings, config, season, live=live, seed=seed, log=log)
        )
        _bring_in(world, season, given=file is not None)
        stack.enter_context(installed(world))
        host = stack.enter_context(Host(port=port))
        sources = "real sources" if live else f"simulated sources, seed {seed} (--live: real ones)"
        own = "" if is_own(settings.config) else f", configuration {settings.config}"
        log.info(
            f"up at {host.url}, data in {settings.data}{own}, {sources}, schedule: {origin}"
            f"{over(season, world.clock.now())}",
            action="up",
            url=host.url,
            live=live,
        )
        session = Session()
        stack.callback(session.close)
        bus, report = bus_of(world), _reporter(log)
        dispatcher = Dispatcher(
            bus, lambda delivery: post_cloud_event(session, host.url, delivery), report=report
        )
        scheduler = Scheduler(config.jobs, bus, store_of(world), world.clock)
        ticking = threading.Thread(target=scheduler.run, args=(stop, report), daemon=True)
        ticking.start()
        dispatcher.run(stop, grace=GRACE)
        ticking.join(GRACE)
        log.info("stopped; the next start goes on from here", action="up")


def over(season: Calendar, now: datetime) -> str:
    """What to say of a schedule whose last game day is behind, else nothing."""
    from shared.core.days import day_of_instant

    last = season.last_day()
    if last is None or last >= day_of_instant(now):
        return ""
    return f" (its games ended on {last.isoformat()}: tipoff calendar import FILE brings others)"


def _bring_in(world: World, season: Calendar, *, given: bool) -> None:
    """The schedule of a first start, or the one that was given; refuses simulated folders."""
    from local.world import store_of
    from shared import records
    from tipoff.commands.calendar import adopt_next
    from tipoff.commands.embedded import refuse_simulated
    from tipoff.folder import remember_config

    refuse_simulated(store_of(world), world.settings.data)
    remember_config(store_of(world), world.settings.config)
    if given or records.newest_schedule(world.state, world.config) is None:
        adopt_next(world, season)


def _reporter(log: Log) -> Callable[[str], None]:
    def report(text: str) -> None:
        # A line that cannot be written (its disk is full, its pipe is closed) ends no delivery.
        with suppress(OSError):
            log.warning(text, action="deliver")

    return report


def plain_log() -> Log:
    """A log that prints one line for people per decision, execution, and thing gone wrong."""
    from shared.log import Log
    from tipoff.commands.options import real_now
    from tipoff.commands.output import clock_et

    class Plain(Log):
        def write(self, severity: str, message: str, fields: dict[str, Any]) -> None:
            if severity in ("DEBUG", "INFO") and fields.get("action") not in SHOWN:
                return
            mark = "" if severity == "INFO" else f" {severity}"
            about = fields.get("execution_id") or ""
            text = " ".join(f"{message} {about}".split())
            typer.echo(f"{clock_et(real_now())}{mark} {text}")

    return Plain()
