"""The seven functions as they are deployed: each unpacked from its zip, each its own process.

A process sees its zip, the installed libraries and the variables it is given; nothing of this
checkout can stand in for what a zip lacks.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import sys
import sysconfig
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.settings import Settings, read_settings
from tests.cloud.emulators import HERE, Emulator, Emulators
from tests.ports import free_ports
from tipoff.packaging import functions, package

#: What the sources ask for; the simulated ones take anything.
KEYS = ("ODDS_API_KEY", "BDL_API_KEY", "BIGDATABALL_DRIVE_KEY")
SITE = sysconfig.get_path("purelib")
#: Where the sources are unless a test brings some: nobody answers, and no real one is asked.
NO_SOURCES = "http://127.0.0.1:9"
#: Deliveries at once in one process, as deployed.
THREADS = 16
#: Seconds of one posted delivery.
PATIENCE = 60.0

#: Without `site` (-S) no .pth file is read, so nothing that is installed editable is found.
START = """
import importlib.util, json, os, sys
os.chdir(sys.argv[1])
sys.path[:0] = [sys.argv[1]]
sys.path.append(sys.argv[2])
found = {name: importlib.util.find_spec(name) for name in ("shared", "tipoff", "local", "tests")}
print(json.dumps({n: s and s.origin for n, s in found.items()}), flush=True)
del sys.argv[1:3]
from functions_framework._cli import _cli
_cli()
"""

_projects = itertools.count()


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """Functions that run, and the project that they run in."""

    settings: Settings
    functions: Mapping[str, Emulator]
    folder: Path

    @property
    def project(self) -> str:
        """The project's id."""
        return str(self.settings.project)

    def log(self, name: str, since: int = 0) -> list[dict[str, Any]]:
        """What the function logged after byte `since`; lines that are no JSON are left out."""
        with self.functions[name].log.open("rb") as file:
            file.seek(since)
            lines = file.read().decode(errors="replace").splitlines()
        return [line for line in map(_parsed, lines) if "message" in line]

    def logged(self, name: str) -> int:
        """Bytes that the process has printed."""
        return self.functions[name].log.stat().st_size

    def lines(self, name: str) -> list[str]:
        """All that the process printed."""
        return self.functions[name].log.read_text("utf-8", errors="replace").splitlines()

    def origin(self, name: str) -> dict[str, str | None]:
        """Where the process found `shared`, and that it found nothing else of this checkout."""
        found: dict[str, str | None] = json.loads(self.lines(name)[0])
        return found

    def unpacked(self, name: str) -> Path:
        """The folder of the function's zip."""
        return self.folder / name

    def check(self) -> None:
        """EmulatorFailed when a function's process has ended."""
        for function in self.functions.values():
            function.check()

    def post(
        self,
        name: str,
        body: bytes,
        *,
        topic: str,
        headers: Mapping[str, str] | None = None,
    ) -> int:
        """Status of one delivery, posted as Pub/Sub pushes it."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.functions[name].port, timeout=PATIENCE
        )
        try:
            told = {"Content-Type": "application/json", **(headers or {})}
            connection.request("POST", f"/projects/{self.project}/topics/{topic}", body, told)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()


@contextmanager
def deployed(
    cloud: Emulators,
    folder: Path,
    *,
    names: Sequence[str] | None = None,
    env: Mapping[str, str] | None = None,
    beside: Mapping[str, bytes] | None = None,
) -> Iterator[Deployment]:
    """The functions `names` (default: all), ready, in a project of their own; ended at the end.

    `env` is given to them beside what every function has; `beside` are files that are put into
    each unpacked folder, for a measurement that brings a world of its own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = functions() if names is None else names
    project = f"tipoff-{os.getpid()}-{next(_projects)}"
    secrets_port, *ports = free_ports(1 + len(names))
    secrets = _secrets(secrets_port, folder)
    variables = {
        **cloud.environment,
        "SECRET_MANAGER_EMULATOR_HOST": secrets.address,
        "GOOGLE_CLOUD_PROJECT": project,
        "TIPOFF_ENVIRONMENT": "test",
        "TIPOFF_SIMULATED_TIME": "1",
        "TIPOFF_SOURCES_URL": NO_SOURCES,
        "THREADS": str(THREADS),
        **(env or {}),
    }
    running = {
        name: _function(name, port, folder, variables)
        for name, port in zip(names, ports, strict=True)
    }
    for name, (path, body) in itertools.product(names, (beside or {}).items()):
        (folder / name / path).parent.mkdir(exist_ok=True)
        (folder / name / path).write_bytes(body)
    with ExitStack() as stack:
        # All end at once: each takes its second.
        stack.callback(_stop, [secrets, *running.values()])
        for each in (secrets, *running.values()):
            each.launch()
        for each in (secrets, *running.values()):
            each.wait_ready()
        yield Deployment(settings=read_settings(variables), functions=running, folder=folder)


def _stop(servers: Sequence[Emulator]) -> None:
    with ThreadPoolExecutor(len(servers)) as pool:
        list(pool.map(Emulator.stop, servers))


def _function(name: str, port: int, folder: Path, variables: Mapping[str, str]) -> Emulator:
    unpacked = folder / name
    with zipfile.ZipFile(package(name, folder / "zips").path) as archive:
        archive.extractall(unpacked)
    given = {"PATH": os.environ["PATH"], "HOME": str(folder), **variables}
    command = [
        *("env", "-i", *(f"{key}={value}" for key, value in given.items())),
        *(sys.executable, "-I", "-S", "-c", START, str(unpacked), SITE),
        *(f"--target={name}", "--host=127.0.0.1", f"--port={port}"),
    ]
    return Emulator(name, port, command, folder / f"{name}.log")


def _secrets(port: int, folder: Path) -> Emulator:
    script = str(HERE / "secret_manager.py")
    told = [f"{key}=simulated" for key in KEYS]
    command = [sys.executable, script, str(port), *told]
    return Emulator("secret_manager", port, command, folder / "secret_manager.log")


def _parsed(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
