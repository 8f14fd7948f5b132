"""Serves one unpacked function to itself, once, and tells what happened as a line of JSON.

    python -I [-S] served.py FUNCTION BESIDE [SITE]

Run in the unpacked folder. BESIDE holds the stub world; SITE is a folder of libraries for an
interpreter that was started without its own (-S): so nothing that is installed editable, this
project above all, can stand in for what the zip lacks.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CLOUD_EVENT = {
    "ce-id": "m1",
    "ce-source": "//pubsub.googleapis.com/projects/p/topics/controller-tick",
    "ce-specversion": "1.0",
    "ce-type": "google.cloud.pubsub.topic.v1.messagePublished",
}
#: What nobody needs to start; httpx is the scraper's.
HEAVY = (
    "google.cloud.bigquery",
    "google.cloud.pubsub_v1",
    "google.cloud.secretmanager",
    "google.cloud.storage",
    "grpc",
    "requests",
    "pdfplumber",
    "duckdb",
    "httpx",
)
#: `not JSON`, and `{}`: a tick for those who are woken by ticks.
MALFORMED, EMPTY = "bm90IEpTT04=", "e30="


def post(client: Any, data: str) -> tuple[int, list[str]]:
    """Status of a delivery with this data, and the lines it printed."""
    message = {"messageId": "m1", "publishTime": "2025-11-12T10:00:00Z", "data": data}
    with printed() as lines:
        answer = client.post("/", json={"message": message}, headers=CLOUD_EVENT)
    return answer.status_code, lines


@contextlib.contextmanager
def printed() -> Iterator[list[str]]:
    lines: list[str] = []
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield lines
    lines += (out.getvalue() + err.getvalue()).splitlines()


def main(function: str, beside: str, *site: str) -> None:
    sys.path += [beside, *site]
    framework = importlib.import_module("functions_framework")
    client = framework.create_app(target=function).test_client()
    told: dict[str, Any] = {
        "foreign": [
            name
            for name in ("tipoff", "local", "sim", "tests", "functions")
            if importlib.util.find_spec(name) is not None
        ],
        "shared": str(Path(importlib.import_module("shared").__file__ or "").parent),
        "heavy": [name for name in HEAVY if name in sys.modules],
    }
    if function == "status":
        answer = client.get("/health")
        told |= {"status": answer.status_code, "body": json.loads(answer.data)}
        page = client.get("/?date=2025-11-12")
        told |= {"page": page.status_code, "title": b"<title>Tipoff: game day" in page.data}
    else:
        told["malformed"], told["refusal"] = post(client, MALFORMED)
        told["empty"], told["lines"] = post(client, EMPTY)
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
