"""Reading a CSV file: rows by the header's names, and the bodies that are no whole CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from scrapers.response import Response
from shared.errors import SourceFailure


def rows_of(response: Response, place: str, columns: Sequence[str]) -> list[dict[str, str | None]]:
    """The rows as text, an empty cell as None; `columns` must be there, others may.

    SourceFailure `error_page` for HTML and JSON, `malformed` for what is no such CSV or cut off.
    """
    body = response.body
    if body.lstrip()[:1] in (b"<", b"{"):
        said = " ".join(body[:200].decode("utf-8", "replace").split())
        raise SourceFailure("error_page", f"{place}: no CSV: [{said}]", status=response.status)
    try:
        text = body.decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as e:
        raise SourceFailure("malformed", f"{place}: not CSV, or cut off: {e}") from e
    if not lines:
        raise SourceFailure("malformed", f"{place}: the file is empty")
    header = [name.strip() for name in lines[0]]
    if missing := [name for name in columns if name not in header]:
        raise SourceFailure("malformed", f"{place}: the header lacks {', '.join(missing)}")
    if len(set(header)) != len(header):
        raise SourceFailure("malformed", f"{place}: the header names a column twice")
    if not text.endswith("\n"):
        raise SourceFailure("malformed", f"{place}: cut off after {len(body)} bytes")
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        if len(line) != len(header):
            message = f"{place}: line {number} has {len(line)} of {len(header)} cells"
            raise SourceFailure("malformed", message)
        rows.append(dict(zip(header, (cell or None for cell in line), strict=True)))
    return rows
