"""What the commands share: their options, the settings these give, and how arguments are read."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.core.errors import BadInput
from tipoff.folder import DATABASE, SIMULATED_NOW, has_store, remembered_config

if TYPE_CHECKING:
    from local.store import Store
    from shared.settings import Settings

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Data folder (default: $TIPOFF_DATA, else .tipoff).",
    ),
]
ConfigDir = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="DIR",
        help="Configuration folder (default: $TIPOFF_CONFIG, else Tipoff's own config/).",
    ),
]
FolderConfig = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="DIR",
        help="Configuration folder (default: $TIPOFF_CONFIG, else the one that the data folder "
        "was last worked with, else Tipoff's own config/).",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="INSTANT", help="An instant: 2025-11-12T13:00:00-05:00."),
]
CalendarFile = Annotated[
    Path | None,
    typer.Option(
        "--calendar",
        metavar="FILE",
        help="Schedule file: the league's scheduleLeagueV2 JSON, or CSV.",
    ),
]


#: What --config and $TIPOFF_CONFIG may name.
EXISTS = "a folder that exists"


def settings_of(config: Path | None, *, whole: bool = True) -> Settings:
    """The process's settings, with the configuration folder that the option names.

    BadInput for a configuration folder that is not there, or (if `whole`) has no tables or views:
    without them every row would be refused, and a day would look as if nothing had run.
    """
    from shared.settings import read_settings

    found = read_settings()
    return _with_config(found, config or found.config, EXISTS, whole=whole)


def settings_in(
    data: Path | None, config: Path | None, project: str | None = None, *, whole: bool = True
) -> Settings:
    """The same for a data folder, which remembers the configuration that it was worked with.

    With a `project` the folder has no say.
    """
    from shared.settings import read_settings

    found, allowed = read_settings(), EXISTS
    found = replace(found, data=data or found.data)
    if config is None and project is None and not found.keys.get("TIPOFF_CONFIG"):
        config = remembered_config(found.data)
        if config is not None:
            allowed += f" (the one that {found.data} was last worked with; --config names another)"
    return _with_config(found, config or found.config, allowed, whole=whole)


def _with_config(settings: Settings, folder: Path, allowed: str, *, whole: bool) -> Settings:
    if not folder.is_dir():
        raise BadInput("configuration folder", folder, allowed)
    for name, kind in (("tables", "*.json"), ("views", "*.sql")):
        if whole and not any((folder / name).glob(kind)):
            allowed = f"one with {name}/: take a copy of Tipoff's own config/ and change that"
            raise BadInput("configuration folder", folder, allowed)
    return replace(settings, config=folder)


def folders_below(folder: Path) -> list[Path]:
    """The data folders inside `folder`, by name: `tipoff day` makes one a day and seed."""
    return sorted(found.parent for found in folder.glob(f"*/{DATABASE}"))


def existing_store(settings: Settings) -> Store:
    """The store in the data folder; BadInput when there is none (reading makes no folders)."""
    from local.store import Store
    from shared.schema import Schemas

    if not has_store(settings.data):
        below = folders_below(settings.data)
        hint = f", such as --data {below[-1]}" if below else ""
        raise BadInput("data folder", settings.data, "a folder that tipoff has worked in" + hint)
    return Store(settings.data, Schemas(settings.config / "tables"))


def day_of(text: str, place: str) -> date:
    """An ISO date in a year that can have games; BadInput otherwise."""
    from shared.core.games import YEARS

    allowed = f"a date as YYYY-MM-DD, {YEARS.start} to {YEARS[-1]}"
    try:
        found = date.fromisoformat(text)
    except ValueError as e:
        raise BadInput(place, text, allowed) from e
    if found.isoformat() != text or found.year not in YEARS:
        raise BadInput(place, text, allowed)
    return found


def instant_of(text: str, place: str) -> datetime:
    """An ISO instant with its offset, in UTC, in a year that can have games; BadInput otherwise."""
    from shared.core.games import YEARS
    from shared.messages import parse_instant

    allowed = f"an instant of the years {YEARS.start} to {YEARS[-1]}"
    try:
        found = parse_instant(text, place)
    except OverflowError as e:
        raise BadInput(place, text, allowed) from e
    if found.year not in YEARS:
        raise BadInput(place, text, allowed)
    return found


def real_now() -> datetime:
    """The machine's time, in UTC."""
    from shared.clock import DeliveryClock

    return DeliveryClock().now()


def folder_now(store: Store) -> datetime:
    """The last simulated instant of a folder, else the machine's time."""
    fact = store.fact(SIMULATED_NOW)
    return instant_of(fact, SIMULATED_NOW) if fact else real_now()


def one_of(place: str, found: str, allowed: Iterable[str]) -> str:
    """`found` when it is allowed; else BadInput with the nearest name and all of them."""
    names = sorted(allowed)
    if found in names:
        return found
    near = difflib.get_close_matches(found, names, n=1, cutoff=0.5)
    hint = f"{near[0]} (the nearest) or another of: " if near else ""
    raise BadInput(place, found, hint + ", ".join(names))


def read_file(path: Path, place: str) -> bytes:
    """The file's bytes; BadInput names one that cannot be read."""
    try:
        return path.read_bytes()
    except OSError as e:
        raise BadInput(place, path, f"a file that can be read ({e.strerror})") from e
