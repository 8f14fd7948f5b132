"""ak-static.cms.nba.com: the league's injury report, a PDF whose address holds its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from scrapers.base import Ask, Fetched, Http, Record
from scrapers.fetchers.injury_pdf import NOT_SUBMITTED, read_report
from scrapers.fetchers.nba_cdn import refuse_region_block
from scrapers.params import by_teams, day_games, need_date
from shared.core.days import ET, wall
from shared.errors import SourceFailure

#: Since this date the address holds minutes too, in quarters of an hour.
QUARTERS_SINCE = date(2025, 12, 23)
#: How many slots are asked, the newest first: a report may appear minutes after its slot.
WALK_BACK = 3
#: The answer for a report that does not exist (yet).
NOT_PUBLISHED = 403


def fetch_injury_report(ask: Ask, http: Http) -> Fetched:
    """One record per player listed in the newest report of the date; the PDF is attached.

    Covers the games of the date that are listed and whose teams have submitted; the date
    itself when the asker carries no games. Not published in any slot: no records.
    """
    day = need_date(ask)
    asked: list[str] = []
    for path in paths(day, ask.now):
        asked.append(path.rpartition("/")[2])
        response = http.get(path, accept=(200, NOT_PUBLISHED))
        refuse_region_block(response, ask.scraper)
        if response.status == NOT_PUBLISHED:
            continue
        report = read_report(response.body, ask.scraper)
        newest = max((str(row["game_date"]) for row in report.rows), default=day.isoformat())
        if newest < day.isoformat():
            # A report lists the games to come: late at night those of the next date alone.
            raise SourceFailure("malformed", f"{ask.scraper}: asked for {day}, got [{newest}]")
        return Fetched(
            records=report.rows,
            covers=_covers(ask, day, report.rows),
            attachments={"pdf": response.body},
            stats={
                "report": asked[-1],
                "asked": len(asked),
                "pages": report.pages,
                "unread_lines": report.unread_lines,
            },
        )
    return Fetched(records=(), stats={"asked": len(asked), "not_published": asked})


def paths(day: date, now: datetime) -> list[str]:
    """The addresses to try for `day`, the newest slot first.

    Only slots on `day` itself (ET): shortly after midnight the report of the evening before
    is not today's. For a day in the past the last slots of that day.
    """
    step = timedelta(minutes=15 if day >= QUARTERS_SINCE else 60)
    newest = min(now, wall(day, time(23, 59))).astimezone(ET)
    minute = newest.minute // 15 * 15 if day >= QUARTERS_SINCE else 0
    newest = newest.replace(minute=minute, second=0, microsecond=0)
    # Wall time, not instants: the address is a wall time, and no report is due at 02:00.
    slots = [newest.replace(tzinfo=None) - i * step for i in range(WALK_BACK)]
    return [_path(slot) for slot in slots if slot.date() == day]


def _path(slot: datetime) -> str:
    shape = "%I_%M%p" if slot.date() >= QUARTERS_SINCE else "%I%p"
    half = "AM" if slot.hour < 12 else "PM"
    at = slot.strftime(shape.replace("%p", "")) + half
    return f"/referee/injury/Injury-Report_{slot.date().isoformat()}_{at}.pdf"


def _covers(ask: Ask, day: date, rows: Sequence[Record]) -> tuple[str, ...]:
    today = [row for row in rows if row["game_date"] == day.isoformat()]
    games = day_games(ask)
    if games is None:
        return (day.isoformat(),) if today else ()
    listed = {row["matchup"] for row in today}
    waiting = {row["matchup"] for row in today if row["reason"] == NOT_SUBMITTED}
    matched = {f"{a}@{h}": game.game_id for (a, h), game in by_teams(games).items()}
    return tuple(sorted(matched[m] for m in listed - waiting if m in matched))
