"""A bucket in a folder: bodies are files, the store's row says that an object exists."""

from __future__ import annotations

import itertools
import json
import os
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from local.group import sync_folder
from local.store import from_micros, process_alive, process_mark, to_micros
from shared.core.errors import BadInput
from shared.core.ports import Creation, Stored
from shared.errors import NotFound, PortUnavailable
from shared.objects import check_metadata, check_name

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from typing import Any

    from local.store import Store
    from shared.clock import DeliveryClock

_BUCKET = re.compile(r"[a-z0-9][a-z0-9_-]*")
#: Slashes before the last of a name whose two deepest parts become one file name.
_DEEP = 3
#: What file systems take.
_FILE_NAME_BYTES = 255
_COLUMNS = "name, generation, created_at, metadata"


class LocalFiles:
    """Objects of one bucket under `store.folder/<bucket>/`, created once and never changed.

    A body without a row is the rest of a crash: nobody sees it, and the next writer of that
    name replaces it. In simulated time a listing shows what was created before now, and what
    this delivery asked to create; the other methods always see everything.
    """

    def __init__(self, store: Store, bucket: str, clock: DeliveryClock) -> None:
        if not _BUCKET.fullmatch(bucket):
            raise BadInput("bucket", bucket, "small letters, digits, - and _")
        self._store = store
        self._bucket = bucket
        self._clock = clock
        self._root = store.folder / bucket
        self._temporary = store.folder / ".tmp"
        self._numbers = itertools.count()
        self._mark = process_mark().replace(":", "-")
        self._made: set[Path] = set()
        # A bucket's name has no quotes: see _BUCKET.
        self._insert = (
            "INSERT OR IGNORE INTO objects (bucket, name, metadata, created_at)"
            f" VALUES ('{bucket}', ?, ?, ?)"
        )
        self._select = f"SELECT {_COLUMNS} FROM objects WHERE bucket = '{bucket}' AND name = ?"
        try:
            for folder in (self._temporary, self._root):
                folder.mkdir(exist_ok=True)
                self._made.add(folder)
            sync_folder(store.folder)
            self._sweep()
        except OSError as e:
            raise self._failed("make", bucket, e) from e

    def create_once(
        self, name: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> Creation:
        """Create `name` if it does not exist; of many concurrent writers one wins.

        The order leaves no half: the body is durable under a temporary name, then row and
        final name come in one transaction. BadInput for a bad name or too much metadata.
        """
        check_name(name)
        check_metadata(name, metadata or {})
        created_at = self._clock.now()
        # Also when it was there: a delivery that is repeated after a kill at its own instant
        # must list its own earlier writes.
        self._clock.note_known((self._bucket, name))
        target = self._path(name)
        if os.path.exists(target) and (taken := self._row(name)) is not None:  # noqa: PTH110
            return Creation(created=False, stored=taken)
        temporary = self._temporary / (
            f"{self._mark}-{self._bucket}-{threading.get_ident()}-{next(self._numbers)}"
        )
        generation = None
        try:
            _write_durably(temporary, body)
            generation = self._link(name, target, temporary, metadata or {}, to_micros(created_at))
        except (NotADirectoryError, IsADirectoryError, FileExistsError) as e:
            allowed = "a name that is no folder of other objects, and has no object as folder"
            raise BadInput("object name", name, allowed) from e
        except OSError as e:
            raise self._failed("write", name, e) from e
        finally:
            if generation is None:
                temporary.unlink(missing_ok=True)
        if generation is None:
            winner = self._row(name)
            if winner is None:
                message = f"the object [{self._bucket}/{name}] was there and is gone"
                raise PortUnavailable(message)
            return Creation(created=False, stored=winner)
        stored = Stored(
            name=name, generation=generation, created_at=created_at, metadata=dict(metadata or {})
        )
        return Creation(created=True, stored=stored)

    def stat(self, name: str) -> Stored | None:
        """What a listing would say of `name`, or None; None also when its body was removed."""
        # The name is durable before the row is: a look at the folder is cheaper than a query.
        if not os.path.exists(self._path(name)):  # noqa: PTH110 three times as fast
            return None
        return self._row(name)

    def _row(self, name: str) -> Stored | None:
        found = self._store.read(self._select, (name,))
        return _stored(found[0]) if found else None

    def read(self, name: str) -> bytes:
        """The body of `name`; raises NotFound, or PortUnavailable when the body was removed."""
        if self._row(name) is None:
            message = f"no object [{self._bucket}/{name}]"
            raise NotFound(message)
        try:
            return Path(self._path(name)).read_bytes()
        except OSError as e:
            raise self._failed("read", name, e) from e

    def list(self, prefix: str) -> Sequence[Stored]:
        """Every visible object whose name begins with `prefix`, sorted by name."""
        # A range, not LIKE: it reads the index only, and % and _ are letters like others.
        found = self._store.read(
            f"SELECT {_COLUMNS} FROM objects"
            " WHERE bucket = ? AND name >= ? AND name < ? ORDER BY name",
            (self._bucket, prefix, prefix + "\U0010ffff"),
        )
        if not self._clock.simulated:
            return [_stored(row) for row in found]
        now = to_micros(self._clock.now())
        return [
            _stored(row)
            for row in found
            if row[2] < now or self._clock.knows((self._bucket, row[0]))
        ]

    def _path(self, name: str) -> str:
        """Where the body lies: the name's folders, the two deepest of five or more as one.

        A new folder costs as much as the file in it, and each target has one of its own.
        """
        head, _, leaf = name.rpartition("/")
        leaf = _quoted(leaf)
        if head.count("/") >= _DEEP:
            above, _, folder = head.rpartition("/")
            joined = f"{_quoted(folder)}~{leaf}"
            if len(joined.encode()) <= _FILE_NAME_BYTES:
                return f"{self._root}/{above}/{joined}"
        return f"{self._root}/{head}/{leaf}" if head else f"{self._root}/{leaf}"

    def _link(
        self, name: str, target: str, temporary: Path, metadata: Mapping[str, str], created: int
    ) -> int | None:
        """Row and file together; the generation, or None when another writer was first."""
        parent = Path(target).parent
        fresh = self._make(parent)
        row = (name, json.dumps(dict(metadata), ensure_ascii=False), created)

        def work(db: sqlite3.Connection, folders: set[Path]) -> int | None:
            # The bucket stands in the text: the interpreter is left and entered for each value.
            cursor = db.execute(self._insert, row)
            if cursor.rowcount != 1:
                return None
            try:
                os.replace(temporary, target)  # noqa: PTH105 as above
            except OSError:
                db.execute("DELETE FROM objects WHERE generation = ?", (cursor.lastrowid,))
                raise
            # The row must not outlive the name, nor the folders above it, if the machine loses
            # power after the commit.
            folders.add(parent)
            folders.update(folder.parent for folder in fresh)
            return cursor.lastrowid

        generation = self._store.together.write(work, whole=True)
        if generation is not None:
            self._made.update(fresh)
        return generation

    def _make(self, folder: Path) -> Sequence[Path]:
        """Make a folder and its parents; those that are not known to be durable yet."""
        fresh: list[Path] = []
        while folder not in self._made:
            fresh.append(folder)
            folder = folder.parent
        for each in reversed(fresh):
            each.mkdir(exist_ok=True)
        return fresh

    def _sweep(self) -> None:
        """Remove the temporary files of processes that were killed."""
        for path in self._temporary.iterdir():
            pid, started, *_ = path.name.split("-")
            if not process_alive(f"{pid}:{started}"):
                path.unlink(missing_ok=True)

    def _failed(self, what: str, name: str, error: OSError) -> PortUnavailable:
        return PortUnavailable(f"cannot {what} [{self._bucket}/{name}]: {error}")


def _stored(row: tuple[Any, ...]) -> Stored:
    name, generation, created, metadata = row
    return Stored(
        name=name,
        generation=generation,
        created_at=from_micros(created),
        metadata=json.loads(metadata),
    )


def _quoted(part: str) -> str:
    """Without ~, which joins two parts."""
    return part.replace("%", "%25").replace("~", "%7E") if "~" in part or "%" in part else part


def _write_durably(path: Path, body: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        rest = memoryview(body)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
