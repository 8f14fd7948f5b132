"""Cold start of every packaged function: what an instance does before its first answer.

    python -m benchmarks.coldstart [--json] [--rounds N]

Each zip is unpacked and run by an interpreter that sees this environment's libraries and nothing
else of the project. `framework` is the import of functions-framework, `main` that of the
function's own main.py after it (medians, compiled files warm); `ready` is from the start of a
functions-framework process to its first HTTP answer, `first` its first delivery, which builds the
world of the cloud; memory is the proportional set size of the server and its worker after that.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from tipoff.packaging import functions, package

ROUNDS = 5
#: Seconds that an import may take.
GOAL = 0.5

#: What is heavy, and must not be loaded by those who do not use it.
HEAVY = (
    "google.cloud.bigquery",
    "google.cloud.pubsub_v1",
    "google.cloud.storage",
    "google.cloud.secretmanager",
    "grpc",
    "httpx",
    "pdfplumber",
    "duckdb",
)
PATH = f"import sys; sys.path += [{sysconfig.get_path('purelib')!r}, '.']\n"
IMPORT = f"""{PATH}
import json, time
began = time.perf_counter()
import functions_framework
framed = time.perf_counter()
import main
ended = time.perf_counter()
heavy = [name for name in {HEAVY!r} if name in sys.modules]
print(json.dumps({{"framework": framed - began, "main": ended - framed, "heavy": heavy}}))
"""
SERVE = f"{PATH}from functions_framework._cli import _cli; _cli()"


def imported(folder: Path, rounds: int) -> dict[str, Any]:
    """Import times in seconds, and what of the heavy libraries they load."""
    command = (sys.executable, "-I", "-S", "-c", IMPORT)
    # The first one compiles.
    found = [_import(command, folder) for _ in range(rounds + 1)][1:]
    times = {key: statistics.median(each[key] for each in found) for key in ("framework", "main")}
    traced = (sys.executable, "-I", "-S", "-X", "importtime", "-c", IMPORT)
    done = subprocess.run(traced, cwd=folder, capture_output=True, text=True, check=True)
    return {**times, "heavy": found[0]["heavy"], "costliest": costliest(done.stderr)}


def _import(command: tuple[str, ...], folder: Path) -> dict[str, Any]:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def costliest(importtime: str, many: int = 6) -> dict[str, float]:
    """Milliseconds inside each top-level package itself, of the `many` slowest."""
    spent: Counter[str] = Counter()
    for own, name in re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)", importtime):
        spent[name.partition(".")[0]] += int(own)
    return {name: round(us / 1000, 1) for name, us in spent.most_common(many)}


def served(folder: Path, function: str) -> dict[str, Any]:
    """Seconds until it answers, of its first delivery, and MiB afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "FUNCTION_TARGET": function,
        "FUNCTION_SIGNATURE_TYPE": "http" if function == "status" else "cloudevent",
        "GOOGLE_CLOUD_PROJECT": "p",
        "TIPOFF_STATE_BUCKET": "state",
        "TIPOFF_RAW_BUCKET": "raw",
    }
    began = time.perf_counter()
    command = (sys.executable, "-I", "-S", "-c", SERVE)
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            _until_answered(url, process)
            ready = time.perf_counter() - began
            began = time.perf_counter()
            _deliver(url, function)
            first = time.perf_counter() - began
            memory = sum(_memory(pid) for pid in (process.pid, *_children(process.pid)))
        except Exception:
            log.seek(0)
            sys.stderr.write(log.read().decode())
            raise
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    return {"ready": ready, "first": first, "memory_mib": round(memory / 1024, 1)}


def _until_answered(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.perf_counter() + 30
    while time.perf_counter() < end and process.poll() is None:
        try:
            httpx.head(url)
        except httpx.TransportError:
            time.sleep(0.005)
        else:
            return
    raise RuntimeError(f"no answer from {url}")


def _deliver(url: str, function: str) -> None:
    """A delivery that is refused and acked: no port is asked, but the world is there."""
    if function == "status":
        answer = httpx.get(f"{url}/health")
    else:
        data = base64.b64encode(b"not JSON").decode()
        push = {"message": {"data": data, "messageId": "m1"}, "subscription": "s"}
        answer = httpx.post(f"{url}/projects/p/topics/t", json=push, timeout=30)
    answer.raise_for_status()


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _memory(pid: int) -> int:
    """Proportional set size in KiB: pages that are shared count in parts."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    assert found is not None
    return int(found[1])


def measure(rounds: int) -> dict[str, dict[str, Any]]:
    """Every function's figures, by name."""
    found = {}
    with tempfile.TemporaryDirectory() as temporary:
        for function in functions():
            written = package(function, Path(temporary))
            folder = Path(temporary) / function
            with zipfile.ZipFile(written.path) as archive:
                archive.extractall(folder)
            figures = imported(folder, rounds) | served(folder, function)
            total = figures["framework"] + figures["main"]
            found[function] = {
                "zip_bytes": written.size,
                "import": total,
                "within_goal": total < GOAL,
                **figures,
            }
    return found


def main() -> None:
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("--json", action="store_true")
    reader.add_argument("--rounds", type=int, default=ROUNDS)
    asked = reader.parse_args()
    found = measure(asked.rounds)
    if asked.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{'function':16} framework   main  import  ready  first  memory  heavy at start")
    for name, each in found.items():
        print(
            f"{name:16} {each['framework']:8.3f}s {each['main']:5.3f}s {each['import']:6.3f}s"
            f" {each['ready']:5.2f}s {each['first']:5.2f}s {each['memory_mib']:4.0f}MiB"
            f"  {', '.join(each['heavy']) or '-'}"
        )
        slowest = ", ".join(f"{key} {ms:g}" for key, ms in each["costliest"].items())
        print(f"{'':16} own ms of the costliest: {slowest}")
    late = [name for name, each in found.items() if not each["within_goal"]]
    print(f"import under {GOAL} s: {'all' if not late else 'all but ' + ', '.join(late)}")


if __name__ == "__main__":
    main()
