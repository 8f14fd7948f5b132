"""What is wrong with the sources: limits, policies and keys, and calls that fit no push."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from shared.core.check_policy import policy_problems
from shared.core.chunks import PUSH_SECONDS, group_size_of
from shared.core.problem import Problem
from shared.core.workflows import Config, Source

#: Where a source's key can go.
KEY_IN = re.compile(r"(query|header):.+|bearer")

#: A host and no address: `https://` stands before it.
HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:[0-9]+)?")

#: Seconds that one call with all its tries may take (rule 6).
CALL_SECONDS = 100


def source_problems(config: Config) -> Iterator[Problem]:
    """Every fault of the sources; one whose limits are no limits has no other."""
    for name, source in config.sources.items():
        base = ("sources", name)
        if wrong := list(_limits(name, source)):
            yield from wrong
            continue
        for path, found, allowed in policy_problems(source):
            yield Problem(file="sources", path=(*base, *path), found=found, allowed=allowed)
        call = source.tries * (source.timeout + source.backoff)
        if call > CALL_SECONDS:
            yield Problem(
                file="sources",
                path=base,
                found=f"tries x (timeout + backoff) = {call:g} s",
                allowed=f"at most {CALL_SECONDS} s",
            )
        elif group_size_of(config, name) < 1:
            yield Problem(
                file="sources",
                path=base,
                found=f"rate {source.rate:g} and calls of {call:g} s",
                allowed=f"at least one target in the {PUSH_SECONDS} s of a push",
            )
        if not HOST.fullmatch(source.host):
            yield Problem(
                file="sources",
                path=(*base, "host"),
                found=source.host,
                allowed="a host as api.example.com, with :PORT where it needs one",
            )
        if source.key_in is not None and not KEY_IN.fullmatch(source.key_in):
            yield Problem(
                file="sources",
                path=(*base, "key_in"),
                found=source.key_in,
                allowed="query:NAME, header:NAME or bearer",
            )
        if source.scope is not None and source.key_in != "bearer":
            yield Problem(
                file="sources",
                path=(*base, "scope"),
                found=f"a scope with key_in {source.key_in}",
                allowed="a scope with `key_in: bearer` only",
            )
        if (source.key_in is None) != (source.secret is None):
            yield Problem(
                file="sources",
                path=base,
                found=f"key_in {source.key_in} and secret {source.secret}",
                allowed="both or neither",
            )


def _limits(name: str, source: Source) -> Iterator[Problem]:
    for key in ("concurrency", "rate", "timeout", "tries", "max_bytes", "backoff"):
        value = getattr(source, key)
        zero = key == "backoff" and value == 0
        if not (zero or 0 < value < math.inf):
            allowed = "0 or more" if key == "backoff" else "more than 0"
            path = ("sources", name, key)
            yield Problem(file="sources", path=path, found=str(value), allowed=allowed)
