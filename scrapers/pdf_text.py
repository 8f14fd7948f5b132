"""A PDF as lines of words with their places, and the bodies that are no whole PDF."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from shared.errors import SourceFailure

#: Points by which words of one line may differ in height.
SAME_LINE = 3.0
#: Points between two words; the league sets words closer than pdfplumber's default expects.
WORD_GAP = 1.0
#: A whole PDF ends with %%EOF, give or take what servers append. The library would open a
#: cut-off one all the same and give the pages it finds.
TAIL = 1024

#: One line's words, left to right: mappings with `text`, `x0` and `top`, in points.
Line = list[Any]


def pages_of(body: bytes, place: str, *, most: int | None = None) -> Iterator[list[Line]]:
    """Each page's lines, top to bottom; of the first `most` pages only, if given.

    SourceFailure `error_page` for HTML, `malformed` for what is no PDF, cut off or unreadable.
    """
    if body.lstrip()[:1] == b"<":
        raise SourceFailure("error_page", f"{place}: HTML instead of a PDF")
    if not body.startswith(b"%PDF"):
        raise SourceFailure("malformed", f"{place}: not a PDF")
    if b"%%EOF" not in body[-TAIL:]:
        raise SourceFailure("malformed", f"{place}: the PDF is cut off after {len(body)} bytes")
    try:
        for words in _pages(body, most):
            yield list(_lines(words))
    except SourceFailure:
        raise
    except Exception as e:
        # A damaged PDF fails in as many ways as the library has modules.
        raise SourceFailure("malformed", f"{place}: unreadable PDF ({type(e).__name__})") from e


def text_of(line: Line) -> str:
    """The line's words with one space between two."""
    return " ".join(word["text"] for word in line)


def _pages(body: bytes, most: int | None) -> Iterator[list[Any]]:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(body)) as pdf:
        for page in pdf.pages[:most]:
            yield page.extract_words(x_tolerance=WORD_GAP)


def _lines(words: list[Any]) -> Iterator[Line]:
    """The words by line, top to bottom, each left to right."""
    line: Line = []
    for word in sorted(words, key=lambda word: word["top"]):
        if line and word["top"] - line[0]["top"] > SAME_LINE:
            yield sorted(line, key=lambda w: w["x0"])
            line = []
        line.append(word)
    if line:
        yield sorted(line, key=lambda w: w["x0"])
