"""Which schedule a command works with: a file, the data folder's newest, or the sample season."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tipoff.commands.options import existing_store, folder_now, read_file
from tipoff.folder import SIMULATED_NOW, has_store

if TYPE_CHECKING:
    from shared.core.calendar import Calendar
    from shared.core.ports import Files
    from shared.core.workflows import Config
    from shared.settings import Settings

SAMPLE = Path("calendar") / "2025-26.csv"


def read_calendar(path: Path, config: Config, place: str = "--calendar") -> Calendar:
    """The calendar in a file; BadInput names what is wrong with it."""
    from shared.core.calendar import Calendar
    from shared.core.schedule_json import load_games

    games = load_games(read_file(path, place), place=path.name)
    return Calendar.of(games, preseason=config.preseason)


def sample_season(settings: Settings, config: Config) -> Calendar:
    """The season that ships with Tipoff: that of the configuration folder, else Tipoff's own."""
    from shared.settings import Settings as Unset

    found = settings.config / SAMPLE
    path = found if found.is_file() else Unset().config / SAMPLE
    return read_calendar(path, config, "sample season")


def calendar_for(
    file: Path | None, settings: Settings, config: Config, project: str | None = None
) -> tuple[Calendar, str, str]:
    """The calendar, where it is from for people, and its record's name or file.

    Of a project its newest schedule; BadInput when it has none.
    """
    if file is not None:
        return read_calendar(file, config), f"the file {file}", file.name
    if project is not None:
        return _of_project(settings, config, project)
    if has_store(settings.data):
        from local.files import LocalFiles
        from shared.clock import DeliveryClock
        from shared.records import newest_schedule
        from shared.watching import AsOf

        store = existing_store(settings)
        files: Files = LocalFiles(store, "state", DeliveryClock())
        if store.fact(SIMULATED_NOW) is not None:
            # A schedule that came in at the machine's time is not there yet.
            files = AsOf(files, folder_now(store))
        newest = newest_schedule(files, config)
        if newest is not None:
            return newest.calendar, f"the newest schedule in {settings.data}", newest.name
    return sample_season(settings, config), "the sample season 2025-26", SAMPLE.name


def _of_project(settings: Settings, config: Config, project: str) -> tuple[Calendar, str, str]:
    from shared.core.errors import BadInput
    from shared.records import newest_schedule
    from tipoff.commands.cloud import cloud

    with cloud(settings, project) as world:
        newest = newest_schedule(world.state, config)
    if newest is None:
        raise BadInput("--project", project, "a project with a schedule: tipoff calendar import")
    return newest.calendar, f"the newest schedule of project {project}", newest.name
