"""BettingPros: the day's events, and the offers on its players, in numbered pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from scrapers.base import Ask, Fetched, Http, Record
from scrapers.params import by_teams, day_games, given, need_date, tricode
from scrapers.payload import map_of, records_at
from shared.errors import SourceFailure

SPORT = {"sport": "NBA"}
#: The source's number of each market on a player.
MARKETS: Mapping[str, str] = {
    "points": "156",
    "rebounds": "157",
    "assists": "151",
    "threes": "162",
    "steals": "160",
    "blocks": "152",
}
#: The largest page of offers that the source gives.
PER_PAGE = 10
#: Far above any day's offers on one market (about 300): an endless list is an error.
MAX_PAGES = 100
#: Team codes of the source that are not the league's.
CODES: Mapping[str, str] = {
    "BRK": "BKN",
    "CHO": "CHA",
    "GS": "GSW",
    "NO": "NOP",
    "NOR": "NOP",
    "NY": "NYK",
    "PHO": "PHX",
    "SA": "SAS",
    "UTH": "UTA",
    "WSH": "WAS",
}


def fetch_events(ask: Ask, http: Http) -> Fetched:
    """One record per event of the date; covers the NBA ids of those that are games of ours."""
    records = _events(ask, http)
    return Fetched(records=records, covers=tuple(sorted(set(_games(ask, records).values()))))


def fetch_player_props(ask: Ask, http: Http) -> Fetched:
    """One record per offer, all pages; covers the games that have one.

    The market is the parameter `market`: points unless it says otherwise. Without events of the
    date there is nothing to ask for: no records.
    """
    name = given(ask, "market") or "points"
    if name not in MARKETS:
        raise SourceFailure(
            "missing_parameter",
            f"{ask.scraper}: market is [{name}], allowed: {', '.join(MARKETS)}",
        )
    events = _events(ask, http)
    stats: dict[str, Any] = {"market": name, "events": len(events)}
    if not events:
        return Fetched(records=(), stats={**stats, "pages": 0})
    records, pages = _offers(ask, http, MARKETS[name], [str(event.get("id")) for event in events])
    games = _games(ask, events)
    covers = {games[event] for offer in records if (event := str(offer.get("event_id"))) in games}
    return Fetched(records=records, covers=tuple(sorted(covers)), stats={**stats, "pages": pages})


def _events(ask: Ask, http: Http) -> list[Record]:
    day = need_date(ask)
    payload = http.get("/v3/events", {**SPORT, "date": day.isoformat()}).json()
    events = records_at(payload, "events[]", ask.scraper)
    found = {str(event.get("scheduled") or "")[:10] for event in events} - {""}
    # In UTC: an evening's games have the next date.
    allowed = {day.isoformat(), (day + timedelta(days=1)).isoformat()}
    if found and not found & allowed:
        raise SourceFailure(
            "malformed", f"{ask.scraper}: asked for {day}, got [{', '.join(sorted(found)):.80}]"
        )
    return events


def _games(ask: Ask, events: Sequence[Record]) -> dict[str, str]:
    """Our game id by the source's event id."""
    matched = by_teams(day_games(ask))
    found = {}
    for event in events:
        teams = _code(event.get("visitor")), _code(event.get("home"))
        if teams in matched:
            found[str(event.get("id"))] = matched[teams].game_id
    return found


def _code(code: object) -> str:
    return tricode(CODES.get(str(code), code)) or ""


def _offers(ask: Ask, http: Http, market: str, events: Sequence[str]) -> tuple[list[Record], int]:
    """Every offer of the market, and the number of pages: one that fails fails the whole."""
    query = {
        **SPORT,
        "market_id": market,
        "event_id": ":".join(events),
        "book_id": "null",
        "limit": str(PER_PAGE),
    }
    records: list[Record] = []
    for page in range(1, MAX_PAGES + 1):
        payload = http.get("/v3/offers", {**query, "page": str(page)}).json()
        offers = records_at(payload, "offers[]", ask.scraper)
        records += offers
        told = map_of(payload, "_pagination")
        found, total = told.get("page", page), told.get("total_pages")
        if found != page:
            raise SourceFailure("malformed", f"{ask.scraper}: asked for page {page}, got [{found}]")
        # Without a number of pages only a page that is not full says that it is the last.
        last = page >= total if isinstance(total, int) else len(offers) < PER_PAGE
        if last:
            return records, page
        if not offers:
            raise SourceFailure("malformed", f"{ask.scraper}: page {page} of {total} has no offers")
    raise SourceFailure("malformed", f"{ask.scraper}: more than {MAX_PAGES} pages")
