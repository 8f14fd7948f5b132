"""Keys of sources on one machine: the environment first, then a folder of small files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shared.core.errors import BadInput
from shared.errors import MissingSecret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


class LocalSecrets:
    """`odds-api-key` is the variable ODDS_API_KEY, else the file `odds-api-key` in `folder`."""

    def __init__(self, environ: Mapping[str, str], folder: Path | None = None) -> None:
        self._environ = environ
        self._folder = folder

    def get(self, name: str) -> str:
        """The value without surrounding blanks; raises MissingSecret, BadInput for a bad name."""
        if not _NAME.fullmatch(name):
            raise BadInput("secret", name, "letters, digits, - and _")
        variable = name.upper().replace("-", "_")
        value = self._environ.get(variable, "").strip()
        if not value and self._folder is not None:
            try:
                value = (self._folder / name).read_text(encoding="utf-8").strip()
            except FileNotFoundError:
                value = ""
        if not value:
            where = f"set {variable}"
            if self._folder is not None:
                where += f" or write the file [{self._folder / name}]"
            message = f"secret [{name}] is not set: {where}"
            raise MissingSecret(message)
        return value
