"""docs/deploy.md names commands, files and numbers that there are."""

from __future__ import annotations

import re

import pytest
from typer.main import get_command

from tests.terraform.faults import faults
from tipoff.cli import app
from tipoff.packaging import ROOT

PAGE = (ROOT / "docs" / "deploy.md").read_text("utf-8")
VARIABLES = (ROOT / "terraform" / "variables.tf").read_text("utf-8")
OUTPUTS = (ROOT / "terraform" / "outputs.tf").read_text("utf-8")


def test_every_command_of_tipoff_is_one() -> None:
    named = set(re.findall(r"tipoff (\w+)", PAGE + OUTPUTS)) - {"prod", "dev"}
    assert {"smoke", "package", "calendar", "dead", "check"} <= named
    assert named <= set(getattr(get_command(app), "commands"))  # noqa: B009 a Group has them


@pytest.mark.parametrize("name", ["backend.tf.example", "terraform.tfvars.example"])
def test_what_is_copied_is_there(name: str) -> None:
    assert f"cp {name} " in PAGE
    assert (ROOT / "terraform" / name).is_file()


def test_variables_and_outputs_that_are_named_exist() -> None:
    for name in re.findall(r"(?:-var |`)(\w+) ?= ?(?:true|false|\{|\")", PAGE):
        assert f'variable "{name}"' in VARIABLES, name
    for name in re.findall(r"terraform output (\w+)", PAGE):
        assert f'output "{name}"' in OUTPUTS, name


def test_the_number_of_faults_is_theirs() -> None:
    assert f"{len(faults())} planted faults" in PAGE


def test_the_first_deployment_is_ten_lines() -> None:
    block = PAGE.partition("## The first time")[2].partition("```\n")[2].partition("```")[0]
    assert len(block.splitlines()) == 10
    # The calendar is there before the jobs run.
    assert block.index("schedulers_paused=true") < block.index("calendar import")
