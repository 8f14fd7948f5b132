"""A tiny PDF writer: text at places on landscape letter pages, in Helvetica."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 792, 612


class Text(NamedTuple):
    """One piece of text; x and y are points from the lower left corner, latin-1 only."""

    x: float
    y: float
    text: str
    size: float = 8


Page = Sequence[Text]


def pdf(pages: Sequence[Page]) -> bytes:
    """The file's bytes, the same for the same pages; at least one page is written."""
    pages = pages or [[]]
    # Objects 1 to 3 are catalogue, page tree and font; then a page and its content in turn.
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for n, page in enumerate(pages):
        content = "\n".join(_draw(text) for text in page).encode("latin-1", "replace")
        objects += [
            (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] "
                f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * n} 0 R >>"
            ).encode(),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        ]
    return _file(objects)


def _draw(text: Text) -> str:
    safe = text.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 {text.size:g} Tf {text.x:g} {text.y:g} Td ({safe}) Tj ET"


def _file(objects: Sequence[bytes]) -> bytes:
    found = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(found))
        found += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(found), len(objects) + 1
    found += b"xref\n0 %d\n0000000000 65535 f \n" % size
    # Every entry is 20 bytes, its end of line included.
    found += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    found += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(found)
