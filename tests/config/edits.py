"""The real configuration with one small edit, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile

from shared.config import FILES, BadConfig, load_config
from shared.core.errors import BadInput

CONFIG = Path(__file__).parents[2] / "config"


def edited(folder: Path, file: str, old: str, new: str) -> Path:
    """A copy of the four files in `folder`; the first `old` in `file` is now `new`."""
    for name in FILES:
        copyfile(CONFIG / f"{name}.yaml", folder / f"{name}.yaml")
    path = folder / f"{file}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text, f"the edit of {file}.yaml begins with text that is there: {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def complaints(folder: Path) -> list[BadInput]:
    """Everything that is wrong with the configuration in `folder`."""
    try:
        load_config(folder)
    except BadConfig as e:
        return list(e.errors)
    except BadInput as e:
        return [e]
    return []
