"""Draws: each a hash of the seed and of what it concerns, so that one never shifts another."""

from __future__ import annotations

from hashlib import blake2b

_BITS = 16
_MASK = (1 << _BITS) - 1


class Draw:
    """Up to eight numbers that one thing's name gives; each `next` is independent."""

    __slots__ = ("_bits",)

    def __init__(self, *parts: object) -> None:
        text = "|".join(map(str, parts))
        self._bits = int.from_bytes(blake2b(text.encode(), digest_size=16).digest())

    def share(self) -> float:
        """A number in [0, 1), in steps of 1 / 65536."""
        found = self._bits & _MASK
        self._bits >>= _BITS
        return found / (1 << _BITS)

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1."""
        return int(self.share() * limit)

    def between(self, low: float, high: float) -> float:
        """A number in [low, high)."""
        return low + self.share() * (high - low)


def digest(*parts: object) -> str:
    """A short name for `parts`, of hexadecimal digits."""
    return blake2b("|".join(map(str, parts)).encode(), digest_size=6).hexdigest()
