"""Start and stop of the emulated cloud: four servers on loopback, each its own process.

Started before the test process makes its first gRPC client: children forked beside a live one
have died without a word.
"""

from __future__ import annotations

import functools
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_ports

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
#: Made by `make emulators`.
VENV = ROOT / ".venv-emulators"

#: Seconds: the Java emulator takes one or two, on a loaded machine many times that.
READY = 180.0
STOP = 60.0


class EmulatorFailed(Exception):
    """An emulator did not start, or ended while it was needed; the text has its log's end."""


@functools.cache
def pubsub_command() -> Path | None:
    """The official Pub/Sub emulator of the gcloud SDK, or None."""
    if shutil.which("gcloud") is None:
        return None
    told = subprocess.run(
        ["gcloud", "info", "--format=value(installation.sdk_root)"],
        capture_output=True,
        text=True,
        check=False,
        timeout=READY,
    )
    found = Path(told.stdout.strip()) / "platform/pubsub-emulator/bin/cloud-pubsub-emulator"
    return found if told.returncode == 0 and found.is_file() else None


@functools.cache
def missing() -> str | None:
    """What stands between this machine and the emulated cloud, or None."""
    if shutil.which("java") is None:
        return "java is not on the PATH"
    if not (VENV / ".installed").is_file():
        return "no .venv-emulators: make emulators"
    if pubsub_command() is None:
        return "the gcloud SDK has no Pub/Sub emulator"
    return None


class Emulator:
    """One server process, on a port of its own, its log in a file."""

    def __init__(self, name: str, port: int, command: Sequence[str], log: Path) -> None:
        self.name = name
        self.port = port
        self.log = log
        self._command = [sys.executable, str(HERE / "leash.py"), *command]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self.port}"

    def launch(self) -> None:
        """Start the process; EmulatorFailed when somebody else answers on its port."""
        if _listens(self.port):
            raise EmulatorFailed(f"{self.name}: port {self.port} is taken")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.log.parent,
            )

    def wait_ready(self) -> None:
        """Wait until it answers; EmulatorFailed when it ends first or takes too long."""
        until = time.monotonic() + READY
        while not _listens(self.port):
            self.check()
            if time.monotonic() > until:
                raise EmulatorFailed(f"{self.name}: not ready in {READY:.0f} s\n{self._tail()}")
            time.sleep(0.02)
        # Listening is not yet serving: the first answer is.
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=READY)
        try:
            if self.name != "secret_manager":  # gRPC alone
                connection.request("GET", "/")
                connection.getresponse().read()
        finally:
            connection.close()
        self.check()

    def check(self) -> None:
        """EmulatorFailed when the process is not running."""
        if self._process is None or self._process.poll() is not None:
            raise EmulatorFailed(f"{self.name} is not running\n{self._tail()}")

    def stop(self) -> None:
        """Let go of the leash and wait until the process is gone."""
        if self._process is None:
            return
        process, self._process = self._process, None
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(STOP)
        except subprocess.TimeoutExpired:
            # The leash and what it holds: it was started as a group of its own.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(STOP)

    def restart(self) -> None:
        """Stop it and start it again on its port, empty."""
        self.stop()
        self.launch()
        self.wait_ready()

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""


@dataclass(frozen=True, kw_only=True)
class Emulators:
    """The emulated cloud."""

    pubsub: Emulator
    storage: Emulator
    bigquery: Emulator
    secrets: Emulator

    @property
    def all(self) -> tuple[Emulator, ...]:
        """Every server."""
        return (self.pubsub, self.storage, self.bigquery, self.secrets)

    @property
    def environment(self) -> Mapping[str, str]:
        """What tells a process to use them."""
        return {
            "PUBSUB_EMULATOR_HOST": self.pubsub.address,
            "STORAGE_EMULATOR_HOST": f"http://{self.storage.address}",
            "BIGQUERY_EMULATOR_HOST": f"http://{self.bigquery.address}",
            "SECRET_MANAGER_EMULATOR_HOST": self.secrets.address,
        }

    def check(self) -> None:
        """EmulatorFailed when one of them has ended."""
        for emulator in self.all:
            emulator.check()


@contextmanager
def started(folder: Path, secrets: Mapping[str, str]) -> Iterator[Emulators]:
    """The emulated cloud, all four starting at once, logs in `folder`; ended on the way out."""
    python = str(VENV / "bin/python")
    ports = free_ports(4)
    commands = {
        "pubsub": [str(pubsub_command()), "--host=127.0.0.1", f"--port={ports[0]}"],
        "storage": [python, str(HERE / "storage_emulator.py"), str(ports[1])],
        "bigquery": [python, str(HERE / "bigquery_emulator.py"), str(ports[2])],
        "secret_manager": [
            sys.executable,
            str(HERE / "secret_manager.py"),
            str(ports[3]),
            *(f"{name}={value}" for name, value in secrets.items()),
        ],
    }
    pubsub, storage, bigquery, secret_manager = (
        Emulator(name, port, command, folder / f"{name}.log")
        for (name, command), port in zip(commands.items(), ports, strict=True)
    )
    cloud = Emulators(pubsub=pubsub, storage=storage, bigquery=bigquery, secrets=secret_manager)
    with ExitStack() as stack:
        for emulator in cloud.all:
            stack.callback(emulator.stop)
            emulator.launch()
        for emulator in cloud.all:
            emulator.wait_ready()
        yield cloud


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0
