"""Every command that reads answers of a cloud project as it answers of a folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.store import RAW, Store
from local.world import build_world, store_of
from shared.config import load_config
from shared.core.ports import LoadRequest, Message
from shared.gcp import clients
from shared.gcp.dead import KEPT
from shared.gcp.world import connect
from shared.messages import DEAD_LETTER
from shared.page.day import day_json, day_page
from shared.settings import Settings
from shared.world import World
from tests.cloud.emulators import Emulators
from tests.cloud.provision import provision
from tests.contracts.cloud import settings_of
from tests.page.days import OUTAGE, out_of_order
from tests.tipoff.cli_run import tipoff

DAY = OUTAGE.isoformat()
AT = f"{DAY}T17:10:00-05:00"

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def project(emulators: Emulators) -> Settings:
    found = settings_of(emulators)
    provision(found)
    return found


@pytest.fixture(scope="module")
def folder(project: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day on this machine, all of it copied into the project."""
    folder = out_of_order(tmp_path_factory.mktemp("reading"))
    settings = Settings(data=folder)
    here = build_world(settings, config=load_config(settings.config))
    there = connect(project)
    _copy(here, there, store_of(here))
    # In the cloud it is now; then it is so in the folder too.
    store_of(here).set_fact("simulated_now", datetime.now(UTC).isoformat())
    here.close()
    there.close()
    return folder


def _copy(here: World, there: World, store: Store) -> None:
    for stored in here.state.list(""):
        with there.clock.at(stored.created_at):
            there.state.create_once(stored.name, here.state.read(stored.name), stored.metadata)
    for (table,) in store.read("SELECT DISTINCT table_name FROM rows WHERE dataset != ?", (RAW,)):
        rows = list(store.rows("nba_orchestration", table))
        there.journal.append(table, [(f"{table}.{n}", row) for n, row in enumerate(rows)])
    for table in ("bdl_standings", "odds_api_game_lines"):
        rows = list(store.rows(RAW, table))
        there.warehouse.load(LoadRequest(load_id=f"copy-{table}", table=table, rows=rows))


@pytest.fixture
def ask(emulators: Emulators, project: Settings, folder: Path) -> Ask:
    """Asks the folder or the project; the exit code and what was printed."""

    def run(*args: str, cloud: bool) -> tuple[int, str]:
        where = ["--project", str(project.project)] if cloud else ["--data", str(folder)]
        told = tipoff(*args, *where, env=emulators.environment)
        assert not told.err, told.err
        return told.code, told.out

    return run


def both(ask: Ask, *args: str) -> tuple[Any, Any]:
    """What the folder and the project answer as JSON; their exit codes are the same."""
    (code, mine), (other, theirs) = (
        ask(*args, "--json", cloud=False),
        ask(*args, "--json", cloud=True),
    )
    assert code == other
    return json.loads(mine), json.loads(theirs)


@pytest.mark.parametrize(
    "args",
    [
        ("missing", "--date", DAY),
        ("plan", DAY),
        ("calendar", "show", "--from", DAY, "--to", DAY),
        ("runs", "--date", DAY, "--workflow", "betting_lines"),
        ("runs", "--date", DAY, "--status", "failed", "--limit", "0"),
    ],
)
def test_the_project_answers_as_the_folder(ask: Ask, args: tuple[str, ...]) -> None:
    mine, theirs = both(ask, *args)
    assert theirs == mine
    assert mine or "failed" in args


def test_status_tells_the_same_but_for_what_only_a_machine_knows(ask: Ask) -> None:
    mine, theirs = both(ask, "status", "--at", AT)
    assert theirs.pop("running") is None
    assert theirs.pop("dead_letters") is None
    assert (mine.pop("running"), mine.pop("dead_letters")) == (False, 0)
    assert theirs == mine
    assert [alert["code"] for alert in mine["alerts"]][:1] == ["cleanup_silent"]


