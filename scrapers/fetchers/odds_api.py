"""The Odds API: the day's events, and the odds of one event, as they are now.

Every answer says how many credits are left; an event is gone (404) soon after its tip.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from scrapers.base import Ask, Fetched, Http, Record
from scrapers.params import DayGame, by_teams, day_games, need, need_date, season, tricode
from scrapers.payload import records_at
from scrapers.response import Response
from shared.core.days import day_of_tip, iso, wall
from shared.core.errors import BadInput
from shared.core.targets import Target, TargetKind
from shared.errors import SourceFailure

SPORT = "/v4/sports/basketball_nba"
#: Asked for unless the options say otherwise; each market and region costs a credit.
DEFAULTS = {"regions": "us", "bookmakers": "draftkings,fanduel"}
#: The quota headers, and how data_summary names them.
CREDITS = {
    "x-requests-remaining": "credits_left",
    "x-requests-used": "credits_used",
    "x-requests-last": "credits_cost",
}
#: Bookmakers that count as one region when they are named.
BOOKMAKERS_A_REGION = 10
#: Answers that mean: no odds for this event. 404 is an event that is over or withdrawn.
NO_CONTENT, GONE = 204, 404


def fetch_events(ask: Ask, http: Http) -> Fetched:
    """The events that begin on the ET date; finds a target per event that is a game of ours."""
    response = http.get(f"{SPORT}/events", bounds(need_date(ask)))
    return events_of(ask, records_at(response.json(), "[]", ask.scraper), credits_of(response))


def fetch_player_props(ask: Ask, http: Http) -> Fetched:
    """One record per outcome of the players' points market; covers the event's game."""
    return _odds(ask, http, markets="player_points")


def fetch_game_lines(ask: Ask, http: Http) -> Fetched:
    """One record per outcome of spreads and totals; covers the event's game."""
    return _odds(ask, http, markets="spreads,totals")


def credits_of(response: Response) -> dict[str, int]:
    """The quota as the answer's headers tell it; what they leave out is left out."""
    return {
        name: int(value)
        for header, name in CREDITS.items()
        if (value := response.headers.get(header, "").split(".")[0]).isdecimal()
    }


def bounds(day: date) -> dict[str, str]:
    """The first and the last second of the ET date, as the source is asked for it."""
    first, last = wall(day, time()), wall(day + timedelta(days=1), time()) - timedelta(seconds=1)
    return {"commenceTimeFrom": zulu(first), "commenceTimeTo": zulu(last)}


def events_of(ask: Ask, events: Sequence[Record], stats: Mapping[str, Any], **more: str) -> Fetched:
    """The events, and a target per event that is a game of ours; `more` goes into each."""
    day, of_season = need_date(ask), season(ask)
    games = day_games(ask)
    matched = by_teams(games)
    _check(ask, events, day)
    # Each once, whatever page or snapshot repeats it.
    events = list({str(event["id"]): event for event in events}.values())
    found = [
        target
        for event in events
        if (target := _target(event, day, of_season, matched, more, any_game=games is None))
        is not None
    ]
    return Fetched(
        records=events,
        covers=tuple(sorted({t.params["game"] for t in found if "game" in t.params})),
        found=found,
        stats=stats,
    )


def odds_query(ask: Ask, markets: str) -> dict[str, str]:
    """Markets, regions and bookmakers: the defaults, or what the options say."""
    query = {"markets": markets, **DEFAULTS}
    return query | {key: ask.options[key] for key in query if ask.options.get(key)}


def price(query: Mapping[str, str]) -> int:
    """The credits that odds of this query cost at most: markets times regions.

    Where bookmakers are named they stand for the regions, ten of them for one.
    """
    books, regions = (len(_list(query.get(key, ""))) for key in ("bookmakers", "regions"))
    areas = math.ceil(books / BOOKMAKERS_A_REGION) if books else regions
    return len(_list(query["markets"])) * max(areas, 1)


