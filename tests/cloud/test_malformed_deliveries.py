"""What is malformed, posted to each function's process as Pub/Sub pushes it.

Nothing here is retried for ever: what can never be right is acked (2xx) and logged once, and
what the framework itself refuses (4xx) is given up by the subscription after its attempts. No
process dies of it: each answers afterwards.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from shared.core.days import iso
from shared.core.messages import Tick
from shared.messages import NOW, message
from shared.planning import adopt_schedule
from tests.cloud.emulators import Emulators
from tests.cloud.evening import the_day
from tests.cloud.functions import Deployment, deployed
from tests.cloud.project import Project, furnished

#: A topic of each function that is called by messages.
TOPICS = {
    "schedule_locker": "schedule-lock",
    "controller": "controller-tick",
    "executor": "run-decisions",
    "scraper": "scrape-odds-api",
    "loader": "files-ready",
    "cleanup": "cleanup-tick",
}
TICKED = ("schedule_locker", "controller", "cleanup")
DAY = the_day()
#: The simulated instant of every delivery.
AT = DAY.start


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a delivery came to: its status, and the `action` of each line that it logged."""

    status: int
    actions: list[str]
    messages: list[str]


#: What was delivered, by function: status and what was logged, shown with -s.
Table = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    found: Table = {}
    yield found
    print(f"\n{'delivery':<38}" + "".join(f"{name:>18}" for name in TOPICS))  # noqa: T201
    for what, told in found.items():
        print(f"{what:<38}" + "".join(f"{told.get(n, ''):>18}" for n in TOPICS))  # noqa: T201


def noted(table: Table, what: str, name: str, answered: Answered) -> Answered:
    told = f"{answered.status} {','.join(answered.actions) or '-'}"
    table.setdefault(what, {})[name] = told
    return answered


@pytest.fixture(scope="module")
def project(emulators: Emulators, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("functions")
    # Nothing is pushed: every line of a function's log is of the delivery that a test posted.
    with deployed(emulators, folder) as running, furnished(running, pushes=False) as made:
        with made.world.clock.at(AT):
            adopt_schedule(made.world, DAY.calendar, origin="import")
        yield made


def push(data: Any, message_id: str = "m1", **more: Any) -> bytes:
    """The body of a push; `data` is sent as it is, or left out when it is None."""
    found = {"messageId": message_id, "publishTime": iso(AT), "attributes": {NOW: iso(AT)}}
    found |= {"data": data} if data is not None else {}
    return json.dumps(
        {"message": found | more, "subscription": "projects/p/subscriptions/s"}
    ).encode()


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def deliver(deployment: Deployment, name: str, body: bytes) -> Answered:
    seen = deployment.logged(name)
    status = deployment.post(name, body, topic=TOPICS[name])
    log = deployment.log(name, seen)
    return Answered(
        status=status,
        actions=[line.get("action", "") for line in log],
        messages=[line["message"] for line in log],
    )


FAR = {"past": "1925-11-12T10:00:00+00:00", "future": "2125-11-12T10:00:00+00:00"}
UNKNOWN = {"kind": "run-request", "workflow": "no_such_workflow"}

#: (what, body).
REFUSED = [
    ("not base64", push("%%%")),
    ("base64 without padding", push("e30")),
    ("not UTF-8", push(base64.b64encode(b"\xff\xfe").decode())),
    ("data a number", push(7)),
    ("not JSON", push(encoded("not JSON"))),
    ("a list", push(encoded("[]"))),
    ("a million brackets", push(encoded("[" * 1_000_000))),
    ("wrong types", push(encoded('{"kind": 7, "v": "one"}'))),
    ("attributes a list", push(encoded("{}"), attributes=["a"])),
    ("unknown kind", push(encoded('{"kind": "of-tomorrow"}'))),
    ("a newer version", push(encoded('{"v": 2}'))),
    ("unknown keys", push(encoded('{"kind": "tick", "colour": "red"}'))),
    ("1 MB of text", push(encoded("x" * 1_000_000))),
    ("1 MB in a key", push(encoded(json.dumps({"kind": "tick", "x": "y" * 1_000_000})))),
    ("no publish time that is one", push(encoded("{}"), publishTime="yesterday")),
    ("a simulated instant that is none", push(encoded("{}"), attributes={NOW: "noon"})),
]


@pytest.mark.parametrize("name", TOPICS)
@pytest.mark.parametrize(("what", "body"), REFUSED, ids=[what for what, _ in REFUSED])
def test_what_can_never_be_right_is_acked_and_logged_once(
    project: Project, table: Table, name: str, what: str, body: bytes
) -> None:
    answered = noted(table, what, name, deliver(project.deployment, name, body))
    assert answered.status == 200
    assert answered.actions == ["refuse"]
    assert len(answered.messages[0]) < 2_000


@pytest.mark.parametrize("name", TOPICS)
@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("empty body", b""),
        ("body not JSON", b"not JSON"),
        ("no message", b"{}"),
        ("body a list", b"[]"),
        ("message null", b'{"message": null}'),
        ("no data", push(None)),
    ],
)
def test_what_the_framework_refuses_never_reaches_the_function(
    project: Project, table: Table, name: str, what: str, body: bytes
) -> None:
    answered = noted(table, what, name, deliver(project.deployment, name, body))
    assert (answered.status, answered.actions) == (400, [])


