"""Numbers that depend only on a seed and on what they are about, never on the order of asking."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Chance:
    """A source of numbers: the same seed and parts always give the same one."""

    seed: int

    def unit(self, *parts: object) -> float:
        """A float in [0, 1)."""
        # 53 bits: what a float holds, so that the result never rounds up to 1.
        return (int.from_bytes(self._digest(parts)[:8], "big") >> 11) / (1 << 53)

    def between(self, low: float, high: float, *parts: object) -> float:
        """A float in [low, high)."""
        return low + (high - low) * self.unit(*parts)

    def whole(self, low: int, high: int, *parts: object) -> int:
        """An integer from `low` to `high`, both included."""
        return low + int((high - low + 1) * self.unit(*parts))

    def pick(self, items: Sequence[T], *parts: object) -> T:
        """One of `items`, which must not be empty."""
        return items[self.whole(0, len(items) - 1, *parts)]

    def order(self, items: Sequence[T], *parts: object) -> list[T]:
        """`items` in an order of chance."""
        keyed = [(self.unit(*parts, n), n) for n in range(len(items))]
        return [items[n] for _, n in sorted(keyed)]

    def hex32(self, *parts: object) -> str:
        """32 hex digits."""
        return self._digest(parts).hex()[:32]

    def _digest(self, parts: Sequence[object]) -> bytes:
        text = "|".join((str(self.seed), *map(str, parts)))
        return hashlib.sha256(text.encode()).digest()


def share(total: int, weights: Sequence[float]) -> list[int]:
    """`total` split by `weights` into whole parts that add up to it (largest remainder)."""
    scale = total / sum(weights)
    exact = [weight * scale for weight in weights]
    parts = [int(each) for each in exact]
    by_remainder = sorted(range(len(exact)), key=lambda n: (parts[n] - exact[n], n))
    for n in by_remainder[: total - sum(parts)]:
        parts[n] += 1
    return parts
