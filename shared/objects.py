"""What an object in a bucket may be called and may carry: one rule for every world."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared.core.errors import BadInput

#: Cloud Storage takes 8 KiB of metadata, keys counted; shared.gcp.files keeps 128 for its own.
METADATA_BYTES = 8 * 1024 - 128
#: Cloud Storage's limit, in bytes of UTF-8.
NAME_BYTES = 1024

#: One segment of a name: what the common file systems take.
_SEGMENT = re.compile(r"[^\x00-\x1f\x7f/\\\ud800-\udfff\U0010ffff]{1,255}")

#: Nearly every name: short segments of plain letters, none of which begins with a dot.
_PLAIN = re.compile(
    r"[A-Za-z0-9_-][A-Za-z0-9_.:+~-]{0,200}(/[A-Za-z0-9_-][A-Za-z0-9_.:+~-]{0,200})*"
)


def check_name(name: str) -> None:
    """Refuse a name that could leave the bucket or that a file system cannot hold (BadInput)."""
    if len(name) <= NAME_BYTES and _PLAIN.fullmatch(name):
        return
    segments = name.split("/")
    safe = all(s not in {".", ".."} and _SEGMENT.fullmatch(s) for s in segments)
    if not safe or len(name.encode()) > NAME_BYTES or any(len(s.encode()) > 255 for s in segments):
        allowed = f"relative, segments without . .. \\ or control characters, {NAME_BYTES} bytes"
        raise BadInput("object name", name, allowed)


def check_metadata(name: str, metadata: Mapping[str, str]) -> None:
    """Refuse metadata that Cloud Storage would refuse (BadInput)."""
    size = 0
    for key, value in metadata.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise BadInput(f"metadata of {name}", f"{key!r}: {value!r}", "text to text")
        size += len(key.encode()) + len(value.encode())
    if size > METADATA_BYTES:
        raise BadInput(f"metadata of {name}", f"{size} bytes", f"{METADATA_BYTES} bytes at most")
