"""Reading the injury report's PDF: words with positions into rows with carried-down cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from scrapers.base import Record
from scrapers.pdf_text import pages_of, text_of
from shared.errors import SourceFailure

#: What the report says for a team that has not reported yet.
NOT_SUBMITTED = "NOT YET SUBMITTED"
_SQUEEZED = NOT_SUBMITTED.replace(" ", "")

#: The columns, left to right, and the first word of each header.
COLUMNS = {
    "game_date": "Game",
    "game_time": "Game",
    "matchup": "Matchup",
    "team": "Team",
    "player_name": "Player",
    "status": "Current",
    "reason": "Reason",
}
#: Cells that stand once and count for the rows below them.
CARRIED = ("game_date", "game_time", "matchup", "team")
#: Points by which a cell may begin left of its header.
LEFT = 3.0
#: How a reason begins. A long reason is centred on its row: its first line may stand above
#: the player, and only its first words tell it from the end of the reason before.
REASON_BEGINS = re.compile(
    r"(?i)(injury\s*/\s*illness|g\s*league|rest\b|personal|not\s*with\s*team|league\s*susp"
    r"|team\s*susp|suspension|coach|return\s*to|concussion|trade|ineligible|health"
    r"|not\s*yet\s*submitted|other\b)"
)
_OUTSIDE = re.compile(r"(?i)^(injury\s*report\s*:|page\s*\d+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What the PDF says."""

    rows: Sequence[Record]
    pages: int
    #: Lines inside the table that fit no row; more than a few mean a new layout.
    unread_lines: int


@dataclass(slots=True)
class _Reader:
    """The table so far: rows, the cells carried down, and the row a reason continues."""

    place: str
    columns: list[tuple[str, float]] = field(default_factory=list)
    carried: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    #: Lines of a reason that stand above their row.
    waiting: list[str] = field(default_factory=list)
    unread_lines: int = 0

    def line(self, words: list[Any]) -> None:
        """Take the next line, top to bottom: header, table or neither."""
        text = text_of(words)
        columns = _header(words)
        if columns:
            self.columns = columns
        elif self.columns and not _OUTSIDE.match(text):
            self._cells(self._split(words))

    def end(self) -> None:
        """Give the last row what still waits for a row: nothing followed it."""
        if self.waiting and self.rows:
            self.rows[-1]["reason"] = " ".join([self.rows[-1]["reason"], *self.waiting]).strip()

    def _split(self, words: Sequence[Any]) -> dict[str, str]:
        cells: dict[str, list[str]] = {}
        for word in words:
            name = self.columns[0][0]
            for column, x0 in self.columns:
                if word["x0"] >= x0 - LEFT:
                    name = column
            cells.setdefault(name, []).append(word["text"])
        return {name: " ".join(texts) for name, texts in cells.items()}

    def _cells(self, cells: dict[str, str]) -> None:
        for name in CARRIED:
            if name in cells:
                self.carried[name] = self._normal(name, cells[name])
        reason = cells.get("reason", "")
        if _SQUEEZED in "".join(cells.values()).replace(" ", "").upper():
            self._row("", "", NOT_SUBMITTED)
        elif cells.get("player_name") and cells.get("status"):
            self._row(_name(cells["player_name"]), cells["status"], reason)
        elif cells.get("player_name") or cells.get("status"):
            self.unread_lines += 1
        elif reason and (self.waiting or REASON_BEGINS.match(reason) or not self.rows):
            self.waiting.append(reason)
        elif reason:
            self.rows[-1]["reason"] = f"{self.rows[-1]['reason']} {reason}".strip()

    def _row(self, player: str, status: str, reason: str) -> None:
        missing = [name for name in CARRIED if not self.carried.get(name)]
        if missing:
            raise SourceFailure(
                "malformed", f"{self.place}: a row before any {missing[0]} ({player or reason})"
            )
        whole = " ".join([*self.waiting, reason]).strip()
        self.waiting = []
        self.rows.append({**self.carried, "player_name": player, "status": status, "reason": whole})

    def _normal(self, name: str, text: str) -> str:
        if name == "game_date":
            month, _, rest = text.partition("/")
            day, _, year = rest.partition("/")
            try:
                return date(int(year), int(month), int(day)).isoformat()
            except ValueError as e:
                raise SourceFailure("malformed", f"{self.place}: game date [{text}]") from e
        return text.replace(" ", "") if name == "matchup" else text


def read_report(body: bytes, place: str) -> Report:
    """The rows of the PDF: game_date (ISO), game_time, matchup (BOS@ORL), team, player_name,
    status, reason. A team that has not reported is a row with NOT YET SUBMITTED as its reason.

    SourceFailure `error_page` for HTML, `malformed` for anything that is no such report.
    """
    reader = _Reader(place)
    pages = 0
    for lines in pages_of(body, place):
        pages += 1
        for line in lines:
            reader.line(line)
    reader.end()
    if not reader.columns:
        raise SourceFailure("malformed", f"{place}: the PDF has no table header")
    return Report(rows=reader.rows, pages=pages, unread_lines=reader.unread_lines)


def _header(words: Sequence[Any]) -> list[tuple[str, float]]:
    """Where the columns begin, if this line is the header; otherwise nothing."""
    found: list[tuple[str, float]] = []
    rest = list(words)
    for column, first in COLUMNS.items():
        while rest and not rest[0]["text"].startswith(first):
            rest.pop(0)
        if not rest:
            return []
        found.append((column, rest.pop(0)["x0"]))
    return found if all(a[1] < b[1] for a, b in pairwise(found)) else []


def _name(text: str) -> str:
    """`Brown, Jaylen`, also where the report sets no gap after the comma."""
    return re.sub(r",(?=\S)", ", ", text)
