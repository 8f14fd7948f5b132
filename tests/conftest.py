"""What every test runs under: what must be there (TIPOFF_REQUIRE) and no way off this machine.

A test that needs something of the machine skips with a reason that begins `needs NAME`:

    if which("terraform") is None:
        pytest.skip("needs terraform: not on the PATH")

TIPOFF_REQUIRE names, with commas, the things whose absence is a failure: such a skip then
fails. The sockets are pytest-socket's (pyproject.toml): loopback and Unix sockets only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tests.fresh import new_seed

if TYPE_CHECKING:
    from tests.cloud.emulators import Emulators

#: What a test may need of a machine, by the name that its skip and TIPOFF_REQUIRE use.
NEEDS = {
    "git": "a git checkout, to know which files are the project's",
    "terraform": "the terraform binary, and TF_CHECK: the program that checks terraform/ with it",
    "chromium": "Debian's chromium, and playwright of requirements/dev.in to drive it",
    "emulators": "local stand-ins for BigQuery, Pub/Sub and Cloud Storage",
    "packages": "a package registry, to make a virtual environment from a function's pins",
    "samples": "recorded samples of the sources' answers, kept outside this repository",
}

# What a shell or a CI says of colours, widths, proxies and owners is not what is tested; what the
# tests begin hears the same.
for _name in ("CLICOLOR_FORCE", "COLUMNS", "FORCE_COLOR", "PY_COLORS", "TTY_COMPATIBLE"):
    os.environ.pop(_name, None)
_direct = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(
    filter(None, (_direct, "127.0.0.1,localhost,::1"))
)
# git refuses to look into a checkout of another user, which a container's often is.
os.environ |= {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
}

# Everywhere what hypothesis does under CI: a machine that stands still for a moment is no fault of
# an example, and none is kept. But CI, too, takes its examples from the commit's seed (below), not
# from the text of the test.
hypothesis.settings.register_profile(
    "tipoff", hypothesis.settings.get_profile("ci"), derandomize=False
)
hypothesis.settings.load_profile("tipoff")

_REQUIRED = pytest.StashKey[frozenset[str]]()


def required_names(text: str) -> frozenset[str]:
    """The names in a TIPOFF_REQUIRE text; one that is not in NEEDS is refused."""
    names = frozenset(text.replace(",", " ").split())
    if unknown := sorted(names - NEEDS.keys()):
        message = f"TIPOFF_REQUIRE: found {unknown}, allowed: {', '.join(NEEDS)}"
        raise pytest.UsageError(message)
    return names


def missing_need(reason: str, required: frozenset[str]) -> str | None:
    """The required name that a skip's reason gives, or None when the skip may stand."""
    needed = re.match(r"(?:Skipped: )?needs (\w+)", reason)
    return needed[1] if needed and needed[1] in required else None


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    # Before the two plugins, where they are, draw seeds of their own: what fails here fails for all
    # who run this commit, and the next one brings another order and other examples.
    told = vars(config.option)
    if told.get("randomly_seed") == "default":
        config.option.randomly_seed = new_seed()
    if told.get("hypothesis_seed", "") is None:
        config.option.hypothesis_seed = str(new_seed())
    config.stash[_REQUIRED] = required_names(os.environ.get("TIPOFF_REQUIRE", ""))


def _refuse_skip(config: pytest.Config, report: Any) -> None:
    if not report.skipped or hasattr(report, "wasxfail") or not isinstance(report.longrepr, tuple):
        return
    if name := missing_need(str(report.longrepr[2]), config.stash[_REQUIRED]):
        report.outcome = "failed"
        report.longrepr = f"TIPOFF_REQUIRE says [{name}] must be here: {report.longrepr[2]}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(item.config, report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(collector.config, report)
    return report


#: The one secret that the emulated cloud's Secret Manager has.
SECRETS = {"odds-api-key": "k-123"}


@pytest.fixture(scope="session")
def emulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulators]:
    """The emulated cloud, one set a test process; every test takes a project of its own."""
    from tests.cloud.emulators import missing, started

    if (why := missing()) is not None:
        pytest.skip(f"needs emulators: {why}")
    with started(tmp_path_factory.mktemp("emulators"), SECRETS) as cloud:
        yield cloud
