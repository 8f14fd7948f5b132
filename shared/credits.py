"""Balances of API credits in the state bucket, so that instances know of each other's spending.

One record a chunk, `credits/<source>/<date>/<instant>.<chunk id>.json`, with the credits that
were left after it. A chunk begins with the newest of today and yesterday (UTC). The window: of
chunks that run at the same time in different instances none knows what the others spend, so
together they may go below the reserve by what they cost. A reserve above the cost of one step
(its calls times what each costs) closes it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.core.days import iso, parse_stamp, stamp
from shared.core.ports import Files
from shared.typed import dump


def newest_balance(state: Files, source: str, now: datetime) -> tuple[datetime, int] | None:
    """When the newest balance was told, and how many credits were left; None if nobody knows."""
    for back in range(2):
        day = (now - timedelta(days=back)).date().isoformat()
        prefix = f"credits/{source}/{day}/"
        listing = state.list(prefix)
        if listing:
            newest = listing[-1]
            told = newest.name.removeprefix(prefix).partition(".")[0]
            return parse_stamp(told), int(newest.metadata["left"])
    return None


def note_balance(state: Files, source: str, chunk_id: str, at: datetime, left: int) -> None:
    """Write that `left` credits were left at `at`, after the calls of a chunk."""
    name = f"credits/{source}/{at.date().isoformat()}/{stamp(at)}.{chunk_id}.json"
    body = {"source": source, "left": left, "at": iso(at), "chunk_id": chunk_id}
    state.create_once(name, dump(body), {"left": str(left)})
