from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local.store import Store
from shared.errors import PortUnavailable


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path)
    yield made
    made.close()


def _fact(key: str, value: str) -> str:
    return f"INSERT INTO facts (key, value) VALUES ('{key}', '{value}')"


def test_every_writer_gets_its_own_result(store: Store) -> None:
    def write(n: int) -> int:
        def work(db: sqlite3.Connection, _: set[Path]) -> int:
            db.execute(_fact(f"k{n}", str(n)))
            return n

        return store.together.write(work)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(100))) == list(range(100))
    assert all(store.fact(f"k{n}") == str(n) for n in range(100))


def test_who_fails_undoes_only_its_own_part_of_a_shared_transaction(store: Store) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(db: sqlite3.Connection, _: set[Path]) -> None:
        begun.set()
        go_on.wait(10)

    def good(db: sqlite3.Connection, _: set[Path]) -> None:
        db.execute(_fact("good", "yes"))

    def bad(db: sqlite3.Connection, _: set[Path]) -> None:
        db.execute(_fact("bad", "yes"))
        raise FileExistsError("in the way")

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(store.together.write, slow)
        begun.wait(10)
        # These two wait for the first, and then share one transaction.
        others = [pool.submit(store.together.write, work) for work in (bad, good)]
        go_on.set()
        first.result(10)
        others[1].result(10)
        with pytest.raises(FileExistsError, match="in the way"):
            others[0].result(10)
    assert store.fact("good") == "yes"
    assert store.fact("bad") is None


def test_an_error_of_the_database_is_an_unavailable_port_and_the_next_write_works(
    store: Store,
) -> None:
    with pytest.raises(PortUnavailable, match="no such table: nowhere"):
        store.together.write(lambda db, _: db.execute("INSERT INTO nowhere VALUES (1)"))

    store.together.write(lambda db, _: db.execute(_fact("k", "v")))

    assert store.fact("k") == "v"


def test_a_folder_that_cannot_be_made_durable_undoes_the_write(
    store: Store, tmp_path: Path
) -> None:
    def work(db: sqlite3.Connection, folders: set[Path]) -> None:
        db.execute(_fact("k", "v"))
        folders.add(tmp_path / "gone")

    with pytest.raises(FileNotFoundError):
        store.together.write(work)
    assert store.fact("k") is None
