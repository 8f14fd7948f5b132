from __future__ import annotations

import pytest

from scrapers.redact import redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET /odds?apiKey=abc123&markets=x", "GET /odds?apiKey=[redacted]&markets=x"),
        ("GET /odds?a=b&APIKEY=abc123", "GET /odds?a=b&APIKEY=[redacted]"),
        ("api_key=abc, next", "api_key=[redacted] next"),
        ("Authorization: Bearer abc.def", "Authorization: [redacted]"),
        ("Authorization: abc-def\nHost: x", "Authorization: [redacted]\nHost: x"),
        ("{'authorization': 'abc', 'host': 'x'}", "{'authorization': '[redacted]', 'host': 'x'}"),
        ("[(b'X-Api-Key', b'abc')]", "[(b'X-Api-Key', b'[redacted]')]"),
        ("proxy http://me:pass@proxy:3128 refused", "proxy http://[redacted]@proxy:3128 refused"),
        ("nothing to hide at /v1/games?date=2025-11-12", None),
    ],
)
def test_a_key_is_cut_out_wherever_one_usually_stands(text: str, expected: str | None) -> None:
    assert redact(text) == (text if expected is None else expected)


def test_a_known_key_is_cut_out_anywhere() -> None:
    assert redact("the key abc123 is bad", "abc123", "") == "the key [redacted] is bad"
