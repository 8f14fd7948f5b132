"""Writers that wait at the same time share one transaction, and so one wait for the disk."""

from __future__ import annotations

import os
from sqlite3 import Error
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from shared.errors import PortUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path
    from sqlite3 import Connection

    #: Writes inside the transaction; adds the folders to be durable before its commit.
    Work = Callable[[Connection, set[Path]], Any]

T = TypeVar("T")


class _Part:
    """One writer's work. The writer sleeps on `turn`: nobody is woken for what is another's."""

    __slots__ = ("error", "leads", "result", "turn", "whole", "work", "written")

    def __init__(self, work: Work, *, whole: bool) -> None:
        self.work = work
        self.whole = whole
        self.turn = Lock()
        self.turn.acquire()
        self.leads = False
        self.written = False
        self.result: Any = None
        self.error: Exception | None = None


class GroupCommit:
    """Whoever comes when nobody writes does it for all who wait."""

    def __init__(
        self, writing: Lock, transaction: Callable[[], AbstractContextManager[Connection]]
    ) -> None:
        """`transaction` is entered by the holder of `writing`; leaving it commits."""
        self._writing = writing
        self._transaction = transaction
        self._guard = Lock()
        self._busy = False
        self._waiting: list[_Part] = []

    def write(self, work: Callable[[Connection, set[Path]], T], *, whole: bool = False) -> T:
        """What `work` returns, once it is committed and durable.

        An Exception that `work` raises undoes its part alone and is raised here; an error of
        SQLite or of the commit undoes everybody's and is raised to all. `whole` says that `work`
        leaves nothing in the database when it raises: that saves two statements.
        """
        mine = _Part(work, whole=whole)
        with self._guard:
            self._waiting.append(mine)
            mine.leads, self._busy = not self._busy, True
        try:
            if not mine.leads:
                mine.turn.acquire()
        finally:
            # Also when the wait was interrupted: who leads must write, or all would wait for ever.
            with self._guard:
                if not mine.written and not mine.leads and mine in self._waiting:
                    self._waiting.remove(mine)
            if mine.leads:
                self._lead(mine)
        if mine.error is not None:
            raise mine.error
        found: T = mine.result
        return found

    def _lead(self, mine: _Part) -> None:
        """Write for all who wait; then wake them, and one who came meanwhile to lead on."""
        taken: list[_Part] = []
        try:
            with self._writing:
                with self._guard:
                    taken, self._waiting = self._waiting, []
                self._write_all(taken)
        finally:
            with self._guard:
                if mine in self._waiting:  # interrupted before its turn
                    self._waiting.remove(mine)
                self._busy = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].leads = True
                    self._waiting[0].turn.release()
            for part in taken:
                part.written = True
                part.turn.release()

    def _write_all(self, taken: list[_Part]) -> None:
        try:
            with self._transaction() as db:
                folders: set[Path] = set()
                for part in taken:
                    _do(db, part, folders)
                for folder in folders:
                    sync_folder(folder)
        except BaseException as e:
            interrupted = PortUnavailable("the transaction was interrupted")
            for part in taken:
                part.error = e if isinstance(e, Exception) else interrupted
            if not isinstance(e, Exception):
                raise


def _do(db: Connection, part: _Part, folders: set[Path]) -> None:
    """Do one writer's part; its error is raised to that writer, once the rest is committed."""
    if not part.whole:
        db.execute("SAVEPOINT part")
    try:
        part.result = part.work(db, folders)
    except Error:
        raise
    except Exception as e:  # noqa: BLE001 it is raised to the writer whose part it is
        part.error = e
        if not part.whole:
            db.execute("ROLLBACK TO part")
    if not part.whole:
        db.execute("RELEASE part")


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
