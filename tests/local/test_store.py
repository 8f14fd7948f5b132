"""The store under kill -9, under two processes at once, and its small promises."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from local.bus import LocalBus
from local.delivery import Subscription
from local.files import LocalFiles
from local.store import (
    RAW,
    Store,
    from_micros,
    process_alive,
    process_mark,
    to_micros,
)
from shared.clock import DeliveryClock
from shared.core.errors import BadInput
from shared.core.ports import Message
from shared.errors import NotFound, PortUnavailable
from tests.contracts.worlds import write_schemas
from tests.local.store_writer import body

ROOT = Path(__file__).resolve().parents[2]
WRITER = Path(__file__).with_name("store_writer.py")


def start(folder: Path, who: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(folder), who, str(count)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def prepare(tmp_path: Path) -> Path:
    fields = [{"name": "n", "type": "INT64", "mode": "REQUIRED"}]
    write_schemas(tmp_path / "tables", {"things": fields})
    return tmp_path


class Seen:
    """What a store holds, seen by a process that had no part in it."""

    def __init__(self, folder: Path) -> None:
        store = Store(folder / "world")
        self.files = LocalFiles(store, "raw", DeliveryClock())
        self.bodies = {s.name: self.files.read(s.name) for s in self.files.list("")}
        self.rows = Counter(row["n"] for row in store.rows("nba_orchestration", "things"))
        loads = store.read("SELECT load_id FROM loads")
        self.loads = {int(load_id) for (load_id,) in loads}
        self.raw = len(list(store.rows(RAW, "t")))
        found = store.read("SELECT body FROM messages")
        self.messages = Counter(int(number) for (number,) in found)
        self.temporary = sorted(p.name for p in (folder / "world" / ".tmp").iterdir())
        store.close()


def check_whole(seen: Seen, acknowledged: Sequence[str]) -> None:
    """Everything acknowledged is there once, and nothing is there by half."""
    for line in acknowledged:
        kind, number, fine = line.split()
        n = int(number)
        if kind == "file":
            assert f"f/{n:04d}" in seen.bodies
        else:
            assert fine == "True"
            assert {"rows": seen.rows, "load": seen.loads, "message": seen.messages}[kind]
            assert n in {"rows": seen.rows, "load": seen.loads, "message": seen.messages}[kind]
    assert set(seen.bodies.values()) <= {body("x")}
    assert set(seen.rows.values()) <= {2}
    assert seen.raw == 2 * len(seen.loads)
    assert set(seen.messages.values()) <= {2}


def test_a_killed_writer_leaves_what_it_acknowledged_once_and_nothing_half(
    tmp_path: Path,
) -> None:
    folder = prepare(tmp_path)
    chance = Random(20251112)
    acknowledged: list[str] = []
    for _ in range(8):
        # Every life begins again at 0: what is there is repeated, then new work follows.
        writer = start(folder, "x", 100_000)
        assert writer.stdout is not None
        lines = chance.randrange(1, 400)
        acknowledged.extend(writer.stdout.readline().strip() for _ in range(lines))
        writer.kill()
        rest = writer.stdout.read().splitlines(keepends=True)
        acknowledged.extend(line.strip() for line in rest if line.endswith("\n"))
        writer.stdout.close()
        writer.wait()
        seen = Seen(folder)
        check_whole(seen, acknowledged)
        assert seen.temporary == []
    assert len(acknowledged) > 100


def test_two_processes_write_at_once_and_each_name_has_one_winner(tmp_path: Path) -> None:
    folder = prepare(tmp_path)
    writers = [start(folder, who, 60) for who in "ab"]
    lines = [writer.communicate(timeout=300)[0].splitlines() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    seen = Seen(folder)
    assert len(seen.bodies) == 60
    for n in range(60):
        claims = {who: f"file {n} True" in said for who, said in zip("ab", lines, strict=True)}
        assert sorted(claims.values()) == [False, True]
        winner = next(who for who, won in claims.items() if won)
        assert seen.bodies[f"f/{n:04d}"] == body(winner)
    assert seen.rows == dict.fromkeys(range(60), 2)
    assert seen.messages == dict.fromkeys(range(60), 2)
    assert seen.raw == 120


def test_a_body_without_its_row_is_not_there_and_is_replaced(tmp_path: Path) -> None:
    files = LocalFiles(Store(tmp_path), "raw", DeliveryClock())
    orphan = tmp_path / "raw" / "a" / "b.json"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"the rest of a crash")
    assert files.list("") == []
    assert files.stat("a/b.json") is None
    with pytest.raises(NotFound):
        files.read("a/b.json")
    assert files.create_once("a/b.json", b"whole").created
    assert files.read("a/b.json") == b"whole"


def test_a_failed_write_leaves_no_row(tmp_path: Path) -> None:
    files = LocalFiles(Store(tmp_path), "raw", DeliveryClock())
    files.create_once("a", b"x")
    with pytest.raises(BadInput, match="object name"):
        files.create_once("a/b", b"a file system has no object that is a folder too")
    files.create_once("c/d", b"x")
    with pytest.raises(BadInput, match="object name"):
        files.create_once("c", b"x")
    assert [s.name for s in files.list("")] == ["a", "c/d"]
    assert list((tmp_path / ".tmp").iterdir()) == []


def test_a_body_that_somebody_removed_is_unavailable_not_missing(tmp_path: Path) -> None:
    files = LocalFiles(Store(tmp_path), "raw", DeliveryClock())
    files.create_once("a", b"x")
    (tmp_path / "raw" / "a").unlink()
    with pytest.raises(PortUnavailable, match="raw/a"):
        files.read("a")


def test_two_buckets_share_nothing_but_the_generations(tmp_path: Path) -> None:
    store = Store(tmp_path)
    raw, state = (LocalFiles(store, name, DeliveryClock()) for name in ("raw", "state"))
    first = raw.create_once("a", b"raw").stored
    second = state.create_once("a", b"state").stored
    assert first.generation < second.generation
    assert (raw.read("a"), state.read("a")) == (b"raw", b"state")
    with pytest.raises(BadInput):
        LocalFiles(store, "../elsewhere", DeliveryClock())


def test_threads_write_at_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    bus = LocalBus(store, DeliveryClock(), [Subscription(name="s", topic="t", function="f")])
    with ThreadPoolExecutor(16) as pool:
        results = pool.map(lambda n: bus.publish([Message(topic="t", body=str(n))])[0], range(200))
    assert len(set(results)) == 200
    assert bus.pending() == {"t": 200}


def test_a_failed_transaction_changes_nothing_and_the_next_one_works(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def write(then: BaseException | None) -> None:
        with store.write() as db:
            db.execute("INSERT INTO facts VALUES ('a', '1')")
            if then is not None:
                raise then
            db.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(PortUnavailable, match="no such table"):
        write(None)
    with pytest.raises(KeyboardInterrupt):
        write(KeyboardInterrupt())
    assert store.fact("a") is None
    store.set_fact("a", "1")
    store.set_fact("a", "2")
    assert store.fact("a") == "2"


def test_a_reader_is_not_stopped_by_a_writer(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.set_fact("a", "1")
    inside, done = threading.Event(), threading.Event()

    def write() -> None:
        with store.write() as db:
            db.execute("UPDATE facts SET value = '2'")
            inside.set()
            done.wait(10)

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(write)
        assert inside.wait(10)
        assert store.fact("a") == "1"
        done.set()
        future.result()
    assert store.fact("a") == "2"


def test_a_store_of_another_layout_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.write() as db:
        db.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(PortUnavailable, match="layout"):
        Store(tmp_path)


def test_a_store_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(PortUnavailable, match="taken"):
        Store(tmp_path / "taken")


def test_raw_tables_and_schemas_are_named(tmp_path: Path) -> None:
    fields = [{"name": "n", "type": "INT64", "mode": "REQUIRED"}]
    store = Store(tmp_path / "world", write_schemas(tmp_path / "tables", {"things": fields}))
    assert store.raw_tables() == []
    assert store.schema("things") == fields
    assert [f["name"] for f in store.schema("anything", RAW)][:2] == ["game_date", "scraper_name"]
    with pytest.raises(BadInput, match="things"):
        store.schema("others")


def test_instants_keep_their_microseconds() -> None:
    instant = datetime(2026, 3, 8, 6, 59, 59, 999_999, tzinfo=UTC)
    assert from_micros(to_micros(instant)) == instant


def test_a_process_is_alive_until_it_has_ended() -> None:
    assert process_alive(process_mark())
    assert not process_alive(f"{os.getpid()}:0")  # our id, another start
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not process_alive(f"{ended.pid}:1")
