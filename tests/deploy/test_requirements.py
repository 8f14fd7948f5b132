"""requirements/: what a function asks for is enough, and no more than it uses."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.conftest import serve
from tests.deploy.test_package import NAMES, check_served
from tipoff.packaging import ROOT

PINS = ROOT / "requirements"

#: What makes Google's clients, by the file that brings each.
CLIENTS = {
    "gcp-storage.in": "storage",
    "gcp-bigquery.in": "bigquery",
    "gcp-pubsub.in": "publisher",
    "gcp-secretmanager.in": "secret_manager",
}
#: What pip says when a registry does not answer: nothing about the pins.
NO_ANSWER = re.compile(
    r"Max retries exceeded|ReadTimeoutError|Read timed out|Connection broken|HTTP error 5\d\d"
)
#: Makes a client that talks to nobody.
MADE = """
import sys
sys.path.append(".")
from shared.gcp import clients
from shared.settings import Settings
at = "127.0.0.1:9"
settings = Settings(
    project="p", storage_emulator="http://" + at, bigquery_emulator="http://" + at,
    pubsub_emulator=at, secrets_emulator=at,
)
for name in sys.argv[1:]:
    getattr(clients, name)(settings)
"""


def pinned(name: str) -> dict[str, str]:
    """Distribution and version of every pin in a file."""
    text = (PINS / f"{name}.txt").read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", text, re.MULTILINE))


def asked(name: str) -> list[str]:
    """The files that a function's own one brings."""
    return re.findall(r"^-r (\S+)", (PINS / f"{name}.in").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_only_the_scraper_brings_what_fetching_needs(name: str) -> None:
    fetching = {"httpx", "tenacity", "jmespath", "pdfplumber", "selectolax"}
    fetching |= {"google-cloud-secret-manager"}
    found = fetching & pinned(name).keys()
    assert found == (fetching if name == "scraper" else set())


@pytest.mark.parametrize("name", NAMES)
def test_only_those_who_publish_bring_pubsub(name: str) -> None:
    publishes = name in ("controller", "executor", "scraper", "cleanup")
    assert ("google-cloud-pubsub" in pinned(name)) is publishes


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skips where no package can be had."""
    wanted = f"functions-framework=={pinned('dev')['functions-framework']}"
    folder = str(tmp_path_factory.mktemp("probe"))
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, wanted]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip(f"needs packages: [{wanted}] cannot be downloaded")


@pytest.fixture
def own_python(tmp_path: Path) -> Iterator[str]:
    """The interpreter of a new virtual environment, which goes with the test: they are large."""
    folder = tmp_path / "venv"
    venv.create(folder, with_pip=True)
    yield str(folder / "bin" / "python")
    shutil.rmtree(folder)


@pytest.mark.soak
@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("name", NAMES)
def test_a_zip_runs_on_its_own_requirements_alone(
    unpacked: dict[str, Path], beside: Path, own_python: str, name: str
) -> None:
    """Its own virtual environment; what it imports is there, the project is not."""
    folder, python = unpacked[name], own_python
    pip = (python, "-m", "pip", "-q")
    run(*pip, "install", "--require-hashes", "-r", "requirements.txt", at=folder)
    run(*pip, "check", at=folder)
    check_served(serve(folder, name, beside, (python, "-I")), folder, name)
    clients = [CLIENTS[file] for file in asked(name) if file in CLIENTS]
    run(python, "-I", "-c", MADE, *clients, at=folder)


def run(*command: str, at: Path) -> None:
    done = subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)
    if done.returncode and NO_ANSWER.search(done.stderr):
        pytest.skip("needs packages: the registry stopped answering")
    assert done.returncode == 0, done.stdout + done.stderr
