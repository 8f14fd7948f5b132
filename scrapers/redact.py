"""Keys never reach a log, a row or an exception's message: they are cut out here."""

from __future__ import annotations

import re

#: What stands where a key was.
CUT = "[redacted]"

#: Query parameters that hold a key, up to the next separator.
_QUERY = re.compile(r"(?i)\b((?:api[_-]?key|access[_-]?token|token|secret|password)=)[^&\s\"'<>#]+")
#: Headers that hold a key, as `Name: value`, as a dict's or as httpx's repr shows them.
_HEADER = re.compile(
    r"(?i)\b((?:proxy-)?authorization|x-api-key|api-?key)"
    r"(['\"]?\s*[:,]\s*(?:b?['\"])?)((?:bearer|basic|token)\s+)?[^\s'\",;)}\]]+"
)
#: `user:password@` of an address.
_USER = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/@\s]+@")


def redact(text: str, *keys: str) -> str:
    """`text` without keys: those given, and whatever stands where a key usually stands."""
    for key in keys:
        if key:
            text = text.replace(key, CUT)
    text = _QUERY.sub(rf"\1{CUT}", text)
    text = _HEADER.sub(rf"\1\2{CUT}", text)
    return _USER.sub(rf"\1{CUT}@", text)