def test_the_status_page_tells_the_same_of_a_project_as_of_a_folder(
    project: Settings, folder: Path
) -> None:
    here = build_world(Settings(data=folder), config=load_config(project.config))
    there = connect(project)
    told = []
    for world in (here, there):
        with world.clock.at(datetime.fromisoformat(AT)):
            assert "<title>Tipoff: game day" in day_page(world, OUTAGE)
            told.append(day_json(world, OUTAGE))
        world.close()
    for each in told:
        # One clock runs on while it is asked.
        each.pop("at")
    assert told[0] == told[1]


def test_export_writes_the_same_rows(ask: Ask, tmp_path: Path) -> None:
    told = {}
    for cloud in (False, True):
        out = tmp_path / str(cloud)
        code, text = ask("export", DAY, "--out", str(out), "--json", cloud=cloud)
        assert code == 0
        told[cloud] = {each["table"]: each for each in json.loads(text)["tables"]}
    # Of the raw tables two were copied.
    for table, each in told[True].items():
        assert each["rows"] == told[False][table]["rows"], table
    assert told[True]["nba_orchestration.workflow_decisions"]["rows"] == 24
    assert told[True]["nba_raw.bdl_standings"]["rows"] == 30


def test_sql_asks_bigquery_itself(ask: Ask) -> None:
    query = (
        "SELECT action, COUNT(*) AS number FROM nba_orchestration.workflow_decisions "
        f"WHERE target_date = DATE '{DAY}' GROUP BY action ORDER BY action"
    )
    mine, theirs = both(ask, "sql", query)
    assert theirs == mine
    assert [row["action"] for row in mine] == ["ABORT", "RUN", "SKIP"]
    code, tables = ask("sql", "--tables", cloud=True)
    assert code == 0
    assert "nba_orchestration.workflow_decisions" in tables


@pytest.mark.parametrize(
    "wrong", ["SELECT 1 FROM no_such_table", "SELECT no_such_column FROM cleanup_operations"]
)
def test_sql_that_bigquery_refuses_is_told_as_bad_input(
    emulators: Emulators, project: Settings, wrong: str
) -> None:
    told = tipoff("sql", wrong, "--project", project.project, env=emulators.environment)
    assert (told.code, told.out) == (2, "")
    assert "a query that BigQuery answers" in told.err


def test_dead_letters_are_listed_kept_and_put_back(ask: Ask, project: Settings) -> None:
    subscriber = clients.subscriber(project)
    place = f"projects/{project.project}"
    for name, topic in ((KEPT, DEAD_LETTER), ("listen", "files-ready")):
        subscriber.create_subscription(
            name=f"{place}/subscriptions/{name}", topic=f"{place}/topics/{topic}"
        )
    assert ask("dead", "list", cloud=True) == (0, "no dead letters\n")
    given_up = Message(
        topic=DEAD_LETTER,
        body='{"kind": "file-ready"}',
        attributes={
            "own": "1",
            "CloudPubSubDeadLetterSourceSubscription": "files-ready-to-loader",
            "CloudPubSubDeadLetterSourceDeliveryCount": "30",
        },
    )
    world = connect(project)
    world.publish([given_up])
    for _ in range(2):
        code, text = ask("dead", "list", "--json", cloud=True)
        (letter,) = json.loads(text)
        assert (code, letter["topic"], letter["function"], letter["attempts"]) == (
            1,
            "files-ready",
            "loader",
            30,
        )
    assert ask("dead", "replay", cloud=True)[1].startswith("1 messages are on their topics")
    assert ask("dead", "list", cloud=True) == (0, "no dead letters\n")
    answer = subscriber.pull(subscription=f"{place}/subscriptions/listen", max_messages=9)
    (received,) = answer.received_messages
    assert received.message.data == b'{"kind": "file-ready"}'
    assert "own" in received.message.attributes
    assert not [name for name in received.message.attributes if name.startswith("CloudPubSub")]
    subscriber.close()
    world.close()
