"""ak-static.cms.nba.com: the injury report, a PDF that is issued again all day.

A team that has not reported yet has one row whose reason is NOT YET SUBMITTED. Date, time,
matchup and team are written once, on the first row that they hold for.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from shared.core.days import ET
from shared.core.games import Game
from sim.sources.exchange import Reply, Request, parse_day, text_reply
from sim.sources.league import side
from sim.sources.pdf import Page, Text, pdf
from sim.sources.timing import QUARTERS_SINCE
from sim.sources.world import SourceWorld

_NAME = re.compile(
    r"/referee/injury/Injury-Report_([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"_([0-9]{2})(?:_([0-9]{2}))?(AM|PM)\.pdf"
)
#: Left edges in points on a page 792 wide.
COLUMNS = {
    "Game Date": 24,
    "Game Time": 92,
    "Matchup": 158,
    "Team": 224,
    "Player Name": 352,
    "Current Status": 474,
    "Reason": 556,
}
ROWS = 34
TOP, STEP = 540, 14
NOT_YET = "NOT YET SUBMITTED"
#: Teams that have not reported, until 14:00 and only with a tip four hours away.
_LATE = 0.05
Row = tuple[str, ...]


def answer(world: SourceWorld, request: Request) -> Reply:
    """The report of one date and time; 403 for one that is not there, not yet, or misnamed."""
    asked = _asked(request.path)
    if asked is None:
        return _denied()
    day, at = asked
    appears = world.report_published(day, at)
    if appears is None or request.now < appears:
        return _denied()
    # What was announced after the report is not in it.
    games = world.on(day, appears)
    games = tuple(game for game in games if game.tip_known and game.away)
    if not games:
        return _denied()
    body = world.once(("report", day, at), lambda: _report(world, day, at, games))
    return Reply(headers={"content-type": "application/pdf"}, body=body)


def _asked(path: str) -> tuple[date, time] | None:
    found = _NAME.fullmatch(path)
    if not found:
        return None
    try:
        day = parse_day(found[1])
        twelve = int(found[2])
        at = time(twelve % 12 + (12 if found[4] == "PM" else 0), int(found[3] or 0))
    except ValueError:
        return None
    # Minutes are part of the name from one day on, and not before it.
    if twelve > 12 or twelve < 1 or (found[3] is not None) != (day >= QUARTERS_SINCE):
        return None
    return day, at


def _denied() -> Reply:
    return text_reply(
        '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>',
        403,
        "application/xml",
    )


def _report(world: SourceWorld, day: date, at: time, games: tuple[Game, ...]) -> bytes:
    rows = [row for game in games for row in _game_rows(world, game, at)]
    groups = [rows[n : n + ROWS] for n in range(0, len(rows), ROWS)]
    title = f"Injury Report: {datetime.combine(day, at):%m/%d/%y %I:%M %p}"
    before: Row = ("",) * len(COLUMNS)
    pages: list[Page] = []
    for number, group in enumerate(groups, start=1):
        page = [Text(COLUMNS["Game Date"], TOP + 32, title, size=14)] if number == 1 else []
        page += [Text(x, TOP, name) for name, x in COLUMNS.items()]
        for n, row in enumerate(group, start=1):
            page += [
                Text(x, TOP - n * STEP, cell)
                for x, cell in zip(COLUMNS.values(), _shortened(row, before), strict=True)
                if cell
            ]
            before = row
        page.append(Text(COLUMNS["Matchup"] + 200, 24, f"Page {number} of {len(groups)}"))
        pages.append(page)
    return pdf(pages)


def _shortened(row: Row, before: Row) -> Row:
    """`row` without the leading cells that the row before it said already."""
    same = 0
    while same < 4 and row[same] == before[same]:
        same += 1
    return ("",) * same + row[same:]


def _game_rows(world: SourceWorld, game: Game, at: time) -> list[Row]:
    local = game.tip.astimezone(ET)
    # As the league writes it: a 12-hour clock without AM or PM.
    facts = (f"{game.day:%m/%d/%Y}", f"{local:%I:%M} (ET)", f"{game.away}@{game.home}")
    found: list[Row] = []
    for code in (game.away, game.home):
        team = (*facts, side(code).name)
        if _is_late(world, game, code, at):
            found.append((*team, "", "", NOT_YET))
            continue
        found += [
            (*team, f"{case.player.last}, {case.player.first}", case.status(at), case.reason)
            for case in world.injuries(code, game.day)
        ]
    return found


def _is_late(world: SourceWorld, game: Game, code: str, at: time) -> bool:
    local = game.tip.astimezone(ET)
    if at >= time(14) or datetime.combine(game.day, at, tzinfo=ET) > local - timedelta(hours=4):
        return False
    return world.chance.unit(game.game_id, code, "late") < _LATE
