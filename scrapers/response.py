"""A source's answer, and reading it as JSON: an error page and a cut-off body are told apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.errors import SourceFailure

#: Where an error body keeps its words.
_SAYS = ("message", "error")
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
    body = response.body.lstrip()
    if body.startswith(b"<"):
        raise SourceFailure(
            "error_page", f"HTML instead of JSON: [{_words(body)}]", status=response.status
        )
    if not body:
        raise SourceFailure("malformed", "the body is empty", status=response.status)
    try:
        payload = json.loads(body, parse_constant=_not_json)
    except (ValueError, RecursionError) as e:
        raise SourceFailure(
            "malformed",
            f"not JSON, or cut off, after {len(response.body)} bytes: {e}",
            status=response.status,
        ) from e
    said = _error_of(payload)
    if said is not None:
        raise SourceFailure(
            "error_page", f"an error instead of data: [{said}]", status=response.status
        )
    return payload


def _error_of(payload: Any) -> str | None:
    if not isinstance(payload, Mapping):
        return None
    said = next((payload[key] for key in _SAYS if payload.get(key)), None)
    if said is None:
        return None
    data = [v for k, v in payload.items() if k not in _SAYS and isinstance(v, (list, dict))]
    return None if data else str(said)[:_QUOTED]


def _words(body: bytes) -> str:
    return " ".join(body[:_QUOTED].decode("utf-8", "replace").split())


def _not_json(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