@pytest.mark.parametrize("name", TICKED)
@pytest.mark.parametrize("when", FAR)
def test_a_tick_far_in_the_past_or_future_is_acked_and_changes_nothing(
    project: Project, table: Table, name: str, when: str
) -> None:
    body = push(encoded(json.dumps({"at": FAR[when]})))
    before = project.world.state.list("")
    answered = noted(table, f"a tick of the {when}", name, deliver(project.deployment, name, body))
    assert (answered.status, answered.actions) == (200, ["refuse"])
    assert project.world.state.list("") == before


@pytest.mark.parametrize("name", TOPICS)
def test_an_unknown_workflow_is_acked_and_logged(project: Project, table: Table, name: str) -> None:
    body = push(encoded(json.dumps(UNKNOWN)))
    answered = noted(table, "unknown workflow", name, deliver(project.deployment, name, body))
    assert (answered.status, answered.actions) == (200, ["refuse"])
    assert ("no_such_workflow" in answered.messages[0]) is (name == "executor")


@pytest.mark.parametrize("name", TICKED)
def test_duplicate_ids_are_one_tick(project: Project, table: Table, name: str) -> None:
    at = AT + timedelta(minutes=5)
    body = message(TOPICS[name], Tick(at=at)).body
    first, again = (
        deliver(project.deployment, name, push(encoded(body), "same", attributes={NOW: iso(at)}))
        for _ in range(2)
    )
    noted(table, "duplicate id: second", name, again)
    assert (first.status, again.status) == (200, 200)
    assert "refuse" not in first.actions + again.actions
    assert set(again.actions) <= {"repeat", "lock"}
    rows, key = {
        "schedule_locker": ("daily_expected_schedule", "slot_id"),
        "controller": ("workflow_decisions", "decision_id"),
        "cleanup": ("cleanup_operations", "cleanup_id"),
    }[name]
    ids = [row[key] for row in project.rows(rows)]
    assert len(ids) == len(set(ids)) > 0


def test_every_process_ran_what_its_zip_holds_and_is_alive_after_all_this(
    project: Project,
) -> None:
    deployment = project.deployment
    deployment.check()
    for name in deployment.functions:
        origin = deployment.origin(name)
        assert origin.pop("shared") == str(deployment.unpacked(name) / "shared" / "__init__.py")
        assert set(origin.values()) == {None}
    for name, topic in TOPICS.items():
        assert deployment.post(name, push(encoded("no")), topic=topic) == 200
