"""A bucket in memory whose listings are kept: a simulated day lists far more than it writes."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from zlib import crc32

from shared.core.ports import Clock, Creation, Stored
from shared.errors import NotFound
from shared.objects import check_metadata, check_name


class Bucket:
    """Files for one thread."""

    def __init__(self, clock: Clock, *, named: bool = False) -> None:
        """`named`: generations follow from the names, in whatever order they come."""
        self._clock = clock
        self._named = named
        self._names: list[str] = []
        self._objects: dict[str, tuple[Stored, bytes]] = {}
        #: Listings by prefix, dropped when an object comes under it.
        self._kept: dict[str, tuple[Stored, ...]] = {}
        #: Of the prefixes: to know the listings under which a name comes.
        self._lengths: set[int] = set()

    def create_once(
        self, name: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> Creation:
        """See Files."""
        taken = self._objects.get(name)
        if taken is not None:
            return Creation(created=False, stored=taken[0])
        check_name(name)
        check_metadata(name, metadata or {})
        stored = Stored(
            name=name,
            generation=1 + (crc32(name.encode()) if self._named else len(self._names)),
            created_at=self._clock.now(),
            metadata=dict(metadata or {}),
        )
        self._objects[name] = (stored, bytes(body))
        insort(self._names, name)
        for length in self._lengths:
            self._kept.pop(name[:length], None)
        return Creation(created=True, stored=stored)

    def stat(self, name: str) -> Stored | None:
        """See Files."""
        found = self._objects.get(name)
        return None if found is None else found[0]

    def read(self, name: str) -> bytes:
        """See Files."""
        try:
            return self._objects[name][1]
        except KeyError:
            raise NotFound(f"no object [{name}]") from None

    def list(self, prefix: str) -> Sequence[Stored]:
        """See Files."""
        kept = self._kept.get(prefix)
        if kept is None:
            first = bisect_left(self._names, prefix)
            last = bisect_left(self._names, prefix + "\U0010ffff")
            objects = self._objects
            kept = tuple(objects[name][0] for name in self._names[first:last])
            self._kept[prefix] = kept
            self._lengths.add(len(prefix))
        return kept

    def since(self, count: int) -> Iterator[tuple[Stored, bytes]]:
        """What was created after the first `count` objects, in that order."""
        return islice(self._objects.values(), count, None)

    def all(self) -> dict[str, tuple[Stored, bytes]]:
        """Every object, by name."""
        return dict(self._objects)
