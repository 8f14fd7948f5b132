"""A table on a terminal that is too narrow for it: broken into lines, and nothing cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

#: Columns that the last one of a drawn table gets at least; what is longer is folded there.
LAST = 24

#: Characters that a drawn table spends on every column, and at its edges.
PADDING, EDGES = 3, 4

#: Lines a row: of wider ones every value stands on a line of its own.
LINES = 3

INDENT = "    "


def fits(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether a drawn table shows every column but the last whole in `width` characters."""
    *first, last = widths(columns, rows)
    return sum(first) + min(last, LAST) + PADDING * len(first) + EDGES <= width


def widths(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """The longest value of each column, its name among them."""
    return [max(map(len, column)) for column in zip(columns, *rows, strict=True)]


def narrow(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """The lines of a table in `width` characters: the names first, then row by row.

    A row whose values need more than three lines is told as "name  value" lines instead. A
    value that is longer than a line stays whole, for the terminal to break.
    """
    known = widths(columns, rows)
    groups = list(_lines(known, width))
    if len(groups) <= LINES or not rows:
        for row in (columns, *rows):
            yield from _packed(row, known, groups)
        return
    margin = max(map(len, columns))
    for number, row in enumerate(rows):
        if number:
            yield ""
        for name, value in zip(columns, row, strict=True):
            yield f"{name:<{margin}}  {value}".rstrip()


def _lines(known: Sequence[int], width: int) -> Iterator[range]:
    """Which columns stand on which line."""
    start, used = 0, 0
    for number, each in enumerate(known):
        if number > start and used + each > width:
            yield range(start, number)
            start, used = number, len(INDENT)
        used += each + 2
    yield range(start, len(known))


def _packed(row: Sequence[str], known: Sequence[int], groups: Sequence[range]) -> Iterator[str]:
    for number, group in enumerate(groups):
        line = "  ".join(row[column].ljust(known[column]) for column in group)
        yield (INDENT if number else "") + line.rstrip()
