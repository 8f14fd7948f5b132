"""A bucket that is read ahead: listings and bodies side by side, not one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from shared.core.ports import Creation, Files, Pool, Stored


class ReadAhead:
    """Files that answers from what was fetched; everything else it asks for as it comes.

    Records never change: `bodies` may be kept from look to look. For one look of one caller.
    """

    def __init__(self, files: Files, pool: Pool, bodies: dict[str, bytes]) -> None:
        self._files = files
        self._pool = pool
        self._bodies = bodies
        self._listings: dict[str, Sequence[Stored]] = {}

    def fetch(
        self, prefixes: Iterable[str], wanted: Callable[[str, Sequence[Stored]], Iterable[Stored]]
    ) -> None:
        """Read the listings, then the bodies that `wanted` picks of each."""
        asked = list(prefixes)
        found = self._pool.map(self._files.list, asked)
        self._listings.update(zip(asked, found, strict=True))
        names = {
            stored.name
            for prefix, listing in self._listings.items()
            for stored in wanted(prefix, listing)
        }
        for name in self._bodies.keys() - names:
            self._bodies.pop(name, None)
        new = sorted(names - self._bodies.keys())
        self._bodies.update(zip(new, self._pool.map(self._files.read, new), strict=True))

    def create_once(
        self, name: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> Creation:
        """See Files."""
        return self._files.create_once(name, body, metadata)

    def stat(self, name: str) -> Stored | None:
        """See Files."""
        return self._files.stat(name)

    def read(self, name: str) -> bytes:
        """See Files."""
        found = self._bodies.get(name)
        return self._files.read(name) if found is None else found

    def list(self, prefix: str) -> Sequence[Stored]:
        """See Files."""
        found = self._listings.get(prefix)
        return self._files.list(prefix) if found is None else found
