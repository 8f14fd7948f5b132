"""Terminals that are narrower than the tables, and those that want no colours."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

#: Bold, colours and their end.
STYLES = re.compile(r"\x1b\[[0-9;]*m")

#: Lines of a table: wide enough for three columns and 24 characters of the last, or not.
WIDE, NARROW = 100, 60

PRINTED = """
from tipoff.commands.output import print_table
print_table(
    ("began", "scraper", "status", "error"),
    [
        ("Wed 12 Nov 22:00 ET", "nbac_team_boxscore", "failed", "error_page: [HTML] " + "x" * 90),
        ("Wed 12 Nov 23:00 ET", "nbac_team_boxscore", "failed", None),
    ],
)
"""


def on_a_terminal(*command: str, **env: str) -> tuple[int, str]:
    """The exit code, and what a terminal shows."""
    ours, its = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        try:
            here = {**os.environ, "TERM": "xterm", **env}
            done = subprocess.run([sys.executable, *command], stdout=its, env=here, check=False)
        finally:
            os.close(its)
        return done.returncode, b"".join(_shown(screen)).decode()


def _shown(screen: io.RawIOBase) -> Iterator[bytes]:
    """What was written, in pieces as the kernel hands them over; its end is an error."""
    with suppress(OSError):
        while piece := screen.read(65536):
            yield piece


@pytest.mark.parametrize("columns", [WIDE, NARROW])
def test_a_table_loses_nothing_however_narrow_the_terminal(columns: int) -> None:
    code, said = on_a_terminal("-c", PRINTED, COLUMNS=str(columns))
    said = STYLES.sub("", said)
    assert code == 0
    assert max(len(line) for line in said.splitlines()) <= columns
    for value in ("Wed 12 Nov 22:00 ET", "nbac_team_boxscore", "failed", "error_page: [HTML]"):
        assert value in said
    assert said.count("x") == 90 + 2 + said.count("boxscore") - 2
    assert "NULL" in said


def test_on_a_narrow_terminal_every_value_stands_beside_its_name() -> None:
    _, said = on_a_terminal("-c", PRINTED, COLUMNS=str(NARROW))
    lines = [line.rstrip() for line in STYLES.sub("", said).splitlines()]
    assert lines[:3] == [
        "began    Wed 12 Nov 22:00 ET",
        "scraper  nbac_team_boxscore",
        "status   failed",
    ]


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_an_alert_has_its_colour_on_a_terminal_unless_no_color_is_set(
    no_color: str, coloured: bool, tmp_path: Path
) -> None:
    # Nothing has run there: a warning, and exit code 1.
    arguments = ("-m", "tipoff", "status", "--data", str(tmp_path))
    code, said = on_a_terminal(*arguments, NO_COLOR=no_color)
    assert code == 1
    assert "WARNING nothing_ran" in said
    assert ("\x1b[33m" in said) is coloured
