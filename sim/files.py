"""A bucket in memory."""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from shared.core.errors import BadInput
from shared.core.ports import Creation, Stored
from shared.errors import NotFound
from shared.objects import METADATA_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.core.ports import Clock


class MemoryFiles:
    """A bucket in memory, for any number of threads."""

    def __init__(self, clock: Clock, *, only_past: bool = False) -> None:
        """`only_past`: a listing shows only what was created before the clock's now."""
        self._clock = clock
        self._only_past = only_past
        self._lock = threading.Lock()
        self._names: list[str] = []
        self._objects: dict[str, tuple[Stored, bytes]] = {}

    def create_once(
        self, name: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> Creation:
        """Create `name` if it does not exist; BadInput for a bad name or too much metadata."""
        _check_object(name, metadata or {})
        created_at = self._clock.now()
        with self._lock:
            taken = self._objects.get(name)
            if taken is not None:
                return Creation(created=False, stored=taken[0])
            stored = Stored(
                name=name,
                generation=len(self._names) + 1,
                created_at=created_at,
                metadata=dict(metadata or {}),
            )
            self._objects[name] = (stored, bytes(body))
            insort(self._names, name)
        return Creation(created=True, stored=stored)

    def stat(self, name: str) -> Stored | None:
        """What a listing would say of `name`, or None."""
        found = self._objects.get(name)
        return None if found is None else found[0]

    def read(self, name: str) -> bytes:
        """The body of `name`; raises NotFound."""
        try:
            return self._objects[name][1]
        except KeyError:
            message = f"no object [{name}]"
            raise NotFound(message) from None

    def list(self, prefix: str) -> Sequence[Stored]:
        """Every object whose name begins with `prefix`, sorted by name."""
        found: list[Stored] = []
        with self._lock:
            for index in range(bisect_left(self._names, prefix), len(self._names)):
                name = self._names[index]
                if not name.startswith(prefix):
                    break
                found.append(self._objects[name][0])
        if self._only_past:
            now = self._clock.now()
            return [stored for stored in found if stored.created_at < now]
        return found


def _check_object(name: str, metadata: Mapping[str, str]) -> None:
    if any(segment in {"", ".", ".."} for segment in name.split("/")) or "\\" in name:
        raise BadInput("object name", name, "relative, segments without . .. or \\")
    if not name.isprintable():
        raise BadInput("object name", name, "no control characters")
    size = 0
    for key, value in metadata.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise BadInput(f"metadata of {name}", f"{key!r}: {value!r}", "text to text")
        size += len(key.encode()) + len(value.encode())
    if size > METADATA_BYTES:
        raise BadInput(f"metadata of {name}", f"{size} bytes", f"{METADATA_BYTES} at most")
