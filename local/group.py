"""Writers that wait at the same time share one transaction, and so one wait for the disk."""

from __future__ import annotations

import os
from concurrent.futures import Future
from functools import partial
from sqlite3 import Error
from threading import Condition
from typing import TYPE_CHECKING, Any, TypeVar

from shared.errors import PortUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path
    from sqlite3 import Connection
    from threading import Lock

    #: Writes inside the transaction; adds the folders to be durable before its commit.
    Work = Callable[[Connection, set[Path]], Any]

T = TypeVar("T")


class GroupCommit:
    """Whoever comes when nobody writes does it for all who wait."""

    def __init__(
        self, writing: Lock, transaction: Callable[[], AbstractContextManager[Connection]]
    ) -> None:
        """`transaction` is entered by the holder of `writing`; leaving it commits."""
        self._writing = writing
        self._transaction = transaction
        self._turn = Condition()
        self._busy = False
        self._waiting: list[tuple[Work, Future[Any]]] = []

    def write(self, work: Callable[[Connection, set[Path]], T]) -> T:
        """What `work` returns, once it is committed and durable.

        An Exception that `work` raises undoes its part alone and is raised here; an error of
        SQLite or of the commit undoes everybody's and is raised to all.
        """
        mine: Future[T] = Future()
        with self._turn:
            self._waiting.append((work, mine))
            # Not `writing` itself: who is served must not queue behind the next group for it.
            self._turn.wait_for(lambda: mine.done() or not self._busy)
            if mine.done():
                return mine.result()
            self._busy = True
        try:
            with self._writing:
                self._write_all()
        finally:
            with self._turn:
                self._busy = False
                self._turn.notify_all()
        return mine.result()

    def _write_all(self) -> None:
        with self._turn:
            taken, self._waiting = self._waiting, []
        try:
            with self._transaction() as db:
                folders: set[Path] = set()
                tell = [_part(db, work, folders, future) for work, future in taken]
                for folder in folders:
                    sync_folder(folder)
        except BaseException as e:
            interrupted = PortUnavailable("the transaction was interrupted")
            for _, future in taken:
                future.set_exception(e if isinstance(e, Exception) else interrupted)
            if not isinstance(e, Exception):
                raise
        else:
            for each in tell:
                each()


def _part(
    db: Connection, work: Work, folders: set[Path], future: Future[Any]
) -> Callable[[], None]:
    """Do one writer's part; how it is to be told, once everything is committed."""
    db.execute("SAVEPOINT part")
    try:
        result = work(db, folders)
    except Error:
        raise
    except Exception as e:  # noqa: BLE001 it is raised to the writer whose part it is
        db.execute("ROLLBACK TO part")
        db.execute("RELEASE part")
        return partial(future.set_exception, e)
    db.execute("RELEASE part")
    return partial(future.set_result, result)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
