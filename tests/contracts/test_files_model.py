"""Create-once files against a plain dict, in memory and on this machine.

What is created stays as it was; a second creation answers the first one's object; whoever crashes
leaves an object whole or not at all, and never a half-written one that anybody sees.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from local.files import LocalFiles
from local.store import Store
from shared.clock import DeliveryClock
from shared.core.errors import BadInput
from shared.core.ports import Clock, Creation, Files
from shared.errors import NotFound
from sim.clock import ManualClock
from sim.files import MemoryFiles

NOON = datetime(2025, 11, 12, 17, tzinfo=UTC)

#: Some deep, whose two last parts share a file here; one is no other's folder.
NAMES = (
    "a.json",
    "b/a.json",
    "b/a.json.done",
    "ticks/20251112T170000Z.json",
    "p/q/r/s/t.json",
    "p/q/r/s~t.json",
    "p/q/r/s~t/u.json",
    "p/q/r/s/t~u.json",
    "p/q/r/s%7Et/u.json",
)
PREFIXES = ("", "a", "b/", "b/a.json", "p/q/r/s", "p/q/r/s/", "ticks/2025111", "zz")

names = st.sampled_from(NAMES)
bodies = st.binary(max_size=40)
tags = st.dictionaries(st.sampled_from(["status", "games"]), st.text(max_size=8), max_size=2)


class Died(BaseException):
    """The process ends here."""


class Dying:
    """A store that dies on demand: before a write, inside its transaction, or after the commit."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.folder = store.folder
        self.read = store.read
        self.when = ""
        self.together = self

    def write(self, work: Callable[..., Any], *, whole: bool = False) -> Any:
        when, self.when = self.when, ""
        if when == "before":
            raise Died

        def inside(db: Any, folders: set[Path]) -> Any:
            found = work(db, folders)
            if when == "inside":
                raise Died
            return found

        found = self._store.together.write(inside, whole=whole)
        if when == "after":
            raise Died
        return found


@dataclass(frozen=True)
class Kept:
    """What the model holds of one object."""

    body: bytes
    metadata: dict[str, str]
    created_at: datetime
    generation: int


class FilesMachine(RuleBasedStateMachine):
    """What every bucket promises."""

    files: Files
    clock: Clock

    @initialize()
    def begin(self) -> None:
        self.model: dict[str, Kept] = {}
        self.now = NOON
        self.open()

    def open(self) -> None:
        """Make a bucket: `files` and `clock`."""
        raise NotImplementedError

    def delivery(self) -> AbstractContextManager[None]:
        """A delivery at the model's instant."""
        return self.clock.at(self.now)

    @rule(name=names, body=bodies, metadata=tags)
    def create(self, name: str, body: bytes, metadata: dict[str, str]) -> None:
        with self.delivery():
            made = self.files.create_once(name, body, metadata)
            # What a delivery wrote, or met, it can list at once on this machine.
            assert made.stored.name == name
        self._created(name, body, metadata, made)

    def _created(self, name: str, body: bytes, metadata: dict[str, str], made: Creation) -> None:
        known = self.model.get(name)
        assert made.created == (known is None)
        if known is None:
            generation = made.stored.generation
            assert generation > max((k.generation for k in self.model.values()), default=0)
            self.model[name] = known = Kept(body, metadata, self.now, generation)
        found = made.stored
        assert (found.generation, found.created_at) == (known.generation, known.created_at)
        assert found.metadata == known.metadata

    @rule(name=names, writers=st.integers(2, 4))
    def create_at_once(self, name: str, writers: int) -> None:
        """Of many one wins, with its own body and metadata."""
        barrier = threading.Barrier(writers)

        def write(n: int) -> Creation:
            barrier.wait()
            return self.files.create_once(name, bytes([n]) * 3, {"n": str(n)})

        with self.delivery(), ThreadPoolExecutor(writers) as pool:
            made = [self._as_delivery(pool, write, n) for n in range(writers)]
            answers = [each.result() for each in made]
        winners = [n for n, each in enumerate(answers) if each.created]
        assert len(winners) == (name not in self.model)
        for n in winners:
            self._created(name, bytes([n]) * 3, {"n": str(n)}, answers[n])
        assert {each.stored.generation for each in answers} == {self.model[name].generation}

    def _as_delivery(
        self, pool: ThreadPoolExecutor, write: Callable[[int], Creation], n: int
    ) -> Any:
        def one() -> Creation:
            with self.delivery():
                return write(n)

        return pool.submit(one)

    @rule(name=names)
    def look(self, name: str) -> None:
        known = self.model.get(name)
        found = self.files.stat(name)
        if known is None:
            assert found is None
            with pytest.raises(NotFound):
                self.files.read(name)
        else:
            assert found is not None
            assert (found.generation, found.metadata) == (known.generation, known.metadata)
            assert self.files.read(name) == known.body

    @rule(prefix=st.sampled_from(PREFIXES))
    def listing(self, prefix: str) -> None:
        """In simulated time: what was created before now, by name."""
        with self.delivery():
            found = self.files.list(prefix)
        assert [each.name for each in found] == sorted(
            name
            for name, kept in self.model.items()
            if name.startswith(prefix) and kept.created_at < self.now
        )
        for each in found:
            assert each.metadata == self.model[each.name].metadata

    @rule(name=st.sampled_from(["", "../x", "a//b", "/a", "a/..", "a\\b", "a\nb"]), body=bodies)
    def names_that_leave_the_bucket(self, name: str, body: bytes) -> None:
        with pytest.raises(BadInput, match="object name"):
            self.files.create_once(name, body)

    @rule(seconds=st.sampled_from([0.000001, 1, 3600]))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class MemoryMachine(FilesMachine):
    """The bucket in memory. Its clock is moved by hand: for one delivery at a time."""

    def open(self) -> None:
        self.clock = ManualClock(NOON)
        self.files = MemoryFiles(self.clock, only_past=True)

    def _as_delivery(
        self, pool: ThreadPoolExecutor, write: Callable[[int], Creation], n: int
    ) -> Any:
        return pool.submit(write, n)


