"""Three days for the page: one with twelve games, one without any, one in which Tipoff was down."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import flask

from local.serving import KeepAliveServer
from local.world import build_world
from shared.config import load_config
from shared.core.calendar import Calendar
from shared.core.days import ET
from shared.core.schedule_json import load_games
from shared.settings import Settings
from shared.world import World
from sim.clock import FixedClock
from tests.functions.worlds import function
from tests.tipoff.cli_run import CONFIG, store_in, tipoff
from tipoff.day import Day, opened, run

SEASON = CONFIG / "calendar" / "2025-26.csv"

#: Twelve games, 19:00 to 22:30 ET; Thanksgiving, without any; and the day of the outage.
WEDNESDAY, THANKSGIVING, OUTAGE = date(2025, 11, 12), date(2025, 11, 27), date(2025, 12, 5)


@dataclass(frozen=True, kw_only=True)
class Site:
    """A status function that serves one world."""

    url: str
    world: World


def played(folder: Path, day: date) -> Path:
    """`day` played in `folder`, with troubles."""
    games = load_games(SEASON.read_text("utf-8"), place=SEASON.name)
    made = Day(date=day, calendar=Calendar.of(games))
    with opened(made, Settings(data=folder)) as world:
        run(made, world)
    return folder


def out_of_order(folder: Path) -> Path:
    """Locked at 05:00 and evaluated at 06:00; then nothing runs until 16:30."""
    store_in(folder).set_fact("simulated_now", f"{OUTAGE}T09:55:00+00:00")
    assert tipoff("calendar", "import", SEASON, "--data", folder).code == 0
    for what, at in (("lock", "05:00"), ("evaluate", "06:00"), ("evaluate", "16:30")):
        said = tipoff("tick", what, "--at", f"{OUTAGE}T{at}:00-05:00", "--data", folder)
        assert said.code in (0, 1), said.err
    return folder


@contextmanager
def served(folder: Path, now: datetime) -> Iterator[Site]:
    """The status function over `folder`, at `now`."""
    settings = Settings(data=folder, environment="test")
    with closing(build_world(settings, config=load_config(settings.config))) as built:
        world = replace(built, clock=FixedClock(now))
        app = flask.Flask("status")
        module = function("status")

        @app.route("/", defaults={"path": ""})
        @app.route("/<path:path>")
        def answer(path: str) -> flask.Response:
            found: flask.Response = module.answer(flask.request, world)
            return found

        server = KeepAliveServer(("127.0.0.1", 0), app)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Site(url=f"http://127.0.0.1:{server.server_port}", world=world)
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)


def et(text: str) -> datetime:
    """`2025-11-13 05:04`, Eastern."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ET)
