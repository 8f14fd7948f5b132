"""Web pages: reading one as HTML, and telling a whole one from what was cut off or is no page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scrapers.response import Response, strict
from shared.errors import SourceFailure

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_CHARSET = re.compile(r"(?i)charset=\"?([\w.:-]+)")
#: Bytes at the end in which a whole page closes.
TAIL = 2048


def page_of(response: Response, place: str) -> LexborHTMLParser:
    """The page; SourceFailure `malformed` for what is no HTML, empty or cut off."""
    body = response.body.strip()
    if not body.startswith(b"<"):
        raise SourceFailure("malformed", f"{place}: not HTML", status=response.status)
    if b"</html" not in body[-TAIL:].lower():
        message = f"{place}: the page is cut off after {len(response.body)} bytes"
        raise SourceFailure("malformed", message, status=response.status)
    # Imported when first used: a compiled library of 10 MB that two sources need.
    from selectolax.lexbor import LexborHTMLParser

    return LexborHTMLParser(_text(response, place))


def _text(response: Response, place: str) -> str:
    """UTF-8, else what the answer's header says it is: a name is never read with holes in it."""
    found = _CHARSET.search(response.headers.get("content-type", ""))
    for charset in ("utf-8", found[1] if found else "utf-8"):
        try:
            return response.body.decode(charset)
        except (UnicodeDecodeError, LookupError):
            continue
    raise SourceFailure("malformed", f"{place}: neither UTF-8 nor what it says it is")


def data_of(page: LexborHTMLParser, place: str) -> Any:
    """The data that a page built with Next.js carries in itself.

    SourceFailure `error_page` for a page without it, `malformed` when it is no JSON.
    """
    script = page.css_first("script#__NEXT_DATA__")
    if script is None:
        raise SourceFailure("error_page", f"{place}: a page without data: [{title_of(page)}]")
    try:
        return strict(script.text())
    except (ValueError, RecursionError) as e:
        raise SourceFailure("malformed", f"{place}: the page's data is no JSON: {e}") from e


def title_of(page: LexborHTMLParser) -> str:
    """The page's title, shortened: what an error page says of itself."""
    title = page.css_first("title")
    return " ".join(title.text().split())[:100] if title is not None else "no title"
