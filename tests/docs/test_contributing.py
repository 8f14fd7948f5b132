"""The commands in CONTRIBUTING's "Add a scraper" are commands, and its files are made by them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import typer

from tests.tipoff.cli_run import CONFIG, tipoff
from tipoff.cli import app

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = TEXT.partition("## Add a scraper\n")[2].partition("\n## ")[0]
COMMANDS = re.findall(r"^ {7}(\S.*)$", SECTION, re.MULTILINE)
TIPOFF = [line for line in COMMANDS if line.startswith(".venv/bin/tipoff ")]
MAKES = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)


def parsed(words: list[str]) -> Any:
    """The innermost command's context: its arguments were read, and nothing was run."""
    command: Any = typer.main.get_command(app)
    context = command.make_context("tipoff", list(words))
    while hasattr(command, "resolve_command"):
        name, command, words = command.resolve_command(context, words)
        context = command.make_context(name, list(words), parent=context)
    return context


def test_the_section_has_its_commands() -> None:
    assert len(TIPOFF) == 4
    assert [line for line in COMMANDS if line not in TIPOFF] == [
        ".venv/bin/pytest tests/scrapers/test_acme_scores.py",
        "make fix",
        "make test",
    ]
    assert {"fix", "test"} <= set(MAKES)


@pytest.mark.parametrize("line", TIPOFF)
def test_a_command_of_the_section_parses(line: str) -> None:
    assert parsed(shlex.split(line)[1:]).params


def test_the_first_command_makes_the_files_that_the_section_names(tmp_path: Path) -> None:
    root = tmp_path / "checkout"
    copytree(CONFIG, root / "config")
    (root / "scrapers").mkdir()
    registry = root / "scrapers" / "registry.py"
    registry.write_bytes((ROOT / "scrapers" / "registry.py").read_bytes())
    words = shlex.split(TIPOFF[0])[1:]
    said = tipoff(*words, "--config", root / "config", "--json")
    assert said.code == 0, said.err
    files = {Path(path).relative_to(root).as_posix() for path in said.json["made"]}
    changed = {Path(path).relative_to(root).as_posix() for path in said.json["changed"]}
    assert files == {
        "scrapers/fetchers/acme_scores.py",
        "tests/scrapers/test_acme_scores.py",
        "tests/scrapers/fixtures/acme_scores.json",
    }
    assert changed == {"scrapers/registry.py", "config/scrapers.yaml", "config/sources.yaml"}
    for name in files | changed - {"tests/scrapers/test_acme_scores.py"}:
        assert name in SECTION


def test_the_modules_that_the_section_points_to_are_there() -> None:
    for name in re.findall(r"`(\w+\.py)`", SECTION):
        assert (ROOT / "scrapers" / name).is_file(), name
    for name in re.findall(r"`((?:scrapers|docs|tests|config|sim)/[\w/.-]+)`", SECTION):
        if "acme" not in name:
            assert (ROOT / name).exists(), name
