"""BigQuery's format elements, as pieces of DuckDB SQL; what has no right piece is refused."""

from __future__ import annotations

import re

from shared.core.errors import BadInput

_ELEMENT = re.compile(r"%(E(?:\*S|4Y|z|[0-9]S)|.)", re.DOTALL)

#: Elements that strftime writes as BigQuery does, for every kind of value.
_DATE = {c: f"%{c}" for c in "aAbBdGjmuUVwWyYh"} | {
    "F": "%Y-%m-%d",
    "D": "%m/%d/%y",
    "x": "%m/%d/%y",
}
_TIME = {c: f"%{c}" for c in "HIMpS"} | {"T": "%H:%M:%S", "R": "%H:%M", "X": "%H:%M:%S"}
_SAME = {"%": "%%", "n": "\n", "t": "\t"}

#: Elements that need SQL of their own; {x} is the local DATETIME, {t} the instant.
_DATE_SQL = {
    "e": "lpad(strftime({x}, '%-d'), 2, ' ')",
    "C": "printf('%02d', year({x}) // 100)",
    "Q": "CAST(quarter({x}) AS VARCHAR)",
    "g": "right(strftime({x}, '%G'), 2)",
    "E4Y": "strftime({x}, '%Y')",
}
_TIME_SQL = {
    "k": "lpad(strftime({x}, '%-H'), 2, ' ')",
    "l": "lpad(strftime({x}, '%-I'), 2, ' ')",
    "P": "lower(strftime({x}, '%p'))",
    "E*S": "regexp_replace(strftime({x}, '%S.%f'), '\\.?0*$', '')",
}
_ZONE_SQL = {
    "s": "CAST(epoch_us({t}) // 1000000 AS VARCHAR)",
    "z": "bq_offset({t} AT TIME ZONE 'UTC', {x})",
    "Ez": "regexp_replace(bq_offset({t} AT TIME ZONE 'UTC', {x}), '(..)$', ':\\1')",
}

#: What %c stands for.
_FULL = "%a %b %e %T %Y"

#: Parsing: what strptime reads as BigQuery does.
_PARSE = {c: f"%{c}" for c in "abBdHjmMpSyYIfh"} | {
    "F": "%Y-%m-%d",
    "T": "%H:%M:%S",
    "R": "%H:%M",
    "D": "%m/%d/%y",
    "e": "%d",
    "E4Y": "%Y",
    "z": "%z",
    "Ez": "%z",
    "%": "%%",
}


def quoted(text: str) -> str:
    """`text` as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def _elements(kind: str) -> tuple[dict[str, str], dict[str, str]]:
    """The elements that a kind of value has: those of strftime, and those in SQL."""
    plain = dict(_SAME)
    special: dict[str, str] = {}
    if kind != "TIME":
        plain |= _DATE
        special |= _DATE_SQL
    if kind != "DATE":
        plain |= _TIME
        special |= _TIME_SQL
    if kind == "TIMESTAMP":
        special |= _ZONE_SQL
    return plain, special


def format_sql(place: str, template: str, kind: str, *, utc: bool) -> str:
    """The DuckDB expression over {x} and {t} that writes `template`; kind as in FORMAT_<kind>."""
    plain, special = _elements(kind)
    pieces: list[str] = []
    pending = ""

    def flush() -> None:
        nonlocal pending
        if pending:
            pieces.append(f"strftime({{x}}, {quoted(pending)})")
        pending = ""

    last = 0
    text = template
    if kind not in {"DATE", "TIME"}:
        # %% is looked at first, so that the c of %%c stays a letter.
        text = re.sub("%[%c]", lambda m: _FULL if m.group() == "%c" else m.group(), template)
    for found in _ELEMENT.finditer(text):
        pending += text[last : found.start()].replace("{", "{{").replace("}", "}}")
        last, element = found.end(), found.group(1)
        digits = re.fullmatch(r"E([1-6])S", element) if kind != "DATE" else None
        if element in plain:
            pending += plain[element]
        elif digits:
            flush()
            pieces.append(f"left(strftime({{x}}, '%S.%f'), {3 + int(digits.group(1))})")
        elif element in special:
            flush()
            pieces.append(special[element])
        elif element == "Z" and utc and kind == "TIMESTAMP":
            pending += "UTC"
        else:
            raise BadInput(place, f"%{element}", _allowed({*plain, *special, "E1S to E6S"}))
    rest = text[last:]
    if "%" in rest:
        raise BadInput(place, template, "a format whose last character is not %")
    pending += rest.replace("{", "{{").replace("}", "}}")
    flush()
    return "(" + " || ".join(pieces or ["strftime({x}, '')"]) + ")"


def parse_formats(place: str, template: str) -> list[str]:
    """`template` as strptime reads it: a fraction of a second may be there or not."""

    def one(found: re.Match[str]) -> str:
        element = found.group(1)
        if element in {"E*S", "E6S"}:
            return "%S.%f"
        if element not in _PARSE:
            raise BadInput(place, f"%{element}", _allowed({*_PARSE, "E*S"}))
        return _PARSE[element]

    full = _ELEMENT.sub(one, template)
    return [full, full.replace("%S.%f", "%S")] if "%S.%f" in full else [full]


def _allowed(elements: set[str]) -> str:
    return "the format elements " + " ".join(f"%{e}" for e in sorted(elements))
