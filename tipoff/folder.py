"""What a data folder remembers of itself, as facts in its store.

So a folder is never mixed up with another day's world, and is read with the configuration that
it was worked with.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shared.settings import Settings

if TYPE_CHECKING:
    from local.store import Store

#: Luck, and schedule, of the simulated days in it.
SEED_FACT = "seed"
CALENDAR_FACT = "calendar"
#: The last instant of its simulated days, which is "now" there.
SIMULATED_NOW = "simulated_now"
#: Before a date: the version of the configuration that this day was played with.
PLAYED_WITH = "configuration of"
#: The configuration folder that it was last worked with; empty for Tipoff's own.
CONFIG_FACT = "configuration folder"

#: Where the store of a data folder lies.
DATABASE = "tipoff.db"


def has_store(folder: Path) -> bool:
    """Whether anything was ever kept in `folder`."""
    return (folder / DATABASE).is_file()


def lives_in_real_time(store: Store) -> bool:
    """Whether work was done in it, or waits there, and none of it in simulated time."""
    if store.fact(SEED_FACT) is not None or store.fact(SIMULATED_NOW) is not None:
        return False
    work = "SELECT 1 FROM messages UNION ALL SELECT 1 FROM rows LIMIT 1"
    return bool(store.read(work))


def is_own(config: Path) -> bool:
    """Whether this is Tipoff's own configuration."""
    return config.resolve() == Settings().config.resolve()


def remember_config(store: Store, config: Path) -> None:
    """Keep which configuration the folder is worked with.

    Tipoff's own is kept by no path: it moves with Tipoff.
    """
    mark = "" if is_own(config) else str(config.resolve())
    if store.fact(CONFIG_FACT) != mark:
        store.set_fact(CONFIG_FACT, mark)


def remembered_config(folder: Path) -> Path | None:
    """The configuration folder that `folder` was last worked with; None for Tipoff's own."""
    from local.store import Store

    if not has_store(folder):
        return None
    store = Store(folder)
    fact = store.fact(CONFIG_FACT)
    store.close()
    return Path(fact) if fact else None