def odds_of(ask: Ask, payload: object, stats: Mapping[str, Any], **more: Any) -> Fetched:
    """The outcomes of the asked event's odds; `more` goes into each record."""
    event = need(ask, "event")
    if payload == {}:
        return Fetched(records=(), stats=stats)
    if not isinstance(payload, Mapping) or payload.get("id", event) != event:
        raise SourceFailure("malformed", f"{ask.scraper}: not the odds of event {event}")
    records = [{**outcome, **more} for outcome in outcomes(payload, ask.scraper)]
    game = ask.target.params.get("game") or _game_of(ask, payload)
    return Fetched(records=records, covers=(game,) if game and records else (), stats=stats)


def _game_of(ask: Ask, event: Record) -> str | None:
    """Our id of the event's game, where the asker named the event alone."""
    teams = tricode(event.get("away_team")) or "", tricode(event.get("home_team")) or ""
    game = by_teams(day_games(ask)).get(teams)
    return game.game_id if game else None


def _odds(ask: Ask, http: Http, *, markets: str) -> Fetched:
    event = need(ask, "event")
    query = odds_query(ask, markets)
    response = http.get(
        f"{SPORT}/events/{event}/odds",
        query,
        accept=(200, NO_CONTENT, GONE),
        cost=price(query),
    )
    stats: dict[str, Any] = dict(credits_of(response))
    if response.status == GONE:
        return Fetched(records=(), stats={**stats, "gone": True})
    payload = {} if response.status == NO_CONTENT else response.json()
    return odds_of(ask, payload, stats)


def outcomes(payload: Record, place: str) -> Iterator[Record]:
    """The outcomes of an event's odds, flattened: each with its market, bookmaker and event."""
    event = {
        "event_id": payload.get("id"),
        "commence_time": payload.get("commence_time"),
        "home_team": payload.get("home_team"),
        "away_team": payload.get("away_team"),
    }
    for book in records_at(payload, "bookmakers[]", place):
        for market in records_at(book, "markets[]", f"{place}.bookmakers[]"):
            for outcome in records_at(market, "outcomes[]", f"{place}.markets[]"):
                yield {
                    **event,
                    "bookmaker": book.get("key"),
                    "market": market.get("key"),
                    "last_update": market.get("last_update") or book.get("last_update"),
                    "name": outcome.get("name"),
                    "description": outcome.get("description"),
                    "price": outcome.get("price"),
                    "point": outcome.get("point"),
                }


def _check(ask: Ask, events: Sequence[Record], day: date) -> None:
    """Raise `malformed` for an event that nobody can ask for, and when all are of other dates."""
    for event in events:
        try:
            Target(kind=TargetKind.EVENT, id=str(event.get("id") or ""))
        except BadInput as e:
            raise SourceFailure("malformed", f"{ask.scraper}: {e}") from e
    tips = [tip for event in events if (tip := instant(event.get("commence_time")))]
    if tips and all(day_of_tip(tip) != day for tip in tips):
        found = day_of_tip(tips[0])
        raise SourceFailure("malformed", f"{ask.scraper}: asked for {day}, got [{found}]")


def _target(
    event: Record,
    day: date,
    of_season: str,
    matched: Mapping[tuple[str, str], DayGame],
    more: Mapping[str, str],
    *,
    any_game: bool,
) -> Target | None:
    """The event as a target; None when it is none of the day's games."""
    away, home = tricode(event.get("away_team")), tricode(event.get("home_team"))
    tip = instant(event.get("commence_time"))
    if away is None or home is None or tip is None or day_of_tip(tip) != day:
        return None
    game = matched.get((away, home))
    if game is None and not any_game:
        return None
    params = {
        "event": str(event.get("id", "")),
        "away": away,
        "home": home,
        "tip": iso(game.tip if game else tip),
        "date": day.isoformat(),
        "season": of_season,
        **more,
    }
    if game:
        params["game"] = game.game_id
    return Target(kind=TargetKind.EVENT, id=params["event"], params=params)


def instant(text: object) -> datetime | None:
    """An aware instant, or None for any other text."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else None


def zulu(at: datetime) -> str:
    """The instant as the source wants it: UTC, whole seconds, Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _list(text: str) -> list[str]:
    return [each for each in text.split(",") if each]
