"""BigQuery's string literals, decoded before sqlglot sees them: it keeps some escapes as text."""

from __future__ import annotations

import re

from local.dialect_base import Refused

#: A comment, a name in back quotes, or a string with its prefix and its quotes.
_TOKEN = re.compile(
    r"(?P<skip>--[^\n]*|\#[^\n]*|/\*.*?\*/|`(?:\\.|[^`\\])*`)"
    r"|(?P<prefix>(?<!\w)(?:rb|br|r|b))?"
    r"(?P<quote>\"\"\"|'''|\"|')(?P<body>(?:\\.|(?!(?P=quote))[^\\])*)(?P=quote)",
    re.DOTALL | re.IGNORECASE,
)
_ESCAPE = re.compile(
    r"\\(x[0-9a-f]{2}|[0-3][0-7]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|.)", re.DOTALL | re.IGNORECASE
)
_SIMPLE = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True)) | {c: c for c in "\\?\"'`"}


def plain_strings(sql: str) -> str:
    """`sql` with every string literal in single quotes; only backslash and quote stay escaped.

    Raises `Refused` for BYTES literals and for escapes that BigQuery does not know.
    """
    return _TOKEN.sub(_plain, sql)


def _plain(found: re.Match[str]) -> str:
    if found["skip"] is not None:
        return found.group()
    prefix = (found["prefix"] or "").lower()
    if "b" in prefix:
        raise Refused("literal", found.group(), "a STRING: BYTES literals have no rule")
    value = found["body"] if prefix else _ESCAPE.sub(_character, found["body"])
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _character(found: re.Match[str]) -> str:
    code = found.group(1)
    if len(code) == 1:
        if code not in _SIMPLE:
            allowed = r"one of \n \t \\ \' and their like, or a raw string r'...'"
            raise Refused("escape", found.group(), allowed)
        return _SIMPLE[code]
    number = int(code, 8) if code.isdigit() else int(code[1:], 16)
    if 0xD800 <= number <= 0xDFFF or number > 0x10FFFF:
        raise Refused("escape", found.group(), "a Unicode character")
    return chr(number)
