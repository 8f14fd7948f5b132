"""The status function without a browser: paths, refusals, headers, and the shape of its JSON."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import functions_framework
import pytest
from flask.testing import FlaskClient

from shared.core.alerts import Alert
from shared.core.report.day import DayReport
from shared.core.report.lines import (
    DatasetLine,
    Event,
    GameLine,
    Healed,
    SlotLine,
    SourceLine,
)
from shared.wiring import installed
from shared.world import NoLedger
from sim.clock import ManualClock
from tests.core.made import at
from tests.functions.worlds import Here

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "status-page.md").read_text("utf-8")


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    source = str(ROOT / "functions" / "status" / "main.py")
    app = functions_framework.create_app("status", source)  # type: ignore[no-untyped-call]
    found: FlaskClient = app.test_client()
    return found


@pytest.fixture
def here() -> Any:
    made = Here(ManualClock(at("05:00")))
    with installed(made.world):
        yield made


def test_a_new_installation_shows_that_nothing_ran(client: FlaskClient, here: Here) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    text = answer.get_data(as_text=True)
    assert "nothing_ran" in text
    assert "No plan was locked for this day." in text


def test_what_comes_from_rows_is_escaped(client: FlaskClient, here: Here) -> None:
    hostile = '</script><script>alert("x")</script>'
    row = {"decision_id": "d", "decision_time": "2025-11-12T09:00:00+00:00", "action": "ABORT"}
    row |= {"workflow_name": "w", "slot_id": "s", "reason": hostile, "reason_code": "missed"}
    row |= {
        "target_date": "2025-11-12",
        "alert_level": "WARNING",
        "created_at": row["decision_time"],
    }
    here.journal.append("workflow_decisions", [("d", row)])
    text = client.get("/?date=2025-11-12").get_data(as_text=True)
    assert "missed: &lt;/script&gt;&lt;script&gt;alert(&#34;x&#34;)" in text
    assert text.count("<script") == 1
    told = client.get("/api/day/2025-11-12").get_json()
    assert told["events"][0]["message"] == f"ABORT, missed: {hostile}"


@pytest.mark.parametrize("text", ["today", "2025-13-01", "20251112", "2025-W46-3", "1900-01-01"])
@pytest.mark.parametrize("path", ["/?date={}", "/api/day/{}"])
def test_a_date_that_is_none_is_refused(
    client: FlaskClient, here: Here, path: str, text: str
) -> None:
    answer = client.get(path.format(text))
    assert answer.status_code == 400
    assert answer.get_json()["error"].startswith(f"date: found [{text}], allowed: ")


def test_only_reading_is_allowed(client: FlaskClient, here: Here) -> None:
    for method in ("post", "put", "delete", "patch"):
        answer = getattr(client, method)("/")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert client.head("/").status_code == 200


def test_an_unknown_path_names_those_there_are(client: FlaskClient, here: Here) -> None:
    answer = client.get("/admin")
    assert answer.status_code == 404
    assert "/health" in answer.get_json()["paths"]


def test_what_cannot_be_read_is_said_and_never_shown_as_nothing(
    client: FlaskClient, here: Here
) -> None:
    with installed(replace(here.world, ledger=NoLedger())):
        for path in ("/", "/api/day/2025-11-12"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
            assert "this world has no ledger" in answer.get_json()["error"]
        assert client.get("/health").status_code == 200


def test_nothing_is_kept_framed_or_fetched_from_elsewhere(client: FlaskClient, here: Here) -> None:
    for path in ("/", "/health", "/api/day/2025-11-12", "/nothing"):
        headers = client.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert policy.endswith("frame-ancestors 'none'")
        assert "unsafe" not in policy


def test_answers_are_packed_for_those_who_can_unpack(client: FlaskClient, here: Here) -> None:
    plain = client.get("/?date=2025-11-12")
    packed = client.get("/?date=2025-11-12", headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data


def shape(kind: type) -> list[str]:
    return [field.name for field in fields(kind)]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("The day", DayReport),
        ("games", GameLine),
        ("slots", SlotLine),
        ("datasets", DatasetLine),
        ("sources", SourceLine),
        ("healed", Healed),
        ("events", Event),
        ("alerts", Alert),
    ],
)
def test_the_documented_shape_is_the_shape(heading: str, kind: type) -> None:
    section = re.split(rf"(?m)^### {heading}$", DOCUMENT)[1].split("\n### ")[0]
    rows = re.findall(r"(?m)^\| `(\w+)` \|", section)
    assert rows == (["v", *shape(kind)] if kind is DayReport else shape(kind))


def test_a_day_as_json_has_the_documented_keys(client: FlaskClient, here: Here) -> None:
    told = json.loads(client.get("/api/day/2025-11-12").data)
    assert list(told) == ["v", *shape(DayReport)]
    assert told["v"] == 1
    assert told["date"] == date(2025, 11, 12).isoformat()
    assert [list(alert) for alert in told["alerts"]] == [shape(Alert)]
