"""API credits of one source: what is left, and that no call spends the reserve."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Protocol

from shared.errors import SourceFailure

#: For how long a balance is believed: a new month, or a larger plan, makes a refusal wrong.
KNOWN_FOR = timedelta(days=1)


class CreditRules(Protocol):
    """What is read of `credits` of an entry of config/sources.yaml."""

    @property
    def left(self) -> str:
        """The header that says how many credits are left."""

    @property
    def last(self) -> str:
        """The header that says what the call cost."""

    @property
    def reserve(self) -> int:
        """Credits that no call may spend."""


class Balance:
    """What this instance knows of a source's credits; many threads share it.

    A call's cost is set aside before it is asked, so that calls at the same time do not spend
    the same credits. Other instances' calls are known once somebody has told of them: see
    shared.credits for that window.
    """

    def __init__(self, rules: CreditRules | None) -> None:
        """`rules`: None for a source without credits, of which nothing is ever refused."""
        self._rules = rules
        self._lock = threading.Lock()
        self._left: int | None = None
        self._at: datetime | None = None
        self._aside = 0

    @property
    def known(self) -> tuple[datetime, int] | None:
        """When the balance was told, and the credits that were left then."""
        with self._lock:
            if self._at is None or self._left is None:
                return None
            return self._at, self._left

    def tell(self, at: datetime, left: int) -> None:
        """`left` credits were left at `at`; older news than what is known changes nothing."""
        with self._lock:
            if self._at is None or at >= self._at:
                # Of one instant the lower: it was told by the later call.
                same = at == self._at and self._left is not None
                self._left = min(left, self._left or 0) if same else left
                self._at = at

    @contextmanager
    def aside(self, cost: int, call: Callable[[], str], now: datetime) -> Iterator[None]:
        """Set `cost` credits aside while the call that is known as `call()` is asked.

        SourceFailure `out_of_credits`, before anything is asked, when less than the reserve
        would be left. A balance that nobody has told yet, or not for a day, refuses nothing.
        """
        with self._lock:
            self._refuse(cost, call, now)
            self._aside += cost
        try:
            yield
        finally:
            with self._lock:
                self._aside -= cost

    def _refuse(self, cost: int, call: Callable[[], str], now: datetime) -> None:
        if self._rules is None or not cost or self._left is None or self._at is None:
            return
        free = self._left - self._aside
        if now - self._at > KNOWN_FOR or free - cost >= self._rules.reserve:
            return
        under_way = f" ({self._aside} of them set aside for other calls)" if self._aside else ""
        raise SourceFailure(
            "out_of_credits",
            f"{call()}: credits: {self._left} left{under_way}, this call costs {cost}, "
            f"reserve {self._rules.reserve}",
        )

    def hear(self, headers: Mapping[str, str], at: datetime) -> tuple[int | None, int | None]:
        """What an answer's headers say: (what the call cost, what is left); None for neither."""
        if self._rules is None:
            return None, None
        cost, left = (_number(headers.get(name)) for name in (self._rules.last, self._rules.left))
        if left is not None:
            self.tell(at, left)
        return cost, left


def _number(text: str | None) -> int | None:
    """A header's whole credits: 481.0 is 481."""
    whole = (text or "").strip().split(".")[0]
    return int(whole) if whole.isascii() and whole.isdecimal() else None