class LocalMachine(FilesMachine):
    """The bucket in a folder, whose process dies in the midst of a write."""

    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tipoff-files-"))
        self.clock = DeliveryClock()
        self.start()

    def start(self) -> None:
        """A process over the folder."""
        self.store = Store(self.folder)
        self.dying = Dying(self.store)
        self.files = LocalFiles(self.dying, "state", self.clock)  # type: ignore[arg-type]

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.store.close()
            shutil.rmtree(self.folder)

    @rule(name=names, body=bodies, when=st.sampled_from(["before", "inside", "after"]))
    def die_while_creating(self, name: str, body: bytes, when: str) -> None:
        """Before the commit nothing is there, after it all is; then the next process starts."""
        self.dying.when = when
        try:
            with self.delivery():
                made = self.files.create_once(name, body, {"when": when})
        except Died:
            if when == "after":
                kept = self._seen(name)
                self.model[name] = Kept(body, {"when": when}, self.now, kept)
        else:
            assert not made.created, "a name that is taken writes nothing, and nobody dies"
        self._leave_half(body)
        self.store.close()
        self.start()

    def _seen(self, name: str) -> int:
        """The generation that the dead process was about to hear of."""
        ((generation,),) = self.store.read("SELECT generation FROM objects WHERE name = ?", (name,))
        assert isinstance(generation, int)
        return generation

    def _leave_half(self, body: bytes) -> None:
        """What kill -9 leaves of a write: half a body under a temporary name."""
        dead = self.folder / ".tmp" / "1-0-state-1-0"
        dead.write_bytes(body[: len(body) // 2])

    @invariant()
    def nothing_half_is_left(self) -> None:
        if hasattr(self, "folder"):
            assert list((self.folder / ".tmp").iterdir()) == []
            assert len(self.store.read("SELECT name FROM objects")) == len(self.model)


MACHINES = {"memory": MemoryMachine, "local": LocalMachine}


@pytest.mark.parametrize("world", MACHINES)
def test_a_bucket_does_what_a_dict_does_that_is_never_changed(world: str) -> None:
    run_state_machine_as_test(
        MACHINES[world], settings=settings(max_examples=60, stateful_step_count=40)
    )


@pytest.mark.soak
@pytest.mark.parametrize("world", MACHINES)
def test_a_bucket_does_what_a_dict_does_at_length(world: str) -> None:
    run_state_machine_as_test(
        MACHINES[world], settings=settings(max_examples=300, stateful_step_count=60)
    )
