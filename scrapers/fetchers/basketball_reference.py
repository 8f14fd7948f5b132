"""www.basketball-reference.com: one team's roster of a season, a table of a page.

The site has team codes of its own (BRK, CHO, PHO) and names a season by its last year.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scrapers.base import Ask, Fetched, Http, Record
from scrapers.pages import page_of, title_of
from scrapers.params import need, season
from shared.core.teams import TEAMS
from shared.errors import SourceFailure

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

#: Columns that every roster has.
COLUMNS = frozenset({"player", "pos"})
_TWO_WAY = re.compile(r"\s*\(TW\)\s*$")
_TABLE = "table#roster"
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)


def fetch_season_roster(ask: Ask, http: Http) -> Fetched:
    """One record per player of the team's season, each once; covers the tricode.

    The team's page without a roster is no data; another page is an error page.
    """
    code, asked = need(ask, "team"), season(ask)
    team = TEAMS.get(code)
    if team is None:
        raise SourceFailure(
            "missing_parameter", f"{ask.scraper}: [{code}] is no tricode of the 30 teams"
        )
    path = f"/teams/{team.bbref}/{end_year(asked)}.html"
    page = page_of(http.get(path), ask.scraper)
    _check(ask.scraper, page, path)
    table = _table(page)
    if table is None:
        return Fetched(records=(), stats={"table": False})
    facts = {"team": code, "season": asked}
    rows = [row for node in table.css("tbody tr") if (row := _row(node, ask.scraper))]
    records = list({row["player_id"] or row["player"]: {**facts, **row} for row in rows}.values())
    return Fetched(
        records=records,
        covers=(code,) if records else (),
        stats={"repeated_rows": len(rows) - len(records)},
    )


def end_year(asked: str) -> int:
    """2026 for 2025-26."""
    return int(asked[:4]) + 1


def _check(place: str, page: LexborHTMLParser, path: str) -> None:
    """Raise when the page says that it is another one."""
    link = page.css_first("link[rel=canonical]")
    found = (link.attributes.get("href") or "") if link is not None else ""
    if not found and page.css_first(_TABLE) is None:
        raise SourceFailure("error_page", f"{place}: not a team's page: [{title_of(page)}]")
    if found and not found.endswith(path):
        raise SourceFailure("malformed", f"{place}: asked for {path}, got [{found}]")


def _table(page: LexborHTMLParser) -> LexborNode | None:
    """The roster's table; the site hides tables in comments until a script shows them."""
    table = page.css_first(_TABLE)
    if table is not None:
        return table
    from selectolax.lexbor import LexborHTMLParser

    hidden = (text for text in _COMMENT.findall(page.html or "") if 'id="roster"' in text)
    return next((LexborHTMLParser(text).css_first(_TABLE) for text in hidden), None)


def _row(node: LexborNode, place: str) -> dict[str, Record | str | bool | None] | None:
    """A player's cells by the site's own names; None for a header inside the table."""
    if "thead" in (node.attributes.get("class") or "").split():
        return None
    cells = {
        cell.attributes["data-stat"] or "": " ".join(cell.text().split()) or None
        for cell in node.css("th[data-stat], td[data-stat]")
    }
    if missing := COLUMNS - set(cells):
        raise SourceFailure("malformed", f"{place}: a row without {', '.join(sorted(missing))}")
    name = cells["player"]
    if not name:
        raise SourceFailure("malformed", f"{place}: a row without a player's name")
    marked = node.css_first("td[data-append-csv]")
    return {
        **cells,
        "player": _TWO_WAY.sub("", name),
        "player_id": marked.attributes["data-append-csv"] if marked is not None else None,
        "two_way": bool(_TWO_WAY.search(name)),
    }
