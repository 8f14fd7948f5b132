"""What a fetcher or a scraper service gave: looked at before it is believed."""

from __future__ import annotations

import json
from dataclasses import replace

from scrapers.base import Fetched, Handed
from shared.core.ports import Files
from shared.errors import NotFound, SourceFailure

#: How a file in a bucket that is not ours begins.
ELSEWHERE = "gs://"


def weight(fetched: Fetched) -> tuple[int, bool]:
    """The number of records, which a service says itself, and whether they may be the whole."""
    count = fetched.record_count if isinstance(fetched, Handed) else len(fetched.records)
    return count, fetched.whole


def sound(scraper: str, fetched: Fetched) -> Fetched:
    """What was fetched, each record once: a page that moved on gives the same one twice.

    SourceFailure `malformed` for a record that is an empty object: it counts and says nothing.
    """
    if not all(fetched.records):
        raise SourceFailure("malformed", f"{scraper}: a record without any key")
    if len(fetched.records) < 2:
        return fetched
    once = {json.dumps(record, sort_keys=True): record for record in fetched.records}
    repeated = len(fetched.records) - len(once)
    if not repeated:
        return fetched
    stats = {**fetched.stats, "repeated_rows": fetched.stats.get("repeated_rows", 0) + repeated}
    return replace(fetched, records=list(once.values()), stats=stats)


def checked(raw: Files, handed: Handed) -> int | None:
    """The generation of the file in the raw bucket; None for no file or one in another bucket.

    A file in the raw bucket must be there and hold as many records as the service says, as
    `{"records": [...]}`: that is what the loader reads. SourceFailure `bad_file` otherwise.
    """
    if handed.path is None or handed.path.startswith(ELSEWHERE):
        return None
    stored = raw.stat(handed.path)
    if stored is None:
        raise SourceFailure("bad_file", f"[{handed.path}] is not in the raw bucket")
    try:
        body = raw.read(handed.path)
    except NotFound as e:
        raise SourceFailure("bad_file", f"[{handed.path}] has left the raw bucket") from e
    try:
        payload = json.loads(body)
        records = payload["records"]
    except (ValueError, KeyError, TypeError, RecursionError) as e:
        raise SourceFailure(
            "bad_file", f"[{handed.path}]: allowed: a JSON object with records ({e!r})"
        ) from e
    found = len(records) if isinstance(records, list) else f"a {type(records).__name__}"
    if found != handed.record_count:
        raise SourceFailure(
            "bad_file",
            f"[{handed.path}] records: found [{found}], allowed: {handed.record_count}, "
            "as the service says",
        )
    return stored.generation
