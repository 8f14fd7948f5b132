"""The emulated cloud itself: it starts clean, it is watched, and nothing of it is left behind."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cloud.emulators import HERE, Emulator, EmulatorFailed
from tests.ports import free_ports

#: A server: says on which port it listens, and waits.
SERVER = (
    "import socket,sys,time; s=socket.create_server(('127.0.0.1',int(sys.argv[1]))); time.sleep(99)"
)


def server(port: int, log: Path) -> Emulator:
    return Emulator("secret_manager", port, [sys.executable, "-c", SERVER, str(port)], log)


def free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_port_that_somebody_else_answers_on_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = int(other.getsockname()[1])
        with pytest.raises(EmulatorFailed, match=f"port {port} is taken"):
            server(port, tmp_path / "log").launch()


def test_a_server_that_ends_at_once_is_told_with_its_log(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    broken = Emulator(
        "broken",
        port,
        [sys.executable, "-c", "raise SystemExit('no such thing')"],
        tmp_path / "log",
    )
    broken.launch()
    with pytest.raises(EmulatorFailed, match="no such thing"):
        broken.wait_ready()
    broken.stop()


def test_a_stopped_server_is_gone_and_a_restarted_one_has_its_port(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    running = server(port, tmp_path / "log")
    running.launch()
    running.wait_ready()
    running.restart()
    running.check()
    assert not free(port)
    running.stop()
    assert free(port)
    with pytest.raises(EmulatorFailed, match="not running"):
        running.check()


def test_a_server_ends_with_the_test_run_that_started_it(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    command = [sys.executable, str(HERE / "leash.py"), sys.executable, "-c", SERVER, str(port)]
    # As a killed test run leaves it: nobody stops it, the pipe's other end is only gone.
    leash = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    assert leash.stdin is not None
    leash.stdin.close()
    assert leash.wait(20) == 0
    assert free(port)


def test_ports_are_free_and_different() -> None:
    ports = free_ports(8)
    assert len(set(ports)) == 8
    assert all(free(port) for port in ports)
