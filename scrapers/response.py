"""A source's answer, and reading it as JSON: an error page and a cut-off body are told apart."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.errors import SourceFailure

#: Where an error body keeps its words.
_SAYS = ("message", "error", "errors")
#: Those that say that something went wrong; a message may also be a greeting.
_FAILS = ("error", "errors")
#: An escape that may be half a character: outside the first plane they come in pairs.
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
#: Characters of a source's own words that are quoted.
_QUOTED = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """An answer with a status the fetcher said it can use."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; SourceFailure as `parse_json`."""
        return parse_json(self)


def parse_json(response: Response) -> Any:
    """The body as JSON.

    SourceFailure `error_page` for HTML and for a JSON object that holds only an error's words;
    `malformed` for what is empty, cut off or not JSON (NaN is not).
    """
    payload = decode_json(response)
    said = _error_of(payload)
    if said is not None:
        raise SourceFailure(
            "error_page", f"an error instead of data: [{said}]", status=response.status
        )
    return payload


def decode_json(response: Response) -> Any:
    """The body as JSON, whatever it says; SourceFailure as `parse_json` for what is none."""
    body = response.body.lstrip()
    if body.startswith(b"<"):
        raise SourceFailure(
            "error_page", f"HTML instead of JSON: [{_words(body)}]", status=response.status
        )
    if not body:
        raise SourceFailure("malformed", "the body is empty", status=response.status)
    try:
        return strict(body)
    except (ValueError, RecursionError) as e:
        raise SourceFailure(
            "malformed",
            f"not JSON, or cut off, after {len(response.body)} bytes: {e}",
            status=response.status,
        ) from e


def strict(text: str | bytes, *, more: bool = False) -> Any:
    """JSON text as data; with `more`, other text may follow it.

    ValueError for what is none, for half a character, and for numbers that would not be JSON again
    (NaN, and 1e999, which Python reads as infinite), RecursionError for what is too deep.
    """
    if isinstance(text, bytes):
        # UTF-8, unless it begins as UTF-16 or UTF-32 do.
        text = text.decode(json.detect_encoding(text))
    payload = _STRICT.raw_decode(text)[0] if more else _STRICT.decode(text)
    if _HALF.search(text):
        # Half a character is no text: a row or a log line could not hold it.
        json.dumps(payload, ensure_ascii=False).encode()
    return payload


def _error_of(payload: Any) -> str | None:
    """An error's words, where these are all that there is.

    `message` may stand beside data, also beside none; `error` only beside some.
    """
    if not isinstance(payload, Mapping):
        return None
    said = {key: v for key, v in payload.items() if str(key).lower() in _SAYS and v}
    if not said:
        return None
    data = [v for key, v in payload.items() if key not in said and isinstance(v, (list, dict))]
    failed = any(str(key).lower() in _FAILS for key in said)
    if any(data) or (data and not failed):
        return None
    return str(next(iter(said.values())))[:_QUOTED]


def _words(body: bytes) -> str:
    return " ".join(body[:_QUOTED].decode("utf-8", "replace").split())


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is too large a number")
    return number


def _not_json(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


#: Reads what is JSON and nothing else.
_STRICT = json.JSONDecoder(parse_constant=_not_json, parse_float=_finite)
