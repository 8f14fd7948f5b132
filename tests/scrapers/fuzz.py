"""Every scraper of the registry on answers that no source should give.

`python -m tests.scrapers.fuzz [examples] [seed]` prints how many were tried and what became of
them.
What must hold: a run ends as success, no_data or failed with one of the declared error types,
and what it keeps fits: as many records as it says, objects, strict JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from random import randrange
from typing import Any

import hypothesis
from hypothesis import strategies as st

from scrapers.registry import WHERE
from shared.core.days import day_starts
from shared.core.targets import Target, TargetKind
from tests.core.made import config
from tests.scrapers.harness import DAY, Good, Ran, Reply, good, league, run, target_for
from tests.scrapers.mutations import (
    STEPS,
    changed,
    data_of,
    dumped,
    keys_of,
    random_body,
    random_json,
    shorter,
)

#: What an answer can fail a run with; missing_parameter: an id in it that cannot be asked for.
DECLARED = {
    "http_4xx",
    "http_5xx",
    "rate_limited",
    "timeout",
    "network",
    "malformed",
    "error_page",
    "too_large",
    "blocked",
    "out_of_credits",
}
KINDS = ("bytes", "json", "mutations")
SCRAPERS = tuple(sorted(WHERE))
#: Reading a PDF takes a tenth of a second: so many fewer are tried.
PDF_SHARE = 12


def fuzz(scraper: str, kind: str, examples: int, seed: int | None = None) -> Counter[str]:
    """Try `examples` answers; how many ended how. AssertionError with the smallest that fails.

    The same answers at every call, or those of `seed`.
    """
    known = small(scraper)
    seen: Counter[str] = Counter()

    def check(answer: Any) -> None:
        ran = _answered(scraper, known, kind, answer)
        fits(ran, known.target if known else target_for(scraper, day_starts(DAY)))
        seen[ran.result.error_type or ran.result.status] += 1

    settings = hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=seed is None,
        print_blob=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    tried = settings(hypothesis.given(_strategy(known, kind))(check))
    (tried if seed is None else hypothesis.seed(seed)(tried))()
    return seen


@cache
def small(scraper: str) -> Good | None:
    """The good answers with their long lists cut, so that many can be tried."""
    known = good(scraper)
    if known is None:
        return None
    replies = []
    for reply in known.replies:
        found = data_of(reply.body)
        body = found[0] + dumped(shorter(found[1])) + found[2] if found else reply.body
        replies.append(replace(reply, body=body))
    return replace(known, replies=replies)


def examples_of(scraper: str, kind: str, examples: int) -> int:
    """So many, or as many as a format leaves time for."""
    slow = config().scrapers[scraper].format == "pdf" and kind == "mutations"
    return max(examples // PDF_SHARE, 3) if slow else examples


def _strategy(known: Good | None, kind: str) -> st.SearchStrategy[Any]:
    if kind == "bytes":
        return random_body()
    if kind == "json" or known is None:
        found = [data_of(reply.body) for reply in known.replies] if known else []
        keys = sorted(set[str]().union(*(keys_of(data[1]) for data in found if data)))
        return random_json(keys)
    return st.tuples(st.integers(0, len(known.replies) - 1), STEPS)


def _answered(scraper: str, known: Good | None, kind: str, answer: Any) -> Ran:
    """The run on this answer: to every call, or to one of them."""
    if known is None or kind != "mutations":
        body = answer if kind == "bytes" else dumped(answer)
        # The first calls are answered well: what is read last is to be reached too.
        calls = len(known.replies) - 1 if known and len(body) % 2 else 0
        if known is None:
            now = day_starts(DAY)
            return run(scraper, lambda _n, _r: Reply(body=body), now=now)
        return known.again(lambda n, reply: reply if n < calls else Reply(body=body))
    wrong, steps = answer
    return known.again(lambda n, reply: changed(reply, steps) if n == wrong else reply)


def fits(ran: Ran, target: Target) -> None:
    """Assert what holds for every run, whatever the source said."""
    result = ran.result
    assert result.error_type is None or result.error_type in DECLARED, (
        result.error_type,
        result.error_message,
    )
    if result.error_message is not None:
        # Into rows and logs, which are UTF-8.
        assert result.error_message.encode()
        assert len(result.error_message) < 2000
    if result.status != "success":
        assert (result.record_count, result.complete, ran.file) == (0, False, None)
        assert (result.error_type is None) == (result.status == "no_data")
        return
    assert ran.file is not None
    envelope = json.loads(ran.file, parse_constant=_no_constant)
    records = envelope["records"]
    assert result.record_count == len(records) > 0
    assert all(isinstance(record, dict) and record for record in records)
    covers = list(result.covers)
    assert len(set(covers)) == len(covers)
    games = {game.game_id for game in league().calendar(result.triggered_at).on(DAY)}
    assert set(covers) <= games | {DAY.isoformat(), target.id}
    found = [(each.kind, each.id) for each in result.found]
    assert len(set(found)) == len(found)
    assert all(each.kind is TargetKind.EVENT for each in result.found)
    # It is logged in a row, whose text must be UTF-8 too.
    assert json.dumps([dict(result.stats), covers, found], allow_nan=False).encode()
    assert envelope["tipoff"]["record_count"] == len(records)


def _no_constant(text: str) -> Any:
    raise AssertionError(f"{text} in a file that is to be JSON")


def table(examples: int, seed: int) -> Mapping[str, Counter[str]]:
    """Every scraper and kind, printed as they are done."""
    sys.stdout.write(f"seed {seed}\n")
    total: Counter[str] = Counter()
    rows: dict[str, Counter[str]] = {}
    for scraper in SCRAPERS:
        began = time.perf_counter()
        seen: Counter[str] = Counter()
        for kind in KINDS:
            seen += fuzz(scraper, kind, examples_of(scraper, kind, examples), seed)
        rows[scraper] = seen
        total += seen
        sys.stdout.write(line(scraper, seen, time.perf_counter() - began) + "\n")
    sys.stdout.write(line("all", total, 0.0) + "\n")
    return rows


def line(name: str, seen: Counter[str], seconds: float) -> str:
    ends = ", ".join(f"{end} {number}" for end, number in seen.most_common())
    took = f"{seconds:5.1f} s" if seconds else " " * 7
    return f"{name:26} {seen.total():6} answers {took}  {ends}"


if __name__ == "__main__":
    told = [int(text) for text in sys.argv[1:]]
    table(told[0] if told else 50, told[1] if len(told) > 1 else randrange(2**32))
