"""Plans of terraform/, made offline by the program that TF_CHECK names.

That program runs the real terraform with stand-ins for the providers (`make tf-check`). What it
plans is taken down as JSON on the way, by a `terraform` that comes first on its PATH.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tipoff.packaging import ROOT, functions

#: The project of every plan here; it exists nowhere.
PROJECT = "my-project"
NUMBER = "123456789012"
#: Seconds; a plan takes about seven.
LIMIT = 300

RECORDER = """#!/bin/sh
if [ "$1" = show ]; then "{terraform}" "$@" | tee "{into}"; else exec "{terraform}" "$@"; fi
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """A resource that the plan makes: its address, its type, what is known of it."""

    address: str
    kind: str
    name: str
    key: str
    values: Mapping[str, Any]


class Plan:
    """A plan as `terraform show -json` tells it."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told
        self.resources = tuple(_resources(told["planned_values"]["root_module"]))

    def of(self, kind: str, name: str | None = None) -> list[Resource]:
        """The resources of a type, and of a block's name where one is given."""
        return [r for r in self.resources if r.kind == kind and name in (None, r.name)]

    def block(self, kind: str, name: str) -> Mapping[str, Any]:
        """The block of that type and name, as the configuration has it; empty without one."""
        for each in self.told["configuration"]["root_module"]["resources"]:
            if (each["type"], each["name"]) == (kind, name):
                found: Mapping[str, Any] = each
                return found
        return {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What the checker came to."""

    code: int
    output: str
    #: None when no plan was made.
    plan: Plan | None


def missing() -> str | None:
    """Why nothing can be planned here; None when it can."""
    checker = os.environ.get("TF_CHECK", "")
    if not checker:
        return "TF_CHECK names no checker"
    if shutil.which(checker) is None:
        return f"no program [{checker}]"
    return None if shutil.which("terraform") else "not on the PATH"


def stage(folder: Path) -> Path:
    """A copy of what Terraform reads, with empty zips: only their names matter to a plan."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("terraform", "config"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".terraform*"))
    (folder / "dist").mkdir()
    for name in functions():
        (folder / "dist" / f"{name}.zip").write_text(name, "utf-8")
    return folder


def check(staged: Path, what: str = "lint", **variables: str) -> Checked:
    """Run the checker's `what` over a staged copy, with more variables than the project's id."""
    tools = staged / ".tools"
    tools.mkdir(exist_ok=True)
    (into := tools / "plan.json").unlink(missing_ok=True)
    recorder = tools / "terraform"
    recorder.write_text(RECORDER.format(terraform=shutil.which("terraform"), into=into), "utf-8")
    recorder.chmod(0o755)
    given = {"project_id": PROJECT, **variables}
    told = [part for name, value in given.items() for part in ("--var", f"{name}={value}")]
    done = subprocess.run(
        [os.environ["TF_CHECK"], "--project", str(staged), *told, what],
        env={**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    plan = Plan(json.loads(into.read_text("utf-8"))) if into.is_file() else None
    return Checked(code=done.returncode, output=done.stdout + done.stderr, plan=plan)


def _resources(module: Mapping[str, Any]) -> Iterator[Resource]:
    for each in module.get("resources", []):
        if each["mode"] == "managed":
            yield Resource(
                address=each["address"],
                kind=each["type"],
                name=each["name"],
                key=str(each.get("index", "")),
                values=each["values"],
            )
    for child in module.get("child_modules", []):
        yield from _resources(child)


def first(values: Mapping[str, Any], *path: str) -> Any:
    """A value inside nested blocks, each of which is a list of one; None when there is none."""
    here: Any = values
    for name in path:
        here = here[0] if isinstance(here, list) and here else here
        here = here.get(name) if isinstance(here, Mapping) else None
    return here
