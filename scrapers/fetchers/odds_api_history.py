"""The Odds API's history: events and odds as they were at a snapshot, five minutes apart.

A snapshot is asked for by an instant; the source answers with the last one at or before it.
Odds of the past cost ten times what odds of the present cost.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from scrapers.base import Ask, Fetched, Http, Record
from scrapers.fetchers.odds_api import (
    GONE,
    NO_CONTENT,
    bounds,
    credits_of,
    events_of,
    instant,
    odds_of,
    odds_query,
    price,
    zulu,
)
from scrapers.params import given, need, need_date
from scrapers.payload import object_at, records_at
from scrapers.response import Response
from shared.core.days import wall
from shared.errors import SourceFailure

HISTORY = "/v4/historical/sports/basketball_nba"
#: How often the source keeps a snapshot, in minutes.
STEP = 5
#: What odds of the past cost, as a multiple of those of the present.
TIMES = 10
#: An older snapshot than this is not the one that was asked for.
OLDEST = timedelta(days=1)
#: The snapshot of a date unless one is named: before any tip, when all events are listed.
MORNING = time(10)
#: The snapshot of an event whose tip is known: the lines are nearly the last ones.
BEFORE_TIP = timedelta(hours=1)


def fetch_events_his(ask: Ask, http: Http) -> Fetched:
    """The events of the ET date as they were listed at the snapshot; finds targets as live."""
    at = snapshot(ask)
    query = {"date": zulu(at), **bounds(need_date(ask))}
    response = http.get(f"{HISTORY}/events", query, accept=(200, NO_CONTENT), cost=1)
    if response.status == NO_CONTENT:
        return Fetched(records=(), stats=credits_of(response))
    payload = response.json()
    events = records_at(payload, "data[]", ask.scraper)
    return events_of(ask, events, _stats(ask, payload, response, at), snapshot=zulu(at))


def fetch_player_props_his(ask: Ask, http: Http) -> Fetched:
    """One record per outcome of the players' points market at the snapshot."""
    return _odds(ask, http, markets="player_points")


def fetch_game_lines_his(ask: Ask, http: Http) -> Fetched:
    """One record per outcome of spreads and totals at the snapshot."""
    return _odds(ask, http, markets="spreads,totals")


def snapshot(ask: Ask) -> datetime:
    """The instant that is asked for: the parameter `snapshot`, or one that suits the target.

    An hour before the tip that is known, else 10:00 ET of the date. Never in the future, and
    floored to the source's five minutes.
    """
    text = given(ask, "snapshot")
    tip = instant(ask.target.params.get("tip"))
    if text is None:
        at = tip - BEFORE_TIP if tip else wall(need_date(ask), MORNING)
    elif (named := instant(text)) is not None:
        at = named
    else:
        raise SourceFailure(
            "missing_parameter",
            f"{ask.scraper}: snapshot is [{text}], not an instant as 2025-11-12T15:00:00Z",
        )
    at = min(at, ask.now)
    return at.replace(minute=at.minute // STEP * STEP, second=0, microsecond=0)


def _odds(ask: Ask, http: Http, *, markets: str) -> Fetched:
    event, at = need(ask, "event"), snapshot(ask)
    query = {"date": zulu(at), **odds_query(ask, markets)}
    response = http.get(
        f"{HISTORY}/events/{event}/odds",
        query,
        accept=(200, NO_CONTENT, GONE),
        cost=TIMES * price(query),
    )
    if response.status == GONE:
        # Not listed yet at that instant, or over by then.
        return Fetched(records=(), stats={**credits_of(response), "gone": True})
    payload: Any = {} if response.status == NO_CONTENT else response.json()
    if payload == {}:
        return Fetched(records=(), stats=credits_of(response))
    stats = _stats(ask, payload, response, at)
    # Null is an answer here; a key that is missing is none.
    empty = payload.get("data", 0) is None
    data = {} if empty else object_at(payload, "data", ask.scraper)
    return odds_of(ask, data, stats, snapshot=stats["snapshot"])


def _stats(ask: Ask, payload: Record, response: Response, at: datetime) -> dict[str, Any]:
    """When the snapshot was taken, and its neighbours; one after `at` was not asked for."""
    taken = object_at({"answer": payload}, "answer", ask.scraper).get("timestamp")
    found = instant(taken)
    if found is None or not at - OLDEST < found <= at:
        raise SourceFailure(
            "malformed", f"{ask.scraper}: asked for {zulu(at)}, got the snapshot of [{taken}]"
        )
    return {
        **credits_of(response),
        "snapshot": taken,
        "previous_snapshot": payload.get("previous_timestamp"),
        "next_snapshot": payload.get("next_timestamp"),
    }
