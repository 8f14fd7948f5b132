"""Terminals that are narrower than the tables, and those that want no colours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tipoff.commands.narrow import fits, narrow

COLUMNS = ("began", "scraper", "status", "error")
ROW = ("Wed 12 Nov 22:00 ET", "nbac_team_boxscore", "failed", "error_page: HTML instead of JSON")

#: 19 + 18 + 6 characters, 24 of the error, 3 between columns, 4 at the edges.
NEEDED = 19 + 18 + 6 + 24 + 3 * 3 + 4


def test_a_table_is_drawn_where_all_columns_but_the_last_have_their_room() -> None:
    assert fits(COLUMNS, [ROW], NEEDED)
    assert not fits(COLUMNS, [ROW], NEEDED - 1)


def test_a_row_that_does_not_fit_takes_several_lines_and_loses_nothing() -> None:
    assert list(narrow(COLUMNS, [ROW], 60)) == [
        "began                scraper             status",
        "    error",
        "Wed 12 Nov 22:00 ET  nbac_team_boxscore  failed",
        "    error_page: HTML instead of JSON",
    ]


def test_a_value_longer_than_a_line_is_left_whole() -> None:
    told = list(narrow(("which", "what"), [("x" * 50, "y" * 90)], 60))
    assert told[2:] == ["x" * 50, "    " + "y" * 90]


def test_a_row_of_many_columns_is_told_value_by_value() -> None:
    columns = [f"column_{number}" for number in range(12)]
    told = list(narrow(columns, [["a value"] * 12, ["another"] * 12], 40))
    # 12 columns of 9 and of 10 characters: 3 a line would be 4 lines.
    assert told[0] == "column_0   a value"
    assert told[11:14] == ["column_11  a value", "", "column_0   another"]


def test_no_rows_leave_the_names() -> None:
    assert list(narrow(COLUMNS, [], 60)) == ["began  scraper  status  error"]


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_an_alert_has_its_colour_on_a_terminal_unless_no_color_is_set(
    no_color: str, coloured: bool, tmp_path: Path
) -> None:
    ours, its = os.openpty()
    try:
        args = [sys.executable, "-m", "tipoff", "status", "--data", str(tmp_path)]
        env = {**os.environ, "NO_COLOR": no_color, "TERM": "xterm"}
        # Nothing has run there: a warning, and exit code 1.
        assert subprocess.run(args, stdout=its, env=env, check=False).returncode == 1
        said = os.read(ours, 4096).decode()
    finally:
        os.close(its)
        os.close(ours)
    assert "WARNING nothing_ran" in said
    assert ("\x1b[33m" in said) is coloured
