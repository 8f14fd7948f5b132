"""A pytest plugin for runs in a mutated copy: what failed, and whose code was imported."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

#: Where the answer goes, and the project that must not be imported from.
REPORT = "TIPOFF_MUTANT_REPORT"
ORIGINAL = "TIPOFF_MUTANT_ORIGINAL"


class Seen:
    """The tests that failed, what could not be collected, how many ran."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.broken: list[str] = []
        self.ran = 0

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.ran += report.when == "call"
        if report.failed:
            self.failed.append(report.nodeid)

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken.append(report.nodeid)

    @pytest.hookimpl
    def pytest_sessionfinish(self) -> None:
        told = {
            "failed": self.failed,
            "broken": self.broken,
            "ran": self.ran,
            "foreign": foreign(Path(os.environ[ORIGINAL])),
        }
        Path(os.environ[REPORT]).write_text(json.dumps(told), encoding="utf-8")


def foreign(original: Path) -> list[str]:
    """The modules that came from the project itself and not from the copy of it."""
    paths = {
        name: Path(path)
        for name, module in list(sys.modules.items())
        if isinstance(path := getattr(module, "__file__", None), str)
    }
    installed = Path(sys.prefix)
    return sorted(
        name
        for name, path in paths.items()
        if path.is_relative_to(original) and not path.is_relative_to(installed)
    )


def pytest_configure(config: pytest.Config) -> None:
    if REPORT in os.environ:
        config.pluginmanager.register(Seen(), "mutants-seen")
