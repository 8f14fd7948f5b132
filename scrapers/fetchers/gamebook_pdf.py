"""Reading a gamebook's PDF, the official scorer's report: the final box and who is inactive."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from scrapers.pdf_text import pages_of, text_of
from shared.errors import SourceFailure

#: The numbers after a player's minutes, in the report's order.
NUMBERS = (
    "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb",
    "reb", "ast", "pf", "stl", "tov", "blk", "plus_minus", "pts",
)  # fmt: skip
#: The final box fills one page, two with many inactive players. The long version of the book
#: goes on with the box of every quarter, which would list each player again.
PAGES = 2

_SIDE = re.compile(r"(VISITOR|HOME)\s*:\s*(?P<team>[^(]+?)\s*(\(.*)?$", re.IGNORECASE)
_NUMBERS = r"(?P<numbers>(?:\s+[+-]?\d{1,3}){16})$"
_PLAYED = re.compile(
    r"(?P<jersey>\d{1,2})\s+(?P<name>\D.*?)(?:\s+(?P<position>[FGC](?:-[FGC])?))?"
    r"\s+(?P<minutes>\d{1,2}:\d{2})" + _NUMBERS
)
_TOTAL = re.compile(r"(?P<minutes>\d{3}:\d{2})" + _NUMBERS)
#: Did not play, did not dress, not with the team.
_SAT = re.compile(
    r"(?P<jersey>\d{1,2})\s+(?P<name>\D.*?)\s+(?P<reason>(?:DNP|DND|NWT)\b(?:\s*-.*)?)$"
)
_HEADER = re.compile(r"POS\s+MIN\s+FG\b")
_SHARES = re.compile(r"\d{1,3}(?:\.\d+)?%")
_ENDS_BOXES = re.compile(r"SCORE BY PERIOD", re.IGNORECASE)
_INACTIVE = re.compile(r"Inactive\s*:\s*(?P<text>.*)$", re.IGNORECASE)
_ENDS_INACTIVE = re.compile(
    r"(?i)(points in the paint|technical|fast break|second chance|biggest lead|lead changes"
    r"|times tied|team rebounds|copyright|page\s*\d|flagrant|memo|points off)"
)
_DATE = re.compile(r"\w+day,\s+(?P<date>[A-Z][a-z]+ \d{1,2}, \d{4})")
#: `Barnes (Injury/Illness - Left Knee; Soreness)`, the next after a comma.
_NAMED = re.compile(r"\s*,?\s*(?P<name>[^,(]+?)\s*\((?P<reason>[^)]*)\)")

SIDES: Mapping[str, str] = MappingProxyType({"VISITOR": "away", "HOME": "home"})


@dataclass(slots=True)
class TeamPage:
    """One team's part of the final box."""

    #: As the report writes it: the home team in capitals.
    team: str
    players: list[dict[str, Any]] = field(default_factory=list)
    #: Minutes and numbers of the whole team; empty until the row was seen.
    total: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Book:
    """What the report says."""

    teams: dict[str, TeamPage] = field(default_factory=dict)
    #: By the team's nickname in capitals: (name, reason) of each inactive player.
    inactive: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    day: date | None = None
    pages: int = 0
    #: Lines inside a team's box that fit no row; more than none means a new layout.
    unread_lines: int = 0


def read_book(body: bytes, place: str, nicknames: Sequence[str]) -> Book:
    """The first box of the report; `nicknames` are those of the two teams, in capitals.

    SourceFailure `error_page` for HTML, `malformed` for anything that is no such report.
    """
    book, reader = Book(), None
    for lines in pages_of(body, place, most=PAGES):
        book.pages += 1
        reader = reader or _Reader(book, nicknames)
        for line in lines:
            reader.line(text_of(line))
    if reader is not None:
        reader.end()
    if len(book.teams) != len(SIDES):
        found = ", ".join(sorted(book.teams)) or "neither"
        raise SourceFailure("malformed", f"{place}: the PDF has no box of both teams ({found})")
    return book


class _Reader:
    """Takes the lines in order and knows in which part of the report it is."""

    def __init__(self, book: Book, nicknames: Sequence[str]) -> None:
        self._book = book
        self._nicknames = nicknames
        self._team: TeamPage | None = None
        self._inactive: list[str] | None = None
        self._done = False

    def line(self, text: str) -> None:
        if self._done:
            return
        if (found := _DATE.search(text)) and self._book.day is None:
            self._book.day = _day(found["date"])
        if found := _SIDE.match(text):
            self._side(SIDES[found[1].upper()], found["team"])
        elif _ENDS_BOXES.search(text):
            self._team = None
        elif found := _INACTIVE.match(text):
            self._team, self._inactive = None, [found["text"]]
        elif self._inactive is not None:
            self._listed(text)
        elif self._team is not None:
            self._row(self._team, text)

    def end(self) -> None:
        """Read what was gathered of the inactive players, team by team."""
        names = "|".join(map(re.escape, self._nicknames))
        parts = re.split(rf"(?i)\b({names})\s*-\s+", " ".join(self._inactive or []))
        for nickname, text in zip(parts[1::2], parts[2::2], strict=True):
            self._book.inactive[nickname.upper()] = [
                (named["name"].strip(), named["reason"].strip()) for named in _NAMED.finditer(text)
            ]

    def _side(self, side: str, team: str) -> None:
        if side in self._book.teams:
            # The box of a quarter begins: the final one is read.
            self._done = True
            return
        self._team = self._book.teams[side] = TeamPage(team)

    def _listed(self, text: str) -> None:
        if _ENDS_INACTIVE.match(text):
            self._done = True
        elif self._inactive is not None:
            self._inactive.append(text)

    def _row(self, team: TeamPage, text: str) -> None:
        if found := _PLAYED.match(text):
            team.players.append({
                "jersey": found["jersey"],
                "player_name": found["name"],
                "position": found["position"],
                "status": "active",
                "minutes": found["minutes"],
                **_numbers(found["numbers"]),
            })  # fmt: skip
        elif found := _SAT.match(text):
            team.players.append({
                "jersey": found["jersey"],
                "player_name": found["name"],
                "status": "dnp",
                "reason": found["reason"],
            })  # fmt: skip
        elif found := _TOTAL.match(text):
            team.total = {"minutes": found["minutes"], **_numbers(found["numbers"])}
        elif not team.total and not _HEADER.search(text) and not _SHARES.match(text):
            self._book.unread_lines += 1


def _numbers(text: str) -> dict[str, int]:
    return dict(zip(NUMBERS, map(int, text.split()), strict=True))


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%B %d, %Y").date()  # noqa: DTZ007 (a date has no zone)
    except ValueError:
        return None
