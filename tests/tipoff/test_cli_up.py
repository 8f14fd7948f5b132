"""`tipoff up` as a process of its own: start, work beside it, stop, go on, and its refusals."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from shared.config import load_config
from shared.settings import Settings
from tests.tipoff.cli_run import CONFIG, store_in, tipoff
from tipoff.commands.seasons import sample_season
from tipoff.commands.up import over
from tipoff.folder import SIMULATED_NOW, remembered_config

#: Seconds until a line must have come.
PATIENCE = 30.0


class Running:
    """The process, and its log lines as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: list[dict[str, Any]] = []
        self._came = threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def wait_for(self, **fields: Any) -> dict[str, Any]:
        """The first line with these fields, which may have come already."""

        def found() -> dict[str, Any] | None:
            fits = (x for x in self._lines if all(x.get(k) == v for k, v in fields.items()))
            return next(fits, None)

        with self._came:
            line = self._came.wait_for(found, timeout=PATIENCE)
        assert line is not None, f"no line with {fields} in {self._lines}"
        return line

    def _read(self) -> None:
        assert self.process.stdout is not None
        for text in self.process.stdout:
            if not text.endswith("\n"):
                return  # it was killed in the midst of a line
            with self._came:
                self._lines.append(json.loads(text))
                self._came.notify_all()


@contextmanager
def up(folder: Path, *more: str) -> Iterator[Running]:
    args = [sys.executable, "-m", "tipoff", "up", "--json", "--data", str(folder), *more]
    with subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as it:
        running = Running(it)
        try:
            yield running
        finally:
            if it.poll() is None:
                it.kill()
            running.reader.join(PATIENCE)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_locks_decides_serves_stops_and_goes_on(number: signal.Signals, tmp_path: Path) -> None:
    with up(tmp_path) as first:
        assert "simulated sources" in first.wait_for(action="up")["message"]
        first.wait_for(action="lock")
        first.wait_for(action="decide")
        second = tipoff("up", "--data", tmp_path)
        assert second.code == 2
        assert f"held by tipoff up (process {first.process.pid})" in second.err
        asked = tipoff("scrape", "bdl-standings", "--data", tmp_path, "--json").json
        run = first.wait_for(action="scrape", execution_id=f"manual.{asked['message_id']}")
        assert run["run_id"].startswith(f"manual.{asked['message_id']}.bdl_standings.")
        assert tipoff("status", "--data", tmp_path, "--json").json["running"] is True
        os.kill(first.process.pid, number)
        assert first.process.wait(PATIENCE) == 0
        assert first.process.stderr is not None
        assert first.process.stderr.read() == ""
    assert tipoff("status", "--data", tmp_path, "--json").json["running"] is False
    locks = "SELECT count(*) FROM messages WHERE topic = 'schedule-lock'"
    with up(tmp_path) as again:
        again.wait_for(action="up")
        again.process.send_signal(number)
        assert again.process.wait(PATIENCE) == 0
    # The lock was taken at the first start: the second goes on and does not take it again.
    assert store_in(tmp_path).read(locks) == [(1,)]


def test_its_address_shows_the_day(tmp_path: Path) -> None:
    with up(tmp_path) as first:
        url = first.wait_for(action="up")["url"]
        first.wait_for(action="lock")
        with urlopen(f"{url}/", timeout=PATIENCE) as answer:
            text = answer.read().decode()
        with urlopen(f"{url}/api/day/2025-11-12", timeout=PATIENCE) as answer:
            told = json.load(answer)
    assert "<title>Tipoff: game day" in text
    assert told["date"] == "2025-11-12"


def test_a_killed_process_lets_the_folder_go(tmp_path: Path) -> None:
    with up(tmp_path) as first:
        first.wait_for(action="up")
        first.process.kill()
        first.process.wait(PATIENCE)
    with up(tmp_path) as again:
        again.wait_for(action="up")


def test_its_folder_remembers_the_configuration(tmp_path: Path) -> None:
    config = shutil.copytree(CONFIG, tmp_path / "config")
    with up(tmp_path / "data", "--config", str(config)) as first:
        assert f"configuration {config}" in first.wait_for(action="up")["message"]
    assert remembered_config(tmp_path / "data") == config
    with up(tmp_path / "data") as again:
        assert f"configuration {config}" in again.wait_for(action="up")["message"]


def test_a_folder_of_simulated_days_is_refused(tmp_path: Path) -> None:
    store_in(tmp_path).set_fact(SIMULATED_NOW, "2025-11-13T10:05:00+00:00")
    said = tipoff("up", "--data", tmp_path)
    assert said.code == 2
    assert "found [a simulated day in it], allowed: a folder of its own" in said.err


@pytest.mark.parametrize(
    ("now", "told"),
    [
        # 23:59 ET of the last day with games, and 05:00 ET of the next, where that day ends.
        ("2026-04-13T03:59:00+00:00", ""),
        ("2026-04-13T09:00:00+00:00", " (its games ended on 2026-04-12: "),
    ],
)
def test_a_schedule_that_is_over_is_told_as_such_at_the_start(now: str, told: str) -> None:
    season = sample_season(Settings(), load_config(CONFIG))
    said = over(season, datetime.fromisoformat(now))
    assert (said == "") == (told == "")
    assert said.startswith(told)


def test_a_port_that_is_taken_is_refused(tmp_path: Path) -> None:
    with up(tmp_path / "one") as first:
        port = first.wait_for(action="up")["url"].rpartition(":")[2]
        said = tipoff("up", "--data", tmp_path / "two", "--port", port)
    assert said.code == 2
    assert said.err.startswith(f"--port: found [{port}], allowed: a port that is free")
